//! The intensity-volume histogram (P88C): which part of the region has at least an intensity.
//!
//! Specification: IBSI reference manual, section 3.5.

use crate::roi::Roi;
use crate::settings::VolumeHistogram;
use crate::{Error, Settings};

/// Most steps of the histogram.
const MAX_STEPS: f64 = 1e7;

/// The curve: intensity, its fraction of the range, and the part of the region that has at least it.
#[derive(Debug)]
pub(crate) struct Ivh {
    points: Vec<Point>,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    intensity: f64,
    intensity_fraction: f64,
    volume_fraction: f64,
}

/// Equally spaced steps: the intensity each stands for, and which intensities belong to it.
struct Scale {
    /// What the first step stands for.
    first: f64,
    /// From what one step stands for to the next.
    step: f64,
    /// Lower edge of the first step.
    edge: f64,
    width: f64,
    count: usize,
}

impl Ivh {
    pub(crate) fn new(roi: &Roi, settings: &Settings) -> Result<Self, Error> {
        let scale = Scale::new(roi, settings)?;
        let mut counts = vec![0_u32; scale.count];
        roi.intensities.iter().for_each(|x| counts[scale.index(*x)] += 1);
        let n = roi.intensities.len() as f64;
        let mut left = n;
        let last = (scale.count - 1) as f64;
        let point = |(index, count): (usize, &u32)| {
            let point = Point {
                intensity: scale.first + index as f64 * scale.step,
                intensity_fraction: if last > 0.0 { index as f64 / last } else { 0.0 },
                volume_fraction: left / n,
            };
            left -= f64::from(*count);
            point
        };
        Ok(Self { points: counts.iter().enumerate().map(point).collect() })
    }

    /// The largest part of the region that has at least this fraction of the intensities.
    fn volume_at(&self, fraction: f64) -> f64 {
        let reached = self.points.iter().find(|point| point.intensity_fraction >= fraction);
        reached.map_or(f64::NAN, |point| point.volume_fraction)
    }

    /// The least intensity that at most this part of the region has.
    fn intensity_at(&self, fraction: f64) -> f64 {
        let reached = self.points.iter().find(|point| point.volume_fraction <= fraction);
        // the part that has the largest intensity can be more than asked: IBSI goes one step on
        reached.map_or_else(|| self.beyond(), |point| point.intensity)
    }

    fn beyond(&self) -> f64 {
        match self.points.as_slice() {
            [.., before, last] => 2.0 * last.intensity - before.intensity,
            [only] => only.intensity,
            [] => f64::NAN,
        }
    }

    pub(crate) fn v10(&self) -> f64 {
        self.volume_at(0.1)
    }

    pub(crate) fn v90(&self) -> f64 {
        self.volume_at(0.9)
    }

    pub(crate) fn i10(&self) -> f64 {
        self.intensity_at(0.1)
    }

    pub(crate) fn i90(&self) -> f64 {
        self.intensity_at(0.9)
    }

    pub(crate) fn diff_v10_v90(&self) -> f64 {
        self.v10() - self.v90()
    }

    pub(crate) fn diff_i10_i90(&self) -> f64 {
        self.i10() - self.i90()
    }

    /// Area under the volume fraction over the intensity fraction, by trapezia; zero for a single intensity.
    pub(crate) fn auc(&self) -> f64 {
        let area = |pair: &[Point]| {
            let width = pair[1].intensity_fraction - pair[0].intensity_fraction;
            width * f64::midpoint(pair[0].volume_fraction, pair[1].volume_fraction)
        };
        self.points.windows(2).fold(0.0, |sum, pair| sum + area(pair))
    }
}

impl Scale {
    fn new(roi: &Roi, settings: &Settings) -> Result<Self, Error> {
        let (least, greatest) = roi.extremes();
        let [lower, upper] = settings.window.unwrap_or([least, greatest]);
        match settings.volume_histogram {
            VolumeHistogram::Calibrated => {
                let count = limited((upper - lower).floor() + 1.0)?;
                Ok(Self { first: lower, step: 1.0, edge: lower, width: 1.0, count })
            }
            VolumeHistogram::BinWidth(width) => {
                let count = limited(((upper - lower) / width).ceil().max(1.0))?;
                Ok(Self { first: lower + width / 2.0, step: width, edge: lower, width, count })
            }
            VolumeHistogram::BinCount(bins) => {
                let count = limited(f64::from(bins))?;
                let width = if greatest > least { (greatest - least) / count as f64 } else { 1.0 };
                Ok(Self { first: 1.0, step: 1.0, edge: least, width, count })
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below the first edge")]
    fn index(&self, intensity: f64) -> usize {
        (((intensity - self.edge) / self.width).floor() as usize).min(self.count - 1)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1..=MAX_STEPS")]
fn limited(steps: f64) -> Result<usize, Error> {
    if (1.0..=MAX_STEPS).contains(&steps) {
        Ok(steps as usize)
    } else {
        Err(Error::TooManyIvhSteps { steps, limit: MAX_STEPS })
    }
}
