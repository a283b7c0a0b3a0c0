//! Images and masks: plausible, read back by the node's own readers, the same when made alone.

#![allow(clippy::unwrap_used, reason = "a test")]

use consilium_imaging::{Choice, read_image, read_mask, read_region_of, same_grid};
use consilium_synth::{
    Child, Format, Input, Level, Modality, Picture, Recipe, Site, Task, pictures, sites, write,
};

fn drawn(task: Task, site: usize, index: u32, inputs: &[Input]) -> (Child, Vec<Picture>) {
    let (recipe, site) = (Recipe::new(11, task), sites(240)[site]);
    let child = Child::draw(&recipe, &site, index);
    let pictures = pictures(&recipe, &site, &child, inputs).unwrap();
    (child, pictures)
}

fn millilitres(picture: &Picture) -> f64 {
    picture.mask.count() as f64 * picture.image.grid().spacing.iter().product::<f64>() / 1000.0
}

/// Mean and standard deviation inside the mask.
fn moments(picture: &Picture) -> (f64, f64) {
    let inside = picture.image.voxels().iter().zip(picture.mask.inside());
    let values: Vec<f64> = inside.filter(|(_, is)| **is).map(|(value, _)| *value).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    (mean, (square / values.len() as f64).sqrt())
}

#[test]
fn volumes_follow_their_latent_and_stay_within_the_published_range() {
    for site in 0..6 {
        for index in [0, 1, 20] {
            let (child, pictures) = drawn(Task::Mycn, site, index, &[Input::CtVenous]);
            let expected = (130.0 * (0.63 * child.latents[4]).exp()).clamp(25.0, 330.0);
            let found = millilitres(&pictures[0]);
            // the rough surface adds up to 12 %, the border of the picture takes away
            assert!((0.80..1.15).contains(&(found / expected)), "{found:.0} mL instead of {expected:.0}");
            assert_eq!(pictures[0].second.is_some(), index < 20);
        }
    }
}

#[test]
fn contrast_enhances_by_the_latent_and_the_scanner() {
    for (site, index) in [(0, 2), (1, 0), (2, 1), (4, 5)] {
        let (child, pictures) = drawn(Task::Mycn, site, index, &Input::PHASES);
        let inputs: Vec<Input> = pictures.iter().map(|picture| picture.input).collect();
        assert_eq!(inputs.contains(&Input::CtArterial), !child.gaps.arterial);
        let means: Vec<f64> = pictures.iter().map(|picture| moments(picture).0).collect();
        let plain = means[0] - child.scanner.bias;
        assert!((15.0..45.0).contains(&plain), "plain {plain:.1} HU");
        assert!(means[1..].iter().all(|mean| mean - means[0] > 4.0), "{means:?}");
        let noise = moments(&pictures[0]).1;
        assert!(noise > 0.6 * child.scanner.noise, "{noise:.1} HU at {}", child.scanner.name);
    }
}

#[test]
fn a_second_reader_agrees_closely_but_not_wholly() {
    let (_, pictures) = drawn(Task::Mycn, 1, 3, &[Input::CtPlain]);
    let second = pictures[0].second.as_ref().unwrap();
    let both = pictures[0].mask.inside().iter().zip(second.inside()).filter(|(a, b)| **a && **b).count();
    let dice = 2.0 * both as f64 / (pictures[0].mask.count() + second.count()) as f64;
    assert!((0.85..0.99).contains(&dice), "Dice {dice:.3}");
}

#[test]
fn a_wilms_tumour_is_rounder() {
    // sphericity by the box around the mask: a ball fills 0.52 of it
    let filled = |picture: &Picture| {
        let [nx, ny, _] = picture.mask.grid().dims;
        let mut bounds = [[usize::MAX, 0]; 3];
        for (at, _) in picture.mask.inside().iter().enumerate().filter(|(_, inside)| **inside) {
            for (bound, i) in bounds.iter_mut().zip([at % nx, at / nx % ny, at / (nx * ny)]) {
                *bound = [bound[0].min(i), bound[1].max(i)];
            }
        }
        picture.mask.count() as f64
            / bounds.iter().map(|[low, high]| (high - low + 1) as f64).product::<f64>()
    };
    let mut fills = [Vec::new(), Vec::new()];
    for index in 20..36 {
        let (child, pictures) = drawn(Task::Wilms, 0, index, &[Input::CtPlain]);
        fills[usize::from(child.tumour == consilium_synth::Tumour::Wilms)].push(filled(&pictures[0]));
    }
    let [other, wilms] = fills.map(|fills| fills.iter().sum::<f64>() / fills.len() as f64);
    assert!(wilms > other + 0.03, "{wilms:.3} against {other:.3}");
}

