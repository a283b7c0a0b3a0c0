//! A checkpoint: whose log it is, how many entries it has, and their root. Spec: C2SP tlog-checkpoint.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use consilium_types::Digest;

use crate::note::NoteFault;

/// The state of a log at a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, hash_to_line(&self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = NoteFault;

    /// Lines after the third are extensions that this reader does not know; they are signed, and ignored.
    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let mut lines = text.lines();
        let mut line = || lines.next().ok_or(NoteFault::Shape("three lines of a checkpoint"));
        let (origin, size, root) = (line()?, line()?, line()?);
        let number: u64 = size.parse().map_err(|_| NoteFault::Shape("a size"))?;
        if origin.is_empty() || number.to_string() != size {
            return Err(NoteFault::Shape("an origin and a size without leading zeros"));
        }
        Ok(Self { origin: origin.to_owned(), size: number, root: hash_of_line(root)? })
    }
}

/// A hash as a line of base64.
pub(crate) fn hash_to_line(hash: &Digest) -> String {
    BASE64.encode(hash.as_bytes())
}

/// Reads a hash.
pub(crate) fn hash_of_line(line: &str) -> Result<Digest, NoteFault> {
    let bytes = BASE64.decode(line).map_err(|_| NoteFault::Shape("a hash in base64"))?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| NoteFault::Shape("a hash of 32 bytes"))?;
    Ok(bytes.into())
}
