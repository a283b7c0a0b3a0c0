//! From a data folder to the table a study computes on: who belongs to it, what is known of each, in which fold.
//!
//! Rows are patients without names; the table leaves only as sums (`consilium-stats`). Spec: docs/reference/methods.md.

mod batches;
mod clinical;
mod flow;
mod folds;
mod keyed;
mod outcome;
mod reading;
mod rows;

use std::path::Path;

use consilium_types::plan::{Design, OutcomeKind};
use consilium_types::{Digest, Schema, SiteId, StudyPlan};

pub use rows::CohortRows;

use crate::catalogue::{DataFault, Patient};
use crate::extraction::{Cache, Progress, Reader};
use outcome::Known;
use reading::Reading;

/// What happens to a patient whose files cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unfit {
    /// Nothing is computed until the files are corrected.
    #[default]
    Refuse,
    /// The patient leaves the cohort, and the flow says so.
    Exclude,
}

/// Where a cohort is read from, and how.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The hospital's id, which enters the keyed hash that deals folds.
    pub site: &'a SiteId,
    /// The data folder.
    pub data: &'a Path,
    /// Where extracted features are remembered.
    pub cache: &'a Cache,
    /// Which process reads images.
    pub reader: Reader,
    /// What happens to patients with unusable files.
    pub unfit: Unfit,
}

/// The patients of one study at one hospital.
pub struct Cohort {
    schema: Schema,
    patients: Vec<Patient>,
    outcomes: Vec<Known>,
    /// Scanner or other batch of each patient.
    batches: Vec<usize>,
    values: Vec<Vec<f64>>,
    /// Radiomic values by a second reader.
    second: Vec<Vec<f64>>,
    flow: Vec<u64>,
    /// Files that could not be used, where the policy excludes them: messages for the hospital's own screen.
    excluded: Vec<String>,
}

impl std::fmt::Debug for Cohort {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cohort({} x {})", self.patients.len(), self.schema.columns.len())
    }
}

/// The columns a hospital offers to a plan. Reads tables, opens no image.
pub fn schema(plan: &StudyPlan, data: &Path) -> Result<Schema, DataFault> {
    Ok(Reading::open(plan, data, (&Cache::none(), Reader::Here))?.schema())
}

impl Cohort {
    /// Reads tables, extracts or remembers features, and applies the plan's inclusion flow.
    pub fn read(plan: &StudyPlan, source: Source<'_>, progress: &dyn Progress) -> Result<Self, DataFault> {
        Reading::open(plan, source.data, (source.cache, source.reader))?.cohort(source.unfit, progress)
    }

    /// The cohort as far as tables tell: as if every image were there and usable. No feature has a value.
    pub fn foresee(plan: &StudyPlan, data: &Path) -> Result<Self, DataFault> {
        Reading::open(plan, data, (&Cache::none(), Reader::Here))?.foresee()
    }

    fn empty(schema: Schema) -> Self {
        Self {
            schema,
            patients: Vec::new(),
            outcomes: Vec::new(),
            batches: Vec::new(),
            values: Vec::new(),
            second: Vec::new(),
            flow: Vec::new(),
            excluded: Vec::new(),
        }
    }

    /// The columns.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Number of patients.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patients.len()
    }

    /// Whether no patient belongs to the study.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patients.is_empty()
    }

    /// Number of patients of class 1 of the first label: cases, or events.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.of_class(0, 1)
    }

    /// Number of patients of one class of one label.
    #[must_use]
    pub fn of_class(&self, label: usize, class: u32) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.classes.get(label) == Some(&Some(class))).count()
    }

    /// Patients of the rarest class of all labels; in a study of survival, patients with an event.
    #[must_use]
    pub fn fewest(&self, plan: &StudyPlan) -> usize {
        let labels = plan.outcome.labels().len();
        let first = u32::from(plan.outcome.kind() == OutcomeKind::Survival);
        let classes = first..u32::try_from(plan.outcome.classes()).unwrap_or(u32::MAX);
        let each = (0..labels).flat_map(|label| classes.clone().map(move |class| (label, class)));
        each.map(|(label, class)| self.of_class(label, class)).min().unwrap_or(0)
    }

    /// Patients left after each step of the plan's flow.
    #[must_use]
    pub fn flow(&self) -> &[u64] {
        &self.flow
    }

    /// What could not be used, for the hospital's own screen.
    #[must_use]
    pub fn excluded(&self) -> &[String] {
        &self.excluded
    }

    /// A digest of all values, to notice data that change while a study runs. It never leaves the hospital.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for row in 0..self.len() {
            let Known { classes, survival } = &self.outcomes[row];
            let key = self.patients[row].reveal().as_bytes();
            bytes.extend(Digest::of("consilium/patient/v1", key).as_bytes());
            bytes.extend(classes.iter().flat_map(|class| class.unwrap_or(u32::MAX).to_le_bytes()));
            let (days, event) = survival.map_or((f64::NAN, false), |seen| (seen.days, seen.event));
            bytes.push(u8::from(event));
            bytes.extend((self.batches[row] as u64).to_le_bytes());
            let values = [days].into_iter().chain(self.values[row].iter().copied());
            let values = values.chain(self.second[row].iter().copied());
            bytes.extend(values.flat_map(|value| value.to_bits().to_le_bytes()));
        }
        self.flow.iter().for_each(|count| bytes.extend(count.to_le_bytes()));
        Digest::of("consilium/cohort/v2", &bytes)
    }

    /// The table with its folds in every repeat of the plan, for an analysis of the sites in `roster`; nothing when `site` is not among them.
    #[must_use]
    pub fn rows(&self, plan: &StudyPlan, site: &SiteId, roster: &[SiteId]) -> Option<CohortRows<'_>> {
        let mut sorted: Vec<&SiteId> = roster.iter().collect();
        sorted.sort();
        let place = sorted.iter().position(|other| *other == site)?;
        let deal = |repeat| match plan.evaluate.design {
            Design::Kfold | Design::Holdout => {
                folds::deal(plan, site, &self.patients, &self.outcomes, repeat)
            }
            Design::LeaveSiteOut => vec![place; self.patients.len()],
        };
        let dealings = (0..plan.evaluate.repeats).map(deal).collect();
        Some(CohortRows::new(self, dealings, plan.study.seed, place))
    }
}

#[cfg(test)]
mod tests;
