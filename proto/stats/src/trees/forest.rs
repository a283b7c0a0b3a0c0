//! One level of many random forests at once: class counts by bin, in the open nodes of all trees of all training sets.
//!
//! A patient is in a tree as often as a Poisson(1) number drawn from its key and the tree's number says, so the
//! bootstrap does not depend on sites, order or fold. Counts are packed: an open node says how many bits hold its
//! patients.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | for each open node and candidate column, packed: classes in each bin | bootstrap weights of the patients there | counts in a region of feature space |

use serde::{Deserialize, Serialize};

use super::{Bins, Split, Tree, shap};
use crate::lanes::{self, Lanes};
use crate::poisson::quantile;
use crate::{Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// A grown random forest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forest {
    /// Columns and edges.
    pub bins: Bins,
    /// Number of classes.
    pub classes: usize,
    /// Trees with the bootstrapped patients of each class in their leaves.
    pub trees: Vec<Tree<Vec<u64>>>,
}

/// Asks for the histograms of one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForestLevel {
    /// The label learnt; a patient whose class is not known takes no part.
    pub label: usize,
    /// Its number of classes.
    pub classes: usize,
    /// One forest a training set.
    pub sets: Vec<ForestSet>,
}

/// The forest of one training set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForestSet {
    /// Columns, edges and training set.
    pub bins: Bins,
    /// Its trees that still grow.
    pub trees: Vec<OpenTree>,
}

/// A tree that grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenTree {
    /// Its number in the forest, which names its bootstrap.
    pub number: u32,
    /// Its splits so far.
    pub splits: Vec<Split>,
    /// By leaf: what is asked there.
    pub nodes: Vec<Option<OpenNode>>,
}

/// A leaf that may be split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenNode(
    /// Bits that hold its patients.
    pub u32,
    /// Candidate columns, as positions in the design.
    pub Vec<u32>,
);

/// Most times one patient is in a tree.
const MOST_WEIGHT: u8 = 16;

/// How often a patient is in a tree: the Poisson(1) quantile of its random bits.
#[must_use]
pub fn bootstrap_weight(bits: u64) -> u8 {
    u8::try_from(quantile(bits, u64::from(MOST_WEIGHT))).unwrap_or(MOST_WEIGHT)
}

impl Forest {
    /// The probability of being a case, or of each class: the mean of the leaves' shares over the trees.
    pub(crate) fn probabilities(&self, bins: &[u32]) -> Vec<f64> {
        let mut shares = vec![0.0; self.classes];
        for tree in &self.trees {
            let leaf = &tree.leaves[self.bins.leaf(&tree.splits, bins)];
            let patients = leaf.iter().sum::<u64>().max(1) as f64;
            shares.iter_mut().zip(leaf).for_each(|(share, n)| *share += *n as f64 / patients);
        }
        shares.iter_mut().for_each(|share| *share /= self.trees.len().max(1) as f64);
        if self.classes == 2 { vec![shares[1]] } else { shares }
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.bins.check(width)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
        check::size("trees", self.trees.len(), check::MOST_FITS)?;
        for tree in &self.trees {
            self.bins.check_tree(&tree.splits, tree.leaves.len())?;
            for leaf in &tree.leaves {
                check::length("classes of a leaf", leaf.len(), self.classes)?;
                leaf.iter().try_for_each(|patients| check::patients(*patients))?;
            }
        }
        Ok(())
    }

    /// SHAP values of the probability of a class, one a column.
    pub(crate) fn shap(&self, bins: &[u32], class: usize) -> Vec<f64> {
        let mut shap = vec![0.0; self.bins.edges.len()];
        for tree in &self.trees {
            let patients: Vec<u64> = tree.leaves.iter().map(|leaf| leaf.iter().sum()).collect();
            let share = |(leaf, n): (&Vec<u64>, &u64)| leaf[class] as f64 / (*n).max(1) as f64;
            let values: Vec<f64> = tree.leaves.iter().zip(&patients).map(share).collect();
            shap::explain(&self.bins, &tree.splits, &patients, &values, bins, &mut shap);
        }
        shap.iter().map(|value| value / self.trees.len().max(1) as f64).collect()
    }

    pub(crate) fn check_ways(&self) -> Result<(), QueryFault> {
        self.trees.iter().try_for_each(|tree| shap::check_ways(&tree.splits))
    }
}

impl ForestSet {
    fn lanes(&self, node: &OpenNode, classes: usize) -> usize {
        let bins = |column: &u32| self.bins.of_column(*column as usize).saturating_mul(classes);
        node.1.iter().map(bins).fold(0, usize::saturating_add)
    }

    fn words(&self, classes: usize) -> usize {
        let nodes = self.trees.iter().flat_map(|tree| tree.nodes.iter().flatten());
        nodes.map(|node| Lanes::new(node.0).words(self.lanes(node, classes))).fold(0, usize::saturating_add)
    }

    fn check(&self, width: usize, classes: usize) -> Result<(), QueryFault> {
        self.bins.check(width)?;
        for tree in &self.trees {
            self.bins.check_tree(&tree.splits, tree.nodes.len())?;
            let lanes = tree.nodes.iter().flatten().map(|node| self.lanes(node, classes));
            check::size("counts of a tree", lanes.fold(0, usize::saturating_add), check::MOST_WORDS)?;
            for OpenNode(bits, columns) in tree.nodes.iter().flatten() {
                lanes::check_bits(*bits)?;
                check::size("candidates", columns.len(), self.bins.edges.len())?;
                let known = |column: &u32| check::index("candidate", *column as usize, self.bins.edges.len());
                columns.iter().try_for_each(known)?;
            }
        }
        Ok(())
    }

