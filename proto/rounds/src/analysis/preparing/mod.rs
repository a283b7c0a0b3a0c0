//! From raw columns to designs, in every training set: harmonise, screen, select, standardise.
//!
//! Nothing learnt from a held-out patient enters the design of a training set.

mod harmonising;
mod imputing;
mod selecting;
mod training_set;

use std::collections::BTreeMap;

use consilium_stats::{Design, Scale};
use consilium_types::ColumnKind;
use consilium_types::plan::ModelFamily;

use super::AnalysisFault;
use super::desk::together;
use super::study::Study;
use crate::result::{Selection, column_name};
use selecting::Chosen;
use training_set::TrainingSet;

/// The designs of every model family in every training set.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// Which of the study's labels they are for.
    pub(super) label: usize,
    /// As in [`Study::training_sets`].
    pub(super) sets: Vec<Vec<usize>>,
    /// One design a training set, for each family of the plan.
    pub(super) families: Vec<(ModelFamily, Vec<Design>)>,
    /// What was selected in each training set.
    pub(super) chosen: Vec<Chosen>,
}

/// Prepares every training set, side by side.
pub(super) async fn prepare(study: &Study, label: usize) -> Result<Prepared, AnalysisFault> {
    let conditioning = study.ask(Scale { width: study.schema().columns.len() }).await?;
    let held_out = study.training_sets();
    let sets = held_out.iter().map(|cells| TrainingSet::prepare(study, label, &conditioning, cells));
    let sets = together(sets).await?;
    let designs = |family: &ModelFamily| {
        let designs = sets.iter().map(|set| set.design(study, *family));
        Ok((*family, designs.collect::<Result<_, AnalysisFault>>()?))
    };
    let families = study.plan().model.families.iter().map(designs).collect::<Result<_, AnalysisFault>>()?;
    let chosen = sets.into_iter().map(|set| set.chosen).collect();
    Ok(Prepared { label, sets: held_out, families, chosen })
}

impl Prepared {
    /// Position of the training set without exactly these cells.
    pub(super) fn set(&self, held_out: &[usize]) -> Option<usize> {
        self.sets.iter().position(|set| set == held_out)
    }

    /// Which radiomic columns entered, and how often; nothing when the plan does not select.
    pub(super) fn selection(&self, study: &Study) -> Option<Selection> {
        study.plan().select.as_ref()?;
        let radiomic = |(family, _): &&(ModelFamily, Vec<Design>)| *family != ModelFamily::Clinical;
        let (_, designs) = self.families.iter().find(radiomic)?;
        let width = study.schema().columns.len();
        let radiomic = |c: &usize| *c >= width || study.schema().columns[*c].kind == ColumnKind::Radiomic;
        let name = |column: usize| column_name(study.schema(), column);
        let names = |design: &Design| -> Vec<String> {
            design.columns.iter().copied().filter(radiomic).map(name).collect()
        };
        let outer = designs.iter().filter(|design| design.held_out.len() == 1);
        let mut frequency: BTreeMap<String, u32> = BTreeMap::new();
        for name in outer.flat_map(names) {
            *frequency.entry(name).or_default() += 1;
        }
        let label = study.plan().outcome.labels()[self.label].name.clone();
        let of_final = self.chosen.first()?;
        let agreement = of_final.agreement.iter().map(|(column, icc)| (name(*column), *icc)).collect();
        let replicates = of_final.replicates.iter().map(|(column, times)| (name(*column), *times)).collect();
        Some(Selection { label, columns: names(&designs[0]), frequency, agreement, replicates })
    }
}
