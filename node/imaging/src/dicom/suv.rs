//! Standardised uptake value by body weight, from the tags of one PET slice.
//!
//! The factor turns the slice's rescaled values into g/mL. Nothing is assumed: a tag that decides and is missing is an
//! error. Spec: QIBA SUV vendor-neutral pseudo-code, <https://qibawiki.rsna.org/index.php/Standardized_Uptake_Value_(SUV)>;
//! DICOM PS3.3 C.8.9.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::fault::DicomFault;
use super::time::{DAY, instant, seconds_of_day};
use super::tree::Tree;
use super::values::name;

/// Doses are written in Bq; a number this small is in a larger unit.
const LEAST_DOSE: f64 = 1e5;
/// Weights are written in kg; a number this large is in g.
const MOST_WEIGHT: f64 = 650.0;
const PHILIPS: &str = "Philips PET Private Group";
const PHILIPS_GROUP: u16 = 0x7053;

/// What a rescaled value is multiplied with to become g/mL.
pub(super) fn factor(slice: &Tree) -> Result<f64, DicomFault> {
    let units = slice.text(tags::UNITS).ok_or_else(|| missing(tags::UNITS))?;
    match units.as_str() {
        "GML" => body_weight(slice),
        "BQML" => grams_a_becquerel(slice),
        "CNTS" => match (philips(slice, 0x00)?, philips(slice, 0x09)?) {
            (Some(suv), _) => Ok(suv),
            (None, Some(activity)) => Ok(activity * grams_a_becquerel(slice)?),
            (None, None) => Err(suv(tags::UNITS, "counts, without Philips' private factors; export as BQML")),
        },
        _ => Err(suv(tags::UNITS, &format!("`{units}`; BQML, GML and Philips' CNTS are read"))),
    }
}

/// Slope and intercept from an enhanced file's stored values to g/mL. `mapping` is the frame's real-world value mapping.
pub(super) fn enhanced(root: &Tree, mapping: &Tree) -> Result<(f64, f64), DicomFault> {
    let need = |tag| number(mapping, tag)?.ok_or_else(|| missing(tag));
    let (slope, intercept) = (need(tags::REAL_WORLD_VALUE_SLOPE)?, need(tags::REAL_WORLD_VALUE_INTERCEPT)?);
    let unit = mapping.items(tags::MEASUREMENT_UNITS_CODE_SEQUENCE).first();
    let factor = match unit.and_then(|code| code.text(tags::CODE_VALUE)).as_deref() {
        Some("{SUVbw}g/ml") => 1.0,
        Some("Bq/ml") => enhanced_grams_a_becquerel(root)?,
        other => {
            let why = format!("`{}`; Bq/ml and {{SUVbw}}g/ml are read", other.unwrap_or_default());
            return Err(suv(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, &why));
        }
    };
    Ok((slope * factor, intercept * factor))
}

/// The same as for slices, from the tags that enhanced files have instead.
fn enhanced_grams_a_becquerel(root: &Tree) -> Result<f64, DicomFault> {
    for tag in [tags::ATTENUATION_CORRECTED, tags::DECAY_CORRECTED] {
        if root.text(tag).as_deref() != Some("YES") {
            return Err(suv(tag, "not YES; use the corrected series"));
        }
    }
    let tracer = tracer(root)?;
    let tag = tags::DECAY_CORRECTION_DATE_TIME;
    let text = root.text(tag).ok_or_else(|| missing(tag))?;
    let reference = instant(&text).ok_or_else(|| suv(tag, "not a date and time"))?;
    Ok(grams(root)? / (dose(tracer)? * remaining(tracer, reference)?))
}

/// Values that are SUV already, if by body weight.
fn body_weight(slice: &Tree) -> Result<f64, DicomFault> {
    match slice.text(tags::SUV_TYPE).as_deref() {
        None | Some("BW") => Ok(1.0),
        Some(other) => Err(suv(tags::SUV_TYPE, &format!("`{other}`; only body weight (BW) is comparable"))),
    }
}

/// Body weight over the dose that is left at the time the values refer to.
fn grams_a_becquerel(slice: &Tree) -> Result<f64, DicomFault> {
    let corrected = slice.texts(tags::CORRECTED_IMAGE).unwrap_or_default();
    if !corrected.is_empty() && !corrected.iter().any(|step| step == "ATTN") {
        return Err(suv(tags::CORRECTED_IMAGE, "without ATTN; use the attenuation-corrected series"));
    }
    let (grams, tracer) = (grams(slice)?, tracer(slice)?);
    let dose = dose(tracer)?;
    let left = match slice.text(tags::DECAY_CORRECTION).as_deref() {
        Some("ADMIN") => 1.0,
        Some("START") => remaining(tracer, start(slice, tracer)?)?,
        Some("NONE") => remaining(tracer, acquired(slice)? + mean_time(slice, tracer)?)?,
        Some(other) => return Err(suv(tags::DECAY_CORRECTION, &format!("`{other}`"))),
        None => return Err(missing(tags::DECAY_CORRECTION)),
    };
    Ok(grams / (dose * left))
}