#[test]
fn every_modality_has_values_of_its_own_unit() {
    let (_, pictures) = drawn(Task::Mycn, 3, 21, &[Input::Pet, Input::Mr, Input::Us]);
    let range = |picture: &Picture| {
        let voxels = picture.image.voxels().iter();
        voxels.fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(*x), high.max(*x)))
    };
    let (pet, mr, us) = (&pictures[0], &pictures[1], &pictures[2]);
    assert!(range(pet).0 >= 0.0 && range(pet).1 < 60.0 && moments(pet).0 > 0.5, "{:?}", range(pet));
    assert!(range(mr).0 >= 0.0 && moments(mr).0 > 50.0, "{:?}", range(mr));
    assert!(range(us).0 >= 0.0 && range(us).1 <= 255.0 && us.image.grid().dims[2] == 1);
    assert!((moments(pet).1 / moments(pet).0) < 1.0);
}

#[test]
fn an_image_is_the_same_when_it_is_made_alone() {
    let bits = |inputs: &[Input]| {
        let (_, pictures) = drawn(Task::Mycn, 3, 21, inputs);
        let venous = pictures.into_iter().find(|picture| picture.input == Input::CtVenous).unwrap();
        venous.image.voxels().iter().map(|voxel| voxel.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(bits(&[Input::CtVenous]), bits(&Input::PHASES));
}

/// The first children of sites C and D, written.
fn folders(modality: Modality, format: Format) -> (tempfile::TempDir, Recipe, Vec<Site>) {
    let recipe = Recipe::new(11, Task::Mycn);
    let out = tempfile::tempdir().unwrap();
    let sites: Vec<Site> =
        sites(240).iter().map(|site| Site { children: 1, ..*site }).skip(2).take(2).collect();
    write(out.path(), &recipe, &sites, modality, Level::Volumes(format), |_| ()).unwrap();
    (out, recipe, sites)
}

#[test]
fn nifti_files_come_back_as_they_were_drawn() {
    for modality in Modality::ALL {
        let (out, recipe, sites) = folders(modality, Format::Nifti);
        for site in &sites {
            let child = Child::draw(&recipe, site, 0);
            let folder = out.path().join(site.name()).join("images").join(child.patient());
            for picture in pictures(&recipe, site, &child, modality.inputs()).unwrap() {
                let stem = picture.input.prefix().to_lowercase();
                let file = |what: &str| {
                    let name = format!("{stem}_{what}.nii.gz");
                    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
                    let is = |file: &std::path::PathBuf| {
                        file.file_name().unwrap().to_str().unwrap().eq_ignore_ascii_case(&name)
                    };
                    files.into_iter().find(is).unwrap_or_else(|| panic!("{name} in {}", folder.display()))
                };
                let image = read_image(&file("image")).unwrap();
                same_grid(picture.image.grid(), image.grid()).unwrap();
                let worst = image.voxels().iter().zip(picture.image.voxels());
                let worst = worst.map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f64::max);
                assert!(worst < 1e-6, "{worst}");
                assert_eq!(read_mask(&file("mask")).unwrap().inside(), picture.mask.inside());
                let second = read_mask(&file("mask2")).unwrap();
                assert_eq!(second.inside(), picture.second.unwrap().inside());
            }
        }
    }
}

#[test]
fn dicom_series_and_segmentations_come_back_as_they_were_drawn() {
    for modality in [Modality::Ct, Modality::PetMr] {
        let (out, recipe, sites) = folders(modality, Format::Dicom);
        let site = &sites[1];
        let child = Child::draw(&recipe, site, 0);
        let folder = out.path().join(site.name()).join("images").join(child.patient());
        for picture in pictures(&recipe, site, &child, modality.inputs()).unwrap() {
            let stem = match picture.input {
                Input::CtPlain => "CT_plain",
                Input::CtArterial => "CT_arterial",
                Input::CtVenous => "CT_venous",
                Input::Pet => "PET",
                _ => "MR",
            };
            let series = folder.join(format!("{stem}_image"));
            let image = read_image(&series).unwrap();
            same_grid(picture.image.grid(), image.grid()).unwrap();
            // PET is stored in 60,000 steps
            let step = if picture.input == Input::Pet { 1e-3 } else { 0.0 };
            let differ = |(a, b): (&f64, &f64)| (a - b).abs() > step;
            assert!(!image.voxels().iter().zip(picture.image.voxels()).any(differ), "{stem}");
            for (name, mask) in [("mask", &picture.mask), ("mask2", picture.second.as_ref().unwrap())] {
                let file = folder.join(format!("{stem}_{name}.dcm"));
                let one = series.join("0001.dcm");
                let read = read_region_of(&file, Choice::Only, image.grid(), &one).unwrap();
                assert_eq!(read.inside(), mask.inside(), "{stem}_{name}");
            }
        }
    }
}

#[test]
fn an_ultrasound_picture_is_read_with_its_scale() {
    let (out, recipe, sites) = folders(Modality::Us, Format::Dicom);
    let child = Child::draw(&recipe, &sites[0], 0);
    let folder = out.path().join(sites[0].name()).join("images").join(child.patient());
    let image = read_image(&folder.join("US_image")).unwrap();
    let mask = read_mask(&folder.join("US_mask.nii.gz")).unwrap();
    assert!((image.grid().spacing[0] - 0.4).abs() < 1e-12 && image.grid().dims[2] == 1);
    same_grid(image.grid(), mask.grid()).unwrap();
}
