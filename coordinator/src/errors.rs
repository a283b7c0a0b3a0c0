//! Everything the coordinator refuses, with its code, and the one mapping to gRPC statuses.
//!
//! A message names what was wrong and the remedy. What a hospital is told never holds another hospital's data.

use std::path::PathBuf;

use consilium_ledger::note::NoteFault;
use consilium_rounds::life::{Refusal, UnreadableEntry};
use consilium_stats::SummaryFault;
use consilium_store::StoreError;
use consilium_types::chunks::ChunkFault;
use consilium_types::plan::PlanErrors;
use consilium_types::{SiteId, StudyId};
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

/// The metadata key that carries the code of a refusal.
const CODE_KEY: &str = "consilium-code";

/// Why a command or a request was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Plan(#[from] PlanErrors),
    #[error("{}: {doing}: {source}; check that this user may read and write there", path.display())]
    File { path: PathBuf, doing: &'static str, source: std::io::Error },
    #[error("{}: there is a coordinator here already; choose another --dir", .0.display())]
    Exists(PathBuf),
    #[error("`{0}` is not an address: write HOST:PORT, for example coord.example.org:7443")]
    Address(String),
    #[error(
        "{address}: cannot listen: {source}; stop the other program there, or choose another port with --listen"
    )]
    Listen { address: String, source: std::io::Error },
    #[error("the certificate authority failed: {0}; restore ca.key and ca.pem from a backup")]
    Authority(String),
    #[error("{0} is enrolled already; run `revoke {0}` before inviting it again")]
    AlreadyEnrolled(SiteId),
    #[error("{0} does not wait for approval; `sites` shows who does")]
    NotWaiting(SiteId),
    #[error("there is no hospital {0}; `sites` lists them")]
    NoSuchSite(SiteId),
    #[error("{0} has no certificate yet and cannot be offered a study; `sites` shows where it stands")]
    NotEnrolled(SiteId),
    #[error("there is no template {name}; known are {known}")]
    NoSuchTemplate { name: String, known: String },
    #[error("{}: there is a file already; choose another --out", .0.display())]
    FileExists(PathBuf),
    #[error(
        "there is a study {0} already; a published plan cannot change: give the amendment an id of its own"
    )]
    StudyExists(StudyId),
    #[error("there is no study {0}; `study status` lists them")]
    NoSuchStudy(StudyId),
    #[error("{study} has no result: it is {state}")]
    NoResult { study: StudyId, state: String },
    #[error("{0} has no blinded sum that was opened; `study status {0}` shows where it stands")]
    NoEvidence(StudyId),
    #[error(
        "the plan asks for at least {min} hospitals, {found} would be invited; enrol more or lower study.sites.min"
    )]
    TooFewSites { min: u32, found: usize },
    #[error("a journal cannot be read: {0}; restore the folder from a backup")]
    Journal(#[from] UnreadableEntry),
    #[error(
        "the result of {study} cannot be read by this version: {why}; use the version that ran the study"
    )]
    OldResult { study: StudyId, why: String },
    #[error("the training log cannot be read: {0}; restore the folder from a backup")]
    TrainingLog(#[from] consilium_ledger::entry::UnreadableEntry),
    #[error("the training log cannot be written: {0}")]
    Tile(#[from] consilium_ledger::tile::TileFault),
    #[error("{}: not the key of the training log; restore it from a backup", .0.display())]
    LogKey(PathBuf),
    #[error("{}: {why}", path.display())]
    Settings { path: PathBuf, why: String },
    #[error("`{0}` cannot be a name: use letters, digits and `.`, `_`, `-`, `@`, at most 64")]
    PersonName(String),
    #[error(
        "the password is shorter than {0} characters; a few words that nobody else joins are easy to keep"
    )]
    ShortPassword(usize),
    #[error("{0} cannot sign in with a password; `people list` shows who can")]
    NoSuchPerson(String),
    #[error(
        "{0}: the pages carry passwords and are served on the loopback interface alone; put the hospital's HTTPS proxy before them and say --pages-url"
    )]
    PagesListen(String),
    #[error("`{0}` is not where browsers find the pages: write https://HOST or https://HOST:PORT")]
    PagesUrl(String),
    #[error("this call needs the hospital's certificate; run `consilium-node enrol` first")]
    NoCertificate,
    #[error("this certificate was revoked or not issued here; ask the operator for a new invitation")]
    CertificateUnknown,
    #[error("there is no such invitation; it was replaced or revoked: ask the operator for a new one")]
    UnknownInvitation,
    #[error("the invitation expired at {0}; ask the operator for a new one")]
    ExpiredInvitation(String),
    #[error("the invitation was used with another key; if that was not you, tell the operator at once")]
    UsedInvitation,
    #[error("a key's signature does not verify: whoever calls does not have the hospital's keys")]
    UnprovenKey,
    #[error("a key is another hospital's, or one key has two purposes; enrol in a new folder")]
    KeyTaken,
    #[error("the certificate ended more than {0} days ago; ask the operator to revoke and invite again")]
    EndedLongAgo(u64),
    #[error("the certificate has ended; it can be renewed, and nothing else: start `consilium-node run`")]
    CertificateEnded,
    #[error(
        "too many calls of this hospital are open, or come at once: does a second node run in its name? It may ask again"
    )]
    TooManyCalls,
    #[error("not a cosignature of the checkpoint by this hospital's witness key: {0}")]
    Cosignature(NoteFault),
    #[error("the signing request cannot be read: {0}")]
    SigningRequest(String),
    #[error("{field}: {why}")]
    Malformed { field: &'static str, why: String },
    #[error("the plan of {0} is another than the one this answer is for; read it again with `studies`")]
    OtherPlan(StudyId),
    #[error("{0} was not offered to this hospital")]
    NotOffered(StudyId),
    #[error("the summary cannot be read: {0}")]
    Summary(SummaryFault),
    #[error(transparent)]
    Chunk(#[from] ChunkFault),
    #[error("{found} bytes are announced where the open question asks for {expected}")]
    UploadLength { expected: u64, found: u64 },
    #[error("the words that the answer names are not all here; upload what is missing, then answer again")]
    NotUploaded,
    #[error("this hospital has begun another upload for the same question; go on with that one")]
    UploadReplaced,
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Fault {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Store(fault) => fault.code(),
            Self::Plan(faults) => faults.code(),
            Self::Refused(refusal) => refusal.code(),
            Self::Chunk(fault) => fault.code(),
            Self::File { .. } => "CNS-C-0101",
            Self::Exists(_) => "CNS-C-0102",
            Self::Address(_) => "CNS-C-0103",
            Self::Listen { .. } => "CNS-C-0104",
            Self::Authority(_) => "CNS-C-0105",
            Self::AlreadyEnrolled(_) => "CNS-C-0106",
            Self::NotWaiting(_) => "CNS-C-0107",
            Self::NoSuchSite(_) => "CNS-C-0108",
            Self::NotEnrolled(_) => "CNS-C-0109",
            Self::StudyExists(_) => "CNS-C-0110",
            Self::NoSuchStudy(_) => "CNS-C-0111",
            Self::NoResult { .. } => "CNS-C-0112",
            Self::TooFewSites { .. } => "CNS-C-0113",
            Self::Journal(_) => "CNS-C-0114",
            Self::OldResult { .. } => "CNS-C-0115",
            Self::TrainingLog(_) => "CNS-C-0116",
            Self::Tile(_) => "CNS-C-0117",
            Self::LogKey(_) => "CNS-C-0118",
            Self::NoSuchTemplate { .. } => "CNS-C-0119",
            Self::FileExists(_) => "CNS-C-0120",
            Self::NoEvidence(_) => "CNS-C-0121",
            Self::Settings { .. } => "CNS-C-0123",
            Self::PersonName(_) => "CNS-C-0124",
            Self::ShortPassword(_) => "CNS-C-0125",
            Self::NoSuchPerson(_) => "CNS-C-0126",
            Self::PagesListen(_) => "CNS-C-0127",
            Self::PagesUrl(_) => "CNS-C-0128",
            Self::NoCertificate => "CNS-C-0201",
            Self::CertificateUnknown => "CNS-C-0202",
            Self::UnknownInvitation => "CNS-C-0203",
            Self::ExpiredInvitation(_) => "CNS-C-0204",
            Self::UsedInvitation => "CNS-C-0205",
            Self::SigningRequest(_) => "CNS-C-0206",
            Self::Malformed { .. } => "CNS-C-0207",
            Self::OtherPlan(_) => "CNS-C-0208",
            Self::NotOffered(_) => "CNS-C-0209",
            Self::Summary(_) => "CNS-C-0210",
            Self::UnprovenKey => "CNS-C-0211",
            Self::KeyTaken => "CNS-C-0212",
            Self::EndedLongAgo(_) => "CNS-C-0213",
            Self::CertificateEnded => "CNS-C-0214",
            Self::Cosignature(_) => "CNS-C-0215",
            Self::UploadLength { .. } => "CNS-C-0216",
            Self::NotUploaded => "CNS-C-0217",
            Self::UploadReplaced => "CNS-C-0218",
            Self::TooManyCalls => "CNS-C-0219",
        }
    }

    fn grpc(&self) -> Code {
        match self {
            Self::NoCertificate | Self::CertificateEnded => Code::Unauthenticated,
            Self::CertificateUnknown
            | Self::UnknownInvitation
            | Self::ExpiredInvitation(_)
            | Self::UsedInvitation
            | Self::UnprovenKey
            | Self::KeyTaken
            | Self::EndedLongAgo(_) => Code::PermissionDenied,
            Self::NotOffered(_) | Self::NoSuchStudy(_) => Code::NotFound,
            Self::Malformed { .. }
            | Self::SigningRequest(_)
            | Self::Cosignature(_)
            | Self::Summary(_)
            | Self::Chunk(_)
            | Self::UploadLength { .. }
            | Self::Refused(Refusal::Shape(_) | Refusal::NotACode) => Code::InvalidArgument,
            Self::Refused(_) | Self::OtherPlan(_) | Self::NotUploaded | Self::UploadReplaced => {
                Code::FailedPrecondition
            }
            Self::TooManyCalls => Code::ResourceExhausted,
            _ => Code::Internal,
        }
    }
}

impl From<Fault> for Status {
    /// What the coordinator itself suffered is logged here and told to nobody else.
    fn from(fault: Fault) -> Self {
        let (grpc, code) = (fault.grpc(), fault.code());
        let message = if grpc == Code::Internal {
            tracing::error!(code, "{fault}");
            "the coordinator cannot go on; its operator finds the reason in its log".to_owned()
        } else {
            fault.to_string()
        };
        let mut status = Self::new(grpc, format!("{message} [{code}]"));
        status.metadata_mut().insert(CODE_KEY, MetadataValue::from_static(code));
        status
    }
}
