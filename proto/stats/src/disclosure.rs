//! What a site refuses to answer, decided in one place, about every question, before it is answered.
//!
//! A computation says what it would release ([`Computation::released`]); a new one that says nothing is taken to tell
//! cells apart. The rules are the site's: a plan may ask for less, a hospital's policy can only tighten them.
//! Never: an answer, or a number that leaves. Spec: docs/reference/methods/disclosure.md.
//!
//! [`Computation::released`]: crate::Computation::released

use crate::repeat::Redealt;
use crate::{Query, Rows, check};

/// No interval of time is narrower than a day.
const FINEST_STEP: f64 = 1.0;
/// No two cuts of a standardised column are closer, in standard deviations.
const FINEST_CUT: f64 = 1.0 / 8_192.0;
/// No cut of a standardised column is farther out.
const FARTHEST_CUT: f64 = 4.0;

/// How little a sum may rest on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Fewest patients of a class at this site, and of the site; none at all is fine.
    pub cell: u64,
    /// Fewest sites in a sum, this one included.
    pub sites: usize,
    /// Most parameters of a fit for each patient of its training set at this site.
    pub per_model: f64,
    /// Whether sums of a single site may be told from the others'.
    pub site_sums: bool,
}

/// What the answer to a question lets out beside sums over all patients.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Released {
    /// Fits whose derivatives are sums over a training set.
    pub fits: Vec<ReleasedFit>,
    /// Whether words belong to one site alone.
    pub per_site: bool,
    /// Whether cells are told apart or left out; cells may be sites.
    pub by_cell: bool,
    /// The narrowest interval of time, in days.
    pub step: Option<f64>,
    /// Cuts of standardised columns, ascending within each list.
    pub cuts: Vec<Vec<f64>>,
}

/// A fit of some parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedFit {
    /// Parameters fitted together.
    pub parameters: usize,
    /// Cells left out of its training set.
    pub held_out: Vec<usize>,
}

/// A rule and what breaks it; nothing leaves.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Undisclosed {
    /// Too few sites would hide this one.
    #[error("rule `sites`: {found} hospitals take part, {limit} are needed; invite more")]
    Sites {
        /// Sites in the roster.
        found: usize,
        /// Fewest.
        limit: usize,
    },
    /// A class, or the site, has a few patients.
    #[error(
        "rule `cell`: {what} has {found} patients here, fewer than {limit} and more than none; widen the inclusion, \
         merge classes, take no part, or agree on a smaller `privacy.limits.cell`"
    )]
    Cell {
        /// Which group.
        what: String,
        /// Its patients.
        found: u64,
        /// Fewest.
        limit: u64,
    },
    /// A fit with many parameters for few patients.
    #[error(
        "rule `per_model`: a fit of {parameters} parameters on {patients} patients here, more than {limit} for each; \
         lower `select.max`, or agree on a larger limit"
    )]
    PerModel {
        /// Parameters.
        parameters: usize,
        /// Patients of the training set at this site.
        patients: usize,
        /// Most parameters a patient.
        limit: f64,
    },
    /// Words of a single site.
    #[error(
        "rule `site_sums`: the question tells sums of this hospital from the others'; plan and policy must both \
         release `site_sums`"
    )]
    SiteSums,
    /// A grid of times that could single out a day's patient.
    #[error("rule `grid`: intervals of {step} days; use a step of at least {FINEST_STEP}")]
    Grid {
        /// Length of an interval in days.
        step: f64,
    },
    /// Cuts that search for a single value or an extreme.
    #[error(
        "rule `cuts`: cuts of a column closer than {FINEST_CUT} or beyond {FARTHEST_CUT} standard deviations search \
         for one patient's value; use fewer bins"
    )]
    Cuts,
}

impl Undisclosed {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sites { .. } => "CNS-S-0500",
            Self::Cell { .. } => "CNS-S-0501",
            Self::PerModel { .. } => "CNS-S-0502",
            Self::SiteSums => "CNS-S-0503",
            Self::Grid { .. } => "CNS-S-0504",
            Self::Cuts => "CNS-S-0505",
        }
    }

    /// The rule's name, as in the plan and the policy.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Sites { .. } => "sites",
            Self::Cell { .. } => "cell",
            Self::PerModel { .. } => "per_model",
            Self::SiteSums => "site_sums",
            Self::Grid { .. } => "grid",
            Self::Cuts => "cuts",
        }
    }
}

