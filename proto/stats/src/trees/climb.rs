//! Growing boosted trees from pooled gradients: second-order gains, shrunken leaves, one tree an output and round.
//!
//! Of two children only the one with fewer patients is asked about; the other is their parent without it.
//! Never: a patient. Source of gains and leaves: Chen and Guestrin, KDD 2016, equations 6 and 7.
//! Spec: docs/reference/methods/trees.md.

use super::boost::{Boost, BoostLeaf, BoostSet, Gradients};
use super::growth::way_to;
use super::{Bins, Split, Tree};

/// How boosted trees grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoostSettings {
    /// Rounds of one tree an output.
    pub rounds: u32,
    /// Splits from the root to the deepest leaf.
    pub depth: u32,
    /// Share of a leaf's step that is taken.
    pub shrinkage: f64,
    /// Penalty on the square of a leaf.
    pub lambda: f64,
    /// Fewest patients of a leaf.
    pub min_leaf: u64,
}

/// A booster on its way.
#[derive(Debug, Clone)]
pub struct Climb {
    settings: BoostSettings,
    boost: Boost,
    /// The trees of this round.
    trees: Vec<Growing>,
    /// Gain by column.
    gains: Vec<f64>,
}

#[derive(Debug, Clone, Default)]
struct Growing {
    splits: Vec<Split>,
    leaves: Vec<Leaf>,
}

/// A leaf of a tree that grows.
#[derive(Debug, Clone, Default)]
struct Leaf {
    sums: Gradients,
    depth: u32,
    from: Option<(usize, bool)>,
    histogram: State,
}

/// What is known of a leaf's bins.
#[derive(Debug, Clone, Default)]
enum State {
    /// To be asked.
    #[default]
    Asked,
    /// The parent's, from which that of the sibling is to be taken.
    Rest(Vec<Vec<Gradients>>, usize),
    /// It stays a leaf.
    Closed,
}

struct Found {
    column: usize,
    bin: usize,
    missing_left: bool,
    gain: f64,
    left: Gradients,
    right: Gradients,
}

impl Climb {
    /// A booster without trees. `classes` are the patients of the training set by class.
    #[must_use]
    pub fn new(bins: Bins, classes: &[u64], settings: BoostSettings) -> Self {
        let log = |n: &u64| libm::log((*n as f64).max(0.5));
        let start = if let [controls, cases] = classes {
            vec![log(cases) - log(controls)]
        } else {
            let all = log(&classes.iter().sum());
            classes.iter().map(|n| log(n) - all).collect()
        };
        let gains = vec![0.0; bins.edges.len()];
        let trees = vec![Growing::root(); start.len()];
        Self { settings, boost: Boost { bins, start, rounds: Vec::new() }, trees, gains }
    }

    /// Whether all rounds are done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.boost.rounds.len() >= self.settings.rounds as usize
    }

    /// What to ask next.
    #[must_use]
    pub fn ask(&self) -> BoostSet {
        BoostSet {
            boost: self.boost.clone(),
            splits: self.trees.iter().map(|tree| tree.splits.clone()).collect(),
            nodes: self.trees.iter().map(Growing::asked).collect(),
        }
    }

    /// Takes the sums of the nodes asked about.
    pub fn advance(&mut self, found: Vec<Vec<Vec<Vec<Gradients>>>>) {
        let settings = self.settings;
        for (tree, found) in self.trees.iter_mut().zip(found) {
            tree.advance(found, &settings, &mut self.gains);
        }
        if self.trees.iter().all(|tree| tree.asked().is_empty()) {
            let round = self.trees.iter().map(|tree| tree.finish(&settings)).collect();
            self.boost.rounds.push(round);
            self.trees = vec![Growing::root(); self.boost.start.len()];
        }
    }

    /// The trees so far.
    #[must_use]
    pub fn boost(&self) -> &Boost {
        &self.boost
    }

    /// Gain by column, as shares of all; zeros without a split.
    #[must_use]
    pub fn importance(&self) -> Vec<f64> {
        let total: f64 = self.gains.iter().sum();
        self.gains.iter().map(|gain| if total > 0.0 { gain / total } else { 0.0 }).collect()
    }
}

impl Growing {
    fn root() -> Self {
        Self { splits: Vec::new(), leaves: vec![Leaf::default()] }
    }

    fn asked(&self) -> Vec<u32> {
        let asked = |(leaf, node): (usize, &Leaf)| {
            matches!(node.histogram, State::Asked).then_some(u32::try_from(leaf).unwrap_or(u32::MAX))
        };
        self.leaves.iter().enumerate().filter_map(asked).collect()
    }

