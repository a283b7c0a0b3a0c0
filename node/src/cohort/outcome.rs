//! What a cell of the clinical table says of a patient's outcome: classes, and follow-up in a study of survival.
//!
//! Never: a value that the plan does not name counted as a class of several. Spec: docs/reference/plan.md, `[outcome]`.

use consilium_stats::Survival;
use consilium_types::StudyPlan;
use consilium_types::plan::{FAILS, HOLDS, Holes, Label, Outcome, OutcomeKind, Predicted};

use super::flow::{cells, unfit};
use super::keyed;
use crate::catalogue::{ClinicalTable, DataFault, Patient};

/// The outcome of one patient.
#[derive(Clone, PartialEq)]
pub(super) struct Known {
    /// The class of each label; nothing where it is not known.
    pub(super) classes: Vec<Option<u32>>,
    /// Follow-up, in a study of survival.
    pub(super) survival: Option<Survival>,
}

/// How the plan reads outcomes.
pub(super) struct Outcomes<'a> {
    outcome: &'a Outcome,
    labels: Vec<Label>,
}

impl<'a> Outcomes<'a> {
    pub(super) fn of(plan: &'a StudyPlan) -> Self {
        Self { outcome: &plan.outcome, labels: plan.outcome.labels() }
    }

    /// The outcome of a row; nothing when too little of it is known for the patient to stay.
    pub(super) fn read(&self, table: &ClinicalTable, row: usize) -> Result<Option<Known>, DataFault> {
        let class = |label: &Label| self.class(label, table, row);
        let classes = self.labels.iter().map(class).collect::<Result<Vec<_>, _>>()?;
        let stays = match &self.outcome.predicted {
            Predicted::Multilabel { missing: Holes::Mask, .. } => classes.iter().any(Option::is_some),
            _ => classes.iter().all(Option::is_some),
        };
        if !stays {
            return Ok(None);
        }
        let survival = self.follow_up(table, row, classes[0] == Some(1))?;
        Ok(Some(Known { classes, survival }))
    }

    /// The class of a cell, or of a derived label; nothing when it is not known.
    fn class(&self, label: &Label, table: &ClinicalTable, row: usize) -> Result<Option<u32>, DataFault> {
        if let Some(condition) = &label.derived {
            let holds = condition.evaluate(&cells(table, row)).map_err(|fault| unfit(table, row, fault))?;
            let class = holds.and_then(|holds| label.class(if holds { HOLDS } else { FAILS }));
            return Ok(class.and_then(|class| u32::try_from(class).ok()));
        }
        let cell = table.cell(row, table.column(&label.name)?);
        let class = label.class(cell);
        let levels = matches!(self.outcome.kind(), OutcomeKind::Ordinal | OutcomeKind::Nominal);
        if levels && class.is_none() && !cell.is_empty() {
            return Err(DataFault::UnknownLevel {
                file: table.file().to_owned(),
                line: table.line(row),
                column: label.name.clone(),
                levels: label.classes.join(", "),
            });
        }
        Ok(class.and_then(|class| u32::try_from(class).ok()))
    }

    fn follow_up(
        &self,
        table: &ClinicalTable,
        row: usize,
        event: bool,
    ) -> Result<Option<Survival>, DataFault> {
        let Some((time, ..)) = self.outcome.survival() else { return Ok(None) };
        let days = table.number(row, table.column(time)?)?;
        if days >= 0.0 {
            return Ok(Some(Survival { days, event }));
        }
        let (file, line) = (table.file().to_owned(), table.line(row));
        Err(DataFault::FollowUp { file, line, column: time.to_owned() })
    }
}

/// The null control: whole outcomes change places among the patients, by keyed draws. Patients in one random order
/// get the outcomes of another, so that neither the order of rows nor that of pseudonyms shows.
pub(super) fn permute(seed: u64, patients: &[Patient], outcomes: &mut [Known]) {
    let order = |purpose: &str| {
        let draw = |row: usize| (keyed::hash(seed, &format!("{purpose}/{}", patients[row].reveal())), row);
        let mut order: Vec<_> = (0..patients.len()).map(draw).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, row)| row)
    };
    let before = outcomes.to_vec();
    for (to, from) in order("permute/to").zip(order("permute/from")) {
        outcomes[to] = before[from].clone();
    }
}
