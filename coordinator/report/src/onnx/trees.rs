//! Trees as one `TreeEnsembleRegressor` of `ai.onnx.ml` 3, thresholds in 64-bit floats, so that every patient
//! reaches the same leaf as here; the sum over leaves comes out in 32 bits, and the link follows in the main set.
//!
//! Missing values are NaN, which the operator sends where each node says.

use consilium_model::{Link, Node, Predictor, Tree};

use super::graph::{DOUBLE, Graph, doubles, int, ints, long, string, strings};

/// The operator's long lists, a place for each node of each tree.
#[derive(Default)]
struct Lists {
    tree: Vec<i64>,
    node: Vec<i64>,
    column: Vec<i64>,
    threshold: Vec<f64>,
    mode: Vec<&'static str>,
    yes: Vec<i64>,
    no: Vec<i64>,
    missing: Vec<i64>,
    leaf_tree: Vec<i64>,
    leaf_node: Vec<i64>,
    leaf_target: Vec<i64>,
    leaf_weight: Vec<f64>,
}

/// Adds the operators of a forest and its outputs; says whether it was one.
pub(super) fn add(graph: &mut Graph, predictor: &Predictor) -> bool {
    let Predictor::Trees { classes, link, base, trees } = predictor else { return false };
    let mut lists = Lists::default();
    let share = if *link == Link::Mean { trees.len() as f64 } else { 1.0 };
    trees.iter().enumerate().for_each(|(number, tree)| lists.tree(long(number), tree, share));
    lists.write(graph, base.len());
    // the operator's output has 32 bits, whatever goes in
    let leaves = graph.apply_with("Cast", &["leaves"], "wide", vec![int("to", DOUBLE.into())]);
    let base = graph.constant("base", 1, base.clone());
    match link {
        Link::Mean => {
            graph.apply("Add", &[&leaves, &base], "probabilities");
            graph.output("probabilities", classes.len(), &classes.join(", "));
        }
        Link::Softmax => {
            let score = graph.apply("Add", &[&leaves, &base], "scores");
            graph.apply_with("Softmax", &[&score], "probabilities", vec![int("axis", 1)]);
            graph.output("probabilities", classes.len(), &classes.join(", "));
        }
        Link::Logistic => {
            let score = graph.apply("Add", &[&leaves, &base], "scores");
            graph.apply("Sigmoid", &[&score], "risk");
            graph.output("risk", 1, "probability of the outcome");
        }
    }
    true
}

impl Lists {
    fn tree(&mut self, number: i64, tree: &Tree, share: f64) {
        for (at, node) in tree.nodes.iter().enumerate() {
            self.tree.push(number);
            self.node.push(long(at));
            match node {
                Node::Split { column, threshold, left, right, missing_left } => {
                    let missing = i64::from(*missing_left);
                    self.push(long(*column), *threshold, "BRANCH_LEQ", [long(*left), long(*right)], missing);
                }
                Node::Leaf(leaf) => {
                    self.push(0, 0.0, "LEAF", [0, 0], 0);
                    for (target, value) in leaf.iter().enumerate() {
                        self.leaf_tree.push(number);
                        self.leaf_node.push(long(at));
                        self.leaf_target.push(long(target));
                        self.leaf_weight.push(value / share);
                    }
                }
            }
        }
    }

    fn push(&mut self, column: i64, threshold: f64, mode: &'static str, [yes, no]: [i64; 2], missing: i64) {
        self.column.push(column);
        self.threshold.push(threshold);
        self.mode.push(mode);
        self.yes.push(yes);
        self.no.push(no);
        self.missing.push(missing);
    }

    fn write(self, graph: &mut Graph, targets: usize) {
        let attributes = vec![
            string("aggregate_function", "SUM"),
            int("n_targets", long(targets)),
            ints("nodes_treeids", self.tree),
            ints("nodes_nodeids", self.node),
            ints("nodes_featureids", self.column),
            doubles("nodes_values_as_tensor", self.threshold),
            strings("nodes_modes", &self.mode),
            ints("nodes_truenodeids", self.yes),
            ints("nodes_falsenodeids", self.no),
            ints("nodes_missing_value_tracks_true", self.missing),
            ints("target_treeids", self.leaf_tree),
            ints("target_nodeids", self.leaf_node),
            ints("target_ids", self.leaf_target),
            doubles("target_weights_as_tensor", self.leaf_weight),
            string("post_transform", "NONE"),
        ];
        graph.push(super::ML, "TreeEnsembleRegressor", &["columns"], &["leaves"], attributes);
    }
}
