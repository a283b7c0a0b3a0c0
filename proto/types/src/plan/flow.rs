//! The inclusion flow: the steps by which patients of the clinical table become the cohort, in words.
//!
//! Site and coordinator derive the same steps from the plan; a site counts the patients left after each.

use super::StudyPlan;
use super::inputs::Missing;

/// One step of the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowStep {
    /// Every row of the clinical table.
    Table,
    /// The clause of `cohort.include` with this text.
    Clause(String),
    /// The outcome column holds a label.
    Outcome,
    /// Images and masks, or the row of the feature table, are there and usable.
    Radiomics,
    /// No clinical covariate is empty; only with `missing = "drop"`.
    Covariates,
}

impl FlowStep {
    /// The step as a line of a flow chart.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Table => "in the clinical table".to_owned(),
            Self::Clause(text) => text.clone(),
            Self::Outcome => "outcome known".to_owned(),
            Self::Radiomics => "radiomic data usable".to_owned(),
            Self::Covariates => "covariates complete".to_owned(),
        }
    }
}

impl StudyPlan {
    /// The steps in the order in which they are applied.
    #[must_use]
    pub fn flow(&self) -> Vec<FlowStep> {
        let clauses =
            self.cohort.include.clauses().iter().map(|clause| FlowStep::Clause(clause.text().to_owned()));
        let drops = self.inputs.clinical.as_ref().is_some_and(|clinical| clinical.missing == Missing::Drop);
        std::iter::once(FlowStep::Table)
            .chain(clauses)
            .chain([FlowStep::Outcome])
            .chain(self.inputs.has_radiomics().then_some(FlowStep::Radiomics))
            .chain(drops.then_some(FlowStep::Covariates))
            .collect()
    }
}
