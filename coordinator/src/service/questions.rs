//! Questions as they are put to a hospital: in one message, or announced and given out in chunks.
//!
//! However many calls ask for a long question, one copy of its text is in memory while any does. Never: a question to a site
//! that need not answer it. Spec: ADR-0020.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use consilium_crypto::{Context, Request as StepRequest};
use consilium_proto::v1::next_reply::What;
use consilium_proto::v1::{Announced, Chunk, Ended, ExchangeKey, NextRequest, OfferedStudy, Question, Step};
use consilium_rounds::StudyLife;
use consilium_rounds::life::{self, Answer, Key};
use consilium_types::chunks::{self, CHUNK_BYTES, Listing};
use consilium_types::{SiteId, StudyId};

use crate::roll::Roll;

/// A question up to this length comes in one message.
const MOST_IN_ONE: usize = 1 << 20;

/// The texts that anyone holds.
type Held = BTreeMap<(StudyId, Key), Weak<[u8]>>;

/// Texts of questions that are being given out.
#[derive(Debug, Default)]
pub(super) struct Texts(Mutex<Held>);

impl Texts {
    /// The open question of a site in one study, as it is put and as it is, or the news that the study has ended.
    pub(super) fn work(
        &self,
        site: &SiteId,
        study: &StudyId,
        life: &StudyLife,
        seen: &NextRequest,
        roll: &Roll,
    ) -> Option<(What, Option<(StudyId, life::Question)>)> {
        let is_in = |studies: &[String]| studies.iter().any(|known| known == study.as_str());
        if let Some(question) = life.question_for(site).filter(|_| !is_in(&seen.waiting)) {
            let put = What::Question(self.put(study, life, &question, roll));
            return Some((put, Some((study.clone(), question))));
        }
        let took_part = matches!(life.answer_of(site), Some(Answer::Accepted(_)));
        let is_over = matches!(life.state_word(), "finished" | "aborted");
        let is_news = took_part && is_over && !is_in(&seen.ended);
        is_news.then(|| {
            let cause = life.cause().unwrap_or_default().to_owned();
            (
                What::Ended(Ended { study: study.to_string(), state: life.state_word().to_owned(), cause }),
                None,
            )
        })
    }

    fn put(&self, study: &StudyId, life: &StudyLife, question: &life::Question, roll: &Roll) -> Question {
        let Key { attempt, exchange } = question.key;
        let needs_query = needs_query(question);
        let text = needs_query.then(|| self.text(study, question));
        let terms = || life.open_terms().filter(|_| !needs_query).map(Context::to_bytes).unwrap_or_default();
        let (query, announced) = text.map(|text| in_one_or_announced(&text)).unwrap_or_default();
        Question {
            key: Some(ExchangeKey { study: study.to_string(), attempt: attempt.0, exchange: exchange.0 }),
            plan_hash: life.plan_hash().as_bytes().to_vec(),
            roster: question.roster.iter().map(ToString::to_string).collect(),
            query,
            participants: roll.participants(question.roster.iter()),
            opening: None,
            step: question.step.as_ref().map(|step| Step { request: step.to_bytes(), terms: terms() }),
            announced,
        }
    }

    /// The content of a question from a chunk on, if the site is to answer this very question.
    pub(super) fn chunks(
        &self,
        site: &SiteId,
        study: &StudyId,
        life: &StudyLife,
        key: Key,
        first: u32,
    ) -> Option<impl Iterator<Item = Chunk> + Send + use<>> {
        let question = life.question_for(site).filter(|open| open.key == key && needs_query(open))?;
        let text = self.text(study, &question);
        let count = u32::try_from(text.len().div_ceil(CHUNK_BYTES)).unwrap_or(u32::MAX);
        let content = move |index| text[chunks::place(text.len(), index)].to_vec();
        Some((first..count).map(move |index| Chunk { index, content: content(index) }))
    }

    fn text(&self, study: &StudyId, question: &life::Question) -> Arc<[u8]> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, text| text.strong_count() > 0);
        let name = (study.clone(), question.key);
        if let Some(text) = known.get(&name).and_then(Weak::upgrade) {
            return text;
        }
        let text: Arc<[u8]> =
            serde_json::to_vec(&question.query).expect("a question always serialises").into();
        known.insert(name, Arc::downgrade(&text));
        text
    }
}

fn in_one_or_announced(text: &[u8]) -> (Vec<u8>, Option<Announced>) {
    if text.len() <= MOST_IN_ONE {
        return (text.to_vec(), None);
    }
    let listing = Listing::of(text);
    (Vec::new(), Some(Announced { length: listing.length(), digests: listing.digests() }))
}

/// A study as it is offered to a site.
pub(super) fn offer(site: &SiteId, study: &StudyId, life: &StudyLife, roll: &Roll) -> OfferedStudy {
    let answer = match life.answer_of(site) {
        None => "",
        Some(Answer::Accepted(_)) => "accepted",
        Some(Answer::Refused) => "refused",
    };
    OfferedStudy {
        study: study.to_string(),
        plan: life.plan().canonical().into_bytes(),
        state: life.state_word().to_owned(),
        answer: answer.to_owned(),
        cause: life.cause().unwrap_or_default().to_owned(),
        participants: roll.participants(life.invited()),
    }
}

/// Whether a step is answered out of the question itself; all others rest on terms that were agreed before.
fn needs_query(question: &life::Question) -> bool {
    matches!(question.step, None | Some(StepRequest::Keys | StepRequest::Input(_)))
}
