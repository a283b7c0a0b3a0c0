//! The same study without the network: the same questions, answers and sums, one after the other.

use anyhow::{Context as _, Result};
use consilium_learn::Perceptrons;
use consilium_node::cohort::{Cohort, Source, Unfit};
use consilium_node::extraction::{Cache, Reader};
use consilium_rounds::{Analysis, Progress, StudyResult};
use consilium_stats::{Query, Summary};
use consilium_types::{Schema, SiteId, StudyPlan};

use crate::Consortium;

/// The result file of a study over these hospitals' data folders.
pub fn result(consortium: &Consortium, plan: &StudyPlan, sites: &[&str]) -> Result<String> {
    watched(consortium, plan, sites, |_, _| ())
}

/// The same; `see` sees each hospital's sums in clear.
pub fn watched(
    consortium: &Consortium,
    plan: &StudyPlan,
    sites: &[&str],
    mut see: impl FnMut(&SiteId, &Summary),
) -> Result<String> {
    let cache = Cache::none();
    let mut roster = sites.iter().map(|site| Ok(site.parse()?)).collect::<Result<Vec<SiteId>>>()?;
    roster.sort();
    let read = |site: &SiteId| {
        let data = consortium.data(site.as_str());
        Cohort::read(
            plan,
            Source { site, data: &data, cache: &cache, reader: Reader::Here, unfit: Unfit::Refuse },
            &(),
        )
    };
    let cohorts = roster.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let schema = cohorts.first().context("a hospital")?.schema();
    let sum = |query: &Query| {
        let answer = |(site, cohort): (&SiteId, &Cohort)| -> Result<Summary> {
            let rows = cohort.rows(plan, site, &roster).context("a hospital of the roster")?;
            Ok(query.answer(&rows, &Perceptrons)?)
        };
        let answers = roster.iter().zip(&cohorts).map(answer).collect::<Result<Vec<_>>>()?;
        roster.iter().zip(&answers).for_each(|(site, summary)| see(site, summary));
        Ok(query.combine(&answers.iter().collect::<Vec<_>>())?)
    };
    Ok(carried_out(plan, &roster, schema, sum)?.to_json())
}

/// The result of a study; `sum` answers each question for all hospitals.
pub fn carried_out(
    plan: &StudyPlan,
    roster: &[SiteId],
    schema: &Schema,
    mut sum: impl FnMut(&Query) -> Result<Summary>,
) -> Result<StudyResult> {
    let (mut analysis, mut query) = Analysis::begin(plan, roster, schema)?;
    loop {
        match analysis.absorb(&query, &sum(&query)?)? {
            Progress::Ask(next, question) => (analysis, query) = (*next, question),
            Progress::Done(result) => return Ok(*result),
        }
    }
}
