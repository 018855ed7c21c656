// SPDX-License-Identifier: GPL-2.0-only
//! The kernel inside a bzImage. Booted as it is, it need not decompress itself in the guest.

use std::io::{self, Read};

use object::elf::{FileHeader64, NoteType, PT_NOTE};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{LittleEndian, Object, ObjectSection};
use ruzstd::decoding::StreamingDecoder;

// The setup header, Documentation/arch/x86/boot.rst.
const SETUP_SECTS: usize = 0x1f1;
const MAGIC: usize = 0x202;
const VERSION: usize = 0x206;
const PAYLOAD_OFFSET: usize = 0x248;
const PAYLOAD_LENGTH: usize = 0x24c;
const SECTOR: usize = 512;
/// The first version that tells where the payload is.
const WITH_PAYLOAD: u32 = 0x208;
/// No kernel is as large as this.
const LARGEST: u64 = 1 << 30;
/// Of a Xen note: the address to enter at.
const XEN_PHYS32_ENTRY: NoteType = NoteType(18);
const BANNER: &[u8] = b"Linux version ";
const LONGEST_BANNER: usize = 1024;

/// A kernel that can be looked into.
#[derive(Debug)]
pub struct Elf {
    data: Vec<u8>,
}

impl Elf {
    /// Unpacks it from a bzImage, or takes a vmlinux as it is. Errors are in words.
    ///
    /// # Errors
    /// It is neither, or compressed in a way that is not known.
    pub fn from_image(image: &[u8]) -> Result<Elf, String> {
        if image.starts_with(object::elf::ELFMAG.as_slice()) {
            return Elf::new(image.to_vec());
        }
        let payload = payload(image).ok_or("is no bzImage and no vmlinux of x86")?;
        Elf::new(decompress(payload)?)
    }

    fn new(data: Vec<u8>) -> Result<Elf, String> {
        object::File::parse(data.as_slice())
            .map_err(|error| format!("what is in it is no ELF file: {error}"))?;
        Ok(Elf { data })
    }

    /// The file.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// A section.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&[u8]> {
        let file = object::File::parse(self.data.as_slice()).ok()?;
        file.section_by_name(name)?.data().ok().filter(|data| !data.is_empty())
    }

    /// What the kernel calls itself.
    #[must_use]
    pub fn release(&self) -> Option<&str> {
        self.banner()?.split(' ').next()
    }

    /// The version of the package it is from, if it is from one of Debian's.
    #[must_use]
    pub fn debian_version(&self) -> Option<&str> {
        self.banner()?.rsplit_once(" Debian ")?.1.split_whitespace().next()
    }

    /// What `/proc/version` says, from the release on.
    fn banner(&self) -> Option<&str> {
        // The format string of the banner comes with it.
        let mut rest = self.data.as_slice();
        loop {
            rest = rest.get(find(rest, BANNER)? + BANNER.len()..)?;
            let line = rest.split(|byte| matches!(byte, 0 | b'\n')).next()?;
            if line.len() < LONGEST_BANNER && line.first().is_some_and(u8::is_ascii_digit) {
                return str::from_utf8(line).ok();
            }
        }
    }

    /// Can QEMU enter it without a boot loader (`CONFIG_PVH`)?
    #[must_use]
    pub fn has_pvh_entry(&self) -> bool {
        let data = self.data.as_slice();
        let Ok(header) = FileHeader64::<LittleEndian>::parse(data) else { return false };
        let Ok(segments) = header.program_headers(LittleEndian, data) else { return false };
        segments.iter().filter(|segment| segment.p_type(LittleEndian) == PT_NOTE).any(|segment| {
            let Ok(Some(mut notes)) = segment.notes(LittleEndian, data) else { return false };
            while let Ok(Some(note)) = notes.next() {
                if note.name() == b"Xen" && note.n_type(LittleEndian) == XEN_PHYS32_ENTRY {
                    return true;
                }
            }
            false
        })
    }
}

