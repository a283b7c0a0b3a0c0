//! Gabor filters (Q88H): waves under a Gaussian, in slices or in the slices of all three directions.
//! Specification: IBSI 2 reference manual, arXiv 2006.05470.

use rustfft::num_complex::Complex64;

use super::planes::{Kernel, Planes};
use super::rotation::{Pool, Pooling};
use super::{Boundary, FilterError, Over, wrong};

/// Standard deviations at which the kernel is cut: 2e-8 of its height is left there.
const CUTOFF: f64 = 6.0;

/// A Gabor filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Gabor {
    /// Standard deviation of the Gaussian along the wave, in mm.
    pub sigma: f64,
    /// Length of the wave, in mm.
    pub lambda: f64,
    /// The standard deviation along the wave in parts of the one across it.
    pub gamma: f64,
    /// Direction of the wave, in degrees from x towards y, clockwise as slices are shown.
    pub theta: f64,
    /// Rotational invariance: the step between directions in degrees, and how their responses become one.
    pub rotations: Option<Turns>,
    /// In slices along z alone, or in the slices of all three directions, whose responses are pooled.
    pub over: Over,
    /// Which part of the complex response.
    pub part: Part,
    /// Outside of the image.
    pub boundary: Boundary,
}

/// Directions of a rotationally invariant filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turns {
    /// Degrees from one to the next; a full turn is a whole number of steps.
    pub step: f64,
    /// How their responses become one.
    pub pooling: Pooling,
}

/// A part of a complex response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Its absolute value.
    Modulus,
    /// Its real part.
    Real,
    /// Its imaginary part.
    Imaginary,
}

impl Gabor {
    pub(super) fn check(&self, spacing: [f64; 3]) -> Result<(), FilterError> {
        super::positive("gabor", "sigma", self.sigma)?;
        super::positive("gabor", "lambda", self.lambda)?;
        super::positive("gabor", "gamma", self.gamma)?;
        if !self.theta.is_finite() {
            return wrong("gabor", "theta", self.theta, "a finite number of degrees");
        }
        let steps = self.rotations.map_or(1.0, |turns| 360.0 / turns.step);
        if !((1.0..=360.0).contains(&steps) && (steps - steps.round()).abs() < 1e-9) {
            let found = self.rotations.map_or(0.0, |turns| turns.step);
            return wrong("gabor", "step", found, "1 to 360 degrees, a whole part of a turn");
        }
        if self.over == Over::Volume && self.rotations.is_none() {
            return wrong("gabor", "over", "volume", "slices where no rotations are pooled");
        }
        let finest = spacing.into_iter().fold(f64::INFINITY, f64::min);
        super::limited("gabor", self.extent() / finest)
    }

    pub(super) fn name(&self) -> String {
        let Self { sigma, gamma, lambda, theta, .. } = self;
        let turns = self.rotations.map_or(String::new(), |turns| format!("_step_{:?}_invar", turns.step));
        let part = match self.part {
            Part::Modulus => "",
            Part::Real => "_real",
            Part::Imaginary => "_imaginary",
        };
        format!("gabor_s_{sigma:?}_g_{gamma:?}_l_{lambda:?}_t_{theta:?}{turns}{part}{}", self.over.suffix())
    }

    pub(super) fn canonical(&self) -> String {
        let Self { sigma, gamma, lambda, theta, .. } = self;
        let word = |turns: Turns| format!("{:?}:{}", turns.step, turns.pooling.word());
        let rotations = self.rotations.map_or("none".to_owned(), word);
        let (part, over, boundary) = (self.part.word(), self.over.word(), self.boundary.word());
        format!(
            "gabor;sigma={sigma:?};lambda={lambda:?};gamma={gamma:?};theta={theta:?};rotations={rotations};over={over};\
             part={part};boundary={boundary}"
        )
    }

    pub(super) fn respond(
        &self,
        values: &[f64],
        dims: [usize; 3],
        spacing: [f64; 3],
    ) -> Result<Vec<f64>, FilterError> {
        let pooling = self.rotations.map_or(Pooling::Max, |turns| turns.pooling);
        let directions = self.directions();
        let normals: &[usize] = if self.over == Over::Slices { &[2] } else { &[0, 1, 2] };
        let mut pool = Pool::new(pooling, values.len());
        for normal in normals {
            let planes = Planes::new(*normal, dims, spacing, self.extent(), self.boundary);
            super::held("gabor", planes.cells() * directions.len() as f64)?;
            let kernels: Vec<Kernel> =
                directions.iter().map(|theta| planes.kernel(|at| self.at(*theta, at))).collect();
            planes.respond(values, &kernels, |at, response| pool.add(at, self.part.of(response)));
        }
        Ok(pool.finish(directions.len() * normals.len()))
    }

    /// From the kernel's centre to where it is cut, in mm.
    fn extent(&self) -> f64 {
        CUTOFF * self.sigma.max(self.sigma / self.gamma)
    }

    /// The directions, in radians. Opposite ones have conjugate responses, so half a turn is enough for the other parts
    /// than the imaginary one.
    fn directions(&self) -> Vec<f64> {
        let Some(Turns { step, .. }) = self.rotations else { return vec![self.theta.to_radians()] };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: 1 to 360")]
        let all = (360.0 / step).round() as usize;
        let halved = all.is_multiple_of(2) && self.part != Part::Imaginary;
        let count = if halved { all / 2 } else { all };
        (0..count).map(|i| (self.theta + step * i as f64).to_radians()).collect()
    }

    /// The kernel at a place in mm from its centre, for a direction in radians.
    fn at(&self, theta: f64, [u, v]: [f64; 2]) -> Complex64 {
        let (sin, cos) = libm::sincos(theta);
        let (along, across) = (u * cos + v * sin, v * cos - u * sin);
        let square = along * along + (self.gamma * across) * (self.gamma * across);
        let height = libm::exp(-square / (2.0 * self.sigma * self.sigma));
        let (sin, cos) = libm::sincos(2.0 * std::f64::consts::PI * along / self.lambda);
        Complex64::new(height * cos, height * sin)
    }
}

impl Part {
    fn of(self, response: Complex64) -> f64 {
        match self {
            Self::Modulus => response.norm_sqr().sqrt(),
            Self::Real => response.re,
            Self::Imaginary => response.im,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Modulus => "modulus",
            Self::Real => "real",
            Self::Imaginary => "imaginary",
        }
    }
}
