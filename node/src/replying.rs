//! What a question is replied with: sums in clear, or a step of a secure sum while the sums are being computed.
//!
//! The sums are begun with the first step, so that keys and shares travel while this hospital works. Never: sums in
//! clear where the plan blinds them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use consilium_crypto::Request;
use consilium_rounds::life::Key;
use consilium_stats::Summary;
use consilium_types::StudyId;
use tokio::task::{JoinHandle, block_in_place, spawn_blocking};

use crate::answering::{Answering, Question, accepted};
use crate::blinding::{Blinding, Sent, Step};
use crate::cli::Bar;
use crate::errors::Fault;
use crate::folder::Folder;

/// What leaves.
pub(crate) enum Reply {
    Sums(Summary),
    Step(Sent),
}

type Sums = Result<Summary, Fault>;

/// Makes replies.
pub(crate) struct Replying {
    folder: Folder,
    answering: Arc<Mutex<Answering>>,
    blinding: Blinding,
    /// Sums that are being computed, one question a study.
    begun: BTreeMap<StudyId, (Key, JoinHandle<Sums>)>,
}

impl Replying {
    pub(crate) fn new(folder: Folder, answering: Answering) -> Result<Self, Fault> {
        let blinding = Blinding::open(&folder)?;
        Ok(Self { folder, answering: Arc::new(Mutex::new(answering)), blinding, begun: BTreeMap::new() })
    }

    /// The reply to a question.
    pub(crate) async fn to(&mut self, question: &Question) -> Result<Reply, Fault> {
        let plan = accepted(&self.folder, question)?.plan()?;
        let Some(step) = &question.step else {
            let answering = Arc::clone(&self.answering);
            return block_in_place(|| answer(&answering, question)).map(Reply::Sums);
        };
        match step.request {
            Request::Keys => self.begin(question),
            Request::Input(_) => return self.masked(question, step).await.map(Reply::Step),
            Request::Shares(_) | Request::Confirm(_) | Request::Unmask(_) => {}
        }
        block_in_place(|| self.blinding.answer(question, step, &plan)).map(Reply::Step)
    }

    /// Nothing of a study that has ended is kept.
    pub(crate) fn forget(&mut self, study: &StudyId) -> Result<(), Fault> {
        self.begun.remove(study);
        self.blinding.forget(study)
    }

    /// Begins the sums, unless they are begun.
    fn begin(&mut self, question: &Question) {
        let key = key(question);
        if self.begun.get(&question.study).is_none_or(|(begun, _)| *begun != key) {
            let (answering, asked) = (Arc::clone(&self.answering), question.clone());
            let work = spawn_blocking(move || answer(&answering, &asked));
            self.begun.insert(question.study.clone(), (key, work));
        }
    }

    /// The sums of a question, masked. A node that was killed since the first step computes them now.
    async fn masked(&mut self, question: &Question, step: &Step) -> Result<Sent, Fault> {
        self.begin(question);
        let (_, work) = self.begun.remove(&question.study).expect("begun above");
        let summary = work.await.map_err(|e| Fault::Answer(format!("the computation ended: {e}")))??;
        block_in_place(|| self.blinding.mask(question, step, summary))
    }
}

fn key(question: &Question) -> Key {
    Key { attempt: question.attempt, exchange: question.exchange }
}

fn answer(answering: &Mutex<Answering>, question: &Question) -> Sums {
    let mut answering = answering.lock().unwrap_or_else(PoisonError::into_inner);
    answering.answer(question, &Bar::new(question.study.as_str()))
}