fn find(data: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let at = from + data.get(from..)?.iter().position(|byte| *byte == first)?;
        if data.get(at..)?.starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The compressed kernel in a bzImage.
fn payload(image: &[u8]) -> Option<&[u8]> {
    let number = |at: usize| Some(u32::from_le_bytes(image.get(at..at + 4)?.try_into().ok()?));
    let version = number(VERSION)? & 0xffff;
    if image.get(MAGIC..MAGIC + 4)? != b"HdrS" || version < WITH_PAYLOAD {
        return None;
    }
    let sectors = match *image.get(SETUP_SECTS)? {
        0 => 4,
        sectors => usize::from(sectors),
    };
    let start = (sectors + 1) * SECTOR + usize::try_from(number(PAYLOAD_OFFSET)?).ok()?;
    let length = usize::try_from(number(PAYLOAD_LENGTH)?).ok()?;
    image.get(start..start.checked_add(length)?)
}

fn decompress(payload: &[u8]) -> Result<Vec<u8>, String> {
    let read = |reader: &mut dyn Read, kind: &str| {
        let mut data = Vec::new();
        match reader.take(LARGEST).read_to_end(&mut data) {
            Ok(_) => Ok(data),
            Err(error) => Err(format!("its {kind} data cannot be unpacked: {error}")),
        }
    };
    match payload {
        [0x1f, 0x8b, ..] => read(&mut flate2::bufread::GzDecoder::new(payload), "gzip"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => read(&mut liblzma::bufread::XzDecoder::new(payload), "xz"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = StreamingDecoder::new(payload)
                .map_err(|error| format!("its zstd data makes no sense: {error}"))?;
            read(&mut decoder, "zstd")
        }
        [b'B', b'Z', b'h', ..] => Err(unknown("bzip2")),
        [0x02, 0x21, ..] => Err(unknown("lz4")),
        [0x89, b'L', b'Z', ..] => Err(unknown("lzo")),
        [0x5d, 0, 0, ..] => Err(unknown("lzma")),
        [0x7f, b'E', b'L', b'F', ..] => Ok(payload.to_vec()),
        _ => Err("is compressed in an unknown way".into()),
    }
}

fn unknown(kind: &str) -> String {
    format!(
        "is compressed with {kind}; name the vmlinux of its build instead, or build it with CONFIG_KERNEL_ZSTD=y"
    )
}

/// A file that is perhaps compressed, by the end of its name.
///
/// # Errors
/// It cannot be unpacked.
pub fn unpacked(name: &str, data: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    if name.ends_with(".xz") {
        liblzma::bufread::XzDecoder::new(data.as_slice()).read_to_end(&mut plain)?;
    } else if name.ends_with(".gz") {
        flate2::bufread::GzDecoder::new(data.as_slice()).read_to_end(&mut plain)?;
    } else if name.ends_with(".zst") {
        StreamingDecoder::new(data.as_slice()).map_err(io::Error::other)?.read_to_end(&mut plain)?;
    } else {
        return Ok(data);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use liblzma::write::XzEncoder;
    use rstest::rstest;

    use super::*;

    /// The header of an ELF file of x86-64 with nothing in it, and a banner.
    fn elf() -> Vec<u8> {
        let mut data = b"\x7fELF\x02\x01\x01".to_vec();
        data.resize(16, 0);
        data.extend([2, 0, 62, 0, 1, 0, 0, 0]);
        data.resize(52, 0);
        data.extend([64, 0, 56, 0, 0, 0, 64, 0, 0, 0, 0, 0]);
        data.extend(b"Linux version %s (%s)\0Linux version 7.3.0-mine+ (me@here) (gcc (Debian 14.2.0) 14.2) #1 SMP Debian 7.3.4-1~bpo13+1 (2026-11-15)\n\0");
        data
    }

    fn image(payload: &[u8]) -> Vec<u8> {
        let mut image = vec![0; 2 * SECTOR];
        image[SETUP_SECTS] = 1;
        image[MAGIC..MAGIC + 4].copy_from_slice(b"HdrS");
        image[VERSION..VERSION + 2].copy_from_slice(&[0x0f, 0x02]);
        image[PAYLOAD_OFFSET] = 8;
        image[PAYLOAD_LENGTH..PAYLOAD_LENGTH + 4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        image.extend([0; 8]);
        image.extend(payload);
        image
    }

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(data: &[u8]) -> Vec<u8> {
        let mut encoder = XzEncoder::new(Vec::new(), 1);
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    /// The size that the kernel's build puts behind the data.
    fn with_size(mut data: Vec<u8>) -> Vec<u8> {
        data.extend(u32::try_from(elf().len()).unwrap().to_le_bytes());
        data
    }

    #[rstest]
    #[case(image(&gzip(&elf())))]
    #[case(image(&with_size(xz(&elf()))))]
    #[case(elf())]
    fn the_kernel_is_found(#[case] image: Vec<u8>) {
        let found = Elf::from_image(&image).unwrap();
        assert_eq!(found.data(), elf());
        assert_eq!(found.release(), Some("7.3.0-mine+"));
        assert_eq!(found.debian_version(), Some("7.3.4-1~bpo13+1"));
        assert!(!found.has_pvh_entry());
        assert_eq!(found.section(".BTF"), None);
    }

    #[rstest]
    #[case(b"something else".to_vec(), "is no bzImage and no vmlinux of x86")]
    #[case(
        image(b"BZh91AY"),
        "is compressed with bzip2; name the vmlinux of its build instead, or build it with CONFIG_KERNEL_ZSTD=y"
    )]
    #[case(image(b"?"), "is compressed in an unknown way")]
    #[case(image(b"\x1f\x8b\x08"), "its gzip data cannot be unpacked: unexpected end of file")]
    #[case(image(&gzip(&[b'?'; 64])), "what is in it is no ELF file: Unknown file magic")]
    fn what_is_no_kernel_is_refused(#[case] image: Vec<u8>, #[case] message: &str) {
        assert_eq!(Elf::from_image(&image).unwrap_err(), message);
    }

    #[test]
    fn a_payload_beyond_the_end_is_refused() {
        let mut image = image(&gzip(&elf()));
        image.truncate(image.len() - 1);
        assert_eq!(Elf::from_image(&image).unwrap_err(), "is no bzImage and no vmlinux of x86");
    }

    #[test]
    fn modules_are_unpacked_by_their_names() {
        assert_eq!(unpacked("a.ko.xz", xz(b"module")).unwrap(), b"module");
        assert_eq!(unpacked("a.ko.gz", gzip(b"module")).unwrap(), b"module");
        assert_eq!(unpacked("a.ko", b"module".to_vec()).unwrap(), b"module");
        assert!(unpacked("a.ko.xz", b"module".to_vec()).is_err());
    }
}