    fn advance(&mut self, found: Vec<Vec<Vec<Gradients>>>, settings: &BoostSettings, gains: &mut [f64]) {
        let asked = self.asked();
        let mut known: Vec<Option<Vec<Vec<Gradients>>>> = vec![None; self.leaves.len()];
        for (leaf, sums) in asked.iter().zip(found) {
            known[*leaf as usize] = Some(sums);
        }
        for leaf in 0..known.len() {
            if let State::Rest(parent, sibling) = &self.leaves[leaf].histogram {
                known[leaf] = known[*sibling].as_ref().map(|sibling| subtract(parent, sibling));
            }
        }
        for (leaf, sums) in known.into_iter().enumerate() {
            if let Some(sums) = sums {
                self.settle(leaf, &sums, settings, gains);
            }
        }
    }

    /// Splits a leaf whose bins are known, or closes it.
    fn settle(&mut self, leaf: usize, sums: &[Vec<Gradients>], settings: &BoostSettings, gains: &mut [f64]) {
        let node = &mut self.leaves[leaf];
        node.histogram = State::Closed;
        if node.from.is_none() {
            node.sums = sums.first().map_or_else(Gradients::default, |bins| total(bins));
        }
        if node.depth < settings.depth
            && let Some(best) = best_split(sums, node.sums, settings)
        {
            gains[best.column] += best.gain;
            self.split(leaf, sums, &best, settings);
        }
    }

    fn split(&mut self, leaf: usize, sums: &[Vec<Gradients>], found: &Found, settings: &BoostSettings) {
        let (at, new) = (self.splits.len(), self.leaves.len());
        let depth = self.leaves[leaf].depth + 1;
        if let Some((parent, left)) = self.leaves[leaf].from {
            let way = i32::try_from(at).unwrap_or(i32::MAX);
            let split = &mut self.splits[parent];
            *(if left { &mut split.left } else { &mut split.right }) = way;
        }
        let narrow = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        self.splits.push(Split {
            column: narrow(found.column),
            bin: narrow(found.bin),
            missing_left: found.missing_left,
            left: way_to(leaf),
            right: way_to(new),
        });
        let grows = |side: Gradients| depth < settings.depth && side.n >= 2 * settings.min_leaf.max(1);
        let (left, right) = (found.left, found.right);
        let any = grows(left) || grows(right);
        let left_asked = left.n <= right.n;
        let state = |asked: bool, sibling: usize| match (any, asked) {
            (false, _) => State::Closed,
            (true, true) => State::Asked,
            (true, false) => State::Rest(sums.to_vec(), sibling),
        };
        let child = |sums, is_left, histogram| Leaf { sums, depth, from: Some((at, is_left)), histogram };
        self.leaves[leaf] = child(left, true, state(left_asked, new));
        self.leaves.push(child(right, false, state(!left_asked, leaf)));
    }

    fn finish(&self, settings: &BoostSettings) -> Tree<BoostLeaf> {
        let value = |leaf: &Leaf| {
            -settings.shrinkage * leaf.sums.gradient / (leaf.sums.curvature + settings.lambda).max(1e-9)
        };
        Tree {
            splits: self.splits.clone(),
            leaves: self.leaves.iter().map(|leaf| BoostLeaf(value(leaf), leaf.sums.n)).collect(),
        }
    }
}

fn total(bins: &[Gradients]) -> Gradients {
    bins.iter().fold(Gradients::default(), |sum, bin| sum.and(*bin))
}

fn subtract(parent: &[Vec<Gradients>], child: &[Vec<Gradients>]) -> Vec<Vec<Gradients>> {
    let of_column = |(parent, child): (&Vec<Gradients>, &Vec<Gradients>)| {
        parent.iter().zip(child).map(|(parent, child)| parent.without(*child)).collect()
    };
    parent.iter().zip(child).map(of_column).collect()
}

fn best_split(sums: &[Vec<Gradients>], all: Gradients, settings: &BoostSettings) -> Option<Found> {
    let score =
        |side: Gradients| side.gradient * side.gradient / (side.curvature + settings.lambda).max(1e-9);
    let enough = |side: Gradients| side.n >= settings.min_leaf.max(1);
    let mut best: Option<Found> = None;
    for (column, bins) in sums.iter().enumerate() {
        let Some((missing, known)) = bins.split_last() else { continue };
        let mut below = Gradients::default();
        for (bin, here) in known.iter().enumerate() {
            below = below.and(*here);
            let most_go_left = 2 * below.n >= all.n;
            for missing_left in [true, false] {
                if missing.n == 0 && missing_left != most_go_left {
                    continue;
                }
                let left = if missing_left { below.and(*missing) } else { below };
                let right = all.without(left);
                let gain = score(left) + score(right) - score(all);
                // a gain must be more than the rounding of the gradients
                let better = best.as_ref().map_or(gain > 1e-6, |best| gain > best.gain);
                if enough(left) && enough(right) && better {
                    best = Some(Found { column, bin, missing_left, gain, left, right });
                }
            }
        }
    }
    best
}
