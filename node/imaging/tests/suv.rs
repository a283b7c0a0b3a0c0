//! SUV by body weight from the tags of a PET slice: 70 kg, 3.7e8 Bq of F-18, injected an hour before the scan.
//!
//! Expected factors: QIBA's formula, 1000 x weight / (dose x 2^(-elapsed / half-life)), computed apart from this code.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{Folder, Made, pet, tracer};
use consilium_imaging::{ImagingError, read_image};
use dicom_core::VR;
use dicom_dictionary_std::tags;

fn with(tracer: Made) -> Made {
    pet().sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, vec![tracer])
}

/// The SUV of a stored 1.
fn factor(slice: &Made) -> Result<f64, ImagingError> {
    let folder = Folder::new();
    read_image(&slice.write(&folder.at("pet"))).map(|image| image.voxels()[1])
}

fn near(slice: &Made, expected: f64) {
    let found = factor(slice).unwrap();
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} instead of {expected}");
}

const AFTER_AN_HOUR: f64 = 2.763_366_817_176_432_4e-4;
const AFTER_90_MINUTES: f64 = 3.339_716_862_522_159e-4;
const COUNTED_BACK: f64 = 2.780_852_938_825_503e-4;
const NONE_70_MINUTES: f64 = 2.962_113_709_489_268_5e-4;

#[test]
fn activity_is_related_to_the_dose_that_is_left() {
    near(&pet(), AFTER_AN_HOUR);
    near(&pet().text(tags::DECAY_CORRECTION, VR::CS, "ADMIN"), 70_000.0 / 370e6);
    near(&pet().decimals(tags::RESCALE_SLOPE, &[2.5]), 2.5 * AFTER_AN_HOUR);
    // uncorrected: the dose at the frame's mean time, 59.9 s into it
    near(&pet().text(tags::DECAY_CORRECTION, VR::CS, "NONE"), NONE_70_MINUTES);
    // a series written after the acquisition: the start is counted back from the frame's reference time
    near(&pet().text(tags::SERIES_TIME, VR::TM, "180000"), COUNTED_BACK);
}

#[test]
fn an_injection_before_midnight_is_found() {
    let night = with(tracer().text(tags::RADIOPHARMACEUTICAL_START_TIME, VR::TM, "233000"))
        .text(tags::SERIES_TIME, VR::TM, "010000")
        .text(tags::ACQUISITION_TIME, VR::TM, "011000");
    near(&night, AFTER_90_MINUTES);
    let dated =
        tracer().text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME, VR::DT, "20240228233000.000000+0100");
    let night = with(dated.clone()).text(tags::SERIES_TIME, VR::TM, "010000").text(
        tags::ACQUISITION_TIME,
        VR::TM,
        "011000",
    );
    near(&night, AFTER_90_MINUTES);
    // the date, where there is one, is believed: more than a day is no scan
    let error = factor(&with(dated).text(tags::SERIES_DATE, VR::DA, "20240302").text(
        tags::ACQUISITION_DATE,
        VR::DA,
        "20240302",
    ));
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("RadiopharmaceuticalStartDateTime") && message.contains("60.5 hours"),
        "{message}"
    );
}

#[test]
fn philips_writes_its_own_factors() {
    let counts = pet().text(tags::UNITS, VR::CS, "CNTS");
    let private =
        |made: Made| made.text(dicom_core::Tag(0x7053, 0x0011), VR::LO, "Philips PET Private Group");
    let suv = private(counts.clone()).text(dicom_core::Tag(0x7053, 0x1100), VR::DS, "0.00042");
    near(&suv, 0.00042);
    let activity = private(counts.clone()).text(dicom_core::Tag(0x7053, 0x1100), VR::DS, "0").text(
        dicom_core::Tag(0x7053, 0x1109),
        VR::DS,
        "1.5",
    );
    near(&activity, 1.5 * AFTER_AN_HOUR);
    assert_eq!(factor(&counts).unwrap_err().code(), "CNS-D-0123");
}

