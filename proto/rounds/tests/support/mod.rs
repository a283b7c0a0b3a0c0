//! A consortium in memory: rows, sites, and a loop that asks and adds.

#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod world;

use consilium_rounds::result::EvaluationResult;
use consilium_rounds::{Analysis, AnalysisFault, Progress, StudyResult};
use consilium_stats::network::derive_seed;
use consilium_stats::{NetworkFault, Networks, Query, Rows, Summary, Survival, Trained, TrainingJob};
use consilium_types::{Column, ColumnKind, Schema, SiteId, StudyPlan};

/// The patients of one site.
#[derive(Clone, Default)]
pub(crate) struct Site {
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) cases: Vec<bool>,
    pub(crate) cells: Vec<usize>,
    pub(crate) flow: Vec<u64>,
    /// Follow-up; empty where the outcome is not survival.
    pub(crate) survival: Vec<Survival>,
    /// Position in the roster.
    pub(crate) place: usize,
    /// Classes of the label: two unless it is three, in which cases with a high first column are the third.
    pub(crate) classes: u32,
}

impl Rows for Site {
    fn site(&self) -> usize {
        self.place
    }

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
        let highest = self.classes > 2 && self.rows[row][0] > 3.3;
        (label == 0).then(|| u32::from(self.cases[row]) * if highest { 2 } else { 1 })
    }

    fn survival(&self, row: usize) -> Option<Survival> {
        self.survival.get(row).copied()
    }

    fn cell(&self, row: usize) -> usize {
        self.cells[row]
    }

    fn repeats(&self) -> u32 {
        20
    }

    /// Five folds by each patient's own draw; the first dealing is the test's.
    fn dealt(&self, row: usize, repeat: u32) -> usize {
        let fold = self.draw(row, &format!("repeat/{repeat}")) % 5;
        if repeat == 0 { self.cells[row] } else { usize::try_from(fold).expect("a fold") }
    }

    fn flow(&self) -> &[u64] {
        &self.flow
    }

    /// A second reader errs the more, the higher the column.
    fn reread(&self, row: usize, column: usize) -> f64 {
        let value = self.rows[row][column];
        let noise = Noise::new(value.to_bits()).next();
        value * (1.0 + 0.03 * column as f64 * noise)
    }

    /// From the values alone: tests move patients between rows and sites.
    fn draw(&self, row: usize, purpose: &str) -> u64 {
        self.rows[row].iter().fold(0, |key, value| derive_seed(key ^ value.to_bits(), purpose))
    }
}

/// A network with no hidden layer, trained by plain gradient descent: enough to drive the rounds.
pub(crate) struct LinearNetworks;

impl LinearNetworks {
    fn probability(parameters: &[f32], input: &[f32]) -> f64 {
        let eta: f32 = input.iter().zip(parameters).map(|(x, w)| x * w).sum();
        1.0 / (1.0 + (-f64::from(eta + parameters[input.len()])).exp())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "networks compute in f32")]
impl Networks for LinearNetworks {
    fn train(&self, job: &TrainingJob<'_>) -> Result<Trained, NetworkFault> {
        let (mut parameters, mut loss) = (job.start.to_vec(), 0.0);
        for _ in 0..job.epochs {
            loss = 0.0;
            for (input, label) in job.inputs.iter().zip(job.labels) {
                let p = Self::probability(&parameters, input);
                let error = p as f32 - label;
                loss -= if *label > 0.5 { p.ln() } else { (1.0 - p).ln() };
                for (w, x) in parameters.iter_mut().zip(input.iter().chain([&1.0])) {
                    *w -= job.rate as f32 * error * x;
                }
            }
        }
        Ok(Trained { parameters, loss })
    }

    fn predict(
        &self,
        _: &[usize],
        parameters: &[f32],
        inputs: &[Vec<f32>],
    ) -> Result<Vec<f64>, NetworkFault> {
        Ok(inputs.iter().map(|input| Self::probability(parameters, input)).collect())
    }
}

