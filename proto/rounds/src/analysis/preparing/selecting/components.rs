//! Principal components of the columns that are left.

use consilium_stats::Components;
use consilium_stats::eigen::eigen;
use consilium_stats::linear::Symmetric;

use super::Chosen;
use super::source::Source;

/// Variance of a component below this share of all is rounding.
const LEAST_VARIANCE: f64 = 1e-10;

/// The components of largest variance of standardised columns with these correlations, at most `most`.
pub(super) fn largest(
    source: &Source<'_>,
    columns: Vec<usize>,
    r: impl Fn(usize, usize) -> f64,
    most: usize,
) -> Chosen {
    let order = columns.len();
    let pairs = (0..order).flat_map(|i| (i..order).map(move |j| (i, j)));
    let found = eigen(&Symmetric::from_triangle(order, pairs.map(|(i, j)| r(i, j)).collect()));
    let least = LEAST_VARIANCE * order as f64;
    let (sds, loadings): (Vec<f64>, Vec<Vec<f64>>) = found
        .into_iter()
        .filter(|one| one.value > least)
        .take(most)
        .map(|one| (one.value.sqrt(), one.vector))
        .unzip();
    let spread = |column: &usize| source.set.spread(*column).unwrap_or((0.0, 1.0));
    let (mean, sd) = columns.iter().map(spread).unzip();
    let first = source.study.schema().columns.len();
    let numbered = (first..first + sds.len()).collect();
    let components = Components { first, columns, mean, sd, loadings };
    Chosen { columns: numbered, components: Some((components, sds)), ..Chosen::default() }
}
