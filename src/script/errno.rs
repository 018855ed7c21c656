// SPDX-License-Identifier: GPL-2.0-only
//! Errnos by name.

use std::fmt;

/// A Linux errno, as the positive number. Shown by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(u16);

macro_rules! errnos {
    ($($name:ident = $value:literal, $text:literal;)*) => {
        #[allow(missing_docs, reason = "each constant's name is its whole meaning")]
        impl Errno {
            $(pub const $name: Errno = Errno($value);)*
        }

        /// Name, value and meaning of every errno known by name.
        const KNOWN: &[(&str, u16, &str)] = &[$((stringify!($name), $value, $text)),*];
    };
}

errnos! {
    EPERM = 1, "operation not permitted";
    ENOENT = 2, "no such entry";
    EIO = 5, "input or output error";
    ENXIO = 6, "no such device or address";
    EBADF = 9, "bad file descriptor";
    EAGAIN = 11, "try again";
    ENOMEM = 12, "out of memory";
    EACCES = 13, "permission denied";
    EFAULT = 14, "bad address";
    EBUSY = 16, "device or resource busy";
    EEXIST = 17, "exists already";
    EXDEV = 18, "across devices";
    ENODEV = 19, "no such device";
    EINVAL = 22, "invalid argument";
    ENOTTY = 25, "no such operation for this device";
    ENOSPC = 28, "no space left";
    EDOM = 33, "argument out of domain";
    ERANGE = 34, "result out of range";
    ENOSYS = 38, "not implemented";
    ENODATA = 61, "no data";
    ETIME = 62, "timer expired";
    EPROTO = 71, "protocol error";
    EOVERFLOW = 75, "value too large";
    EOPNOTSUPP = 95, "operation not supported";
    ETIMEDOUT = 110, "timed out";
    EALREADY = 114, "already in progress";
    EINPROGRESS = 115, "now in progress";
    EPROBE_DEFER = 517, "driver requests a retry of its probe";
}

impl Errno {
    /// The errno of this positive number; `None` outside 1..=4095, which is what the kernel can return.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Errno> {
        u16::try_from(number).ok().filter(|n| (1..=4095).contains(n)).map(Errno)
    }

    /// The errno of this name, such as `EBUSY`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Errno> {
        KNOWN.iter().find(|known| known.0 == name).map(|known| Errno(known.1))
    }

    /// The positive number.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// The name, when it has one here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        KNOWN.iter().find(|known| known.1 == self.0).map(|known| known.0)
    }

    /// A short meaning, when it has a name here.
    #[must_use]
    pub fn meaning(self) -> Option<&'static str> {
        KNOWN.iter().find(|known| known.1 == self.0).map(|known| known.2)
    }

    /// All names, for hints.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|known| known.0)
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("errno {}", self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        for name in Errno::names() {
            let errno = Errno::from_name(name).expect("listed");
            assert_eq!(errno.name(), Some(name));
            assert_eq!(Errno::from_number(i64::from(errno.number())), Some(errno));
        }
        assert_eq!(Errno::from_name("EBUSY"), Some(Errno::EBUSY));
    }

    #[test]
    fn what_is_no_errno_is_refused() {
        for number in [0, -16, 4096, i64::MAX] {
            assert_eq!(Errno::from_number(number), None);
        }
        assert_eq!(Errno::from_number(77).map(|e| e.to_string()), Some("errno 77".into()));
    }
}
