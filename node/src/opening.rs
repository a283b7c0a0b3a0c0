//! Whether a question is in the training log, as everybody sees it, before it is worked on.
//!
//! The witnesses are the hospitals of the question's roster, under the keys this hospital knew when it accepted; more than
//! half of them must have cosigned. Never: the coordinator's word. Spec: docs/reference/training-log.md.

use consilium_ledger::{Entry, Event, Evidence, Policy, VerifierKey};

use crate::answering::Question;
use crate::errors::Fault;

/// The entry and its proof, as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) entry: Vec<u8>,
    /// C2SP tlog-proof.
    pub(crate) proof: String,
}

/// Refuses a question whose opening no majority of its roster has witnessed. Its keys are known to be the accepted ones.
pub(crate) fn check(question: &Question, log: &VerifierKey) -> Result<(), Fault> {
    witnessed(question, log).map_err(|why| Fault::Unopened { study: question.study.clone(), why })
}

fn witnessed(question: &Question, log: &VerifierKey) -> Result<(), String> {
    let opening = question.opening.as_ref().ok_or("no proof")?;
    let evidence: Evidence = opening.proof.parse().map_err(|e| format!("{e}"))?;
    let keys = question.roster.iter().filter_map(|site| {
        let keys = question.participants.get(site)?;
        Some((site.clone(), keys.witness))
    });
    let policy = Policy::majority(log.clone(), keys).map_err(|e| e.to_string())?;
    evidence.verify(&policy, &opening.entry).map_err(|e| e.to_string())?;
    let entry = Entry::from_bytes(evidence.index, &opening.entry).map_err(|e| e.to_string())?;
    let said = Event::Opened {
        study: question.study.clone(),
        attempt: question.attempt,
        round: question.exchange,
        roster: question.roster.clone(),
        question: question.digest,
    };
    if entry.event == said { Ok(()) } else { Err("the entry opens another question".to_owned()) }
}
