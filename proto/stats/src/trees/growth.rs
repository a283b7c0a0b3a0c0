//! Growing one tree of a random forest from the pooled counts of its open nodes.
//!
//! Gini impurity, candidates drawn for every node from the plan's seed, and the side of missing values chosen with
//! the split. Never: a patient; it sees sums over sites. Spec: docs/reference/methods/trees.md.

use rand_core::{Rng, SeedableRng};

use super::forest::{OpenNode, OpenTree};
use super::{Bins, Split, Tree};
use crate::lanes::bits_for;
use crate::network::derive_seed;

/// How forests grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForestSettings {
    /// Trees of a forest.
    pub trees: u32,
    /// Splits from the root to the deepest leaf.
    pub depth: u32,
    /// Fewest bootstrapped patients of a leaf.
    pub min_leaf: u64,
    /// Candidate columns of a node; nothing means the square root of all, rounded up.
    pub candidates: Option<usize>,
    /// The plan's seed.
    pub seed: u64,
}

/// A tree on its way.
#[derive(Debug, Clone)]
pub struct Growth {
    number: u32,
    splits: Vec<Split>,
    nodes: Vec<Node>,
    /// Decrease of Gini impurity by column, weighted by patients.
    gains: Vec<f64>,
}

/// A leaf so far.
#[derive(Debug, Clone)]
struct Node {
    /// Patients by class; empty before the root is counted.
    counts: Vec<u64>,
    /// Left and right turns from the root: 1, then twice and one more for right.
    path: u64,
    depth: u32,
    /// The way that leads here: a split and whether it is its left one.
    from: Option<(usize, bool)>,
    candidates: Option<Vec<u32>>,
}

/// Where and how well a node can be split.
#[derive(Debug, Clone)]
struct Found {
    column: u32,
    bin: u32,
    missing_left: bool,
    purity: f64,
    left: Vec<u64>,
    right: Vec<u64>,
}

impl Growth {
    /// A tree that is one leaf.
    #[must_use]
    pub fn new(number: u32, bins: &Bins, settings: &ForestSettings) -> Self {
        let root = Node { counts: Vec::new(), path: 1, depth: 0, from: None, candidates: None };
        let gains = vec![0.0; bins.edges.len()];
        let mut growth = Self { number, splits: Vec::new(), nodes: vec![root], gains };
        growth.open(0, bins, settings);
        growth
    }

    /// Whether a node is still open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.nodes.iter().any(|node| node.candidates.is_some())
    }

    /// What to ask of this tree; `patients` are those of the training set.
    #[must_use]
    pub fn ask(&self, patients: u64) -> OpenTree {
        let node = |node: &Node| {
            // the Poisson weights of n patients add up to n on average; twice and some is never reached
            let most = if node.counts.is_empty() { 2 * patients + 64 } else { node.counts.iter().sum() };
            Some(OpenNode(bits_for(most), node.candidates.clone()?))
        };
        OpenTree {
            number: self.number,
            splits: self.splits.clone(),
            nodes: self.nodes.iter().map(node).collect(),
        }
    }

    /// Takes the counts of the open nodes, in order.
    pub fn advance(
        &mut self,
        found: &[Vec<Vec<u64>>],
        classes: usize,
        bins: &Bins,
        settings: &ForestSettings,
    ) {
        let open: Vec<usize> =
            (0..self.nodes.len()).filter(|i| self.nodes[*i].candidates.is_some()).collect();
        for (leaf, counts) in open.into_iter().zip(found) {
            let Some(candidates) = self.nodes[leaf].candidates.take() else { continue };
            let total = by_class(counts.first().map_or(&[], Vec::as_slice), classes);
            let best = best_split(&candidates, counts, &total, settings.min_leaf);
            self.nodes[leaf].counts = total;
            if let Some(best) = best {
                self.split(leaf, best, bins, settings);
            }
        }
    }

    /// The leaf becomes the left child; the right one is appended.
    fn split(&mut self, leaf: usize, found: Found, bins: &Bins, settings: &ForestSettings) {
        let Node { counts, path, depth, from, .. } = self.nodes[leaf].clone();
        self.gains[found.column as usize] += found.purity - purity(&counts);
        let (at, new) = (self.splits.len(), self.nodes.len());
        if let Some((parent, left)) = from {
            let way = i32::try_from(at).unwrap_or(i32::MAX);
            let split = &mut self.splits[parent];
            *(if left { &mut split.left } else { &mut split.right }) = way;
        }
        let Found { column, bin, missing_left, left, right, .. } = found;
        self.splits.push(Split { column, bin, missing_left, left: way_to(leaf), right: way_to(new) });
        let child = |counts, turn: u64| {
            let from = Some((at, turn == 0));
            Node { counts, path: 2 * path + turn, depth: depth + 1, from, candidates: None }
        };
        self.nodes[leaf] = child(left, 0);
        self.nodes.push(child(right, 1));
        self.open(leaf, bins, settings);
        self.open(new, bins, settings);
    }

    /// Draws candidates for a node that may be split.
    fn open(&mut self, leaf: usize, bins: &Bins, settings: &ForestSettings) {
        let node = &self.nodes[leaf];
        let patients: u64 = node.counts.iter().sum();
        let mixed = node.counts.iter().filter(|n| **n > 0).count() > 1 && patients >= 2 * settings.min_leaf;
        if node.depth < settings.depth && (mixed || node.counts.is_empty()) {
            self.nodes[leaf].candidates = Some(draw(self.number, node.path, bins, settings));
        }
    }

    /// The finished tree, with patients by class in its leaves.
    #[must_use]
    pub fn tree(&self) -> Tree<Vec<u64>> {
        Tree {
            splits: self.splits.clone(),
            leaves: self.nodes.iter().map(|node| node.counts.clone()).collect(),
        }
    }

    /// Decrease of Gini impurity by column, as shares of this tree's; zeros for a tree without splits.
    #[must_use]
    pub fn importance(&self) -> Vec<f64> {
        let total: f64 = self.gains.iter().sum();
        self.gains.iter().map(|gain| if total > 0.0 { gain / total } else { 0.0 }).collect()
    }
}

