// SPDX-License-Identifier: GPL-2.0-only
//! A guest's process and the memory shared with it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::boot::BootError;
use super::link::{Areas, Link, LinkError};

/// The shared memory: a header, then lines to the guest, then its answers. The guest's program has the same numbers.
pub(super) const SHARED_SIZE: usize = 64 << 20;
const INPUT_AT: usize = 4096;
const OUTPUT_AT: usize = 8 << 20;
/// The header's fields.
const STATE_AT: u64 = 4;
const INPUT_LENGTH_AT: u64 = 8;
const OUTPUT_LENGTH_AT: u64 = 16;

/// Where temporary files live in memory, if the system has that.
const MEMORY_FOLDER: &str = "/dev/shm";

/// Starts QEMU, ends it when nobody holds the other end of standard input any more, however that came about, and
/// takes the folder away then. A line on standard input says that QEMU has ended by itself.
const KEEPER: &str = r#"
folder=$1
shift
exec 3<&0
"$@" 3<&- </dev/null >/dev/null 2>"$folder/errors" &
qemu=$!
{ read -r ended <&3 || kill -9 "$qemu"; rm -rf -- "$folder"; } 2>/dev/null &
wait "$qemu"
"#;

/// How long a guest has to empty the areas, and QEMU to end.
const REACTION_LIMIT: Duration = Duration::from_secs(10);
/// So much of the end of a file is read.
const LAST_BYTES: u64 = 1 << 20;

/// A guest. When it is dropped, or this process ends in whatever way, QEMU ends and its files vanish.
#[derive(Debug)]
pub struct Guest {
    keeper: Child,
    /// Held open as long as the guest shall live.
    lifeline: Option<ChildStdin>,
    memory: File,
    input: usize,
    taken: usize,
    folder: TempDir,
}

impl Guest {
    /// Starts the command that is made for a new temporary folder.
    pub(super) fn start(command: impl FnOnce(&Path) -> Vec<OsString>) -> Result<Guest, BootError> {
        let around = |what, path: PathBuf| move |error| BootError::Around { what, path, error };
        let place = Path::new(MEMORY_FOLDER);
        let place = if place.is_dir() { place.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new()
            .prefix("dma-ownership-")
            .tempdir_in(&place)
            .map_err(around("make a folder in", place))?;
        let path = folder.path().join("shared");
        let memory = OpenOptions::new().read(true).write(true).create_new(true).open(&path);
        let memory = memory
            .and_then(|file| file.set_len(SHARED_SIZE as u64).map(|()| file))
            .map_err(around("make", path))?;
        let words = command(folder.path());
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(folder.path())
            .args(words)
            // of its own group: a key on the terminal is for us, and we end it
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(around("start", PathBuf::from("sh")))?;
        let lifeline = keeper.stdin.take();
        Ok(Guest { keeper, lifeline, memory, input: 0, taken: 0, folder })
    }

    /// Has the guest's program begun to read lines?
    pub(super) fn is_ready(&self) -> Result<bool, BootError> {
        let mut state = [0; 4];
        match self.memory.read_exact_at(&mut state, STATE_AT) {
            Ok(()) => Ok(u32::from_le_bytes(state) != 0),
            Err(error) => {
                Err(BootError::Around { what: "read", path: self.folder.path().join("shared"), error })
            }
        }
    }

    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.keeper.try_wait(), Ok(None))
    }

    /// What the console and QEMU said.
    pub(super) fn last_words(&mut self) -> String {
        let read = |name| last_of(&self.folder.path().join(name)).unwrap_or_default();
        read("console") + &read("errors")
    }

    fn length(&self, at: u64) -> io::Result<usize> {
        let mut bytes = [0; 8];
        self.memory.read_exact_at(&mut bytes, at)?;
        Ok(usize::try_from(u64::from_le_bytes(bytes)).unwrap_or(usize::MAX))
    }
}

