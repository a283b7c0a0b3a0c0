//! What a file must hold before it predicts: it may come from anyone.

use crate::file::{FORMAT, Input, Link, ModelFile, Predictor};
use crate::tree::{Node, Tree};

/// Most numbers a file may hold.
const MOST: usize = 1 << 22;

/// What is wrong with a model file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not JSON, or not this form of it.
    #[error("the model file cannot be read: {message} [CNS-M-0101]")]
    Json {
        /// What the parser says.
        message: String,
    },
    /// Another format or version.
    #[error("the model file has format {found:?}, this program reads {FORMAT:?} [CNS-M-0102]")]
    Format {
        /// What the file names.
        found: String,
    },
    /// Parts that do not fit together.
    #[error("the model file is damaged: {what} [CNS-M-0103]")]
    Damaged {
        /// Where.
        what: &'static str,
    },
    /// Not as many values as inputs.
    #[error("the model has {expected} inputs, {found} values were given [CNS-M-0201]")]
    Values {
        /// Inputs of the model.
        expected: usize,
        /// Values given.
        found: usize,
    },
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json { .. } => "CNS-M-0101",
            Self::Format { .. } => "CNS-M-0102",
            Self::Damaged { .. } => "CNS-M-0103",
            Self::Values { .. } => "CNS-M-0201",
        }
    }
}

pub(crate) fn check(file: &ModelFile) -> Result<(), Fault> {
    if file.format != FORMAT {
        return Err(Fault::Format { found: file.format.clone() });
    }
    let columns = file.inputs.len();
    demand(file.inputs.iter().all(usable), "an input's mean, sd or range")?;
    match &file.predictor {
        Predictor::Logistic { intercept, coefficients } | Predictor::Margin { intercept, coefficients } => {
            demand(intercept.is_finite(), "the intercept")?;
            vector(coefficients, columns)
        }
        Predictor::Multinomial { classes, intercepts, coefficients } => {
            demand(classes.len() > 1 && coefficients.len() + 1 == classes.len(), "the number of classes")?;
            vector(intercepts, coefficients.len())?;
            coefficients.iter().try_for_each(|row| vector(row, columns))
        }
        Predictor::Ordinal { levels, thresholds, coefficients } => {
            demand(levels.len() > 1 && thresholds.len() + 1 == levels.len(), "the number of levels")?;
            vector(thresholds, thresholds.len())?;
            demand(thresholds.windows(2).all(|pair| pair[0] < pair[1]), "the order of thresholds")?;
            vector(coefficients, columns)
        }
        Predictor::Cox { coefficients, baseline, horizons, .. } => {
            demand(
                baseline.iter().flatten().chain(horizons).all(|v| v.is_finite() && *v >= 0.0),
                "the baseline",
            )?;
            let rises = |pair: &[[f64; 2]]| pair[0][0] < pair[1][0] && pair[0][1] <= pair[1][1];
            demand(baseline.windows(2).all(rises), "the order of the baseline")?;
            vector(coefficients, columns)
        }
        Predictor::Trees { classes, link, base, trees } => {
            let values = if *link == Link::Logistic { 1 } else { classes.len() };
            demand(
                classes.len() > 1 && (*link != Link::Logistic || classes.len() == 2),
                "the number of classes",
            )?;
            demand(!trees.is_empty(), "a forest without a tree")?;
            vector(base, values)?;
            trees.iter().try_for_each(|tree| grown(tree, columns, values))
        }
    }
}

fn usable(input: &Input) -> bool {
    let [low, high] = input.range;
    [input.mean, input.sd, low, high].iter().all(|v| v.is_finite()) && input.sd > 0.0 && low <= high
}

fn vector(values: &[f64], length: usize) -> Result<(), Fault> {
    demand(
        values.len() == length && values.iter().all(|v| v.is_finite()),
        "the number of coefficients, or one of them",
    )
}

/// Children behind their parent, columns that exist, leaves of the right length.
fn grown(tree: &Tree, columns: usize, values: usize) -> Result<(), Fault> {
    demand(!tree.nodes.is_empty() && tree.nodes.len() < MOST, "an empty tree")?;
    for (at, node) in tree.nodes.iter().enumerate() {
        match node {
            Node::Leaf(leaf) => vector(leaf, values)?,
            Node::Split { column, threshold, left, right, .. } => {
                let ahead = |child: usize| child > at && child < tree.nodes.len();
                demand(
                    *column < columns && !threshold.is_nan() && ahead(*left) && ahead(*right),
                    "a node of a tree",
                )?;
            }
        }
    }
    Ok(())
}

fn demand(holds: bool, what: &'static str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Damaged { what }) }
}