/// Deterministic numbers in [-1, 1].
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(derive_seed(seed, "test"))
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 = derive_seed(self.0, "test");
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// `n` patients with `radiomic` + `clinical` columns of very different scales; the first of each informs the label.
pub(crate) fn patients(
    seed: u64,
    n: usize,
    radiomic: usize,
    clinical: usize,
    cells: usize,
    steps: usize,
) -> Site {
    let mut noise = Noise::new(seed);
    let mut site = Site { flow: vec![n as u64; steps], ..Site::default() };
    for i in 0..n {
        let case = noise.next() > 0.2;
        let signal = if case { 0.5 } else { -0.5 };
        let column = |j: usize, noise: &mut Noise| {
            let informative = j == 0 || j == radiomic;
            let z = noise.next() + noise.next() + if informative { signal } else { 0.0 };
            let scale = [1.0, 1e6, 1e-4, 30.0][j % 4];
            scale * (z + 3.0)
        };
        site.rows.push((0..radiomic + clinical).map(|j| column(j, &mut noise)).collect());
        site.cases.push(case);
        site.cells.push(i % cells);
    }
    site
}

pub(crate) fn schema(radiomic: usize, clinical: usize) -> Schema {
    let column = |name: String, kind| Column { name, kind };
    let columns = (0..radiomic)
        .map(|j| column(format!("r{j}"), ColumnKind::Radiomic))
        .chain((0..clinical).map(|j| column(format!("c{j}"), ColumnKind::Clinical)));
    Schema { columns: columns.collect(), extractor: "test 1".to_owned() }
}

pub(crate) fn roster(n: usize) -> Vec<SiteId> {
    (0..n).map(|i| format!("site-{i}").parse().expect("a slug")).collect()
}

/// Deals patients to sites; `order` decides who answers first.
pub(crate) fn split(all: &Site, sites: usize, by: impl Fn(usize) -> usize) -> Vec<Site> {
    let empty = Site { flow: vec![0; all.flow.len()], classes: all.classes, ..Site::default() };
    let mut dealt = vec![empty; sites];
    for i in 0..all.rows.len() {
        let site = &mut dealt[by(i) % sites];
        site.rows.push(all.rows[i].clone());
        site.cases.push(all.cases[i]);
        site.cells.push(all.cells[i]);
        site.survival.extend(all.survival.get(i));
        site.flow.iter_mut().for_each(|n| *n += 1);
    }
    dealt
}

/// The result without what is about sites and not only about patients.
pub(crate) fn without_quality(mut result: StudyResult) -> String {
    result.quality = None;
    for model in &mut result.models {
        if let EvaluationResult::Binary(evaluation) = &mut model.evaluation {
            evaluation.within_sites = None;
        }
    }
    result.to_json()
}

/// Runs a whole analysis; summaries travel as bytes, as they do between machines.
pub(crate) fn run(
    plan: &StudyPlan,
    schema: &Schema,
    sites: &[Site],
    names: usize,
) -> Result<StudyResult, AnalysisFault> {
    let (mut analysis, mut query) = Analysis::begin(plan, &roster(names), schema)?;
    loop {
        let total = ask(&query, schema.columns.len(), sites);
        match analysis.absorb(&query, &total)? {
            Progress::Ask(next, question) => (analysis, query) = (*next, question),
            Progress::Done(result) => return Ok(*result),
        }
    }
}

pub(crate) fn ask(query: &Query, width: usize, sites: &[Site]) -> Summary {
    let sent = serde_json::to_vec(query).expect("queries serialise");
    let query: Query = serde_json::from_slice(&sent).expect("and come back");
    query.check(width).expect("an honest question");
    let answer = |site: &Site| query.answer(site, &LinearNetworks).expect("fit rows");
    let answers: Vec<Summary> = sites.iter().map(answer).collect();
    let total = query.combine(&answers.iter().collect::<Vec<_>>()).expect("equal shapes");
    let bytes = total.to_bytes();
    match total {
        Summary::Statistics(_) => Summary::statistics_from_bytes(&bytes),
        Summary::Updates(_) => Summary::updates_from_bytes(&bytes),
    }
    .expect("whole words")
}
