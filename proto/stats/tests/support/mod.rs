//! Rows in memory, questions put to several sites, and no networks.

#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod cohorts;

use consilium_stats::glm::{Inputs, Response};
use consilium_stats::network::derive_seed;
use consilium_stats::{
    Computation, Derived, Design, Harmonise, NetworkFault, Networks, Predictor, Rows, Scorer, Summary,
    Survival, Target, Trained, TrainingJob,
};

/// A table of patients.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<f64>>,
    /// By patient, then by label of the study.
    pub(crate) labels: Vec<Vec<Option<u32>>>,
    pub(crate) cells: Vec<usize>,
    pub(crate) flow: Vec<u64>,
    /// Follow-up of each patient; empty where the study is not one of survival.
    pub(crate) survival: Vec<Survival>,
    /// A second reader's values; empty where there is none.
    pub(crate) second: Vec<Vec<f64>>,
    /// Key of each patient's random bits.
    pub(crate) keys: Vec<u64>,
    /// Position in the roster.
    pub(crate) site: usize,
}

impl Table {
    pub(crate) fn new(rows: Vec<Vec<f64>>, cases: Vec<bool>) -> Self {
        let labels = cases.into_iter().map(|case| vec![Some(u32::from(case))]).collect();
        Self::labelled(rows, labels)
    }

    pub(crate) fn labelled(rows: Vec<Vec<f64>>, labels: Vec<Vec<Option<u32>>>) -> Self {
        let cells = vec![0; rows.len()];
        let keys = (0..rows.len() as u64).collect();
        Self { rows, labels, cells, keys, ..Self::default() }
    }

    /// Deals patients to sites.
    pub(crate) fn split(&self, sites: usize) -> Vec<Self> {
        let place: Vec<usize> = (0..self.rows.len()).map(|i| i * 7 % sites).collect();
        let mut dealt = self.deal(&place);
        dealt.resize_with(sites, || Self { flow: self.flow.clone(), ..Self::default() });
        dealt
    }

    /// Deals each patient to a site of its own choice.
    pub(crate) fn deal(&self, place: &[usize]) -> Vec<Self> {
        let sites = place.iter().max().map_or(1, |last| last + 1);
        let mut dealt = vec![Self { flow: self.flow.clone(), ..Self::default() }; sites];
        for (place, site) in dealt.iter_mut().enumerate() {
            site.site = place;
        }
        for (i, place) in place.iter().enumerate() {
            let site = &mut dealt[*place];
            site.rows.push(self.rows[i].clone());
            site.labels.push(self.labels[i].clone());
            site.cells.push(self.cells[i]);
            site.keys.push(self.keys[i]);
            site.second.extend(self.second.get(i).cloned());
            site.survival.extend(self.survival.get(i));
        }
        dealt
    }
}

impl Rows for Table {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn width(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.rows[row][column]
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        self.labels[row].get(label).copied().flatten()
    }

    fn survival(&self, row: usize) -> Option<Survival> {
        self.survival.get(row).copied()
    }

    fn cell(&self, row: usize) -> usize {
        self.cells[row]
    }

    fn flow(&self) -> &[u64] {
        &self.flow
    }

    fn site(&self) -> usize {
        self.site
    }

    fn reread(&self, row: usize, column: usize) -> f64 {
        self.second.get(row).map_or(f64::NAN, |values| values[column])
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        derive_seed(self.keys[row], purpose)
    }
}

/// Networks that return what they were given and believe every patient a case with probability one half.
pub(crate) struct IdleNetworks;

impl Networks for IdleNetworks {
    fn train(&self, job: &TrainingJob<'_>) -> Result<Trained, NetworkFault> {
        Ok(Trained { parameters: job.start.to_vec(), loss: 0.0 })
    }

    fn predict(&self, _: &[usize], _: &[f32], inputs: &[Vec<f32>]) -> Result<Vec<f64>, NetworkFault> {
        Ok(vec![0.5; inputs.len()])
    }
}

/// The sum of the sites' answers; summaries travel as bytes.
pub(crate) fn ask<C: Computation>(computation: &C, sites: &[Table]) -> Summary {
    let answers = sites.iter().map(|site| computation.site(site, &IdleNetworks).expect("fit rows"));
    let total = answers.reduce(|a, b| a.plus(&b).expect("equal shapes")).expect("a site");
    Summary::statistics_from_bytes(&total.to_bytes()).expect("whole words")
}

/// A logistic regression, intercept first.
pub(crate) fn linear(design: Design, beta: Vec<f64>) -> Predictor {
    let response = Response::Binary(Target::case(0));
    Predictor::Linear { inputs: Inputs::columns(design), response, beta }
}

/// Scores a patient by the logistic function of the first column.
pub(crate) fn by_first_column() -> Scorer {
    let design = Design {
        columns: vec![0],
        mean: vec![0.0],
        sd: vec![1.0],
        held_out: vec![0],
        harmonise: Harmonise::None,
        derived: Derived::default(),
    };
    Scorer { cells: vec![Some(linear(design, vec![0.0, 1.0]))], output: 0, target: Target::case(0) }
}

/// Whether two numbers agree to a relative tolerance, absolute near zero.
pub(crate) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1.0)
}
