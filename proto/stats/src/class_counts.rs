//! How many patients of each class lie between cuts, column by column, in one training set.
//!
//! Cuts are chosen by the coordinator from means and standard deviations, never from an extreme. A value below the
//! first cut or beyond the last shares the outer interval.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 1 for each handful of classes and intervals of each column (packed) | patients of the training set in the interval | pooled distribution of the column by class, to the width of the intervals |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::harmonise::Harmonise;
use crate::lanes::{self, Lanes};
use crate::{Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Cuts of one column in one question.
const MOST_CUTS: usize = 65_536;

/// Asks how many patients of each class lie between cuts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassCounts {
    /// Cells left out of the training set.
    pub held_out: Vec<usize>,
    /// What is done to the values first.
    pub harmonise: Harmonise,
    /// The label whose classes are told apart.
    pub label: usize,
    /// Its number of classes.
    pub classes: usize,
    /// The columns.
    pub columns: Vec<usize>,
    /// Mean and standard deviation of each of them, as shift and scale.
    pub conditioning: Conditioning,
    /// Of each column: ascending cuts of the standardised value; a value equal to a cut lies above it.
    pub cuts: Vec<Vec<f64>>,
    /// Bits of a count; enough for all patients together.
    pub bits: u32,
}

impl ClassCounts {
    fn intervals(&self) -> usize {
        self.cuts.iter().fold(0, |sum: usize, cuts| sum.saturating_add(cuts.len()).saturating_add(1))
    }

    fn lanes(&self) -> usize {
        self.intervals().saturating_mul(self.classes)
    }

    /// Counts a patient in every column: lanes by column, then class, then interval.
    fn count(&self, rows: &dyn Rows, row: usize, class: usize, counts: &mut [u64]) {
        let mut from = 0;
        for (place, cuts) in self.cuts.iter().enumerate() {
            let centre = self.conditioning.centre[place];
            let u = (rows.value(row, self.columns[place]) - centre) / self.conditioning.scale[place];
            let intervals = cuts.len() + 1;
            if !u.is_nan() {
                counts[from + class * intervals + cuts.partition_point(|cut| *cut <= u)] += 1;
            }
            from += intervals * self.classes;
        }
    }
}

impl Computation for ClassCounts {
    /// By column, class and interval.
    type Finding = Vec<Vec<Vec<u64>>>;

    fn length(&self) -> usize {
        Lanes::new(self.bits).words(self.lanes())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        check::index("label", self.label, check::MOST_LABELS)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
        lanes::check_bits(self.bits)?;
        self.harmonise.check(width)?;
        self.conditioning.check(self.columns.len())?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))?;
        check::length("lists of cuts", self.cuts.len(), self.columns.len())?;
        self.cuts.iter().try_for_each(|cuts| check::ascending("cuts", cuts, MOST_CUTS))?;
        check::size("counts", self.lanes(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("patients by class between cuts of {} columns in a training set", self.columns.len())
    }

    fn released(&self) -> Released {
        Released { by_cell: true, cuts: self.cuts.clone(), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let harmonised = self.harmonise.open(rows, &self.held_out);
        let mut counts = vec![0; self.lanes()];
        for row in (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row))) {
            let class = rows.label(row, self.label).and_then(|class| usize::try_from(class).ok());
            if let Some(class) = class.filter(|class| *class < self.classes) {
                self.count(&harmonised, row, class, &mut counts);
            }
        }
        let mut words = Vec::with_capacity(self.length());
        Lanes::new(self.bits).pack(&counts, &mut words)?;
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        let mut counts = Lanes::new(self.bits).unpack(&mut words.iter(), self.lanes())?.into_iter();
        let mut class = |intervals: usize| counts.by_ref().take(intervals).collect::<Vec<u64>>();
        let column = |cuts: &Vec<f64>| (0..self.classes).map(|_| class(cuts.len() + 1)).collect();
        Ok(self.cuts.iter().map(column).collect())
    }
}
