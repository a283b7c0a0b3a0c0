//! Signed notes: a text and signatures under it, each by a named key.
//!
//! Lines by unknown keys are kept and ignored; a line by a known key that does not verify refuses the note. Spec: C2SP
//! signed-note.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use consilium_types::{PublicKey, SiteId};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// Signatures a note may carry.
const MOST_SIGNATURES: usize = 64;
/// Bytes of a note.
const MOST_BYTES: usize = 1 << 20;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The text itself: type 0x01.
    Ed25519,
    /// The text at a time: type 0x04, `cosignature/v1`.
    Cosignature,
}

/// A key that verifies: `name+id+base64(type, key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: Kind,
    key: VerifyingKey,
}

/// A key that signs. It shows nothing of itself.
pub struct SignerKey {
    name: String,
    kind: Kind,
    key: SigningKey,
}

/// A text with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ends with a newline.
    pub text: String,
    /// In their order.
    pub signatures: Vec<SignatureLine>,
}

/// A line under a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// Of the key.
    pub name: String,
    /// First four bytes of the hash of name, type and key.
    pub id: [u8; 4],
    /// What the key's kind says; 64 bytes for an Ed25519 signature, 8 of time before them in a cosignature.
    pub signature: Vec<u8>,
}

/// A note or a key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// Not the shape of a key.
    #[error("not a verifier key: {0}")]
    Key(&'static str),
    /// Not the shape of a note.
    #[error("not a signed note: {0}")]
    Shape(&'static str),
    /// A line by a known key that is not its signature.
    #[error("the signature of {0} does not verify")]
    Signature(String),
    /// No line by the key that must have signed.
    #[error("{0} has not signed")]
    Unsigned(String),
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature].into_iter().find(|kind| kind.byte() == byte)
    }

    /// The bytes that are signed, and what stands before the signature in its line.
    fn message(self, text: &str, seconds: u64) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Ed25519 => (text.as_bytes().to_vec(), Vec::new()),
            Self::Cosignature => {
                let message = format!("cosignature/v1\ntime {seconds}\n{text}");
                (message.into_bytes(), seconds.to_be_bytes().to_vec())
            }
        }
    }
}

/// Whether a name can stand in a key and in a signature line.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c.is_control())
}

fn witness_name(log: &str, site: &SiteId) -> String {
    format!("{log}/{site}")
}

