//! Intensities to grey levels 1..=G.
//! Never here: the intensity mask, which is settled before.
//! Specification: IBSI reference manual, section 2.7 (fixed bin number K15C, fixed bin size Q3RU),
//! DOI 10.1148/radiol.2020191145.

use crate::roi::Roi;
use crate::{Discretisation, Error, Settings};

/// The largest number of grey levels: 13 direction matrices of this side take 52 MiB.
const MAX_LEVELS: u32 = 1024;

/// The grey level of every voxel of the intensity mask, in its order.
#[derive(Debug)]
pub(crate) struct Levels {
    /// Grey level of each voxel, 1..=count.
    pub(crate) values: Vec<u16>,
    /// G: the bin number, or with a fixed bin size the highest level that occurs.
    pub(crate) count: usize,
}

/// Discretises the intensity mask. A constant region under a fixed bin number is all level 1.
pub(crate) fn discretise(roi: &Roi, settings: &Settings) -> Result<Levels, Error> {
    let (least, greatest) = roi.extremes();
    match settings.discretisation {
        Discretisation::BinWidth(width) => {
            let origin = settings.window.map_or(least, |[lower, _]| lower);
            let count = limited(((greatest - origin) / width).floor() + 1.0)?;
            let values = roi.intensities.iter().map(|x| level(((x - origin) / width).floor(), count));
            Ok(Levels { values: values.collect(), count: count.into() })
        }
        Discretisation::BinCount(bins) => {
            let count = limited(f64::from(bins))?;
            let range = greatest - least;
            let scaled = |x: f64| if range > 0.0 { f64::from(count) * ((x - least) / range) } else { 0.0 };
            let values = roi.intensities.iter().map(|x| level(scaled(*x).floor(), count));
            Ok(Levels { values: values.collect(), count: count.into() })
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 1..=MAX_LEVELS")]
fn limited(levels: f64) -> Result<u16, Error> {
    if (1.0..=f64::from(MAX_LEVELS)).contains(&levels) {
        Ok(levels as u16)
    } else {
        Err(Error::TooManyLevels { levels, limit: MAX_LEVELS })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= below < 65535")]
fn level(below: f64, count: u16) -> u16 {
    (below as u16).saturating_add(1).min(count)
}
