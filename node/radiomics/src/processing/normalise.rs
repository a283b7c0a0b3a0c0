//! Intensities without a unit, as magnetic resonance gives them, brought to a common scale.
//!
//! What is measured in one image decides the map for that image alone, so hospitals need to agree on the settings and on
//! nothing else. Never here: bias field correction, quantities of several images.
//! Specification: z-scores and percentile ranges as MIRP has them; landmarks, L. G. Nyúl, J. K. Udupa and X. Zhang, IEEE
//! Transactions on Medical Imaging 19 (2000), with a standard scale that is given, not learnt.

use consilium_imaging::{RoiMask, Volume, same_grid};

use super::ProcessingError;
use crate::Error;
use crate::statistics::Statistics;

/// How intensities are mapped.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalisation {
    /// The map.
    pub scale: Scale,
    /// The voxels that decide it. All voxels are mapped.
    pub within: Within,
}

/// A common scale of intensities.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Mean 0 and standard deviation 1, of a population.
    ZScore,
    /// Two percentiles become 0 and 1; beyond them the line continues.
    Percentiles {
        /// What becomes 0, in percent.
        lower: f64,
        /// What becomes 1, in percent.
        upper: f64,
    },
    /// Percentiles become given intensities, and a line runs from each to the next; the outer ones continue.
    Landmarks(Vec<Landmark>),
}

/// A percentile and the intensity it becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    /// In percent.
    pub percentile: f64,
    /// On the standard scale.
    pub intensity: f64,
}

/// Voxels that are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Within {
    /// All.
    Image,
    /// Those above the mean of all: the patient without the air around.
    AboveMean,
    /// Those of the region of interest.
    Region,
}

impl Normalisation {
    /// The image on the common scale. The mask is asked for only where the region decides.
    pub fn apply(&self, image: &Volume, mask: Option<&RoiMask>) -> Result<Volume, Error> {
        self.check()?;
        let statistics = Statistics::new(&self.measured(image, mask)?);
        let knots = self.knots(&statistics);
        let is_rising = knots.windows(2).all(|pair| pair[0][0] < pair[1][0]);
        if !is_rising {
            return Err(ProcessingError::NoSpread.into());
        }
        let voxels = image.voxels().iter().map(|value| mapped(&knots, *value)).collect();
        Ok(Volume::new(image.grid().clone(), voxels).expect("as many voxels as before"))
    }

    /// One line that is equal exactly for equal normalisations, and never changes its form.
    #[must_use]
    pub fn canonical(&self) -> String {
        let scale = match &self.scale {
            Scale::ZScore => "z-score".to_owned(),
            Scale::Percentiles { lower, upper } => format!("percentiles:{lower:?}..{upper:?}"),
            Scale::Landmarks(landmarks) => {
                let word =
                    |landmark: &Landmark| format!("{:?}={:?}", landmark.percentile, landmark.intensity);
                format!("landmarks:{}", landmarks.iter().map(word).collect::<Vec<_>>().join(","))
            }
        };
        let within = match self.within {
            Within::Image => "image",
            Within::AboveMean => "above-mean",
            Within::Region => "region",
        };
        format!("normalise={scale};within={within}")
    }

    fn check(&self) -> Result<(), ProcessingError> {
        let wrong = |field, expected| Err(ProcessingError::Normalisation { field, expected });
        let percentiles: Vec<f64> = match &self.scale {
            Scale::ZScore => return Ok(()),
            Scale::Percentiles { lower, upper } => vec![*lower, *upper],
            Scale::Landmarks(landmarks) => landmarks.iter().map(|landmark| landmark.percentile).collect(),
        };
        let are_rising = |values: &[f64]| values.windows(2).all(|pair| pair[0] < pair[1]);
        if percentiles.len() < 2 || !are_rising(&percentiles) {
            return wrong("percentiles", "two or more, each above the one before");
        }
        if !percentiles.iter().all(|percentile| (0.0..=100.0).contains(percentile)) {
            return wrong("percentiles", "between 0 and 100");
        }
        let Scale::Landmarks(landmarks) = &self.scale else { return Ok(()) };
        let intensities: Vec<f64> = landmarks.iter().map(|landmark| landmark.intensity).collect();
        let are_usable = are_rising(&intensities) && intensities.iter().all(|value| value.is_finite());
        if are_usable { Ok(()) } else { wrong("intensities", "finite, each above the one before") }
    }

    fn measured(&self, image: &Volume, mask: Option<&RoiMask>) -> Result<Vec<f64>, Error> {
        let all = image.voxels();
        let values: Vec<f64> = match (self.within, mask) {
            (Within::Image, _) => all.to_vec(),
            (Within::AboveMean, _) => {
                let mean = all.iter().sum::<f64>() / all.len() as f64;
                all.iter().copied().filter(|value| *value > mean || !value.is_finite()).collect()
            }
            (Within::Region, Some(mask)) => {
                same_grid(image.grid(), mask.grid())?;
                all.iter()
                    .zip(mask.inside())
                    .filter(|(_, inside)| **inside)
                    .map(|(value, _)| *value)
                    .collect()
            }
            (Within::Region, None) => {
                let expected = "given with a mask, or another choice of voxels";
                return Err(ProcessingError::Normalisation { field: "region", expected }.into());
            }
        };
        match values.iter().filter(|value| !value.is_finite()).count() {
            0 if values.is_empty() && self.within == Within::Region => Err(Error::EmptyMask),
            0 if values.is_empty() => Err(ProcessingError::NoSpread.into()),
            0 => Ok(values),
            count => Err(Error::NotFinite { count }),
        }
    }

    /// Intensities before and after, at the corners of the map.
    fn knots(&self, statistics: &Statistics) -> Vec<[f64; 2]> {
        match &self.scale {
            Scale::ZScore => {
                let (mean, deviation) = (statistics.mean(), statistics.var().sqrt());
                vec![[mean, 0.0], [mean + deviation, 1.0]]
            }
            Scale::Percentiles { lower, upper } => {
                vec![[statistics.percentile(*lower), 0.0], [statistics.percentile(*upper), 1.0]]
            }
            Scale::Landmarks(landmarks) => {
                let knot =
                    |landmark: &Landmark| [statistics.percentile(landmark.percentile), landmark.intensity];
                landmarks.iter().map(knot).collect()
            }
        }
    }
}

/// On the line through the two knots around a value, or through the outer two.
fn mapped(knots: &[[f64; 2]], value: f64) -> f64 {
    let above = knots[1..knots.len() - 1].partition_point(|knot| knot[0] <= value) + 1;
    let ([x0, y0], [x1, y1]) = (knots[above - 1], knots[above]);
    y0 + (value - x0) / (x1 - x0) * (y1 - y0)
}
