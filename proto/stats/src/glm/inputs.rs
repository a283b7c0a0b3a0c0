//! What a patient enters a linear model as: site intercepts, then standardised columns, shared cosine features, or
//! the margin of a finished model.
//!
//! Cosine features (Rahimi and Recht, NIPS 20 (2007)): `sqrt(2 / D) cos(w'z + b)`, w normal with variance
//! `2 gamma`, b uniform on a circle, so that inner products approach `exp(-gamma |z - z'|^2)`. Drawn from the seed, never from
//! data. Spec: docs/reference/methods/linear.md.

use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::design::{Design, Opened, linear_predictor};
use crate::{QueryFault, Rows, check};

/// Sites with an intercept of their own.
const MOST_SITES: usize = 1_000;
/// Cosine features of one model.
const MOST_COSINES: usize = 2_048;

/// The inputs of a linear model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Columns, standardisation and training set.
    pub design: Design,
    /// Intercepts by site.
    #[serde(default)]
    pub sites: SiteIntercepts,
    /// What the standardised columns become.
    #[serde(default)]
    pub basis: Basis,
}

/// Deviations of sites from the intercept. A site that is not listed has none: its intercept is the mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteIntercepts {
    /// One intercept for all.
    #[default]
    None,
    /// Deviations that add up to zero, unpenalised: one column fewer than sites, the last site is -1 in each.
    Fixed(Vec<usize>),
    /// One penalised deviation a site.
    Random(Vec<usize>),
}

/// What the standardised columns become.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Themselves.
    #[default]
    Columns,
    /// Cosine features.
    Cosines(Cosines),
    /// One number: the linear predictor of a finished model.
    Margin {
        /// Its cosine features, if it has any.
        cosines: Option<Cosines>,
        /// Its coefficients, intercept first.
        beta: Vec<f64>,
    },
}

/// Random Fourier features of a Gaussian kernel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosines {
    /// How many.
    pub features: usize,
    /// Of the kernel `exp(-gamma |z - z'|^2)`.
    pub gamma: f64,
    /// Drawn from the plan's.
    pub seed: u64,
}

impl SiteIntercepts {
    /// Number of inputs they take.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Fixed(sites) => sites.len().saturating_sub(1),
            Self::Random(sites) => sites.len(),
        }
    }

    /// Whether they take none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs of a site's patients.
    #[must_use]
    pub fn of(&self, site: usize) -> Vec<f64> {
        let mut inputs = vec![0.0; self.len()];
        let (Self::Fixed(sites) | Self::Random(sites)) = self else { return inputs };
        match sites.iter().position(|s| *s == site) {
            Some(place) if place < inputs.len() => inputs[place] = 1.0,
            Some(_) => inputs.fill(-1.0),
            None => {}
        }
        inputs
    }

    fn check(&self) -> Result<(), QueryFault> {
        let (Self::Fixed(sites) | Self::Random(sites)) = self else { return Ok(()) };
        check::size("sites with an intercept", sites.len(), MOST_SITES)
    }
}

impl Cosines {
    fn check(&self) -> Result<(), QueryFault> {
        check::size("cosine features", self.features, MOST_COSINES)?;
        check::positive("gamma", &[self.gamma])
    }

    /// Frequencies and phase of each feature over `columns` standardised columns.
    fn draw(self, columns: usize) -> Vec<(Vec<f64>, f64)> {
        let mut random = chacha20::ChaCha20Rng::seed_from_u64(self.seed);
        let mut unit = || ((random.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
        let turn = std::f64::consts::TAU;
        let spread = (2.0 * self.gamma).sqrt();
        let feature = |_| {
            let mut normal = || {
                // Box and Muller: one of the pair
                let (radius, angle) = (libm::sqrt(-2.0 * libm::log(unit())), turn * unit());
                radius * libm::cos(angle)
            };
            let frequencies: Vec<f64> = (0..columns).map(|_| spread * normal()).collect();
            (frequencies, turn * unit())
        };
        (0..self.features).map(feature).collect()
    }
}

/// Inputs over the rows of a site.
pub(crate) struct OpenedInputs<'a> {
    inputs: &'a Inputs,
    design: Opened<'a>,
    sites: Vec<f64>,
    cosines: Vec<(Vec<f64>, f64)>,
}

impl Inputs {
    /// Standardised columns only.
    #[must_use]
    pub fn columns(design: Design) -> Self {
        Self { design, sites: SiteIntercepts::None, basis: Basis::Columns }
    }

    /// Number of inputs, without the intercept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sites.len().saturating_add(match &self.basis {
            Basis::Columns => self.design.columns.len(),
            Basis::Cosines(cosines) => cosines.features,
            Basis::Margin { .. } => 1,
        })
    }

    /// Whether there is only the intercept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.design.check(width)?;
        self.sites.check()?;
        match &self.basis {
            Basis::Columns => Ok(()),
            Basis::Cosines(cosines) => cosines.check(),
            Basis::Margin { cosines, beta } => {
                cosines.iter().try_for_each(Cosines::check)?;
                let inputs = cosines.map_or(self.design.columns.len(), |cosines| cosines.features);
                check::length("coefficients of a margin", beta.len(), inputs + 1)?;
                check::finite("coefficients of a margin", beta)
            }
        }
    }

    pub(crate) fn open<'a>(&'a self, rows: &'a dyn Rows) -> OpenedInputs<'a> {
        let cosines = match &self.basis {
            Basis::Columns => None,
            Basis::Cosines(cosines) => Some(*cosines),
            Basis::Margin { cosines, .. } => *cosines,
        };
        OpenedInputs {
            inputs: self,
            design: self.design.open(rows),
            sites: self.sites.of(rows.site()),
            cosines: cosines.map_or_else(Vec::new, |cosines| cosines.draw(self.design.columns.len())),
        }
    }
}

impl OpenedInputs<'_> {
    /// The inputs of a patient, without the intercept.
    pub(crate) fn of(&self, row: usize) -> Vec<f64> {
        let mut inputs = self.sites.clone();
        let z = self.design.standardise(row);
        match &self.inputs.basis {
            Basis::Columns => inputs.extend(z),
            Basis::Cosines(_) => inputs.extend(self.waves(&z)),
            Basis::Margin { cosines, beta } => {
                let features = if cosines.is_some() { self.waves(&z) } else { z };
                inputs.push(linear_predictor(beta, &features));
            }
        }
        inputs
    }

    fn waves(&self, z: &[f64]) -> Vec<f64> {
        let height = libm::sqrt(2.0 / self.cosines.len() as f64);
        let wave = |(frequencies, phase): &(Vec<f64>, f64)| {
            let angle = frequencies.iter().zip(z).fold(*phase, |sum, (w, z)| sum + w * z);
            height * libm::cos(angle)
        };
        self.cosines.iter().map(wave).collect()
    }
}