impl Limits {
    /// The stricter of two sets of rules, one by one.
    #[must_use]
    pub fn tightened(self, other: Self) -> Self {
        Self {
            cell: self.cell.max(other.cell),
            sites: self.sites.max(other.sites),
            per_model: self.per_model.min(other.per_model),
            site_sums: self.site_sums && other.site_sums,
        }
    }

    /// Whether a site with these rows, one of `sites`, may answer a question. Call [`Query::check`] first.
    pub fn allow(&self, query: &Query, rows: &dyn Rows, sites: usize) -> Result<(), Undisclosed> {
        if sites < self.sites {
            return Err(Undisclosed::Sites { found: sites, limit: self.sites });
        }
        self.groups(rows)?;
        match query {
            Query::Stack(stack) => stack.questions.iter().try_for_each(|q| self.question(q, rows, sites)),
            _ => self.question(query, rows, sites),
        }
    }

    /// One question, with the folds it is about.
    fn question(&self, query: &Query, rows: &dyn Rows, sites: usize) -> Result<(), Undisclosed> {
        let redealt = if let Query::Repeat(of) = query { Redealt::of(rows, of.repeat) } else { None };
        let rows = redealt.as_ref().map_or(rows, |redealt| redealt as &dyn Rows);
        self.release(&query.released(), rows, sites)
    }

    /// The site as a whole and each class of each label: what every sum rests on.
    fn groups(&self, rows: &dyn Rows) -> Result<(), Undisclosed> {
        self.cell(rows.len() as u64, || "the cohort".to_owned())?;
        for label in 0..check::MOST_LABELS {
            for (class, patients) in classes(rows, label) {
                self.cell(patients, || format!("class {class} of label {}", label + 1))?;
            }
        }
        Ok(())
    }

    fn cell(&self, found: u64, what: impl Fn() -> String) -> Result<(), Undisclosed> {
        let few = found > 0 && found < self.cell;
        if few { Err(Undisclosed::Cell { what: what(), found, limit: self.cell }) } else { Ok(()) }
    }

    fn release(&self, released: &Released, rows: &dyn Rows, sites: usize) -> Result<(), Undisclosed> {
        let alone = released.per_site || (released.by_cell && is_a_cell(rows, sites));
        if alone && !self.site_sums {
            return Err(Undisclosed::SiteSums);
        }
        released.fits.iter().try_for_each(|fit| self.fit(fit, rows))?;
        if let Some(step) = released.step.filter(|step| *step < FINEST_STEP) {
            return Err(Undisclosed::Grid { step });
        }
        if released.cuts.iter().any(|cuts| !coarse(cuts)) { Err(Undisclosed::Cuts) } else { Ok(()) }
    }

    fn fit(&self, fit: &ReleasedFit, rows: &dyn Rows) -> Result<(), Undisclosed> {
        let patients = (0..rows.len()).filter(|row| !fit.held_out.contains(&rows.cell(*row))).count();
        if patients > 0 && fit.parameters as f64 > self.per_model * patients as f64 {
            let (parameters, limit) = (fit.parameters, self.per_model);
            return Err(Undisclosed::PerModel { parameters, patients, limit });
        }
        Ok(())
    }
}

/// Patients of each class of a label that occurs here.
fn classes(rows: &dyn Rows, label: usize) -> std::collections::BTreeMap<u32, u64> {
    let mut found = std::collections::BTreeMap::new();
    for class in (0..rows.len()).filter_map(|row| rows.label(row, label)) {
        *found.entry(class).or_default() += 1;
    }
    found
}

/// Whether this site is a cell of its own, as where sites are held out.
fn is_a_cell(rows: &dyn Rows, sites: usize) -> bool {
    let first = (!rows.is_empty()).then(|| rows.cell(0));
    sites > 1 && rows.len() > 1 && (0..rows.len()).all(|row| Some(rows.cell(row)) == first)
}

fn coarse(cuts: &[f64]) -> bool {
    let within = cuts.iter().all(|cut| cut.abs() <= FARTHEST_CUT);
    within && cuts.windows(2).all(|pair| pair[1] - pair[0] >= FINEST_CUT)
}