    /// Adds a patient to the counts of its leaf, if that is asked.
    fn tally(
        &self,
        tree: &OpenTree,
        patient: &Patient,
        weight: u64,
        counts: &mut [Vec<u64>],
        classes: usize,
    ) {
        let leaf = self.bins.leaf(&tree.splits, &patient.bins);
        let Some(OpenNode(_, columns)) = &tree.nodes[leaf] else { return };
        let mut lane = patient.class;
        for column in columns {
            let column = *column as usize;
            counts[leaf][lane + patient.bins[column] as usize * classes] += weight;
            lane += self.bins.of_column(column) * classes;
        }
    }

    fn answer(
        &self,
        level: &ForestLevel,
        draws: &[Vec<u8>],
        rows: &dyn Rows,
        words: &mut Vec<i128>,
    ) -> Result<(), Unfit> {
        let patients = level.patients(&self.bins, rows);
        for tree in &self.trees {
            let lanes = |node: &Option<OpenNode>| {
                vec![0; node.as_ref().map_or(0, |node| self.lanes(node, level.classes))]
            };
            let mut counts: Vec<Vec<u64>> = tree.nodes.iter().map(lanes).collect();
            for patient in &patients {
                let weight = draws[tree.number as usize][patient.row];
                if weight > 0 {
                    self.tally(tree, patient, u64::from(weight), &mut counts, level.classes);
                }
            }
            for (node, counts) in tree.nodes.iter().zip(&counts) {
                if let Some(OpenNode(bits, _)) = node {
                    Lanes::new(*bits).pack(counts, words)?;
                }
            }
        }
        Ok(())
    }

    /// The counts of one open node: for each candidate, by bin and then by class.
    fn read<'a>(
        &self,
        node: &OpenNode,
        classes: usize,
        words: &mut impl Iterator<Item = &'a i128>,
    ) -> Result<Vec<Vec<u64>>, Implausible> {
        let mut counts = Lanes::new(node.0).unpack(words, self.lanes(node, classes))?;
        let mut candidates = Vec::with_capacity(node.1.len());
        for column in &node.1 {
            let rest = counts.split_off(self.bins.of_column(*column as usize) * classes);
            candidates.push(std::mem::replace(&mut counts, rest));
        }
        let total = |counts: &Vec<u64>| counts.iter().sum::<u64>();
        if candidates.iter().any(|counts| total(counts) != total(&candidates[0])) {
            return Err(Implausible::Count(total(&candidates[0]) as f64));
        }
        Ok(candidates)
    }
}

/// A patient of a training set.
pub(super) struct Patient {
    pub(super) row: usize,
    pub(super) class: usize,
    pub(super) bins: Vec<u32>,
}

/// The patients of a training set whose class is known.
pub(super) fn patients(rows: &dyn Rows, bins: &Bins, label: usize, classes: usize) -> Vec<Patient> {
    let opened = bins.open(rows);
    let patient = |row: usize| {
        let class = rows.label(row, label).and_then(|class| usize::try_from(class).ok())?;
        let trains = class < classes && bins.design.trains_on(rows.cell(row));
        trains.then(|| Patient { row, class, bins: opened.of(row) })
    };
    (0..rows.len()).filter_map(patient).collect()
}

impl ForestLevel {
    fn patients(&self, bins: &Bins, rows: &dyn Rows) -> Vec<Patient> {
        patients(rows, bins, self.label, self.classes)
    }

    /// Bootstrap weights by tree and row; trees of several training sets share them.
    fn draws(&self, rows: &dyn Rows) -> Vec<Vec<u8>> {
        let numbers = || self.sets.iter().flat_map(|set| set.trees.iter().map(|tree| tree.number as usize));
        let mut draws = vec![Vec::new(); numbers().max().map_or(0, |most| most + 1)];
        for number in numbers() {
            if draws[number].is_empty() {
                let purpose = format!("forest/{number}");
                let weight = |row| bootstrap_weight(rows.draw(row, &purpose));
                draws[number] = (0..rows.len()).map(weight).collect();
            }
        }
        draws
    }
}

impl Computation for ForestLevel {
    /// For each set, tree and open node: by candidate, counts by bin and class.
    type Finding = Vec<Vec<Vec<Vec<Vec<u64>>>>>;

    fn length(&self) -> usize {
        self.sets.iter().map(|set| set.words(self.classes)).fold(0, usize::saturating_add)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::index("label", self.label, check::MOST_LABELS)?;
        check::size("classes", self.classes, check::MOST_CLASSES)?;
        check::size("forests", self.sets.len(), check::MOST_FITS)?;
        let trees = self.sets.iter().fold(0usize, |sum, set| sum.saturating_add(set.trees.len()));
        check::size("trees", trees, check::MOST_FITS)?;
        for tree in self.sets.iter().flat_map(|set| &set.trees) {
            check::index("tree", tree.number as usize, check::MOST_FITS)?;
        }
        self.sets.iter().try_for_each(|set| set.check(width, self.classes))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let trees: usize = self.sets.iter().map(|set| set.trees.len()).sum();
        format!("classes by bin of candidate columns in the open nodes of {trees} trees")
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let draws = self.draws(rows);
        let mut words = Vec::with_capacity(self.length());
        for set in &self.sets {
            set.answer(self, &draws, rows, &mut words)?;
        }
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let words = &mut words.iter();
        let mut sets = Vec::with_capacity(self.sets.len());
        for set in &self.sets {
            let mut of_tree = |tree: &OpenTree| {
                tree.nodes.iter().flatten().map(|node| set.read(node, self.classes, words)).collect()
            };
            sets.push(set.trees.iter().map(&mut of_tree).collect::<Result<_, Implausible>>()?);
        }
        Ok(sets)
    }
}
