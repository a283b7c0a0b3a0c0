//! A federation in one process: the questions, limits, site halves, sums and finishing halves of the network, without
//! the network.
//!
//! It is a rehearsal: all rows lie on this machine, so what a hospital would refuse to tell is said, and computed.

use std::collections::BTreeSet;

use consilium_rounds::result::Budget;
use consilium_rounds::{Analysis, AnalysisFault, Progress, Size, StudyResult};
use consilium_stats::{Limits, Networks, Query, Rows, Summary};
use consilium_types::{Schema, SiteId, StudyPlan};

use anyhow::{Context as _, Error, Result, anyhow};

use crate::left::Left;

/// A hospital that answers questions.
pub(crate) struct Site<'a> {
    /// Whose.
    pub(crate) id: SiteId,
    /// Its cohort.
    pub(crate) rows: &'a dyn Rows,
}

/// A finished study.
pub(crate) struct Finished {
    /// What the coordinator would have written.
    pub(crate) result: StudyResult,
    /// What each site would have sent, the same for all: shape never depends on data.
    pub(crate) left: Vec<Left>,
}

/// What is known on the way.
pub(crate) enum Told<'a> {
    /// The next question, in words.
    Question(&'a str),
    /// How large a model the cohort supports: once, before anything is fitted.
    Budget(&'a Budget),
    /// What a hospital would not answer on the network; once each.
    Refusal(&'a str),
}

/// Runs the analysis of `plan` over `sites`, in the order of their ids.
pub(crate) fn run(
    plan: &StudyPlan,
    schema: &Schema,
    sites: &[Site<'_>],
    networks: &dyn Networks,
    mut tell: impl FnMut(Told<'_>),
) -> Result<Finished> {
    let roster: Vec<SiteId> = sites.iter().map(|site| site.id.clone()).collect();
    let limits = Limits::agreed(plan, Size::of(plan, schema, roster.len()).fit);
    let (mut analysis, mut query) = Analysis::begin(plan, &roster, schema).map_err(coded)?;
    let mut left = Vec::new();
    let mut counted = false;
    let mut refusals = BTreeSet::new();
    loop {
        let words = query.describe();
        tell(Told::Question(&words));
        for refusal in refused(&query, sites, &limits) {
            if refusals.insert(refusal.clone()) {
                tell(Told::Refusal(&refusal));
            }
        }
        let sum = ask(&query, sites, schema.columns.len(), networks)?;
        Left::add(&mut left, &words, sum.to_bytes().len() as u64);
        match analysis.absorb(&query, &sum).map_err(coded)? {
            Progress::Ask(next, question) => {
                if !std::mem::replace(&mut counted, true)
                    && let Some(budget) = next.budget()
                {
                    tell(Told::Budget(&budget));
                }
                (analysis, query) = (*next, question);
            }
            Progress::Done(result) => return Ok(Finished { result: *result, left }),
        }
    }
}

/// In words, with the stable code.
#[expect(clippy::needless_pass_by_value, reason = "an error on its way")]
fn coded(fault: AnalysisFault) -> Error {
    anyhow!("{fault} [{}]", fault.code())
}

/// What hospitals would not answer, in words.
fn refused(query: &Query, sites: &[Site<'_>], limits: &Limits) -> Vec<String> {
    let of_site = |site: &Site<'_>| {
        let fault = limits.allow(query, site.rows, sites.len()).err()?;
        Some(format!("{} would refuse: {fault} [{}]", site.id, fault.code()))
    };
    sites.iter().filter_map(of_site).collect()
}

fn ask(query: &Query, sites: &[Site<'_>], width: usize, networks: &dyn Networks) -> Result<Summary> {
    query.check(width)?;
    let answer = |site: &Site<'_>| -> Result<Summary> {
        query.answer(site.rows, networks).with_context(|| format!("at {}", site.id))
    };
    let answers = sites.iter().map(answer).collect::<Result<Vec<_>>>()?;
    Ok(query.combine(&answers.iter().collect::<Vec<_>>())?)
}
