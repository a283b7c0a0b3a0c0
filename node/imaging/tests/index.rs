//! The index of a folder as an archive dumps it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{FRAME, Folder, Made, RTSTRUCT, SERIES};
use consilium_imaging::{Index, Phase, index};
use dicom_core::VR;
use dicom_dictionary_std::tags;

/// A series of two slices deep in a folder, structures drawn on it, an MR series, and what else lies around.
fn dump(folder: &Folder) -> Index {
    let deep = folder.at("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    for number in 0..2 {
        described(Made::slice(number)).write(&deep.join(format!("IM{number}")));
    }
    let series = Made::default().text(tags::SERIES_INSTANCE_UID, VR::UI, SERIES);
    let study = Made::default().sequence(tags::RT_REFERENCED_SERIES_SEQUENCE, vec![series]);
    let frame = Made::default().sequence(tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]);
    let roi = Made::default().text(tags::ROI_NUMBER, VR::IS, "1").text(tags::ROI_NAME, VR::LO, "GTV");
    Made::object(RTSTRUCT, "RTSTRUCT", "2.25.5", 1)
        .text(tags::PATIENT_ID, VR::LO, "P1")
        .sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame])
        .sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, vec![roi])
        .write(&folder.at("structures.dcm"));
    Made::slice(0)
        .text(tags::PATIENT_ID, VR::LO, "P0")
        .text(tags::MODALITY, VR::CS, "MR")
        .text(tags::SERIES_INSTANCE_UID, VR::UI, "2.25.7")
        .decimals(tags::MAGNETIC_FIELD_STRENGTH, &[1.5])
        .write(&folder.at("mr"));
    folder.bytes("report.pdf", b"%PDF");
    let whole = Made::slice(0).bytes(common::EXPLICIT);
    folder.bytes("cut.dcm", &whole[..300]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.at("loop")).unwrap();
    index(folder.path()).unwrap()
}

fn described(slice: Made) -> Made {
    slice
        .text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192")
        .text(tags::PATIENT_ID, VR::LO, "P1")
        .text(tags::STUDY_DATE, VR::DA, "20240229")
        .text(tags::STUDY_DESCRIPTION, VR::LO, "Abdomen")
        .text(tags::SERIES_DESCRIPTION, VR::LO, "Leber venös 3.0")
        .text(tags::MANUFACTURER, VR::LO, "Maker")
        .text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Model")
        .text(tags::CONVOLUTION_KERNEL, VR::SH, "B30f")
        .decimals(tags::KVP, &[100.0])
}

#[test]
fn series_are_grouped_and_described() {
    let folder = Folder::new();
    let found = dump(&folder);
    let [mr, structures, ct] = found.series.as_slice() else { panic!("{found:?}") };
    assert_eq!((mr.modality.as_str(), mr.patient.as_str(), mr.field_strength), ("MR", "P0", Some(1.5)));
    assert_eq!((ct.images, ct.files.len(), ct.phase), (2, 2, Some(Phase::Venous)));
    assert_eq!(ct.description, "Leber venös 3.0");
    let text = [&ct.patient, &ct.date, &ct.study_description, &ct.manufacturer, &ct.model, &ct.kernel];
    assert_eq!(text.map(String::as_str), ["P1", "20240229", "Abdomen", "Maker", "Model", "B30f"]);
    assert_eq!(
        (ct.slice_thickness, ct.kilovolts, ct.frame_of_reference.as_str()),
        (Some(3.0), Some(100.0), FRAME)
    );
    assert_eq!(structures.drawn_on, [ct.uid.as_str()]);
    assert_eq!((structures.images, structures.regions[0].name.as_str()), (0, "GTV"));
    assert_eq!(found.others, 1, "the report");
    let cut: Vec<_> = found.unreadable.iter().map(|(path, e)| (path.clone(), e.code())).collect();
    assert_eq!(cut, [(folder.at("cut.dcm"), "CNS-D-0112")]);
    #[cfg(unix)]
    assert_eq!(found.passed_over, 1, "the link");
    let shown = format!("{found:?} {ct:?}");
    assert!(!shown.contains("P1") && !shown.contains("Leber"), "{shown}");
}

#[test]
fn phases_follow_from_times_and_agents_where_words_say_nothing() {
    let phase = |slice: Made| {
        let folder = Folder::new();
        slice.write(&folder.at("x"));
        index(folder.path()).unwrap().series[0].phase
    };
    let injected = |acquired: &str| {
        Made::slice(0).text(tags::CONTRAST_BOLUS_START_TIME, VR::TM, "120000").text(
            tags::ACQUISITION_TIME,
            VR::TM,
            acquired,
        )
    };
    assert_eq!(phase(injected("120030")), Some(Phase::Arterial));
    assert_eq!(phase(injected("120110")), Some(Phase::Venous));
    assert_eq!(phase(injected("120500")), Some(Phase::Delayed));
    assert_eq!(phase(injected("115900")), Some(Phase::Native));
    assert_eq!(phase(injected("120050")), None, "between two phases");
    assert_eq!(phase(Made::slice(0).text(tags::CONTRAST_BOLUS_AGENT, VR::LO, "")), Some(Phase::Native));
    assert_eq!(phase(Made::slice(0)), None);
    assert_eq!(index(std::path::Path::new("no/such/folder")).unwrap_err().code(), "CNS-D-0101");
}
