//! Concordance within sites, and, where the plan releases sums of sites, at each site.
//!
//! A site compares its own patients only. A site with fewer than `least` patients with the event, or without it, takes no
//! part, so that no single patient can be read off.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 3 for each model | pairs, concordant pairs (ties half), variance of the latter, divided by powers of the cohort's size | concordance within sites, pooled |
//! | 5 for each model and site of the roster | 1, patients, events, concordance, its variance | concordance at the site |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::ranked_times::{RankedTimes, Spot, TimeTally};
use crate::reader::Reader;
use crate::roc::integer_score;
use crate::scores::Scorer;
use crate::time::TimeGrid;
use crate::{Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Summary, Unfit, check};

/// Words of one model at one site.
const SITE_WORDS: usize = 5;
/// Words of one model.
const POOLED_WORDS: usize = 3;

/// Asks how models order times within sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithinTimes {
    /// The models; their targets are not read.
    pub models: Vec<Scorer>,
    /// The grid.
    pub grid: TimeGrid,
    /// Sites of the roster when each may be shown, else 0.
    pub sites: usize,
    /// Fewest patients with the event, and without it, of a site that takes part.
    pub least: u64,
    /// Patients of the cohort: the unit of the sums.
    pub patients: u64,
}

/// One model within sites.
#[derive(Debug, Clone, PartialEq)]
pub struct ConcordanceSums {
    /// Share of concordant pairs among pairs of the same site, and its standard error; nothing without a pair.
    pub concordance: Option<[f64; 2]>,
    /// By place in the roster; nothing for a site below the least counts.
    pub sites: Vec<Option<TimesAtSite>>,
}

/// One model at one site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimesAtSite {
    /// Patients.
    pub n: u64,
    /// Patients with the event on the grid.
    pub events: u64,
    /// Harrell's concordance.
    pub concordance: f64,
    /// Its variance.
    pub variance: f64,
}

impl WithinTimes {
    fn words(&self) -> usize {
        self.sites.saturating_mul(SITE_WORDS).saturating_add(POOLED_WORDS)
    }

    /// The site's own concordance and its pairs; nothing below the least counts.
    fn at(
        &self,
        model: &Scorer,
        rows: &dyn Rows,
        networks: &dyn Networks,
    ) -> Result<Option<(TimesAtSite, f64)>, Unfit> {
        let scored = |(row, outputs): (usize, Vec<f64>)| {
            Some((integer_score(outputs[model.output]), self.grid.place(rows, row)?))
        };
        let scored: Vec<_> = model.outputs(rows, networks)?.into_iter().filter_map(scored).collect();
        let mut classes: Vec<u64> = scored.iter().map(|(score, _)| *score).collect();
        classes.sort_unstable();
        classes.dedup();
        let tally = |(score, placed): &(u64, crate::Placed)| {
            let class = classes.partition_point(|class| class < score);
            TimeTally { spot: Spot { class, interval: placed.interval, event: placed.event }, n: 1 }
        };
        let tallies: Vec<TimeTally> = scored.iter().map(tally).collect();
        let (n, least) = (tallies.len() as u64, self.least.max(1));
        let events = tallies.iter().filter(|tally| tally.spot.event).count() as u64;
        if events < least || n - events < least {
            return Ok(None);
        }
        let found = RankedTimes::new(self.grid.intervals, &tallies).harrell();
        Ok(found.map(|found| {
            let variance = found.se * found.se;
            (TimesAtSite { n, events, concordance: found.value, variance }, found.pairs)
        }))
    }
}

impl Computation for WithinTimes {
    type Finding = Vec<ConcordanceSums>;

    fn length(&self) -> usize {
        self.models.len().saturating_mul(self.words())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("models", self.models.len(), check::MOST_FITS)?;
        check::size("sites", self.sites, 1_000)?;
        self.grid.check()?;
        check::size("words", self.length(), check::MOST_WORDS)?;
        if self.patients == 0 {
            return Err(QueryFault::Number("patients"));
        }
        self.models.iter().try_for_each(|model| model.check(width))
    }

    fn describe(&self) -> String {
        let n = self.models.len();
        match self.sites {
            0 => format!("concordant pairs of times within the site of {n} models"),
            _ => format!("concordance and counts of events of {n} models at this site, shown by site"),
        }
    }

    fn released(&self) -> Released {
        Released {
            per_site: self.sites > 0,
            by_cell: true,
            step: Some(self.grid.step),
            ..Released::default()
        }
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let unit = (self.patients as f64) * (self.patients as f64);
        for (i, model) in self.models.iter().enumerate() {
            let Some((at, pairs)) = self.at(model, rows, networks)? else { continue };
            let (word, pairs) = (i * self.words(), pairs / unit);
            let pooled = [pairs, pairs * at.concordance, pairs * pairs * at.variance];
            pooled.iter().enumerate().try_for_each(|(j, value)| sums.add(word + j, *value))?;
            if rows.site() < self.sites {
                let word = word + POOLED_WORDS + SITE_WORDS * rows.site();
                [1, at.n, at.events].iter().enumerate().for_each(|(j, n)| sums.count(word + j, *n));
                sums.add(word + 3, at.concordance)?;
                sums.add(word + 4, at.variance)?;
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<ConcordanceSums>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut of_model = |_| {
            let pairs = words.non_negative("a number of pairs")?;
            let concordant = words.non_negative("a number of pairs")?;
            let variance = words.non_negative("a variance")?;
            let concordance = (pairs > 0.0).then(|| [concordant / pairs, variance.sqrt() / pairs]);
            let sites = (0..self.sites).map(|_| at_site(&mut words)).collect::<Result<_, _>>()?;
            Ok(ConcordanceSums { concordance, sites })
        };
        (0..self.models.len()).map(&mut of_model).collect()
    }
}

/// Nothing when no site, or more than one, claims the place.
fn at_site(words: &mut Reader<'_>) -> Result<Option<TimesAtSite>, Implausible> {
    let shown = words.count()?;
    let at = TimesAtSite {
        n: words.count()?,
        events: words.count()?,
        concordance: words.non_negative("a concordance")?,
        variance: words.non_negative("a variance")?,
    };
    Ok((shown == 1).then_some(at))
}
