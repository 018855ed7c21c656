// SPDX-License-Identifier: GPL-2.0-only
//! Folders that are made aside and put in place when they are whole.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::error::PrepareError;

/// Keeps others from making the same thing, until it is dropped or the program ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes it, waiting for whoever has it.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn wait(cache: &Path, name: &str) -> Result<Lock, PrepareError> {
        Lock::take(cache, name, || {})
    }

    /// The same; says when there is someone to wait for.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn take(cache: &Path, name: &str, waiting: impl FnOnce()) -> Result<Lock, PrepareError> {
        let folder = cache.join(".locks");
        fs::create_dir_all(&folder).map_err(PrepareError::file("make", &folder))?;
        let path = folder.join(name);
        let file = File::create(&path).map_err(PrepareError::file("write", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(PrepareError::file("lock", &path))?;
            }
            Err(TryLockError::Error(error)) => return Err(PrepareError::file("lock", &path)(error)),
        }
        Ok(Lock { _file: file })
    }
}

/// A folder that is being made, beside the one it will be.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    old: PathBuf,
    place: PathBuf,
}

impl Part {
    /// A new one, for `name` in the cache. What an interrupted preparation left is put right first; the caller has
    /// the lock.
    ///
    /// # Errors
    /// Folders cannot be made or removed.
    pub fn new(cache: &Path, name: &str) -> Result<Part, PrepareError> {
        let place = cache.join(name);
        let (path, old) = (cache.join(format!(".{name}.part")), cache.join(format!(".{name}.old")));
        if old.exists() && !place.exists() {
            fs::rename(&old, &place).map_err(PrepareError::file("rename", &old))?;
        }
        for left in [&path, &old] {
            remove(left)?;
        }
        fs::create_dir_all(&path).map_err(PrepareError::file("make", &path))?;
        Ok(Part { path, old, place })
    }

    /// Where it is made.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a folder inside it in place, and removes the rest.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn finish(self, inner: &str) -> Result<PathBuf, PrepareError> {
        let made = self.path.join(inner);
        if self.place.exists() {
            fs::rename(&self.place, &self.old).map_err(PrepareError::file("rename", &self.place))?;
        }
        fs::rename(&made, &self.place).map_err(PrepareError::file("rename", &made))?;
        remove(&self.old)?;
        remove(&self.path)?;
        Ok(self.place.clone())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // after an error nothing half made stays; an interrupted program leaves that to the next one
        let _ = remove(&self.path);
    }
}

fn remove(folder: &Path) -> Result<(), PrepareError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(PrepareError::file("remove", folder)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
        names.sort();
        names
    }

    fn make(cache: &Path, text: &str) {
        let part = Part::new(cache, "6.1").unwrap();
        fs::create_dir(part.path().join("out")).unwrap();
        fs::write(part.path().join("out/file"), text).unwrap();
        fs::write(part.path().join("scratch"), text).unwrap();
        part.finish("out").unwrap();
    }

    #[test]
    fn the_new_replaces_the_old() {
        let cache = tempfile::tempdir().unwrap();
        make(cache.path(), "one");
        make(cache.path(), "two");
        assert_eq!(entries(cache.path()), ["6.1"]);
        assert_eq!(fs::read_to_string(cache.path().join("6.1/file")).unwrap(), "two");
    }

    #[test]
    fn a_failure_leaves_the_old() {
        let cache = tempfile::tempdir().unwrap();
        make(cache.path(), "one");
        drop(Part::new(cache.path(), "6.1").unwrap());
        assert_eq!(entries(cache.path()), ["6.1"]);
    }

    #[test]
    fn an_interruption_between_the_renames_is_put_right() {
        let cache = tempfile::tempdir().unwrap();
        make(cache.path(), "one");
        fs::rename(cache.path().join("6.1"), cache.path().join(".6.1.old")).unwrap();
        fs::create_dir(cache.path().join(".6.1.part")).unwrap();
        drop(Part::new(cache.path(), "6.1").unwrap());
        assert_eq!(entries(cache.path()), ["6.1"]);
        assert_eq!(fs::read_to_string(cache.path().join("6.1/file")).unwrap(), "one");
    }

    #[test]
    fn a_lock_is_waited_for() {
        let cache = tempfile::tempdir().unwrap();
        let first = Lock::wait(cache.path(), "6.1").unwrap();
        let _other = Lock::wait(cache.path(), "6.12").unwrap();
        let mut waited = false;
        let release = move || drop(first);
        let _second = Lock::take(cache.path(), "6.1", || {
            waited = true;
            release();
        })
        .unwrap();
        assert!(waited);
    }
}
