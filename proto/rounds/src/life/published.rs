//! Waiting for the hospitals' decisions.
//!
//! Waits for: an answer of every invited site, or the plan's `wait`. Accepts: answers, also changed ones. Ends: in
//! Running when enough sites accepted with equal columns; in Aborted otherwise.

use consilium_types::plan::Aggregate;
use consilium_types::{Attempt, Schema, SiteId};

use super::answers::Stop;
use super::blinded::Roster;
use super::running::Running;
use super::{Answer, Effect, Refusal, State, StudyLife, Timestamp};

impl StudyLife {
    pub(super) fn answer(
        &mut self,
        now: Timestamp,
        site: &SiteId,
        answer: Answer,
    ) -> Result<Option<Vec<Effect>>, Refusal> {
        let known = self.answers.get(site).ok_or_else(|| Refusal::NotInvited(site.clone()))?;
        if known.as_ref() == Some(&answer) {
            return Ok(None);
        }
        match (&self.state, &answer) {
            (State::Published, _) => {
                self.answers.insert(site.clone(), Some(answer));
                Ok(Some(self.start_when_ready(now)))
            }
            (State::Running(running), Answer::Refused) if running.has(site) => {
                self.answers.insert(site.clone(), Some(answer));
                Ok(Some(self.lose(now, &[(site.clone(), "withdrawn by the hospital".to_owned())])))
            }
            _ => Err(Refusal::AnswersClosed),
        }
    }

    /// Starts or aborts when nothing more is to be waited for.
    pub(super) fn start_when_ready(&mut self, now: Timestamp) -> Vec<Effect> {
        let undecided = self.answers.values().any(Option::is_none);
        if undecided && now < self.after_wait(self.published) {
            return Vec::new();
        }
        match self.agreed() {
            Ok((roster, schema)) => self.begin(now, Attempt(1), roster, schema),
            Err(cause) => self.abort(cause),
        }
        vec![Effect::Wake]
    }

    /// The sites that accepted, and the columns all of them offer.
    fn agreed(&self) -> Result<(Vec<SiteId>, Schema), String> {
        let accepted: Vec<(&SiteId, &Schema)> = self.answers.iter().filter_map(acceptance).collect();
        let min = self.plan.study.sites.min as usize;
        let Some(((first, schema), others)) = accepted.split_first().filter(|_| accepted.len() >= min) else {
            return Err(format!(
                "CNS-R-0301: {} of {} hospitals accepted; the plan asks for {min}",
                accepted.len(),
                self.answers.len()
            ));
        };
        if let Some((other, theirs)) = others.iter().find(|(_, theirs)| theirs != schema) {
            return Err(difference(first, schema, other, theirs));
        }
        Ok((accepted.iter().map(|(site, _)| (*site).clone()).collect(), (*schema).clone()))
    }

    pub(super) fn begin(&mut self, now: Timestamp, attempt: Attempt, roster: Vec<SiteId>, schema: Schema) {
        let identified = self.identified(&roster);
        let begun =
            identified.and_then(|known| Running::begin(&self.plan, now, attempt, roster, &known, schema));
        match begun {
            Ok(running) => self.state = State::Running(Box::new(running)),
            Err(stop) => self.abort(stop.to_string()),
        }
    }

    /// The identities of a roster; of none where sums are clear.
    pub(super) fn identified(&self, roster: &[SiteId]) -> Result<Roster, Stop> {
        if self.plan.privacy.aggregate == Aggregate::Clear {
            return Ok(Roster::new());
        }
        let identity = |site: &SiteId| match self.identities.get(site) {
            Some(identity) => Ok((site.clone(), *identity)),
            None => Err(Stop::NoIdentity(site.clone())),
        };
        roster.iter().map(identity).collect()
    }
}

fn acceptance<'a>((site, answer): (&'a SiteId, &'a Option<Answer>)) -> Option<(&'a SiteId, &'a Schema)> {
    match answer {
        Some(Answer::Accepted(schema)) => Some((site, schema)),
        Some(Answer::Refused) | None => None,
    }
}

/// Says how two hospitals' columns differ.
fn difference(a: &SiteId, theirs: &Schema, b: &SiteId, others: &Schema) -> String {
    let only = |x: &Schema, y: &Schema| {
        let names = x.missing_in(y);
        let shown: Vec<&str> = names.iter().take(5).copied().collect();
        let more = if names.len() > shown.len() { ", …" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let detail = match (only(theirs, others), only(others, theirs)) {
        (x, y) if x.is_empty() && y.is_empty() && theirs.extractor != others.extractor => {
            format!("{a} extracts with `{}`, {b} with `{}`", theirs.extractor, others.extractor)
        }
        (x, y) if x.is_empty() && y.is_empty() => format!("{a} and {b} order them differently"),
        (x, y) if y.is_empty() => format!("{b} lacks {x}"),
        (x, y) if x.is_empty() => format!("{a} lacks {y}"),
        (x, y) => format!("{b} lacks {x}; {a} lacks {y}"),
    };
    format!("CNS-R-0302: the hospitals' columns differ: {detail}")
}
