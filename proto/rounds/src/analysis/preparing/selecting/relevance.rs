//! Columns in the order of a test against the classes.

use consilium_stats::relevance::{anova, chi_square, mann_whitney, student};
use consilium_stats::{Test, ranks};
use consilium_types::plan::RelevanceTest;

use super::source::Source;
use crate::analysis::AnalysisFault;

/// Bins of a column in a chi-square test.
const QUARTILES: u64 = 4;

/// Places for which the test is defined: by p value, then by the statistic, then by position. Without a test, all
/// places as they are.
pub(super) async fn rank(source: &Source<'_>, test: RelevanceTest) -> Result<Vec<usize>, AnalysisFault> {
    let places = 0..source.columns.len();
    let tests: Vec<Option<Test>> = match test {
        RelevanceTest::None => return Ok(places.collect()),
        RelevanceTest::Welch => places.map(|place| welch(source, place)).collect(),
        RelevanceTest::Student => {
            places.map(|place| student(source.class(1, place), source.class(0, place))).collect()
        }
        RelevanceTest::Anova => places.map(|place| anova(&source.by_class(place))).collect(),
        RelevanceTest::ChiSquare => binned(source).await?,
        RelevanceTest::MannWhitney => ranked(source).await?,
        RelevanceTest::Cox => source.cox().await?,
    };
    let mut tested: Vec<(Test, usize)> =
        tests.into_iter().enumerate().filter_map(|(place, test)| Some((test?, place))).collect();
    tested.sort_by(|(a, i), (b, j)| {
        a.p.total_cmp(&b.p).then(b.statistic.total_cmp(&a.statistic)).then(i.cmp(j))
    });
    Ok(tested.into_iter().map(|(_, place)| place).collect())
}

fn welch(source: &Source<'_>, place: usize) -> Option<Test> {
    let test = consilium_stats::moments::welch(source.class(1, place), source.class(0, place))?;
    Some(Test { statistic: test.t, p: test.p })
}

/// Chi-square against the quartiles of each column.
async fn binned(source: &Source<'_>) -> Result<Vec<Option<Test>>, AnalysisFault> {
    let (cuts, counts) =
        counted(source, |cuts, counts| ranks::divide_quantiles(cuts, counts, QUARTILES)).await?;
    let test = |(cuts, counts): (&Vec<f64>, &Vec<Vec<u64>>)| {
        chi_square(&ranks::gather(cuts, counts, &ranks::quantile_cuts(cuts, counts, QUARTILES)))
    };
    Ok(cuts.iter().zip(&counts).map(test).collect())
}

/// Mann-Whitney on a grid that tells the classes apart.
async fn ranked(source: &Source<'_>) -> Result<Vec<Option<Test>>, AnalysisFault> {
    let (_, counts) = counted(source, ranks::divide_mixed).await?;
    Ok(counts.iter().map(|classes| mann_whitney(classes.first()?, classes.get(1)?)).collect())
}

/// Cuts and counts after all divisions.
async fn counted(
    source: &Source<'_>,
    divide: impl Fn(&[f64], &[Vec<u64>]) -> Vec<f64>,
) -> Result<(Vec<Vec<f64>>, Vec<Vec<Vec<u64>>>), AnalysisFault> {
    let mut cuts = vec![ranks::first_cuts(); source.columns.len()];
    let mut counts = source.counts(cuts.clone()).await?;
    for _ in 0..ranks::REFINEMENTS {
        cuts = cuts.iter().zip(&counts).map(|(cuts, counts)| divide(cuts, counts)).collect();
        counts = source.counts(cuts.clone()).await?;
    }
    Ok((cuts, counts))
}
