//! What a site refuses to answer, decided in one place, about every question, before it is answered.
//!
//! A computation says what it would release ([`Computation::released`]); a new one that says nothing is taken to tell
//! cells apart. The plan's limits are what all agreed on; a hospital's policy can only tighten them.
//! Never: an answer, or a number that leaves. Spec: docs/reference/methods/disclosure.md; ADR-0014.
//!
//! [`Computation::released`]: crate::Computation::released

use std::collections::BTreeSet;

use consilium_types::StudyPlan;
use consilium_types::plan::Release;

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
    /// Most parameters of a fit for each patient of its training set at this site; infinite where only all sites
    /// together are judged.
    pub per_model: f64,
    /// Most parameters of a fit that the plan can lead to.
    pub parameters: usize,
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
    #[error("rule `sites`: {found} hospitals take part, {limit} are needed; {}", Rule::Sites.remedy())]
    Sites {
        /// Sites in the roster.
        found: usize,
        /// Fewest.
        limit: usize,
    },
    /// A class, or the site, has a few patients.
    #[error(
        "rule `cell`: {what} has {found} patients here, fewer than {limit} and more than none; {}",
        Rule::Cell.remedy()
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
        "rule `per_model`: a fit of {parameters} parameters on {patients} patients here, more than {limit} for each; {}",
        Rule::PerModel.remedy()
    )]
    PerModel {
        /// Parameters.
        parameters: usize,
        /// Patients of the training set at this site.
        patients: usize,
        /// Most parameters a patient.
        limit: f64,
    },
    /// A fit that is larger than any of the plan's.
    #[error(
        "rule `parameters`: a fit of {parameters} parameters, the accepted plan leads to none of more than {limit}; {}",
        Rule::Parameters.remedy()
    )]
    Parameters {
        /// Parameters.
        parameters: usize,
        /// Most that the plan leads to.
        limit: usize,
    },
    /// Words of a single site.
    #[error(
        "rule `site_sums`: the question tells sums of this hospital from the others'; {}", Rule::SiteSums.remedy()
    )]
    SiteSums,
    /// A grid of times that could single out a day's patient.
    #[error("rule `grid`: intervals of {step} days; {}", Rule::Grid.remedy())]
    Grid {
        /// Length of an interval in days.
        step: f64,
    },
    /// Cuts that search for a single value or an extreme.
    #[error(
        "rule `cuts`: cuts of a column closer than {FINEST_CUT} or beyond {FARTHEST_CUT} standard deviations search \
         for one patient's value; {}",
        Rule::Cuts.remedy()
    )]
    Cuts,
}

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Hospitals in a sum.
    Sites,
    /// Patients of a class.
    Cell,
    /// Parameters for each patient of this hospital.
    PerModel,
    /// Sums of one hospital.
    SiteSums,
    /// Intervals of time.
    Grid,
    /// Cuts of a column.
    Cuts,
    /// Parameters that the plan leads to.
    Parameters,
}

impl Rule {
    /// All of them, by code.
    pub const ALL: [Self; 7] =
        [Self::Sites, Self::Cell, Self::PerModel, Self::SiteSums, Self::Grid, Self::Cuts, Self::Parameters];

    /// The rule behind a code, as a hospital sends it.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.code() == code)
    }

    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sites => "CNS-S-0500",
            Self::Cell => "CNS-S-0501",
            Self::PerModel => "CNS-S-0502",
            Self::SiteSums => "CNS-S-0503",
            Self::Grid => "CNS-S-0504",
            Self::Cuts => "CNS-S-0505",
            Self::Parameters => "CNS-S-0506",
        }
    }

    /// Its name, as in the plan and the policy.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Cell => "cell",
            Self::PerModel => "per_model",
            Self::SiteSums => "site_sums",
            Self::Grid => "grid",
            Self::Cuts => "cuts",
            Self::Parameters => "parameters",
        }
    }

    /// What would be allowed.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Sites => "invite more",
            Self::Cell => {
                "widen the inclusion, merge classes, take no part, or agree on a smaller `privacy.limits.cell` (the \
                 hospital's policy must allow it)"
            }
            Self::PerModel => {
                "lower `select.max`, or ask the hospital for a larger `per_model` in its policy"
            }
            Self::SiteSums => "plan and policy must both release `site_sums`",
            Self::Grid => "use intervals of a day or longer",
            Self::Cuts => "use fewer bins",
            Self::Parameters => "no honest coordinator asks this; ask who runs it",
        }
    }
}

impl Undisclosed {
    /// The rule that is broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Sites { .. } => Rule::Sites,
            Self::Cell { .. } => Rule::Cell,
            Self::PerModel { .. } => Rule::PerModel,
            Self::Parameters { .. } => Rule::Parameters,
            Self::SiteSums => Rule::SiteSums,
            Self::Grid { .. } => Rule::Grid,
            Self::Cuts => Rule::Cuts,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rule().code()
    }
}

impl Limits {
    /// What a plan lets out that leads to no fit of more than `parameters`. Its `per_model` is about all sites together,
    /// which a site cannot see; the analysis judges it.
    #[must_use]
    pub fn agreed(plan: &StudyPlan, parameters: usize) -> Self {
        Self {
            cell: u64::from(plan.privacy.limits.cell),
            sites: plan.study.sites.min as usize,
            per_model: f64::INFINITY,
            parameters,
            site_sums: plan.privacy.release.contains(&Release::SiteSums),
        }
    }

    /// The stricter of two sets of rules, one by one.
    #[must_use]
    pub fn tightened(self, other: Self) -> Self {
        Self {
            cell: self.cell.max(other.cell),
            sites: self.sites.max(other.sites),
            per_model: self.per_model.min(other.per_model),
            parameters: self.parameters.min(other.parameters),
            site_sums: self.site_sums && other.site_sums,
        }
    }

    /// Whether a site with these rows, one of `sites`, may answer a question. Call [`Query::check`] first.
    pub fn allow(&self, query: &Query, rows: &dyn Rows, sites: usize) -> Result<(), Undisclosed> {
        if sites < self.sites {
            return Err(Undisclosed::Sites { found: sites, limit: self.sites });
        }
        self.cohort(rows)?;
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
    pub fn cohort(&self, rows: &dyn Rows) -> Result<(), Undisclosed> {
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
        let (parameters, limit) = (fit.parameters, self.per_model);
        if parameters > self.parameters {
            return Err(Undisclosed::Parameters { parameters, limit: self.parameters });
        }
        if patients > 0 && parameters as f64 > limit * patients as f64 {
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

/// The fewest patients that share a cell and a class of a label here; nothing without patients. Sums told apart by cell
/// and class rest on no fewer.
#[must_use]
pub fn fewest_together(rows: &dyn Rows, labels: usize) -> Option<u64> {
    let cells: BTreeSet<usize> = (0..rows.len()).map(|row| rows.cell(row)).collect();
    let counts = (0..labels).flat_map(|label| {
        let of = move |cell: usize| {
            let mut found = std::collections::BTreeMap::new();
            let here = (0..rows.len()).filter(|row| rows.cell(*row) == cell);
            for class in here.filter_map(|row| rows.label(row, label)) {
                *found.entry(class).or_insert(0) += 1;
            }
            found.into_values().min()
        };
        cells.iter().filter_map(|cell| of(*cell)).collect::<Vec<u64>>()
    });
    counts.min()
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
