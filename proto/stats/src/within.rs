//! How models rank patients within their own sites, and, where the plan releases sums of sites, at each site.
//!
//! A site compares its own patients only. A site with fewer than `least` cases or controls takes no part, so that no
//! single patient can be read off.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each model | pairs, concordant pairs (ties half), variance of the latter, divided by powers of the cohort's size | AUC within sites, pooled |
//! | 8 for each model and site of the roster | 1, patients, cases, AUC, its variance, sum of p, calibration in the large, its variance | accuracy at the site |

use serde::{Deserialize, Serialize};

use crate::calibration::logit;
use crate::design::logistic;
use crate::reader::Reader;
use crate::roc::integer_score;
use crate::scores::{Score, Scorer};
use crate::{
    Accumulator, Area, Computation, Implausible, Interval, Networks, QueryFault, Rows, Summary, Tally, Unfit,
    check,
};

/// Words of one model at one site.
const SITE_WORDS: usize = 8;
/// Words of one model.
const POOLED_WORDS: usize = 3;
/// Newton steps of calibration in the large at a site.
const STEPS: usize = 50;

/// Asks how models do within sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The models.
    pub models: Vec<Scorer>,
    /// Sites of the roster when each may be shown, else 0.
    pub sites: usize,
    /// Fewest cases, and fewest controls, of a site that takes part.
    pub least: u64,
    /// Patients of the cohort: the unit of the sums.
    pub patients: u64,
}

/// One model within sites.
#[derive(Debug, Clone, PartialEq)]
pub struct WithinSums {
    /// Share of concordant pairs among pairs of a case and a control of the same site, and its standard error;
    /// nothing without such a pair.
    pub area: Option<[f64; 2]>,
    /// By place in the roster; nothing for a site below the least counts.
    pub sites: Vec<Option<AtSite>>,
}

/// One model at one site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtSite {
    /// Patients.
    pub n: u64,
    /// Cases.
    pub cases: u64,
    /// Area under the curve.
    pub auc: f64,
    /// Its variance, after DeLong.
    pub variance: f64,
    /// Sum of the scores.
    pub predicted: f64,
    /// Intercept of `logit P(case) = a + logit p`.
    pub in_the_large: f64,
    /// Its variance.
    pub in_the_large_variance: f64,
}

impl AtSite {
    /// Of a site's own scores; nothing below the least counts.
    fn of(scores: &[Score], least: u64) -> Option<Self> {
        let n = scores.len() as u64;
        let cases = scores.iter().filter(|score| score.case).count() as u64;
        if cases < least.max(1) || n - cases < least.max(1) {
            return None;
        }
        let area = Area::of(&tallies(scores))?;
        let [in_the_large, in_the_large_variance] = in_the_large(scores);
        Some(Self {
            n,
            cases,
            auc: area.auc,
            variance: area.se * area.se,
            predicted: in_order(scores.iter().map(|score| score.probability)).into_iter().sum(),
            in_the_large,
            in_the_large_variance,
        })
    }
}

/// Scores in order, equal ones together.
fn tallies(scores: &[Score]) -> Vec<Tally> {
    let mut sorted: Vec<(u64, bool)> =
        scores.iter().map(|score| (integer_score(score.probability), score.case)).collect();
    sorted.sort_unstable();
    let mut tallies: Vec<Tally> = Vec::new();
    for (low, case) in sorted {
        if tallies.last().is_none_or(|last| last.interval.low != low) {
            tallies.push(Tally { interval: Interval { low, bits: 0 }, controls: 0, cases: 0 });
        }
        let last = tallies.len() - 1;
        tallies[last].cases += u64::from(case);
        tallies[last].controls += u64::from(!case);
    }
    tallies
}

/// Rising, so that the order of patients leaves no trace in a sum of floats.
fn in_order(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Calibration in the large and its variance, by Newton steps of at most 5. The caller has both classes.
fn in_the_large(scores: &[Score]) -> [f64; 2] {
    let offsets = in_order(scores.iter().map(|score| logit(score.probability)));
    let cases = scores.iter().filter(|score| score.case).count() as f64;
    let mut a = 0.0;
    let mut information = 1.0;
    for _ in 0..STEPS {
        let p = |x: &f64| logistic(a + x);
        let expected = offsets.iter().fold(0.0, |sum, x| sum + p(x));
        information = offsets.iter().fold(0.0, |sum, x| sum + p(x) * (1.0 - p(x)));
        let step = ((cases - expected) / information.max(1e-12)).clamp(-5.0, 5.0);
        if step.abs() <= 1e-10 {
            break;
        }
        a += step;
    }
    [a, 1.0 / information.max(1e-12)]
}

impl Within {
    fn words(&self) -> usize {
        self.sites.saturating_mul(SITE_WORDS).saturating_add(POOLED_WORDS)
    }
}

impl Computation for Within {
    type Finding = Vec<WithinSums>;

    fn length(&self) -> usize {
        self.models.len().saturating_mul(self.words())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("sites", self.sites, 1_000)?;
        check::size("words", self.length(), check::MOST_WORDS)?;
        if self.patients == 0 {
            return Err(QueryFault::Number("patients"));
        }
        self.models.iter().try_for_each(|model| model.check(width))
    }

    fn describe(&self) -> String {
        let n = self.models.len();
        match self.sites {
            0 => format!("concordant pairs within the site of {n} models"),
            _ => {
                format!("AUC, counts and calibration in the large of {n} models at this site, shown by site")
            }
        }
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let unit = (self.patients as f64) * (self.patients as f64);
        for (i, model) in self.models.iter().enumerate() {
            let Some(at) = AtSite::of(&model.scores(rows, networks)?, self.least) else { continue };
            let word = i * self.words();
            let pairs = at.cases as f64 * (at.n - at.cases) as f64 / unit;
            let pooled = [pairs, pairs * at.auc, pairs * pairs * at.variance];
            pooled.iter().enumerate().try_for_each(|(j, value)| sums.add(word + j, *value))?;
            if rows.site() < self.sites {
                let word = word + POOLED_WORDS + SITE_WORDS * rows.site();
                [1, at.n, at.cases].iter().enumerate().for_each(|(j, n)| sums.count(word + j, *n));
                let values = [at.auc, at.variance, at.predicted, at.in_the_large, at.in_the_large_variance];
                values.iter().enumerate().try_for_each(|(j, value)| sums.add(word + 3 + j, *value))?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<WithinSums>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut of_model = |_| {
            let (pairs, concordant) =
                (words.non_negative("a number of pairs")?, words.non_negative("a number of pairs")?);
            let variance = words.non_negative("a variance")?;
            let area = (pairs > 0.0).then(|| [concordant / pairs, variance.sqrt() / pairs]);
            let sites = (0..self.sites).map(|_| at_site(&mut words)).collect::<Result<_, _>>()?;
            Ok(WithinSums { area, sites })
        };
        (0..self.models.len()).map(&mut of_model).collect()
    }
}

/// Nothing when no site, or more than one, claims the place.
fn at_site(words: &mut Reader<'_>) -> Result<Option<AtSite>, Implausible> {
    let shown = words.count()?;
    let at = AtSite {
        n: words.count()?,
        cases: words.count()?,
        auc: words.non_negative("an AUC")?,
        variance: words.non_negative("a variance")?,
        predicted: words.non_negative("a sum of scores")?,
        in_the_large: words.value()?,
        in_the_large_variance: words.non_negative("a variance")?,
    };
    Ok((shown == 1).then_some(at))
}
