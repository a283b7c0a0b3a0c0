//! One level of gradient boosting in many training sets at once: gradients and curvatures by bin.
//!
//! A word holds three sums of one bin: patients (20 bits), curvature (46 bits) and shifted gradient (46 bits). A
//! patient's gradient lies in [-1, 1] and its curvature in [0, 1/4]; both are rounded to 2^-26 before they are added,
//! so the sum over sites is that over all patients.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | for each open node: 1 for each bin of each column | patients, sum of gradients, sum of curvatures | residuals in a region of feature space |

use serde::{Deserialize, Serialize};

use super::forest::{Patient, patients};
use super::{Bins, Split, Tree, shap};
use crate::design::logistic;
use crate::{Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Bits of a gradient or curvature behind the point.
const FRACTION: u32 = 26;
/// Bits of a lane of gradients or of curvatures.
const LANE: u32 = 46;
/// Most patients of one summary, and of all.
const MOST_PATIENTS: u64 = 1 << 18;
/// Rounds of boosting.
const MOST_ROUNDS: usize = 2_000;

/// Asks for the histograms of one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoostLevel {
    /// The label learnt; a patient whose class is not known takes no part.
    pub label: usize,
    /// Its number of classes.
    pub classes: usize,
    /// One booster a training set.
    pub sets: Vec<BoostSet>,
}

/// The booster of one training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoostSet {
    /// Trees so far, with columns, edges and training set.
    pub boost: Boost,
    /// The trees of this round, one an output: their splits so far.
    pub splits: Vec<Vec<Split>>,
    /// For each of them, the leaves asked about.
    pub nodes: Vec<Vec<u32>>,
}

/// Boosted trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// Columns and edges.
    pub bins: Bins,
    /// Where the margins start: one log-odds of being a case, or one log frequency a class.
    pub start: Vec<f64>,
    /// Rounds of one tree an output; a leaf adds to the margin.
    pub rounds: Vec<Vec<Tree<BoostLeaf>>>,
}

/// A leaf: what it adds to the margin, and how many patients of the training set end there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoostLeaf(pub f64, pub u64);

/// Sums of one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gradients {
    /// Patients.
    pub n: u64,
    /// Sum of derivatives of the loss.
    pub gradient: f64,
    /// Sum of second derivatives.
    pub curvature: f64,
}

impl Boost {
    /// The margins of a patient.
    pub(crate) fn margins(&self, bins: &[u32]) -> Vec<f64> {
        let mut margins = self.start.clone();
        for round in &self.rounds {
            for (margin, tree) in margins.iter_mut().zip(round) {
                *margin += tree.leaves[self.bins.leaf(&tree.splits, bins)].0;
            }
        }
        margins
    }

    /// The probability of being a case, or of each class.
    pub(crate) fn probabilities(&self, bins: &[u32]) -> Vec<f64> {
        let margins = self.margins(bins);
        if let [margin] = margins.as_slice() {
            return vec![logistic(*margin)];
        }
        let most = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = margins.iter().map(|margin| libm::exp(margin - most)).collect();
        let sum: f64 = odds.iter().sum();
        odds.iter().map(|odds| odds / sum).collect()
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.bins.check(width)?;
        check::size("outputs", self.start.len(), check::MOST_CLASSES)?;
        check::finite("starting margins", &self.start)?;
        check::size("rounds", self.rounds.len(), MOST_ROUNDS)?;
        for round in &self.rounds {
            check::length("trees of a round", round.len(), self.start.len())?;
            for tree in round {
                self.bins.check_tree(&tree.splits, tree.leaves.len())?;
                for BoostLeaf(value, patients) in &tree.leaves {
                    check::finite("leaves", &[*value])?;
                    check::patients(*patients)?;
                }
            }
        }
        Ok(())
    }

    /// SHAP values of one output's margin, one a column.
    pub(crate) fn shap(&self, bins: &[u32], output: usize) -> Vec<f64> {
        let mut shap = vec![0.0; self.bins.edges.len()];
        for tree in self.rounds.iter().filter_map(|round| round.get(output)) {
            let (values, patients): (Vec<f64>, Vec<u64>) =
                tree.leaves.iter().map(|leaf| (leaf.0, leaf.1)).unzip();
            shap::explain(&self.bins, &tree.splits, &patients, &values, bins, &mut shap);
        }
        shap
    }

    pub(crate) fn check_ways(&self) -> Result<(), QueryFault> {
        self.rounds.iter().flatten().try_for_each(|tree| shap::check_ways(&tree.splits))
    }
}

/// Patients, curvature and gradient of one patient as a word.
#[expect(clippy::cast_possible_truncation, reason = "gradients lie in [-1, 1], curvatures in [0, 1/4]")]
fn word(probability: f64, case: bool) -> i128 {
    let unit = (1u64 << FRACTION) as f64;
    let probability = if probability.is_finite() { probability.clamp(0.0, 1.0) } else { 0.5 };
    let gradient = probability - f64::from(u8::from(case));
    let shifted = ((gradient + 1.0) * unit).round_ties_even() as i128;
    let curvature = (probability * (1.0 - probability) * unit).round_ties_even() as i128;
    1 << (2 * LANE) | curvature << LANE | shifted
}

