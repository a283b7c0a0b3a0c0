//! A federation in one process: the questions, site halves, sums and finishing halves of the network, without
//! the network.

use consilium_rounds::{Analysis, AnalysisFault, Progress, StudyResult};
use consilium_stats::{Networks, Query, Rows, Summary};
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

/// Runs the analysis of `plan` over `sites`, in the order of their ids. `progress` is told each question.
pub(crate) fn run(
    plan: &StudyPlan,
    schema: &Schema,
    sites: &[Site<'_>],
    networks: &dyn Networks,
    mut progress: impl FnMut(&str),
) -> Result<Finished> {
    let roster: Vec<SiteId> = sites.iter().map(|site| site.id.clone()).collect();
    let (mut analysis, mut query) = Analysis::begin(plan, &roster, schema).map_err(coded)?;
    let mut left = Vec::new();
    loop {
        let words = query.describe();
        progress(&words);
        let sum = ask(&query, sites, schema.columns.len(), networks)?;
        Left::add(&mut left, &words, sum.to_bytes().len() as u64);
        match analysis.absorb(&query, &sum).map_err(coded)? {
            Progress::Ask(next, question) => (analysis, query) = (*next, question),
            Progress::Done(result) => return Ok(Finished { result: *result, left }),
        }
    }
}

/// In words, with the stable code.
#[expect(clippy::needless_pass_by_value, reason = "an error on its way")]
fn coded(fault: AnalysisFault) -> Error {
    anyhow!("{fault} [{}]", fault.code())
}

fn ask(query: &Query, sites: &[Site<'_>], width: usize, networks: &dyn Networks) -> Result<Summary> {
    let mut sum: Option<Summary> = None;
    for site in sites {
        query.check(width)?;
        let summary = query.answer(site.rows, networks).with_context(|| format!("at {}", site.id))?;
        query.accept(&summary)?;
        sum = Some(match sum {
            Some(so_far) => so_far.plus(&summary)?,
            None => summary,
        });
    }
    sum.context("no site takes part")
}
