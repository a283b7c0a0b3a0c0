//! What a step of a study adds to the training log: read off the study before and after, and what was journalled.

use std::collections::BTreeSet;

use consilium_crypto::SiteMessage;
use consilium_ledger::Event;
use consilium_ledger::entry::{Cause, Noise};
use consilium_rounds::StudyLife;
use consilium_rounds::life::{self, Effect, Entry, Key, Lost};
use consilium_types::plan::{Dp, DpRelease};
use consilium_types::{Digest, SiteId, StudyId};

/// Entries about one step, in order.
pub(crate) fn of_step(
    study: &StudyId,
    before: &StudyLife,
    after: &StudyLife,
    effects: &[Effect],
) -> Vec<Event> {
    let journalled = effects.iter().filter_map(|effect| match effect {
        Effect::Journal(entry) => {
            Some(of_entry(study, after, entry).into_iter().chain(spent(study, before, entry)))
        }
        Effect::Keep { .. } | Effect::Step | Effect::Wake => None,
    });
    let ended = lost_question(study, before, after, effects);
    let end = of_end(study, before, after);
    journalled.flatten().chain(ended).chain(opened(study, before, after)).chain(end).collect()
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
            life::Event::Accepted { site, schema, consent } => Some(Event::Approved {
                study,
                site: site.clone(),
                plan: after.plan_hash(),
                schema: schema.digest(),
                program: consent.program,
                signature: consent.signature,
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
            life::Event::Missed { key, sites } => Some(missed(study, *key, sites.clone())),
            life::Event::Blinded { .. }
            | life::Event::Declined { .. }
            | life::Event::Removed { .. }
            | life::Event::Called { .. }
            | life::Event::Tick => None,
        },
    }
}

fn missed(study: StudyId, key: Key, sites: Vec<SiteId>) -> Event {
    Event::Missed { study, attempt: key.attempt, round: key.exchange, sites }
}

/// What a summary that was trained with noise spends.
fn spent(study: &StudyId, before: &StudyLife, entry: &Entry) -> Option<Event> {
    let Entry::Happened {
        event:
            life::Event::Submitted { site, key, .. }
            | life::Event::Blinded { site, key, message: SiteMessage::Input(_), .. },
        ..
    } = entry
    else {
        return None;
    };
    let (dp, question) = (before.plan().privacy.dp?, before.question_for(site)?);
    let steps = question.query.noisy_steps(before.plan(), question.roster.len());
    let (attempt, round) = (key.attempt, key.exchange);
    let event =
        Event::Spent { study: study.clone(), attempt, round, site: site.clone(), steps, noise: noise(dp) };
    (steps > 0).then_some(event)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a plan's numbers are positive and far below 2^53 of these units"
)]
fn noise(dp: Dp) -> Noise {
    Noise {
        sampling: (dp.sampling * 1e6).ceil() as u64,
        scale: (dp.noise * 1e6).floor() as u64,
        delta: (dp.delta * 1e12).floor() as u64,
        bound: (dp.epsilon * 1e6).ceil() as u64,
        integers: dp.release == DpRelease::Gradient,
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
        life::Event::Tick | life::Event::Missed { .. } => Cause::Silent,
        life::Event::Removed { .. } => Cause::Revoked,
        life::Event::Refused { .. } => Cause::Withdrawn,
        life::Event::Accepted { .. }
        | life::Event::Submitted { .. }
        | life::Event::Blinded { .. }
        | life::Event::Called { .. } => Cause::Analysis,
    }
}

/// The question that was not open before, and who is not waited for.
fn opened(study: &StudyId, before: &StudyLife, after: &StudyLife) -> Vec<Event> {
    let Some(open) = after.status().open.filter(|open| before.open_key() != Some(open.key)) else {
        return Vec::new();
    };
    let Some(question) = open.roster.first().and_then(|site| after.question_for(site)) else {
        return Vec::new();
    };
    let opened = Event::Opened {
        study: study.clone(),
        attempt: open.key.attempt,
        round: open.key.exchange,
        roster: question.roster,
        question: life::question_digest(&question.query),
    };
    let absent = Some(open.absent).filter(|absent| !absent.is_empty());
    std::iter::once(opened).chain(absent.map(|sites| missed(study.clone(), open.key, sites))).collect()
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