fn id(name: &str, kind: Kind, key: &VerifyingKey) -> [u8; 4] {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', kind.byte()]);
    hasher.update(key.as_bytes());
    let hash: [u8; 32] = hasher.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

impl VerifierKey {
    /// A key with a name.
    pub fn new(name: &str, kind: Kind, key: VerifyingKey) -> Result<Self, NoteFault> {
        if !is_name(name) {
            return Err(NoteFault::Key("a name has no space and no plus"));
        }
        Ok(Self { name: name.to_owned(), kind, key })
    }

    /// The key with which a hospital cosigns checkpoints of this log.
    pub fn witness(&self, site: &SiteId, key: &PublicKey) -> Result<Self, NoteFault> {
        let key =
            VerifyingKey::from_bytes(key.as_bytes()).map_err(|_| NoteFault::Key("no point of the curve"))?;
        Self::new(&witness_name(&self.name, site), Kind::Cosignature, key)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Short identifier in signature lines.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        id(&self.name, self.kind, &self.key)
    }

    fn has_signed(&self, line: &SignatureLine) -> bool {
        line.name == self.name && line.id == self.id()
    }

    /// Verifies its lines under a note: the time of the latest, in seconds since 1970, 0 for a signature without time.
    /// Nothing where it has not signed.
    pub fn verify(&self, note: &Note) -> Result<Option<u64>, NoteFault> {
        let mut found = None;
        for line in note.signatures.iter().filter(|line| self.has_signed(line)) {
            found = found.max(Some(self.verify_line(&note.text, line)?));
        }
        Ok(found)
    }

    fn verify_line(&self, text: &str, line: &SignatureLine) -> Result<u64, NoteFault> {
        let refuse = || NoteFault::Signature(self.name.clone());
        let (seconds, signature) = match self.kind {
            Kind::Ed25519 => (0, line.signature.as_slice()),
            Kind::Cosignature => {
                let (time, rest) = line.signature.split_first_chunk::<8>().ok_or_else(refuse)?;
                (u64::from_be_bytes(*time), rest)
            }
        };
        let signature = Signature::from_slice(signature).map_err(|_| refuse())?;
        let (message, _) = self.kind.message(text, seconds);
        self.key.verify_strict(&message, &signature).map_err(|_| refuse())?;
        Ok(seconds)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+", self.name)?;
        self.id().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        let bytes: Vec<u8> = std::iter::once(self.kind.byte()).chain(*self.key.as_bytes()).collect();
        write!(f, "+{}", BASE64.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteFault;

    /// The base64 part may hold a plus itself.
    fn from_str(text: &str) -> Result<Self, NoteFault> {
        let mut parts = text.splitn(3, '+');
        let mut part = || parts.next().ok_or(NoteFault::Key("three parts between plus signs"));
        let (name, hexadecimal, base64) = (part()?, part()?, part()?);
        let bytes = BASE64.decode(base64).map_err(|_| NoteFault::Key("base64"))?;
        let (kind, key) = bytes.split_first().ok_or(NoteFault::Key("an empty key"))?;
        let kind = Kind::of(*kind).ok_or(NoteFault::Key("a type that is not 1 or 4"))?;
        let key: [u8; 32] = key.try_into().map_err(|_| NoteFault::Key("32 bytes of key"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteFault::Key("no point of the curve"))?;
        let found = Self::new(name, kind, key)?;
        let matches = u32::from_str_radix(hexadecimal, 16) == Ok(u32::from_be_bytes(found.id()));
        if hexadecimal.len() == 8 && matches { Ok(found) } else { Err(NoteFault::Key("another identifier")) }
    }
}

impl SignerKey {
    /// A key from 32 secret bytes.
    pub fn new(name: &str, kind: Kind, secret: &[u8; 32]) -> Result<Self, NoteFault> {
        let key = SigningKey::from_bytes(secret);
        VerifierKey::new(name, kind, key.verifying_key())?;
        Ok(Self { name: name.to_owned(), kind, key })
    }

    /// The key with which a hospital cosigns checkpoints of a log.
    pub fn witness(log: &VerifierKey, site: &SiteId, secret: &[u8; 32]) -> Result<Self, NoteFault> {
        Self::new(&witness_name(&log.name, site), Kind::Cosignature, secret)
    }

    /// What others verify with.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), kind: self.kind, key: self.key.verifying_key() }
    }

    /// A signature line under a text; only a cosignature says the time.
    #[must_use]
    pub fn sign(&self, text: &str, seconds: u64) -> SignatureLine {
        let (message, mut signature) = self.kind.message(text, seconds);
        signature.extend(self.key.sign(&message).to_bytes());
        SignatureLine { name: self.name.clone(), id: self.verifier().id(), signature }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.id.iter().chain(&self.signature).copied().collect();
        writeln!(f, "— {} {}", self.name, BASE64.encode(bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteFault;

    fn from_str(line: &str) -> Result<Self, NoteFault> {
        let rest = line.strip_prefix("— ").ok_or(NoteFault::Shape("a signature begins with a dash"))?;
        let (name, base64) = rest.split_once(' ').ok_or(NoteFault::Shape("a name and a signature"))?;
        let bytes = BASE64.decode(base64).map_err(|_| NoteFault::Shape("a signature in base64"))?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if is_name(name) && !signature.is_empty() => {
                Ok(Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
            }
            _ => Err(NoteFault::Shape("an identifier of four bytes before the signature")),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

impl FromStr for Note {
    type Err = NoteFault;

    fn from_str(note: &str) -> Result<Self, NoteFault> {
        if note.len() > MOST_BYTES || note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteFault::Shape("too long, or a control character"));
        }
        let end = note.rfind("\n\n").ok_or(NoteFault::Shape("an empty line before the signatures"))?;
        let (text, lines) = (&note[..=end], &note[end + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteFault::Shape("a newline at the end"))?;
        let signatures = lines.split('\n').map(str::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(NoteFault::Shape("too many signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }
}
