//! A decision tree as a list of nodes; children stand behind their parent, so that every walk ends.

use serde::{Deserialize, Serialize};

/// One tree; the first node is its root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// The nodes.
    pub nodes: Vec<Node>,
}

/// A question or an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Node {
    /// Left where the column's value is at most the threshold.
    Split {
        /// Position among the inputs.
        column: usize,
        /// In the column's own unit.
        threshold: f64,
        /// Position of the node to go on with.
        left: usize,
        /// The other.
        right: usize,
        /// Where a missing value goes.
        missing_left: bool,
    },
    /// The values of a leaf.
    Leaf(Vec<f64>),
}

impl Tree {
    /// The leaf of a patient: one entry a column, `None` where missing. Empty for a tree that was not checked.
    #[must_use]
    pub fn leaf(&self, values: &[Option<f64>]) -> &[f64] {
        let mut at = 0;
        loop {
            match self.nodes.get(at) {
                Some(Node::Leaf(leaf)) => return leaf,
                Some(Node::Split { column, threshold, left, right, missing_left }) => {
                    let value = values.get(*column).copied().flatten();
                    let next = if value.map_or(*missing_left, |v| v <= *threshold) { *left } else { *right };
                    if next <= at {
                        return &[];
                    }
                    at = next;
                }
                None => return &[],
            }
        }
    }
}
