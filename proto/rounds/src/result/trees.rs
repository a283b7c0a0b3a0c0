//! Forests and boosted trees of a study, in the columns' own units.
//!
//! Never: a training patient; a leaf tells how many ended there over all sites. Spec: docs/reference/methods/trees.md.

use consilium_stats::trees::{Boost, BoostLeaf, Forest};
use consilium_stats::{Bins, Design, Split, Tree};
use consilium_types::Schema;
use serde::{Deserialize, Serialize};

/// A random forest trained on all patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForestResult {
    /// Its columns and how they are cut.
    pub columns: Vec<TreeColumn>,
    /// Number of classes.
    pub classes: usize,
    /// Its trees; a leaf holds the share of each class.
    pub trees: Vec<TreeResult>,
}

/// Boosted trees trained on all patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoostResult {
    /// Their columns and how they are cut.
    pub columns: Vec<TreeColumn>,
    /// Where the margins start: one log-odds of being a case, or one log frequency a class.
    pub start: Vec<f64>,
    /// Rounds of one tree an output; a leaf holds what it adds to the margin.
    pub rounds: Vec<Vec<TreeResult>>,
}

/// A column of a model of trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TreeColumn {
    /// Name in the schema.
    pub column: String,
    /// Mean over all patients with a value.
    pub mean: f64,
    /// Standard deviation, n - 1 below.
    pub sd: f64,
    /// Edges of the bins, in the column's unit after harmonisation.
    pub edges: Vec<f64>,
    /// Share of the trees' gain: decrease of Gini impurity, or of the boosted loss.
    pub importance: f64,
}

/// A tree: node 0 is the root, children come later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TreeResult {
    /// Its nodes.
    pub nodes: Vec<TreeNode>,
}

/// A split or a leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TreeNode {
    /// Values below the threshold go left.
    Split {
        /// Position in `columns`.
        column: u32,
        /// In the column's unit; absent where only missing values go right.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        below: Option<f64>,
        /// Whether a missing value goes left.
        missing_left: bool,
        /// Left child.
        left: usize,
        /// Right child.
        right: usize,
    },
    /// The end of a way.
    Leaf {
        /// Patients of the training set, in a forest with their bootstrap weights.
        patients: u64,
        /// Share of each class, or the one number added to the margin.
        value: Vec<f64>,
    },
}

impl ForestResult {
    pub(crate) fn new(schema: &Schema, forest: &Forest, importance: &[f64]) -> Self {
        let leaf = |classes: &Vec<u64>| {
            let patients: u64 = classes.iter().sum();
            let value = classes.iter().map(|n| *n as f64 / patients.max(1) as f64).collect();
            TreeNode::Leaf { patients, value }
        };
        let columns = columns(schema, &forest.bins, importance);
        let trees = forest.trees.iter().map(|tree| TreeResult::new(tree, &columns, leaf)).collect();
        Self { columns, classes: forest.classes, trees }
    }
}

impl BoostResult {
    pub(crate) fn new(schema: &Schema, boost: &Boost, importance: &[f64]) -> Self {
        let leaf = |leaf: &BoostLeaf| TreeNode::Leaf { patients: leaf.1, value: vec![leaf.0] };
        let columns = columns(schema, &boost.bins, importance);
        let round = |trees: &Vec<Tree<BoostLeaf>>| {
            trees.iter().map(|tree| TreeResult::new(tree, &columns, leaf)).collect()
        };
        let rounds = boost.rounds.iter().map(round).collect();
        Self { columns, start: boost.start.clone(), rounds }
    }
}

impl TreeResult {
    fn new<L>(tree: &Tree<L>, columns: &[TreeColumn], leaf: impl Fn(&L) -> TreeNode) -> Self {
        let splits = tree.splits.len();
        let place = |way: i32| usize::try_from(way).unwrap_or(splits + way.unsigned_abs() as usize - 1);
        let split = |split: &Split| TreeNode::Split {
            column: split.column,
            below: columns[split.column as usize].edges.get(split.bin as usize).copied(),
            missing_left: split.missing_left,
            left: place(split.left),
            right: place(split.right),
        };
        Self { nodes: tree.splits.iter().map(split).chain(tree.leaves.iter().map(leaf)).collect() }
    }
}

fn columns(schema: &Schema, bins: &Bins, importance: &[f64]) -> Vec<TreeColumn> {
    let Design { columns, mean, sd, .. } = &bins.design;
    let column = |(i, column): (usize, &usize)| TreeColumn {
        column: super::column_name(schema, *column),
        mean: mean[i],
        sd: sd[i],
        edges: bins.edges[i].iter().map(|edge| mean[i] + sd[i] * edge).collect(),
        importance: importance[i],
    };
    columns.iter().enumerate().map(column).collect()
}
