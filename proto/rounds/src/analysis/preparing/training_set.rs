//! One training set: its harmonised moments, and the radiomic columns selected from them.

use consilium_stats::{
    Conditioning, Derived, Design, Harmonise, Imputation, LifeTable, LifeTables, MomentTable, Moments,
};
use consilium_types::ColumnKind;
use consilium_types::plan::ModelFamily;

use super::selecting::{self, Chosen};
use super::{harmonising, imputing};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::study::Study;

/// What is known of a training set before a model is fitted.
#[derive(Debug)]
pub(super) struct TrainingSet {
    pub(super) held_out: Vec<usize>,
    pub(super) harmonise: Harmonise,
    /// Of harmonised values.
    pub(super) conditioning: Conditioning,
    pub(super) moments: MomentTable,
    /// Of measured values.
    pub(super) raw: Conditioning,
    /// The label that is predicted.
    pub(super) label: usize,
    /// What the models take of the radiomic columns.
    pub(super) chosen: Chosen,
    /// Follow-up, where the outcome is survival.
    pub(super) life: Option<LifeTable>,
    /// How holes of clinical columns are filled, where the plan asks for more than their mean.
    imputation: Option<Imputation>,
}

impl TrainingSet {
    pub(super) async fn prepare(
        study: &Study,
        label: usize,
        raw: &Conditioning,
        held_out: &[usize],
    ) -> Result<Self, AnalysisFault> {
        let harmonise = harmonising::harmonise(study, raw, held_out).await?;
        let question = Moments {
            held_out: held_out.to_vec(),
            slots: harmonising::slots(study, &harmonise),
            conditioning: harmonising::conditioning(raw, &harmonise),
            harmonise,
            label,
            classes: study.classes(label, held_out).len(),
        };
        let (moments, life) = both(study.ask(question.clone()), life(study, held_out)).await?;
        let harmonise = harmonising::with_priors(question.harmonise, &moments);
        let (held_out, conditioning) = (question.held_out, question.conditioning);
        let (raw, chosen, imputation) = (raw.clone(), Chosen::default(), None);
        let mut set =
            Self { held_out, harmonise, conditioning, moments, raw, label, chosen, life, imputation };
        (set.chosen, set.imputation) =
            both(selecting::select(study, &set), imputing::impute(study, &set)).await?;
        Ok(set)
    }

    /// Columns of one kind that vary.
    pub(super) fn usable(&self, study: &Study, kind: ColumnKind) -> Vec<usize> {
        let varies = |column: &usize| self.moments.all(*column).variance() > 0.0;
        study.columns(kind).into_iter().filter(varies).collect()
    }

    /// Mean and standard deviation of a column in its own unit; nothing where it does not vary.
    pub(super) fn spread(&self, column: usize) -> Option<(f64, f64)> {
        if let Some((components, sds)) = &self.chosen.components
            && let Some(component) = column.checked_sub(components.first)
        {
            return Some((0.0, *sds.get(component)?));
        }
        let moment = self.moments.all(column);
        let variance = moment.variance();
        let (centre, scale) = (self.conditioning.centre[column], self.conditioning.scale[column]);
        (variance > 0.0).then(|| (centre + scale * moment.mean(), scale * variance.sqrt()))
    }

    /// The columns of a model, standardised.
    pub(super) fn design(&self, study: &Study, family: ModelFamily) -> Result<Design, AnalysisFault> {
        let clinical = || self.usable(study, ColumnKind::Clinical);
        let columns = match family {
            ModelFamily::Clinical => clinical(),
            ModelFamily::Radiomics => self.chosen.columns.clone(),
            ModelFamily::Combined => [self.chosen.columns.clone(), clinical()].concat(),
        };
        self.design_of(&columns, family)
    }

    /// Some columns, standardised.
    pub(super) fn design_of(&self, columns: &[usize], family: ModelFamily) -> Result<Design, AnalysisFault> {
        // sums that no honest site sends can leave a ranked column without a spread; it goes as a whole
        let scale = |column: &usize| Some((*column, self.spread(*column)?));
        let (columns, (mean, sd)): (Vec<usize>, (Vec<f64>, Vec<f64>)) =
            columns.iter().filter_map(scale).unzip();
        let held_out = self.held_out.clone();
        if columns.is_empty() {
            return Err(AnalysisFault::NoUsableColumn { family, held_out });
        }
        let derived = self.derived(family);
        let sources = derived.components.iter().flat_map(|components| components.columns.iter().copied());
        let harmonise = self.harmonise.only(&columns.iter().copied().chain(sources).collect::<Vec<_>>());
        Ok(Design { columns, mean, sd, held_out, harmonise, derived })
    }

    fn derived(&self, family: ModelFamily) -> Derived {
        let radiomic = family != ModelFamily::Clinical;
        let clinical = family != ModelFamily::Radiomics;
        let components = self.chosen.components.as_ref().map(|(components, _)| components.clone());
        Derived {
            imputation: self.imputation.clone().filter(|_| clinical),
            components: components.filter(|_| radiomic),
        }
    }
}

/// Follow-up of a training set, which must hold an event; nothing where the outcome is not survival.
async fn life(study: &Study, held_out: &[usize]) -> Result<Option<LifeTable>, AnalysisFault> {
    let Some(follow_up) = study.survival() else { return Ok(None) };
    let held_out = held_out.to_vec();
    let question = LifeTables { grid: follow_up.timeline.grid, held_out: held_out.clone(), groups: None };
    let life = study.ask(question).await?.pop().ok_or(AnalysisFault::OutOfTurn)?.life;
    if life.moments().is_empty() { Err(AnalysisFault::NoEvents { held_out }) } else { Ok(Some(life)) }
}