impl Gradients {
    /// Reads a sum of words.
    pub(super) fn read(word: i128) -> Result<Self, Implausible> {
        let unit = (1u64 << FRACTION) as f64;
        let mask = (1i128 << LANE) - 1;
        let n = u64::try_from(word >> (2 * LANE)).ok().filter(|n| *n <= MOST_PATIENTS);
        let n = n.ok_or(Implausible::Count((word >> (2 * LANE)) as f64))?;
        let (curvature, shifted) = ((word >> LANE & mask) as f64 / unit, (word & mask) as f64 / unit);
        let possible = curvature <= 0.25 * n as f64 && shifted <= 2.0 * n as f64;
        if possible {
            Ok(Self { n, gradient: shifted - n as f64, curvature })
        } else {
            Err(Implausible::Value { what: "a sum of gradients or curvatures", value: curvature })
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            gradient: self.gradient + other.gradient,
            curvature: self.curvature + other.curvature,
        }
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self {
            n: self.n.saturating_sub(other.n),
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
        }
    }
}

impl BoostSet {
    /// Words of one node.
    fn of_node(&self) -> usize {
        (0..self.boost.bins.edges.len())
            .map(|column| self.boost.bins.of_column(column))
            .fold(0, usize::saturating_add)
    }

    fn words(&self) -> usize {
        let nodes = self.nodes.iter().map(Vec::len).fold(0, usize::saturating_add);
        nodes.saturating_mul(self.of_node())
    }

    fn check(&self, width: usize, classes: usize) -> Result<(), QueryFault> {
        self.boost.check(width)?;
        let outputs = self.boost.start.len();
        check::length("starting margins", outputs, if classes == 2 { 1 } else { classes })?;
        check::length("trees of the round", self.splits.len(), outputs)?;
        check::length("lists of nodes", self.nodes.len(), outputs)?;
        for (splits, nodes) in self.splits.iter().zip(&self.nodes) {
            self.boost.bins.check_tree(splits, splits.len() + 1)?;
            check::size("nodes", nodes.len(), splits.len() + 1)?;
            nodes.iter().try_for_each(|leaf| check::index("leaf", *leaf as usize, splits.len() + 1))?;
        }
        Ok(())
    }

    fn answer(&self, level: &BoostLevel, rows: &dyn Rows, words: &mut [i128]) -> Result<(), Unfit> {
        let bins = &self.boost.bins;
        let patients = patients(rows, bins, level.label, level.classes);
        if let Some(count) = u64::try_from(patients.len()).ok().filter(|n| *n > MOST_PATIENTS) {
            return Err(Unfit::Lane { count, bits: MOST_PATIENTS.ilog2() });
        }
        for patient in &patients {
            let probabilities = self.boost.probabilities(&patient.bins);
            self.add(patient, &probabilities, words);
        }
        Ok(())
    }

    fn add(&self, patient: &Patient, probabilities: &[f64], words: &mut [i128]) {
        let bins = &self.boost.bins;
        let mut from = 0;
        for (output, (splits, nodes)) in self.splits.iter().zip(&self.nodes).enumerate() {
            let leaf = bins.leaf(splits, &patient.bins);
            let case = if probabilities.len() == 1 { patient.class == 1 } else { patient.class == output };
            let contribution = word(probabilities[output], case);
            for node in nodes {
                if *node as usize == leaf {
                    let mut at = from;
                    for (column, bin) in patient.bins.iter().enumerate() {
                        words[at + *bin as usize] += contribution;
                        at += bins.of_column(column);
                    }
                }
                from += self.of_node();
            }
        }
    }
}

impl Computation for BoostLevel {
    /// For each set, output and node: sums by column and bin.
    type Finding = Vec<Vec<Vec<Vec<Vec<Gradients>>>>>;

    fn length(&self) -> usize {
        self.sets.iter().map(BoostSet::words).fold(0, usize::saturating_add)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::index("label", self.label, check::MOST_LABELS)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
        check::size("boosters", self.sets.len(), check::MOST_FITS)?;
        self.sets.iter().try_for_each(|set| set.check(width, self.classes))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let nodes: usize = self.sets.iter().flat_map(|set| &set.nodes).map(Vec::len).sum();
        format!("patients, gradients and curvatures by bin of every column in {nodes} nodes of boosted trees")
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut words = vec![0; self.length()];
        let mut rest = words.as_mut_slice();
        for set in &self.sets {
            let (mine, others) = rest.split_at_mut(set.words());
            set.answer(self, rows, mine)?;
            rest = others;
        }
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let mut words = words.iter();
        let mut sets = Vec::with_capacity(self.sets.len());
        for set in &self.sets {
            let mut of_column = |column: usize| {
                let bins = set.boost.bins.of_column(column);
                words.by_ref().take(bins).map(|word| Gradients::read(*word)).collect()
            };
            let columns = set.boost.bins.edges.len();
            let mut of_node = |_: &u32| (0..columns).map(&mut of_column).collect();
            let mut of_output = |nodes: &Vec<u32>| nodes.iter().map(&mut of_node).collect();
            sets.push(set.nodes.iter().map(&mut of_output).collect::<Result<_, Implausible>>()?);
        }
        Ok(sets)
    }
}