/// The end of a text file.
fn last_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Link for Guest {
    fn send(&mut self, lines: &str) -> Result<(), LinkError> {
        let end = self.input + lines.len();
        if INPUT_AT + end > OUTPUT_AT {
            return Err(LinkError::Full);
        }
        self.memory.write_all_at(lines.as_bytes(), (INPUT_AT + self.input) as u64)?;
        self.input = end;
        // The guest looks at the length first. Read half-way it may be too large, but behind the lines there is
        // nothing that ends one.
        self.memory.write_all_at(&(end as u64).to_le_bytes(), INPUT_LENGTH_AT)?;
        Ok(())
    }

    fn take(&mut self, into: &mut Vec<u8>) -> Result<(), LinkError> {
        let published = self.length(OUTPUT_LENGTH_AT)?.min(self.size().output);
        if published <= self.taken {
            return Ok(());
        }
        let start = into.len();
        into.resize(start + published - self.taken, 0);
        self.memory.read_exact_at(&mut into[start..], (OUTPUT_AT + self.taken) as u64)?;
        // The length too may have been read half-way: what counts is whole lines.
        let written = into[start..].iter().position(|byte| *byte == 0).unwrap_or(into.len() - start);
        let whole =
            into[start..start + written].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        into.truncate(start + whole);
        self.taken += whole;
        Ok(())
    }

    fn used(&self) -> Areas {
        Areas { input: self.input, output: self.taken }
    }

    fn size(&self) -> Areas {
        Areas { input: OUTPUT_AT - INPUT_AT, output: SHARED_SIZE - OUTPUT_AT }
    }

    fn rewind(&mut self) -> Result<bool, LinkError> {
        self.send("rewind\n")?;
        let start = Instant::now();
        loop {
            if self.length(INPUT_LENGTH_AT)? == 0 {
                (self.input, self.taken) = (0, 0);
                return Ok(true);
            }
            let published = self.length(OUTPUT_LENGTH_AT)?;
            if published > self.taken && self.length(INPUT_LENGTH_AT)? != 0 {
                self.taken = published;
                return Ok(false);
            }
            if !self.is_running() || start.elapsed() > REACTION_LIMIT {
                return Err(LinkError::Silent);
            }
            sleep(Duration::from_micros(100));
        }
    }

    fn is_alive(&mut self) -> bool {
        self.is_running()
    }

    fn console(&mut self) -> String {
        self.last_words()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Some(mut lifeline) = self.lifeline.take()
            && !self.is_running()
        {
            // Its number may be another process's by now. Nobody may be there to hear that: all the better.
            let _ = lifeline.write_all(b"ended\n");
        }
        let start = Instant::now();
        while self.is_running() {
            if start.elapsed() > REACTION_LIMIT {
                let _ = self.keeper.kill();
                let _ = self.keeper.wait();
                break;
            }
            sleep(Duration::from_millis(1));
        }
        let _ = fs::remove_dir_all(self.folder.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A guest that is a shell script; `$1` is the folder, `$2` the file it shares with us.
    fn guest(script: &str) -> Guest {
        Guest::start(|folder| {
            let shared = folder.join("shared");
            let words = ["sh", "-c", script, "sh"].map(OsString::from);
            words.into_iter().chain([folder.as_os_str().to_owned(), shared.into_os_string()]).collect()
        })
        .expect("started")
    }

    fn wait(what: &str, mut until: impl FnMut() -> bool) {
        let start = Instant::now();
        while !until() {
            assert!(start.elapsed() < Duration::from_secs(20), "in vain for: {what}");
            sleep(Duration::from_millis(2));
        }
    }

    /// A process that is dead but not buried counts as gone.
    fn is_there(process: &str) -> bool {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        state.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
    }

    #[test]
    fn a_guest_goes_with_what_it_left() {
        let mut guest = guest("echo $$ > $1/process; exec sleep 1000");
        let folder = guest.folder.path().to_owned();
        let number = || fs::read_to_string(folder.join("process")).unwrap_or_default().trim().to_owned();
        wait("its number", || !number().is_empty());
        let number = number();
        assert!(guest.is_running() && is_there(&number));
        drop(guest);
        wait("its end", || !is_there(&number) && !folder.exists());
    }

    #[test]
    fn the_end_of_a_guest_is_seen_and_its_last_words_kept() {
        let mut guest = guest("echo hello > $1/console; echo trouble >&2");
        let folder = guest.folder.path().to_owned();
        wait("its end", || !guest.is_running());
        assert_eq!(guest.last_words(), "hello\ntrouble\n");
        drop(guest);
        wait("the end of its files", || !folder.exists());
    }

    #[test]
    fn lines_and_answers_go_through_the_file() {
        let mut guest = guest("exec sleep 1000");
        assert!(!guest.is_ready().expect("readable"));
        guest.memory.write_all_at(&1_u32.to_le_bytes(), STATE_AT).expect("written");
        assert!(guest.is_ready().expect("readable"));

        guest.send("add d0\n").expect("sent");
        guest.send("obs\n").expect("sent");
        let mut lines = [0; 11];
        guest.memory.read_exact_at(&mut lines, INPUT_AT as u64).expect("read");
        assert_eq!(&lines, b"add d0\nobs\n");
        assert_eq!(guest.length(INPUT_LENGTH_AT).expect("read"), 11);
        assert!(matches!(guest.send(&"x".repeat(OUTPUT_AT)), Err(LinkError::Full)));

        let mut answers = Vec::new();
        guest.take(&mut answers).expect("nothing yet");
        assert_eq!(answers, b"");
        let mut publish = |bytes: &[u8], at: usize, length: usize| {
            guest.memory.write_all_at(bytes, (OUTPUT_AT + at) as u64).expect("written");
            guest.memory.write_all_at(&(length as u64).to_le_bytes(), OUTPUT_LENGTH_AT).expect("written");
            guest.take(&mut answers).expect("taken");
            (String::from_utf8_lossy(&answers).into_owned(), guest.used().output)
        };
        // A length that was read half-way reaches behind what is written.
        assert_eq!(publish(b"{1}\n{2", 0, 4096), ("{1}\n".into(), 4));
        assert_eq!(publish(b"{2}\n", 4, 8), ("{1}\n{2}\n".into(), 8));
        assert_eq!(publish(b"", 0, usize::MAX), ("{1}\n{2}\n".into(), 8));
    }

    #[test]
    fn areas_begin_anew_when_the_guest_says_so() {
        // 8: the length of the input; the whole header of three lengths becomes zero
        let anew = guest(
            "while ! grep -q rewind $2; do sleep 0.01; done; \
             dd if=/dev/zero of=$2 bs=8 seek=1 count=2 conv=notrunc; exec sleep 1000",
        );
        let mut anew = anew;
        anew.send("obs\n").expect("sent");
        assert!(anew.rewind().expect("answered"));
        assert_eq!(anew.used(), Areas::default());

        let mut cannot = guest(
            "while ! grep -q rewind $2; do sleep 0.01; done; \
             printf '\\005' | dd of=$2 bs=1 seek=16 conv=notrunc; exec sleep 1000",
        );
        assert!(!cannot.rewind().expect("answered"));
        assert_eq!(cannot.used(), Areas { input: 7, output: 5 });

        let mut dead = guest("exit 0");
        assert!(matches!(dead.rewind(), Err(LinkError::Silent)));
    }
}
