//! The analysis of a plan: which question follows from which sum.
//!
//! ```text
//! Counting -> Scaling -> Moments -> [Gram] -> Fitting (Newton, many steps) -> Deviance
//!          -> [Training (federated averaging, many rounds)] -> Roc (2 to 6) -> Calibrating -> Accuracy -> result
//! ```
//!
//! Never: a clock, a file, a site's own sum; it sees totals only. The same totals give the same bits, which is how
//! a killed coordinator and an auditor find the same result. Spec: docs/reference/methods.md.

mod evaluating;
mod fault;
mod fitting;
mod preparing;
mod training;

use consilium_stats::{
    Computation, Conditioning, Count, Counts, Gram, MomentTable, Moments, Query, Scale, Summary,
};
use consilium_types::plan::Design as Validation;
use consilium_types::{Schema, SiteId, StudyPlan};

use crate::result::{Effort, ModelResult, StudyResult};
use evaluating::Evaluating;
pub use fault::AnalysisFault;
use fitting::Fitting;
use preparing::{Prepared, Screening};
use training::Training;

/// An analysis waiting for the sum it asked for.
#[derive(Debug, Clone)]
pub struct Analysis {
    study: Study,
    stage: Stage,
}

/// What follows from a sum.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Another question.
    Ask(Box<Analysis>, Query),
    /// The end.
    Done(Box<StudyResult>),
}

/// What does not change from exchange to exchange, and what is known since the first.
#[derive(Debug, Clone)]
struct Study {
    plan: StudyPlan,
    roster: Vec<SiteId>,
    schema: Schema,
    counts: Counts,
    effort: Effort,
}

#[derive(Debug, Clone)]
enum Stage {
    Counting,
    Scaling,
    Moments(Conditioning),
    Gram(Box<Screening>),
    Fitting(Box<Fitting>),
    Training(Box<Training>),
    Evaluating(Box<Evaluating>),
}

impl Study {
    /// Cells of the analysis: folds, or sites.
    fn cells(&self) -> usize {
        match self.plan.evaluate.design {
            Validation::Kfold => self.plan.evaluate.folds as usize,
            Validation::LeaveSiteOut => self.roster.len(),
        }
    }

    /// Patients of a training set.
    fn patients(&self, held_out: &[usize]) -> [u64; 2] {
        let kept = |(cell, counts): (usize, &[u64; 2])| (!held_out.contains(&cell)).then_some(*counts);
        let cells = self.counts.cells.iter().enumerate().filter_map(kept);
        cells.fold([0, 0], |sum, cell| [sum[0] + cell[0], sum[1] + cell[1]])
    }
}

impl Analysis {
    /// Begins with the sites that take part, in order, and the columns they agreed on.
    pub fn begin(
        plan: &StudyPlan,
        roster: &[SiteId],
        schema: &Schema,
    ) -> Result<(Self, Query), AnalysisFault> {
        if schema.columns.is_empty() {
            return Err(AnalysisFault::NoColumns);
        }
        let study = Study {
            plan: plan.clone(),
            roster: roster.to_vec(),
            schema: schema.clone(),
            counts: Counts { flow: Vec::new(), cells: Vec::new() },
            effort: Effort::default(),
        };
        let query = Query::Count(Count { steps: plan.flow().len(), cells: study.cells() });
        Ok((Self { study, stage: Stage::Counting }, query))
    }

    /// Takes the sum over all sites that answers the last question.
    pub fn absorb(mut self, query: &Query, sum: &Summary) -> Result<Progress, AnalysisFault> {
        query.accept(sum).map_err(AnalysisFault::Summary)?;
        self.study.effort.add(query);
        match (self.stage, query) {
            (Stage::Counting, Query::Count(count)) => counted(self.study, count.finish(sum)?),
            (Stage::Scaling, Query::Scale(scale)) => Ok(scaled(self.study, scale.finish(sum)?)),
            (Stage::Moments(conditioning), Query::Moments(moments)) => {
                screened(self.study, Screening::new(conditioning, moments.finish(sum)?))
            }
            (Stage::Gram(mut screening), Query::Gram(gram)) => {
                screening.take(gram.finish(sum)?);
                prepared(self.study, &screening)
            }
            (Stage::Fitting(fitting), query) => fitting.absorb(self.study, query, sum),
            (Stage::Training(training), query) => training.absorb(self.study, query, sum),
            (Stage::Evaluating(evaluating), query) => evaluating.absorb(self.study, query, sum),
            _ => Err(AnalysisFault::OutOfTurn),
        }
    }
}

fn ask(study: Study, stage: Stage, query: Query) -> Progress {
    Progress::Ask(Box::new(Analysis { study, stage }), query)
}

fn counted(mut study: Study, counts: Counts) -> Result<Progress, AnalysisFault> {
    study.counts = counts;
    for held_out in preparing::training_sets(&study) {
        let [controls, cases] = study.patients(&held_out);
        if controls < 2 || cases < 2 {
            return Err(AnalysisFault::OneClass { held_out, cases, controls });
        }
    }
    let query = Query::Scale(Scale { width: study.schema.columns.len() });
    Ok(ask(study, Stage::Scaling, query))
}

fn scaled(study: Study, conditioning: Conditioning) -> Progress {
    let query = Query::Moments(Moments { cells: study.cells(), conditioning: conditioning.clone() });
    ask(study, Stage::Moments(conditioning), query)
}

fn screened(study: Study, mut screening: Screening) -> Result<Progress, AnalysisFault> {
    let columns = screening.rank(&study);
    if columns.is_empty() {
        return prepared(study, &screening);
    }
    let conditioning = screening.conditioning().clone();
    let query = Query::Gram(Gram { cells: study.cells(), columns, conditioning });
    Ok(ask(study, Stage::Gram(Box::new(screening)), query))
}

fn prepared(study: Study, screening: &Screening) -> Result<Progress, AnalysisFault> {
    let prepared = Prepared::new(&study, screening)?;
    fitting::begin(study, prepared)
}

/// Ends the study once every model is evaluated.
fn finish(study: &Study, prepared: &Prepared, models: Vec<ModelResult>) -> Progress {
    Progress::Done(Box::new(StudyResult::new(
        &study.plan,
        &study.roster,
        &study.schema,
        &study.counts,
        prepared.selection(study),
        models,
        study.effort,
    )))
}

/// Moments of a column in the column's own unit.
fn unconditioned(
    conditioning: &Conditioning,
    table: &MomentTable,
    held_out: &[usize],
    column: usize,
) -> Option<(f64, f64)> {
    let moment = table.both(held_out, column);
    let variance = moment.variance();
    let (centre, scale) = (conditioning.centre[column], conditioning.scale[column]);
    (variance > 0.0).then(|| (centre + scale * moment.mean(), scale * variance.sqrt()))
}
