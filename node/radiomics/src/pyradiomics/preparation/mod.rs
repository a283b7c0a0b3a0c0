//! From image and mask to what features are computed on: normalised, resampled, checked, re-segmented.
//!
//! Never here: filters, features. Specification: PyRadiomics 3.1.0, `featureextractor.execute` and `loadImage`, in their
//! order: normalise; resample, or else crop; check the mask; re-segment and check again.

mod check;
mod crop;
mod mapping;
mod normalise;
mod resample;
mod resegment;
mod spline;

pub(crate) use mapping::Frame;

use std::borrow::Cow;

use consilium_imaging::{RoiMask, Volume};

use super::Error;
use super::images::Pixel;
use super::parameters::Settings;
use crate::roi::{Bounds, bounding_box};

/// What features are computed on.
pub(crate) struct Prepared<'a> {
    pub(crate) image: Cow<'a, Volume>,
    /// Number type of the image now.
    pub(crate) pixel: Pixel,
    /// The mask before re-segmentation.
    pub(crate) mask: Cow<'a, RoiMask>,
    pub(crate) resegmented: Option<RoiMask>,
    /// Whether image and mask were interpolated.
    pub(crate) is_interpolated: bool,
    /// The mask after `correctMask`, if it was needed.
    pub(crate) is_corrected: bool,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(
        image: &'a Volume,
        mask: &'a RoiMask,
        pixel: Pixel,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let mut case = Self {
            image: Cow::Borrowed(image),
            pixel,
            mask: Cow::Borrowed(mask),
            resegmented: None,
            is_interpolated: false,
            is_corrected: false,
        };
        bounds(mask)?;
        case.normalise(settings)?;
        case.place(settings)?;
        case.check(settings)?;
        if settings.resegment_range.is_some() {
            let left = resegment::resegment(&case.image, &case.mask, case.pixel, settings)?;
            check::extent(&left, settings)?;
            case.resegmented = Some(left);
        }
        Ok(case)
    }

    /// The mask of all classes but shape.
    pub(crate) fn roi(&self) -> &RoiMask {
        self.resegmented.as_ref().unwrap_or(&self.mask)
    }

    fn normalise(&mut self, settings: &Settings) -> Result<(), Error> {
        if settings.normalize {
            self.image = Cow::Owned(normalise::normalise(&self.image, settings)?);
            self.pixel = Pixel::Double;
        }
        Ok(())
    }

    /// Resamples, or crops what need not be resampled.
    fn place(&mut self, settings: &Settings) -> Result<(), Error> {
        if let (Some(interpolator), Some(spacing)) = (settings.interpolator, settings.spacing) {
            let (image, mask) =
                resample::resample(&self.image, &self.mask, self.pixel, spacing, interpolator, settings)?;
            (self.image, self.mask) = (Cow::Owned(image), Cow::Owned(mask));
            self.is_interpolated = true;
        } else if settings.pre_crop {
            self.check(settings)?;
            let bounds = bounds(&self.mask)?;
            let (image, mask) = crop::crop(&self.image, &self.mask, bounds, settings.pad_distance);
            (self.image, self.mask) = (Cow::Owned(image), Cow::Owned(mask));
        }
        Ok(())
    }

    /// From here on the mask's grid is the image's.
    fn check(&mut self, settings: &Settings) -> Result<(), Error> {
        if let Some((mask, is_resampled)) = check::geometry(&self.image, &self.mask, settings)? {
            self.mask = Cow::Owned(mask);
            self.is_corrected |= is_resampled;
        }
        check::extent(&self.mask, settings)
    }
}

pub(crate) fn bounds(mask: &RoiMask) -> Result<Bounds, Error> {
    bounding_box(mask.grid().dims, mask.inside()).ok_or(Error::Common(crate::Error::EmptyMask))
}
