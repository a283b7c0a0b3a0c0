//! An entry in words, for a person who reads the log.

use consilium_ledger::entry::Cause;
use consilium_ledger::{Entry, Event};
use consilium_types::SiteId;

/// One line.
pub(crate) fn of(entry: &Entry) -> String {
    match &entry.event {
        Event::Genesis { origin } => format!("the log {origin} begins"),
        Event::Enrolled { site, key, identity, witness } => format!(
            "{site} is enrolled with fingerprint {}; it signs with {}, witnesses with {}",
            key.short(),
            identity.fingerprint().short(),
            witness.fingerprint().short()
        ),
        Event::Revoked { site } => format!("{site} is revoked"),
        Event::Proposed { plan, sites, .. } => {
            format!("proposed to {}; plan {}", names(sites), plan.short())
        }
        Event::Started { program } => format!("the coordinator runs with program {}", program.short()),
        Event::Approved { site, schema, program, .. } => {
            format!(
                "{site} accepts and signs, with columns {} and program {}",
                schema.short(),
                program.short()
            )
        }
        Event::Rejected { site, .. } => format!("{site} does not take part"),
        Event::Opened { attempt, round, roster, question, .. } => {
            format!("attempt {attempt}, round {round}: question {} to {}", question.short(), names(roster))
        }
        Event::Update { attempt, round, site, update, .. } => {
            format!("attempt {attempt}, round {round}: {site} sent {}", update.short())
        }
        Event::Spent { attempt, round, site, steps, .. } => {
            format!("attempt {attempt}, round {round}: {site} trained in {steps} noisy steps")
        }
        Event::Missed { attempt, round, sites, .. } => {
            format!("attempt {attempt}, round {round}: goes on without {}", names(sites))
        }
        Event::Committed { attempt, round, updates, sum, .. } => {
            format!("attempt {attempt}, round {round}: {} updates add up to {}", updates.len(), sum.short())
        }
        Event::Aborted { attempt, round, lost, cause, .. } => {
            let why = why(cause);
            format!("attempt {attempt} ends at round {round}: {why}; lost: {}", names(lost))
        }
        Event::Finished { result, .. } => format!("finished with result {}", result.short()),
        Event::Closed { .. } => "ended without a result".to_owned(),
    }
}

/// Why an attempt ended.
pub(crate) fn why(cause: &Cause) -> String {
    match cause {
        Cause::Declined(code) => format!("declined with {code}"),
        Cause::Withdrawn => "an approval was withdrawn".to_owned(),
        Cause::Silent => "silence beyond the plan's wait".to_owned(),
        Cause::Revoked => "revoked by the operator".to_owned(),
        Cause::Analysis => "the analysis cannot go on".to_owned(),
    }
}

fn names(sites: &[SiteId]) -> String {
    if sites.is_empty() {
        return "nobody".to_owned();
    }
    sites.iter().map(SiteId::as_str).collect::<Vec<_>>().join(", ")
}
