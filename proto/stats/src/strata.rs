//! Cox regression with a baseline hazard of its own at every site: risk sets stay inside the site.
//!
//! Log partial likelihoods, gradients and informations of the sites add up. Spec: docs/reference/methods/survival.md.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 | patients beyond the bound of the linear predictor; log partial likelihood | fit of the model |
//! | p | gradient | |
//! | a (a + 1) / 2 | information of a of the covariates, upper triangle by rows | their covariances weighted by risk |

use serde::{Deserialize, Serialize};

use crate::cox::{CoxPoint, RiskSets};
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Derivatives, Implausible, Networks, QueryFault, Released, Rows, Summary, Unfit,
    check,
};

/// Asks for the derivatives of a partial likelihood stratified by site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteStrata {
    /// The point; its moments are not read, every site has its own.
    pub point: CoxPoint,
    /// Covariates whose information is asked.
    pub active: Vec<usize>,
}

impl Computation for SiteStrata {
    /// With the information of the active covariates; nothing where a patient's linear predictor is out of bounds: the
    /// point is too far away.
    type Finding = Option<Derivatives>;

    fn length(&self) -> usize {
        let a = self.active.len();
        2usize.saturating_add(self.point.beta.len()).saturating_add(a.saturating_mul(a + 1) / 2)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.point.check(width)?;
        let p = self.point.beta.len();
        check::size("active covariates", self.active.len(), p)?;
        self.active.iter().try_for_each(|i| check::index("covariate", *i, p))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "partial likelihood and gradient of a Cox regression on {} covariates within the site, information of {}",
            self.point.beta.len(),
            self.active.len()
        )
    }

    fn released(&self) -> Released {
        self.point.released()
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let point = self.point.with_moments(self.point.own_moments(rows));
        if point.moments.is_empty() {
            return Ok(sums.finish());
        }
        let sets = RiskSets { point };
        let own = sets.finish(&sets.site(rows, networks)?).map_err(Unfit::Local)?;
        let Some(own) = own else {
            sums.count(0, 1);
            return Ok(sums.finish());
        };
        let (p, a) = (self.point.beta.len(), self.active.len());
        let slopes = own.slopes(&sets.point, self.active.clone());
        let found = slopes.finish(&slopes.site(rows, networks)?).map_err(Unfit::Local)?;
        let information = own.information(&found);
        sums.add(1, own.log_likelihood())?;
        for (j, g) in found.gradient.iter().enumerate() {
            sums.add(2 + j, *g)?;
        }
        let pairs = (0..a).flat_map(|i| (i..a).map(move |j| (i, j)));
        for (entry, (i, j)) in pairs.enumerate() {
            sums.add(2 + p + entry, information.at(i, j))?;
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Option<Derivatives>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let out_of_bounds = words.count()?;
        let log_likelihood = words.value()?;
        let p = self.point.beta.len();
        let gradient = words.values(p)?;
        let a = self.active.len();
        let information = Symmetric::from_triangle(a, words.values(a * (a + 1) / 2)?);
        Ok((out_of_bounds == 0).then_some(Derivatives { log_likelihood, gradient, information }))
    }
}