/// A way to a leaf.
pub(super) fn way_to(leaf: usize) -> i32 {
    -1 - i32::try_from(leaf).unwrap_or(i32::MAX - 1)
}

/// Candidate columns of a node: drawn without replacement, in ascending order.
fn draw(tree: u32, path: u64, bins: &Bins, settings: &ForestSettings) -> Vec<u32> {
    let columns = 0u32..u32::try_from(bins.edges.len()).unwrap_or(u32::MAX);
    let divisible = |column: &u32| !bins.edges[*column as usize].is_empty();
    let mut pool: Vec<u32> = columns.clone().filter(divisible).collect();
    if pool.is_empty() {
        return columns.take(1).collect();
    }
    let root = (pool.len() as f64).sqrt().ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the root of a small length")]
    let wanted = settings.candidates.unwrap_or(root as usize).clamp(1, pool.len());
    let seed = derive_seed(settings.seed, &format!("forest/{:?}/{tree}/{path}", bins.design.held_out));
    let mut random = chacha20::ChaCha20Rng::seed_from_u64(seed);
    for i in 0..wanted {
        let rest = (pool.len() - i) as u64;
        let offset = usize::try_from(random.next_u64() % rest).unwrap_or(0);
        pool.swap(i, i + offset);
    }
    pool.truncate(wanted);
    pool.sort_unstable();
    pool
}

/// Patients by class, over all bins.
fn by_class(counts: &[u64], classes: usize) -> Vec<u64> {
    let mut total = vec![0; classes];
    for bin in counts.chunks(classes.max(1)) {
        total.iter_mut().zip(bin).for_each(|(sum, n)| *sum += n);
    }
    total
}

/// Patients minus their Gini impurity times patients: sum of squares over the number; to be made large.
fn purity(counts: &[u64]) -> f64 {
    let n = counts.iter().sum::<u64>();
    if n == 0 { 0.0 } else { counts.iter().map(|n| (*n as f64) * (*n as f64)).sum::<f64>() / n as f64 }
}

fn best_split(candidates: &[u32], counts: &[Vec<u64>], total: &[u64], min_leaf: u64) -> Option<Found> {
    let mut best: Option<Found> = None;
    for (column, counts) in candidates.iter().zip(counts) {
        best = best_of_column(*column, counts, total, min_leaf, best);
    }
    // a split must gain more than rounding could
    best.filter(|found| found.purity > purity(total) * (1.0 + 1e-12))
}

/// The best split so far and those of one column; of equal ones the first.
fn best_of_column(
    column: u32,
    counts: &[u64],
    total: &[u64],
    min_leaf: u64,
    mut best: Option<Found>,
) -> Option<Found> {
    let classes = total.len();
    let (known, missing) = counts.split_at(counts.len() - classes);
    let any_missing = missing.iter().any(|n| *n > 0);
    let mut left = vec![0; classes];
    for (bin, here) in known.chunks(classes).enumerate() {
        left.iter_mut().zip(here).for_each(|(sum, n)| *sum += n);
        let most_go_left = 2 * left.iter().sum::<u64>() >= total.iter().sum();
        for missing_left in [true, false] {
            if !any_missing && missing_left != most_go_left {
                continue;
            }
            let left: Vec<u64> =
                left.iter().zip(missing).map(|(l, m)| if missing_left { l + m } else { *l }).collect();
            let right: Vec<u64> = total.iter().zip(&left).map(|(t, l)| t.saturating_sub(*l)).collect();
            let enough = |side: &Vec<u64>| side.iter().sum::<u64>() >= min_leaf.max(1);
            let purity = purity(&left) + purity(&right);
            if enough(&left) && enough(&right) && best.as_ref().is_none_or(|best| purity > best.purity) {
                let bin = u32::try_from(bin).unwrap_or(u32::MAX);
                best = Some(Found { column, bin, missing_left, purity, left, right });
            }
        }
    }
    best
}
