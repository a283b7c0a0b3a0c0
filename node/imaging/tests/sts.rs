//! Two patients of the IBSI validation set: DICOM images and contours against the NIfTI files made from them.
//!
//! Data: `theibsi/data_sets`, CC BY 3.0 (see `../shared/data/SOURCES.md`). The NIfTI files hold 32-bit floats.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(clippy::print_stderr, reason = "says that it was skipped")]

use std::path::{Path, PathBuf};

use consilium_imaging::{Choice, Volume, read_image, read_mask, read_region_of, regions, same_grid};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sts-ibsi/full");
const PATIENTS: [&str; 2] = ["STS_008", "STS_025"];

fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(DATA);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no {DATA}");
    None
}

fn pair(data: &Path, patient: &str, modality: &str) -> (Volume, Volume) {
    let dicom = read_image(&data.join(format!("dicom/{patient}/{modality}/image"))).unwrap();
    let nifti = read_image(&data.join(format!("nifti/{patient}/{modality}_image.nii.gz"))).unwrap();
    same_grid(dicom.grid(), nifti.grid()).unwrap();
    (dicom, nifti)
}

fn largest_difference(a: &Volume, b: &Volume) -> f64 {
    a.voxels().iter().zip(b.voxels()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn images_equal_their_nifti_copies() {
    let Some(data) = data() else { return };
    for patient in PATIENTS {
        for modality in ["CT", "MR_T1"] {
            let (dicom, nifti) = pair(&data, patient, modality);
            assert!(dicom.voxels() == nifti.voxels(), "{patient} {modality}");
        }
        let (dicom, nifti) = pair(&data, patient, "PET");
        let most = nifti.voxels().iter().fold(0.0_f64, |most, suv| most.max(suv.abs()));
        let off = largest_difference(&dicom, &nifti);
        assert!(off <= most * f64::from(f32::EPSILON), "{patient}: SUV off by {off}");
    }
}

#[test]
fn contours_give_the_supplied_masks() {
    let Some(data) = data() else { return };
    for patient in PATIENTS {
        for modality in ["CT", "MR_T1", "PET"] {
            let folder = data.join(format!("dicom/{patient}/{modality}"));
            let image = read_image(&folder.join("image")).unwrap();
            let structures = folder.join("mask/RS.dcm");
            let listed = regions(&structures).unwrap();
            let name = format!("GTV_Mass_{modality}");
            assert_eq!((listed.len(), listed[0].number, &listed[0].name), (1, 1, &name));
            let slice = folder.join("image/000000.dcm");
            let ours = read_region_of(&structures, Choice::Name(&name), image.grid(), &slice).unwrap();
            let theirs = read_mask(&data.join(format!("nifti/{patient}/{modality}_mask.nii.gz"))).unwrap();
            same_grid(ours.grid(), theirs.grid()).unwrap();
            assert!(
                ours.inside() == theirs.inside() && ours.count() > 0,
                "{patient} {modality}: every voxel is the same"
            );
        }
    }
}

#[test]
fn a_region_of_another_series_is_refused() {
    let Some(data) = data() else { return };
    let image = read_image(&data.join("dicom/STS_008/CT/image")).unwrap();
    let structures = data.join("dicom/STS_025/CT/mask/RS.dcm");
    let slice = data.join("dicom/STS_008/CT/image/000000.dcm");
    let refused = read_region_of(&structures, Choice::Only, image.grid(), &slice).unwrap_err();
    assert_eq!(refused.code(), "CNS-D-0126", "{refused}");
}
