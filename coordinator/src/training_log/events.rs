//! What a step of a study adds to the training log: read off the study before and after, and what was journalled.

use std::collections::BTreeSet;

use consilium_crypto::SiteMessage;
use consilium_ledger::Event;
use consilium_ledger::entry::Cause;
use consilium_rounds::StudyLife;
use consilium_rounds::life::{self, Effect, Entry, Lost};
use consilium_types::{Digest, Schema, SiteId, StudyId};

/// Entries about one step, in order.
pub(crate) fn of_step(
    study: &StudyId,
    before: &StudyLife,
    after: &StudyLife,
    effects: &[Effect],
) -> Vec<Event> {
    let journalled = effects.iter().filter_map(|effect| match effect {
        Effect::Journal(entry) => of_entry(study, after, entry),
        Effect::Keep { .. } | Effect::Step | Effect::Wake => None,
    });
    let ended = lost_question(study, before, after, effects);
    let end = of_end(study, before, after);
    journalled.chain(ended).chain(opened(study, before, after)).chain(end).collect()
}

fn of_entry(study: &StudyId, after: &StudyLife, entry: &Entry) -> Option<Event> {
    let study = study.clone();
    match entry {
        Entry::Closed { key, sum, contributions, .. } => Some(Event::Committed {
            study,
            attempt: key.attempt,
            round: key.exchange,
            updates: contributions.clone(),
            sum: sum.digest(),
        }),
        Entry::Happened { event, .. } => match event {
            life::Event::Accepted { site, schema } => Some(Event::Approved {
                study,
                site: site.clone(),
                plan: after.plan_hash(),
                schema: schema_hash(schema),
            }),
            life::Event::Refused { site } => Some(Event::Rejected { study, site: site.clone() }),
            life::Event::Submitted { site, key, summary } => Some(Event::Update {
                study,
                attempt: key.attempt,
                round: key.exchange,
                site: site.clone(),
                update: summary.digest(),
            }),
            life::Event::Blinded { site, key, message: SiteMessage::Input(input), .. } => {
                Some(Event::Update {
                    study,
                    attempt: key.attempt,
                    round: key.exchange,
                    site: site.clone(),
                    update: input.root(),
                })
            }
            life::Event::Blinded { .. }
            | life::Event::Declined { .. }
            | life::Event::Removed { .. }
            | life::Event::Tick => None,
        },
    }
}

/// The question that was open and will have no answer.
fn lost_question(
    study: &StudyId,
    before: &StudyLife,
    after: &StudyLife,
    effects: &[Effect],
) -> Option<Event> {
    let open = before.open_key()?;
    let closed = effects.iter().any(|effect| matches!(effect, Effect::Journal(Entry::Closed { .. })));
    if closed || after.open_key() == Some(open) {
        return None;
    }
    let known = before.lost().len();
    let lost: BTreeSet<SiteId> = after.lost()[known..].iter().map(|lost: &Lost| lost.site.clone()).collect();
    let cause = effects.iter().find_map(|effect| match effect {
        Effect::Journal(Entry::Happened { event, .. }) => Some(cause(event)),
        _ => None,
    });
    Some(Event::Aborted {
        study: study.clone(),
        attempt: open.attempt,
        round: open.exchange,
        lost: lost.into_iter().collect(),
        cause: cause.unwrap_or(Cause::Analysis),
    })
}

fn cause(event: &life::Event) -> Cause {
    match event {
        life::Event::Declined { code, .. } => Cause::Declined(code.clone()),
        life::Event::Tick => Cause::Silent,
        life::Event::Removed { .. } => Cause::Revoked,
        life::Event::Refused { .. } => Cause::Withdrawn,
        life::Event::Accepted { .. } | life::Event::Submitted { .. } | life::Event::Blinded { .. } => {
            Cause::Analysis
        }
    }
}

/// The question that was not open before.
fn opened(study: &StudyId, before: &StudyLife, after: &StudyLife) -> Option<Event> {
    let key = after.open_key().filter(|key| before.open_key() != Some(*key))?;
    let question = after.status().open.and_then(|open| after.question_for(open.roster.first()?))?;
    Some(Event::Opened {
        study: study.clone(),
        attempt: key.attempt,
        round: key.exchange,
        roster: question.roster,
        question: life::question_digest(&question.query),
    })
}

fn of_end(study: &StudyId, before: &StudyLife, after: &StudyLife) -> Option<Event> {
    if before.result().is_some() || before.cause().is_some() {
        return None;
    }
    let study = study.clone();
    match (after.result(), after.cause()) {
        (Some(result), _) => {
            let result = Digest::of("consilium/result/v1", result.to_json().as_bytes());
            Some(Event::Finished { study, result })
        }
        (None, Some(_)) => Some(Event::Closed { study }),
        (None, None) => None,
    }
}

fn schema_hash(schema: &Schema) -> Digest {
    Digest::of("consilium/schema/v1", &serde_json::to_vec(schema).expect("columns always serialise"))
}