/// The patient's weight.
fn grams(root: &Tree) -> Result<f64, DicomFault> {
    let kilograms = positive(root, tags::PATIENT_WEIGHT)?;
    if kilograms > MOST_WEIGHT {
        return Err(suv(tags::PATIENT_WEIGHT, &format!("{kilograms}; it must be in kg")));
    }
    Ok(1000.0 * kilograms)
}

fn tracer(root: &Tree) -> Result<&Tree, DicomFault> {
    let tag = tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE;
    root.items(tag).first().ok_or_else(|| missing(tag))
}

/// The injected dose, Bq.
fn dose(tracer: &Tree) -> Result<f64, DicomFault> {
    let dose = positive(tracer, tags::RADIONUCLIDE_TOTAL_DOSE)?;
    if dose < LEAST_DOSE {
        return Err(suv(tags::RADIONUCLIDE_TOTAL_DOSE, &format!("{dose}; it must be in Bq")));
    }
    Ok(dose)
}

/// The part of the dose that is left at `when`.
fn remaining(tracer: &Tree, when: f64) -> Result<f64, DicomFault> {
    let half_life = positive(tracer, tags::RADIONUCLIDE_HALF_LIFE)?;
    let elapsed = since_injection(tracer, when)?;
    Ok(libm::exp2(-elapsed / half_life))
}

/// Seconds from injection to `when`. A time of day alone may lie on the day before.
fn since_injection(tracer: &Tree, when: f64) -> Result<f64, DicomFault> {
    let tag = tags::RADIOPHARMACEUTICAL_START_DATE_TIME;
    if let Some(text) = tracer.text(tag) {
        let injected = instant(&text).ok_or_else(|| suv(tag, "not a date and time"))?;
        let elapsed = when - injected;
        if !(0.0..=DAY).contains(&elapsed) {
            let why = format!("{:.1} hours before the scan; check the dates", elapsed / 3600.0);
            return Err(suv(tag, &why));
        }
        return Ok(elapsed);
    }
    let tag = tags::RADIOPHARMACEUTICAL_START_TIME;
    let text = tracer.text(tag).ok_or_else(|| missing(tag))?;
    let time = seconds_of_day(&text).ok_or_else(|| suv(tag, "not a time"))?;
    Ok((when.rem_euclid(DAY) - time).rem_euclid(DAY))
}

/// The instant that `DecayCorrection` START refers to.
fn start(slice: &Tree, tracer: &Tree) -> Result<f64, DicomFault> {
    let acquired = acquired(slice)?;
    let series = day_and_time(slice, tags::SERIES_DATE, tags::SERIES_TIME)?;
    if series <= acquired {
        return Ok(series);
    }
    // a series written later than it was acquired: count back from the slice's own times
    let tag = tags::FRAME_REFERENCE_TIME;
    let reference = number(slice, tag)?.ok_or_else(|| {
        suv(tag, "missing, and the series is dated after the acquisition; export the original series")
    })?;
    Ok(acquired - reference / 1000.0 + mean_time(slice, tracer)?)
}

fn acquired(slice: &Tree) -> Result<f64, DicomFault> {
    day_and_time(slice, tags::ACQUISITION_DATE, tags::ACQUISITION_TIME)
}

/// Seconds into a frame at which its decaying activity has its mean.
fn mean_time(slice: &Tree, tracer: &Tree) -> Result<f64, DicomFault> {
    let duration = positive(slice, tags::ACTUAL_FRAME_DURATION)? / 1000.0;
    let rate = std::f64::consts::LN_2 / positive(tracer, tags::RADIONUCLIDE_HALF_LIFE)?;
    let decays = rate * duration;
    Ok(libm::log(decays / -libm::expm1(-decays)) / rate)
}

fn day_and_time(slice: &Tree, date: Tag, time: Tag) -> Result<f64, DicomFault> {
    let (day, clock) = (slice.text(date), slice.text(time));
    let day = day.ok_or_else(|| missing(date))?;
    let clock = clock.ok_or_else(|| missing(time))?;
    instant(&format!("{day}{clock}")).ok_or_else(|| suv(time, "date and time cannot be read"))
}

/// One of Philips' private factors, wherever its block lies.
fn philips(slice: &Tree, element: u16) -> Result<Option<f64>, DicomFault> {
    let is_theirs = |block: &u16| slice.text(Tag(PHILIPS_GROUP, *block)).as_deref() == Some(PHILIPS);
    let Some(block) = (0x10..=0xff).find(is_theirs) else { return Ok(None) };
    let factor = number(slice, Tag(PHILIPS_GROUP, block << 8 | element))?;
    Ok(factor.filter(|factor| *factor != 0.0))
}

fn number(tree: &Tree, tag: Tag) -> Result<Option<f64>, DicomFault> {
    tree.number(tag).map_err(|fault| suv(tag, &fault.to_string()))
}

fn positive(tree: &Tree, tag: Tag) -> Result<f64, DicomFault> {
    match number(tree, tag)? {
        Some(value) if value > 0.0 => Ok(value),
        Some(value) => Err(suv(tag, &format!("{value}; it must be positive"))),
        None => Err(missing(tag)),
    }
}

fn suv(tag: Tag, why: &str) -> DicomFault {
    DicomFault::Suv { tag: name(tag), why: why.to_owned() }
}

fn missing(tag: Tag) -> DicomFault {
    suv(tag, "missing; export the original series with it, or convert the image to SUV before")
}