#[test]
fn values_that_are_suv_already_stay() {
    near(&pet().text(tags::UNITS, VR::CS, "GML").without(tags::PATIENT_WEIGHT), 1.0);
    let lean = pet().text(tags::UNITS, VR::CS, "GML").text(tags::SUV_TYPE, VR::CS, "LBM");
    assert!(factor(&lean).unwrap_err().to_string().contains("only body weight"));
}

#[test]
fn enhanced_files_say_it_in_other_tags() {
    let frame = |unit: &str| {
        let unit = Made::default().text(tags::CODE_VALUE, VR::SH, unit);
        let mapping = Made::default()
            .sequence(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, vec![unit])
            .doubles(tags::REAL_WORLD_VALUE_SLOPE, 2.0)
            .doubles(tags::REAL_WORLD_VALUE_INTERCEPT, 0.0);
        Made::default().sequence(tags::REAL_WORLD_VALUE_MAPPING_SEQUENCE, vec![mapping])
    };
    let injected = tracer().text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME, VR::DT, "20240229110000");
    let file = |unit: &str| {
        with(injected.clone())
            .without(tags::UNITS)
            .text(tags::ATTENUATION_CORRECTED, VR::CS, "YES")
            .text(tags::DECAY_CORRECTED, VR::CS, "YES")
            .text(tags::DECAY_CORRECTION_DATE_TIME, VR::DT, "20240229120000")
            .sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![frame(unit)])
    };
    near(&file("Bq/ml"), 2.0 * AFTER_AN_HOUR);
    near(&file("{SUVbw}g/ml"), 2.0);
    let refused = |made: &Made| factor(made).unwrap_err().to_string();
    assert!(refused(&file("{counts}")).contains("`{counts}`; Bq/ml"), "{}", refused(&file("{counts}")));
    let uncorrected = file("Bq/ml").text(tags::DECAY_CORRECTED, VR::CS, "NO");
    assert!(refused(&uncorrected).contains("DecayCorrected (0018,9758): not YES"));
}

#[test]
fn nothing_is_assumed_that_a_tag_should_say() {
    let cases: [(Made, &str); 14] = [
        (pet().without(tags::UNITS), "Units (0054,1001): missing"),
        (pet().text(tags::UNITS, VR::CS, "CM2ML"), "`CM2ML`"),
        (pet().without(tags::PATIENT_WEIGHT), "PatientWeight (0010,1030): missing"),
        (pet().decimals(tags::PATIENT_WEIGHT, &[0.0]), "PatientWeight (0010,1030): 0; it must be positive"),
        (pet().decimals(tags::PATIENT_WEIGHT, &[12_000.0]), "must be in kg"),
        (pet().without(tags::DECAY_CORRECTION), "DecayCorrection (0054,1102): missing"),
        (
            pet().without(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE),
            "RadiopharmaceuticalInformationSequence",
        ),
        (with(tracer().without(tags::RADIONUCLIDE_TOTAL_DOSE)), "RadionuclideTotalDose (0018,1074): missing"),
        (with(tracer().decimals(tags::RADIONUCLIDE_TOTAL_DOSE, &[370.0])), "must be in Bq"),
        (with(tracer().without(tags::RADIONUCLIDE_HALF_LIFE)), "RadionuclideHalfLife (0018,1075): missing"),
        (with(tracer().without(tags::RADIOPHARMACEUTICAL_START_TIME)), "RadiopharmaceuticalStartTime"),
        (with(tracer().text(tags::RADIOPHARMACEUTICAL_START_TIME, VR::TM, "2561")), "not a time"),
        (pet().without(tags::ACQUISITION_TIME), "AcquisitionTime (0008,0032): missing"),
        (pet().text(tags::CORRECTED_IMAGE, VR::CS, "DECY"), "without ATTN"),
    ];
    for (slice, words) in cases {
        let error = factor(&slice).unwrap_err();
        assert!(error.code() == "CNS-D-0123" && error.to_string().contains(words), "{words}: {error}");
    }
}
