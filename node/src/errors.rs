//! Everything a node refuses or suffers, with its code.
//!
//! Messages are for the hospital's own screen and log; to the coordinator goes the code alone.

use std::path::PathBuf;

use consilium_crypto::CryptoFault;
use consilium_ledger::witness::Refusal;
use consilium_stats::{QueryFault, Undisclosed, Unfit};
use consilium_types::chunks::ChunkFault;
use consilium_types::plan::PlanErrors;
use consilium_types::{Digest, SiteId, StudyId};

use crate::catalogue::DataFault;
use crate::predicting::PredictFault;

/// Why a command or a question was refused.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Something in the data folder.
    #[error(transparent)]
    Data(#[from] DataFault),
    /// Something in a plan.
    #[error(transparent)]
    Plan(#[from] PlanErrors),
    /// A step of a secure sum no honest coordinator asks for.
    #[error("the secure sum cannot go on: {0}")]
    Blinding(#[from] CryptoFault),
    /// A part of a question that is not the one that was announced.
    #[error(transparent)]
    Chunk(#[from] ChunkFault),
    /// Sums asked for in another way than the plan says.
    #[error(
        "the plan of {0} says otherwise how sums travel (`privacy.aggregate`); tell the coordinator's operator"
    )]
    OtherAggregate(StudyId),
    /// A question no honest coordinator asks.
    #[error("the coordinator asks what it must not: {0}; tell its operator")]
    Question(#[from] QueryFault),
    /// New patients that cannot be predicted.
    #[error(transparent)]
    Predict(#[from] PredictFault),
    /// An answer that would tell too much.
    #[error("{0}; nothing leaves")]
    Undisclosed(#[from] Undisclosed),
    /// Rows that cannot be summed.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// A file of the node's own folder.
    #[error("{}: {doing}: {source}; check that this user may read and write there", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A configuration file that cannot be used.
    #[error("{}: {why}", file.display())]
    Configuration {
        /// Which.
        file: PathBuf,
        /// What is wrong and what to do.
        why: String,
    },
    /// No enrolment yet.
    #[error("{}: this node has not enrolled; run `consilium-node enrol INVITATION --dir …` first", .0.display())]
    NotEnrolled(PathBuf),
    /// Enrolled already.
    #[error("{}: this node is enrolled as {site}; give the new invitation a folder of its own with --dir", folder.display())]
    AlreadyEnrolled {
        /// Its folder.
        folder: PathBuf,
        /// Its id.
        site: SiteId,
    },
    /// An invitation that cannot be read.
    #[error("{}: not an invitation: {why}; ask the operator for a new one", file.display())]
    Invitation {
        /// Which.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A key or certificate could not be made or used.
    #[error("the node's key or certificate cannot be used: {0}; enrol again in a new folder")]
    Identity(String),
    /// A study that is not offered.
    #[error("{0} is not offered to this hospital; `studies` lists what is")]
    NoSuchStudy(StudyId),
    /// No connection.
    #[error(
        "{address}: no connection: {why}; check the firewall rule, the proxy and that the coordinator runs"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        why: String,
    },
    /// Somebody else answers at the coordinator's address.
    #[error(
        "{address}: whoever answers has no certificate of this consortium: {why}; a proxy that intercepts TLS must \
         let this connection pass; if there is none, tell the operator at once"
    )]
    NotTheCoordinator {
        /// Where.
        address: String,
        /// What rustls says.
        why: String,
    },
    /// The coordinator takes this node's certificate for ended.
    #[error(
        "the coordinator takes this node's certificate for ended: `run` renews it; check the clock of this machine"
    )]
    CertificateEnded,
    /// By this machine's clock the coordinator's certificate has not begun, or has ended.
    #[error(
        "the coordinator's certificate is not valid at this machine's time: {why}; correct the clock of this machine, or \
         tell the operator if it is right"
    )]
    ClocksApart {
        /// What rustls says.
        why: String,
    },
    /// The coordinator said no, with a code of its own.
    #[error("the coordinator refuses: {message}")]
    Refused {
        /// What it said, its code in brackets.
        message: String,
        /// Whether asking again is pointless.
        for_good: bool,
    },
    /// An answer that is none.
    #[error("the coordinator's answer cannot be read: {0}; both programs must have the same version")]
    Answer(String),
    /// A study that this hospital has not accepted.
    #[error("{0} was not accepted here; `consilium-node accept {0}` would")]
    NotAccepted(StudyId),
    /// Another plan than the accepted one.
    #[error(
        "the plan of {study} is not the one accepted here: accepted {accepted}, asked for {asked}; read the new one"
    )]
    OtherPlan {
        /// Which study.
        study: StudyId,
        /// The hash accepted.
        accepted: Digest,
        /// The hash asked for.
        asked: Digest,
    },
    /// A hospital has another key than when the study was accepted.
    #[error(
        "{site} has another key, or none, than when {study} was accepted; call {site}, compare the keys that `accept` \
         shows, and accept a new study"
    )]
    OtherKey {
        /// Which study.
        study: StudyId,
        /// Whose key.
        site: SiteId,
    },
    /// The list of allowed plans does not hold this one.
    #[error("policy.toml: `plans` does not list {0}; add the hash after reading the plan")]
    PlanNotAllowed(Digest),
    /// The list of allowed studies does not hold this one.
    #[error("policy.toml: `studies` does not list {0}; add its id after reading the plan")]
    StudyNotAllowed(StudyId),
    /// The list of allowed learners does not hold one of the plan's.
    #[error("policy.toml: `learners` does not list {0}, which the plan uses; nothing leaves")]
    LearnerNotAllowed(String),
    /// The list of allowed questions does not hold this kind.
    #[error("policy.toml: `questions` does not list {0}; nothing leaves")]
    QuestionNotAllowed(String),
    /// Fewer hospitals than the policy or the plan asks for.
    #[error("policy.toml or the plan asks for {min} hospitals, but {found} take part; nothing leaves")]
    TooFewSites {
        /// The larger minimum.
        min: u32,
        /// How many there are.
        found: usize,
    },
    /// Fewer patients than the policy or the plan asks for.
    #[error("{found} {what} in the cohort, {rule} asks for {min}; nothing leaves")]
    TooFewPatients {
        /// Patients, events, or patients of the rarest class.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are needed.
        min: u32,
        /// Whose rule it is.
        rule: &'static str,
    },
    /// The plan shows what the policy does not allow.
    #[error("policy.toml: site_sums = false, but the plan releases sums of single hospitals; nothing leaves")]
    SiteSums,
    /// The plan shows the coordinator what the policy wants blinded.
    #[error(
        "policy.toml: clear_sums = false, but the plan shows the coordinator this hospital's sums, and its networks, in clear; \
         nothing leaves"
    )]
    ClearSums,
    /// Networks guarded otherwise than the accepted plan says.
    #[error(
        "a question about {0} trains networks, or asks for votes, otherwise than `[robust]` of the accepted plan; tell the \
         coordinator's operator"
    )]
    OtherGuards(StudyId),
    /// A sum that hospitals are missing from, where the plan wants all of them.
    #[error(
        "a sum over {found} of {began} hospitals is to be opened, and the accepted plan wants one over all; tell the \
         coordinator's operator"
    )]
    SmallerSum {
        /// Hospitals that were asked.
        began: usize,
        /// Hospitals that are in it.
        found: usize,
    },
    /// The data are not what they were when the study began.
    #[error("the data of {0} have changed since its first answer; restore them, or refuse the study")]
    DataChanged(StudyId),
    /// The ledger cannot be written.
    #[error("{}: the egress ledger cannot be written: {source}; nothing leaves until it can", file.display())]
    Ledger {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The ledger is not what was written.
    #[error("{}: line {line}: {what}; keep the folder as it is and find out who could write there", file.display())]
    Chain {
        /// Which file.
        file: PathBuf,
        /// Where, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Noise that the accepted plan does not have.
    #[error(
        "a question about {0} asks for other noise than the accepted plan; tell the coordinator's operator"
    )]
    OtherNoise(StudyId),
    /// More privacy spent than the plan or the policy allows.
    #[error(
        "{what} would spend epsilon = {spent:.3} at delta = {delta}, {rule} allows {limit}; nothing leaves"
    )]
    Overspent {
        /// The study, or all studies.
        what: &'static str,
        /// With this answer.
        spent: f64,
        /// The bound.
        limit: f64,
        /// At this delta.
        delta: f64,
        /// Whose rule it is.
        rule: &'static str,
    },
    /// The ledger of what was spent cannot be read or written.
    #[error("{}: the privacy ledger cannot be used: {why}; no noisy answer leaves until it can", file.display())]
    SpendingLedger {
        /// Which file.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// This build does not compute what the standard says.
    #[error(
        "the extractor gives {missed} of {rows} reference values of the IBSI digital phantom wrongly; do not use this \
         build, install a released one"
    )]
    SelfTest {
        /// Values that are wrong.
        missed: usize,
        /// Values compared.
        rows: usize,
    },
    /// A checkpoint does not continue what this hospital has cosigned.
    #[error(
        "the training log shows another history than the one this hospital has cosigned: {0}; nothing is answered any \
         more: compare {file} with other hospitals",
        file = "witness/refused"
    )]
    LogForked(Refusal),
    /// The log is shorter than what this hospital has cosigned.
    #[error(
        "the training log has {shown} entries, this hospital has cosigned {seen}: an old backup was restored, or history \
         was taken away; nothing is answered any more: call the operator"
    )]
    LogRolledBack {
        /// Entries cosigned.
        seen: u64,
        /// Entries shown.
        shown: u64,
    },
    /// A checkpoint that the log of the invitation has not signed.
    #[error(
        "a checkpoint that is not of the training log in the invitation: {0}; nothing is answered any more"
    )]
    OtherLog(Refusal),
    /// A refused checkpoint lies in the folder.
    #[error(
        "{}: this node refused a checkpoint of the training log and answers nothing; once the operator has explained it and \
         other hospitals agree, remove the file", .0.display()
    )]
    Frozen(PathBuf),
    /// A question that no witnessed entry opens.
    #[error("{study}: the question is not opened in the training log under a witnessed checkpoint: {why}")]
    Unopened {
        /// Which study.
        study: StudyId,
        /// What is missing.
        why: String,
    },
    /// Some check of `doctor` failed.
    #[error("{0} of the checks above failed")]
    Unhealthy(usize),
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Data(fault) => fault.code(),
            Self::Plan(faults) => faults.code(),
            Self::Question(fault) => fault.code(),
            Self::Blinding(fault) => fault.code(),
            Self::Chunk(fault) => fault.code(),
            Self::Undisclosed(fault) => fault.code(),
            Self::Predict(fault) => fault.code(),
            Self::Unfit(fault) => fault.code(),
            Self::File { .. } => "CNS-N-0101",
            Self::Configuration { .. } => "CNS-N-0102",
            Self::NotEnrolled(_) => "CNS-N-0103",
            Self::AlreadyEnrolled { .. } => "CNS-N-0104",
            Self::Invitation { .. } => "CNS-N-0105",
            Self::Identity(_) => "CNS-N-0107",
            Self::NoSuchStudy(_) => "CNS-N-0108",
            Self::Unhealthy(_) => "CNS-N-0109",
            Self::SelfTest { .. } => "CNS-N-0110",
            Self::Unreachable { .. } => "CNS-N-0201",
            Self::NotTheCoordinator { .. } => "CNS-N-0202",
            Self::Refused { .. } => "CNS-N-0203",
            Self::Answer(_) => "CNS-N-0204",
            Self::CertificateEnded => "CNS-N-0205",
            Self::ClocksApart { .. } => "CNS-N-0206",
            Self::Ledger { .. } => "CNS-N-0301",
            Self::Chain { .. } => "CNS-N-0302",
            Self::NotAccepted(_) => "CNS-N-0401",
            Self::OtherPlan { .. } => "CNS-N-0402",
            Self::PlanNotAllowed(_) => "CNS-N-0403",
            Self::TooFewSites { .. } => "CNS-N-0404",
            Self::TooFewPatients { .. } => "CNS-N-0405",
            Self::SiteSums => "CNS-N-0406",
            Self::DataChanged(_) => "CNS-N-0407",
            Self::OtherGuards(_) => "CNS-N-0410",
            Self::ClearSums => "CNS-N-0411",
            Self::SmallerSum { .. } => "CNS-N-0412",
            Self::OtherNoise(_) => "CNS-N-0701",
            Self::Overspent { .. } => "CNS-N-0702",
            Self::SpendingLedger { .. } => "CNS-N-0703",
            Self::OtherKey { .. } => "CNS-N-0408",
            Self::OtherAggregate(_) => "CNS-N-0409",
            Self::StudyNotAllowed(_) => "CNS-N-0420",
            Self::LearnerNotAllowed(_) => "CNS-N-0421",
            Self::QuestionNotAllowed(_) => "CNS-N-0422",
            Self::LogForked(_) => "CNS-N-0601",
            Self::LogRolledBack { .. } => "CNS-N-0602",
            Self::OtherLog(_) => "CNS-N-0603",
            Self::Frozen(_) => "CNS-N-0604",
            Self::Unopened { .. } => "CNS-N-0605",
        }
    }

    /// Whether waiting and trying again may help.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::CertificateEnded
                | Self::ClocksApart { .. }
                | Self::Refused { for_good: false, .. }
                | Self::Chunk(_)
        )
    }
}
