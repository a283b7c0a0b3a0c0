//! A log as static files: hashes in tiles of 256, entries in bundles of 256. A folder of them is the whole evidence.
//!
//! Never: a file of its own. Spec: C2SP tlog-tiles.

use consilium_types::Digest;

use crate::Tree;

/// Hashes or entries of a full tile.
pub const WIDTH: u64 = 256;
/// Levels of the tree that a tile spans.
const HEIGHT: usize = 8;
/// No log is larger; a path has few elements and a level fits.
const MOST_ENTRIES: u64 = 1 << 40;

/// A file of the log, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative path with `/`.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Bytes that are no tile or no bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileFault {
    /// Not a whole number of hashes, or of entries.
    #[error("the tile has a wrong length")]
    Length,
    /// An entry that does not fit 16 bits of length.
    #[error("an entry of {0} bytes; at most 65,535 fit")]
    Entry(usize),
}

/// Path of a tile of hashes, with `width` of them.
#[must_use]
pub fn hashes_path(level: usize, tile: u64, width: u64) -> String {
    format!("tile/{level}/{}", place(tile, width))
}

/// Path of a bundle of entries.
#[must_use]
pub fn entries_path(tile: u64, width: u64) -> String {
    format!("tile/entries/{}", place(tile, width))
}

/// `x001/x234/067`, and `.p/W` behind it for a tile that is not full.
fn place(tile: u64, width: u64) -> String {
    let mut path = format!("{:03}", tile % 1_000);
    let mut rest = tile / 1_000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    if width == WIDTH { path } else { format!("{path}.p/{width}") }
}

/// Tiles of one level of a log: each with how many hashes or entries it has.
pub fn tiles(hashes: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..hashes.div_ceil(WIDTH)).map(move |tile| (tile, (hashes - tile * WIDTH).min(WIDTH)))
}

/// The hashes at a level of tiles of a log of a size: levels 0, 8, 16 and so on of the tree.
#[must_use]
pub fn hashes_at(level: usize, size: u64) -> u64 {
    u32::try_from(level * HEIGHT).ok().and_then(|shift| size.checked_shr(shift)).unwrap_or(0)
}

/// The files that a log gains when it grows from one size to another. Those of the older size stay.
pub fn grown(tree: &Tree, entries: &[Vec<u8>], old: u64, new: u64) -> Result<Vec<File>, TileFault> {
    let mut files = Vec::new();
    for (tile, width) in changed(old, new) {
        let bundle = bundle(slice(entries, tile, width))?;
        files.push(File { path: entries_path(tile, width), bytes: bundle });
    }
    for level in (0..).take_while(|level| hashes_at(*level, new) > 0) {
        for (tile, width) in changed(hashes_at(level, old), hashes_at(level, new)) {
            let hashes = slice(tree.level(level * HEIGHT), tile, width);
            let bytes = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
            files.push(File { path: hashes_path(level, tile, width), bytes });
        }
    }
    Ok(files)
}

/// Paths of the tiles that are not full at a size: only its own checkpoint needs them.
#[must_use]
pub fn partial(size: u64) -> Vec<String> {
    let last = |hashes: u64| (!hashes.is_multiple_of(WIDTH)).then_some((hashes / WIDTH, hashes % WIDTH));
    let entries = last(size).map(|(tile, width)| entries_path(tile, width));
    let levels = (0..).take_while(|level| hashes_at(*level, size) > 0);
    let hashes = levels.filter_map(|level| {
        last(hashes_at(level, size)).map(|(tile, width)| hashes_path(level, tile, width))
    });
    entries.into_iter().chain(hashes).collect()
}

/// Tiles of one level that are not the same at both sizes.
fn changed(old: u64, new: u64) -> impl Iterator<Item = (u64, u64)> {
    tiles(new.min(MOST_ENTRIES)).filter(move |(tile, width)| tile * WIDTH + width > old)
}

fn slice<T>(all: &[T], tile: u64, width: u64) -> &[T] {
    let first = usize::try_from(tile * WIDTH).unwrap_or(usize::MAX);
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    all.get(first..first.saturating_add(width)).unwrap_or(&[])
}

/// Entries one after another, each behind its length in 16 bits, big end first.
fn bundle(entries: &[Vec<u8>]) -> Result<Vec<u8>, TileFault> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| TileFault::Entry(entry.len()))?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// Reads a bundle of `width` entries.
pub fn read_bundle(mut bytes: &[u8], width: u64) -> Result<Vec<Vec<u8>>, TileFault> {
    let mut entries = Vec::new();
    for _ in 0..width {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(TileFault::Length)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(TileFault::Length)?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    if bytes.is_empty() { Ok(entries) } else { Err(TileFault::Length) }
}

/// Reads a tile of `width` hashes.
pub fn read_hashes(bytes: &[u8], width: u64) -> Result<Vec<Digest>, TileFault> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    let fits = rest.is_empty() && hashes.len() as u64 == width;
    if fits { Ok(hashes.iter().map(|hash| Digest::from(*hash)).collect()) } else { Err(TileFault::Length) }
}
