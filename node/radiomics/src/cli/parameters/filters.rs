//! `[[filters]]`: each entry is one filter, or several that differ in a value given as a list.
//!
//! Never: whether values mean something; the filters know.

use consilium_radiomics::filters::{
    Boundary, Filter, Gabor, LaplacianOfGaussian, Laws, Mean, Over, Part, Pooling, Riesz, RieszBase,
    Simoncelli, Turns, Wavelet,
};
use serde::Deserialize;

use super::words::{Many, Word};

/// An entry.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    Mean(OfMean),
    Log(OfLog),
    Laws(OfLaws),
    Gabor(OfGabor),
    Wavelet(OfWavelet),
    Simoncelli(OfSimoncelli),
    Riesz(OfRiesz),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfMean {
    support: Many<usize>,
    #[serde(default = "volume")]
    over: Word<Over>,
    #[serde(default = "mirror")]
    boundary: Word<Boundary>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfLog {
    sigma: Many<f64>,
    #[serde(default = "four")]
    cutoff: f64,
    #[serde(default = "volume")]
    over: Word<Over>,
    #[serde(default = "mirror")]
    boundary: Word<Boundary>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfLaws {
    kernels: Many<String>,
    rotations: Option<Word<Pooling>>,
    energy: Option<usize>,
    #[serde(default = "mirror")]
    boundary: Word<Boundary>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfGabor {
    sigma: Many<f64>,
    lambda: Many<f64>,
    #[serde(default = "one")]
    gamma: f64,
    #[serde(default)]
    theta: f64,
    step: Option<f64>,
    #[serde(default = "mean")]
    pooling: Word<Pooling>,
    #[serde(default = "slices")]
    over: Word<Over>,
    #[serde(default = "modulus")]
    part: Word<Part>,
    #[serde(default = "mirror")]
    boundary: Word<Boundary>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfWavelet {
    wavelet: String,
    bands: Many<String>,
    #[serde(default = "first")]
    level: Many<u32>,
    rotations: Option<Word<Pooling>>,
    #[serde(default = "mirror")]
    boundary: Word<Boundary>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfSimoncelli {
    level: Many<u32>,
    #[serde(default = "volume")]
    over: Word<Over>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfRiesz {
    order: [u32; 3],
    log: Option<OfLog>,
    simoncelli: Option<OfSimoncelli>,
}

impl Entry {
    /// The filters it stands for, in the order of its lists.
    pub(super) fn filters(&self) -> Result<Vec<Filter>, String> {
        Ok(match self {
            Self::Mean(of) => of.filters(),
            Self::Log(of) => of.logs().map(Filter::LaplacianOfGaussian).collect(),
            Self::Laws(of) => of.filters(),
            Self::Gabor(of) => of.filters(),
            Self::Wavelet(of) => of.filters(),
            Self::Simoncelli(of) => of.bands().map(Filter::Simoncelli).collect(),
            Self::Riesz(of) => return of.filters(),
        })
    }
}

impl OfMean {
    fn filters(&self) -> Vec<Filter> {
        let (Word(over), Word(boundary)) = (self.over, self.boundary);
        let one = |support: &usize| Filter::Mean(Mean { support: *support, over, boundary });
        self.support.0.iter().map(one).collect()
    }
}

impl OfLog {
    fn logs(&self) -> impl Iterator<Item = LaplacianOfGaussian> {
        let (cutoff, Word(over), Word(boundary)) = (self.cutoff, self.over, self.boundary);
        self.sigma.0.iter().map(move |sigma| LaplacianOfGaussian { sigma: *sigma, cutoff, over, boundary })
    }
}

impl OfLaws {
    fn filters(&self) -> Vec<Filter> {
        let (rotations, energy, Word(boundary)) =
            (self.rotations.map(|Word(word)| word), self.energy, self.boundary);
        let one =
            |kernels: &String| Filter::Laws(Laws { kernels: kernels.clone(), rotations, energy, boundary });
        self.kernels.0.iter().map(one).collect()
    }
}

impl OfGabor {
    fn filters(&self) -> Vec<Filter> {
        let Word(pooling) = self.pooling;
        let one = |sigma: f64, lambda: f64| {
            Filter::Gabor(Gabor {
                sigma,
                lambda,
                gamma: self.gamma,
                theta: self.theta,
                rotations: self.step.map(|step| Turns { step, pooling }),
                over: self.over.0,
                part: self.part.0,
                boundary: self.boundary.0,
            })
        };
        let lambdas = &self.lambda.0;
        self.sigma.0.iter().flat_map(|sigma| lambdas.iter().map(move |lambda| one(*sigma, *lambda))).collect()
    }
}

impl OfWavelet {
    fn filters(&self) -> Vec<Filter> {
        let one = |bands: &String, level: u32| {
            Filter::Wavelet(Wavelet {
                wavelet: self.wavelet.clone(),
                bands: bands.clone(),
                level,
                rotations: self.rotations.map(|Word(word)| word),
                boundary: self.boundary.0,
            })
        };
        let levels = &self.level.0;
        self.bands.0.iter().flat_map(|bands| levels.iter().map(move |level| one(bands, *level))).collect()
    }
}

impl OfSimoncelli {
    fn bands(&self) -> impl Iterator<Item = Simoncelli> {
        let Word(over) = self.over;
        self.level.0.iter().map(move |level| Simoncelli { level: *level, over })
    }
}

impl OfRiesz {
    fn filters(&self) -> Result<Vec<Filter>, String> {
        let bases: Vec<RieszBase> = match (&self.log, &self.simoncelli) {
            (Some(log), None) => log.logs().map(RieszBase::LaplacianOfGaussian).collect(),
            (None, Some(simoncelli)) => simoncelli.bands().map(RieszBase::Simoncelli).collect(),
            _ => {
                return Err("filters: `riesz` needs what it transforms: `log` or `simoncelli`, one of both"
                    .to_owned());
            }
        };
        let one = |of| Filter::Riesz(Riesz { of, order: self.order });
        Ok(bases.into_iter().map(one).collect())
    }
}

fn volume() -> Word<Over> {
    Word(Over::Volume)
}

fn slices() -> Word<Over> {
    Word(Over::Slices)
}

fn mirror() -> Word<Boundary> {
    Word(Boundary::Mirror)
}

fn mean() -> Word<Pooling> {
    Word(Pooling::Mean)
}

fn modulus() -> Word<Part> {
    Word(Part::Modulus)
}

fn first() -> Many<u32> {
    Many(vec![1])
}

fn four() -> f64 {
    4.0
}

fn one() -> f64 {
    1.0
}
