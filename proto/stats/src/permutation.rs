//! Permutation importance: how much worse out-of-fold predictions become when a column is shuffled within each site.
//!
//! Two keyed orders of a site's patients say whose value each is given, so the shuffle depends neither on rows nor on
//! the machine. Values never cross between sites: what is measured is importance within sites.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 for the model, and for each column and repeat | sum of squared errors, sum of minus log-likelihood | pooled accuracy |
//! | packed, as often: 2 for each of 256 parts of the score | controls, cases | score distribution |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::lanes::{self, Lanes};
use crate::lens::Lens;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Rows, Scorer, Summary, Unfit, check,
};

/// Parts of the score between 0 and 1.
const PARTS: usize = 256;
/// Scores are kept this far from 0 and 1 in the log-loss.
const MARGIN: f64 = 1e-15;

/// Asks for accuracy with one column shuffled at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permutation {
    /// The model.
    pub model: Scorer,
    /// Columns, as positions in the schema.
    pub columns: Vec<usize>,
    /// How often each is shuffled.
    pub repeats: u32,
    /// Bits of a count; enough for all patients together.
    pub bits: u32,
}

/// Accuracy of some predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accurate {
    /// Patients.
    pub patients: u64,
    /// Sum of squared errors.
    pub squared_error: f64,
    /// Sum of minus log-likelihood.
    pub log_loss: f64,
    /// Area under the curve of scores rounded to the 256 parts; one half without both classes.
    pub auc: f64,
}

/// Rows in which one column is dealt anew.
pub(crate) struct Shuffled<'a> {
    rows: &'a dyn Rows,
    column: usize,
    /// Whose value each patient has.
    from: Vec<usize>,
}

impl<'a> Shuffled<'a> {
    pub(crate) fn new(rows: &'a dyn Rows, column: usize, repeat: u32) -> Self {
        let order = |side: &str| {
            let purpose = format!("permute/{column}/{repeat}/{side}");
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|row| (rows.draw(*row, &purpose), rows.value(*row, column).to_bits()));
            order
        };
        let mut from = vec![0; rows.len()];
        for (to, giver) in order("to").into_iter().zip(order("from")) {
            from[to] = giver;
        }
        Self { rows, column, from }
    }
}

impl Lens for Shuffled<'_> {
    fn below(&self) -> &dyn Rows {
        self.rows
    }

    fn look(&self, row: usize, column: usize) -> f64 {
        self.rows.value(if column == self.column { self.from[row] } else { row }, column)
    }
}

impl Permutation {
    /// The model as it is, then each column and repeat.
    fn blocks(&self) -> usize {
        self.columns.len().saturating_mul(self.repeats as usize).saturating_add(1)
    }

    fn words(&self) -> usize {
        2 + Lanes::new(self.bits).words(2 * PARTS)
    }

    fn score(&self, rows: &dyn Rows, networks: &dyn Networks, words: &mut Vec<i128>) -> Result<(), Unfit> {
        let mut sums = Accumulator::new(2);
        let mut counts = vec![0; 2 * PARTS];
        for score in self.model.scores(rows, networks)? {
            let (p, y) = (score.probability, f64::from(u8::from(score.case)));
            sums.add(0, (y - p) * (y - p))?;
            sums.add(1, -libm::log(if score.case { p } else { 1.0 - p }.max(MARGIN)))?;
            counts[2 * part(p) + usize::from(score.case)] += 1;
        }
        if let Summary::Statistics(sums) = sums.finish() {
            words.extend(sums);
        }
        Lanes::new(self.bits).pack(&counts, words)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, NaN gives 0")]
fn part(probability: f64) -> usize {
    ((probability * PARTS as f64) as usize).min(PARTS - 1)
}

impl Computation for Permutation {
    /// The model as it is, then by column and repeat.
    type Finding = (Accurate, Vec<Vec<Accurate>>);

    fn length(&self) -> usize {
        self.blocks().saturating_mul(self.words())
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        lanes::check_bits(self.bits)?;
        self.model.check(width)?;
        self.columns.iter().try_for_each(|column| check::index("column", *column, width))?;
        check::size("repeats", self.repeats as usize, 1_000)?;
        check::size("shuffled columns", self.blocks(), check::MOST_FITS)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "accuracy of out-of-fold scores with {} columns shuffled {} times within the hospital",
            self.columns.len(),
            self.repeats
        )
    }

    fn released(&self) -> Released {
        Released::default()
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut words = Vec::with_capacity(self.length());
        self.score(rows, networks, &mut words)?;
        for column in &self.columns {
            for repeat in 0..self.repeats {
                self.score(&Shuffled::new(rows, *column, repeat), networks, &mut words)?;
            }
        }
        Ok(Summary::Statistics(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let read = |block: &[i128]| {
            let [squared_error, log_loss] = [block[0], block[1]].map(consilium_types::fixed::decode);
            if squared_error < 0.0 || log_loss < 0.0 {
                return Err(Implausible::Value { what: "a loss", value: squared_error.min(log_loss) });
            }
            let counts = Lanes::new(self.bits).unpack(&mut block[2..].iter(), 2 * PARTS)?;
            Ok(Accurate { patients: counts.iter().sum(), squared_error, log_loss, auc: area(&counts) })
        };
        let blocks: Vec<Accurate> = words.chunks(self.words()).map(read).collect::<Result<_, _>>()?;
        let (whole, shuffled) = blocks.split_first().ok_or(Implausible::Shape)?;
        let columns = match self.repeats {
            0 => vec![Vec::new(); self.columns.len()],
            repeats => shuffled.chunks(repeats as usize).map(<[Accurate]>::to_vec).collect(),
        };
        Ok((*whole, columns))
    }
}

/// Area under the curve from controls and cases of rising scores; ties count half.
fn area(counts: &[u64]) -> f64 {
    let (mut pairs, mut controls, mut cases) = (0.0, 0.0, 0.0);
    for part in counts.chunks(2) {
        let (here, ours) = (part[0] as f64, part[1] as f64);
        pairs += ours * (controls + 0.5 * here);
        controls += here;
        cases += ours;
    }
    if controls > 0.0 && cases > 0.0 { pairs / (controls * cases) } else { 0.5 }
}
