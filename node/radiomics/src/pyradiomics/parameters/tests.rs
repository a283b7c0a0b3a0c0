//! What a parameter file may say, and how a refusal reads.

use super::*;

fn refusal(text: &str) -> ParameterError {
    Parameters::from_yaml(text).unwrap_err()
}

#[test]
fn what_pyradiomics_schema_refuses_is_refused_with_code_line_and_key() {
    let cases = [
        ("", "CNS-D-0230", 1, "file"),
        ("setting: {binWidth: 1, binWidth: 2}", "CNS-D-0230", 1, "file"),
        ("setting:\n  binWidth: [1\n", "CNS-D-0230", 3, "file"),
        ("- a", "CNS-D-0232", 1, "file"),
        ("other: 1", "CNS-D-0231", 1, "other"),
        ("setting:\n", "CNS-D-0232", 1, "setting"),
        ("setting:\n  binWidht: 5\n", "CNS-D-0231", 2, "setting.binWidht"),
        ("setting:\n  # binWidth: 5\n  label: 1\n  binWidth: 0\n", "CNS-D-0233", 4, "setting.binWidth"),
        ("setting:\n  binWidth: true\n", "CNS-D-0232", 2, "setting.binWidth"),
        ("setting:\n  normalize: yes\n", "CNS-D-0232", 2, "setting.normalize"),
        ("setting: {label: 1.0}", "CNS-D-0232", 1, "setting.label"),
        ("setting: {label: 0}", "CNS-D-0233", 1, "setting.label"),
        ("setting: {force2Ddimension: 3}", "CNS-D-0233", 1, "setting.force2Ddimension"),
        ("setting: {distances: 1}", "CNS-D-0232", 1, "setting.distances"),
        ("setting: {sigma: [0]}", "CNS-D-0233", 1, "setting.sigma"),
        ("setting: {interpolator: sitkBspline}", "CNS-D-0234", 1, "setting.interpolator"),
        ("setting: {weightingNorm: foo}", "CNS-D-0234", 1, "setting.weightingNorm"),
        ("setting: {resegmentMode: foo}", "CNS-D-0234", 1, "setting.resegmentMode"),
        ("setting: {kernelRadius: 1}", "CNS-D-0231", 1, "setting.kernelRadius"),
        ("imageType:\n  Original:\n", "CNS-D-0232", 2, "imageType.Original"),
        ("imageType:\n  Original: {}\n  Log: {}\n", "CNS-D-0234", 3, "imageType.Log"),
        ("imageType:\n  LoG: {sigma: 1}\n", "CNS-D-0232", 2, "imageType.LoG.sigma"),
        ("featureClass:\n", "CNS-D-0232", 1, "featureClass"),
        ("featureClass:\n  glcm: Contrast\n", "CNS-D-0232", 2, "featureClass.glcm"),
        (
            "featureClass:\n  glcm:\n    - Contrast\n    - Contrst\n",
            "CNS-D-0234",
            4,
            "featureClass.glcm.Contrst",
        ),
        ("featureClass: {shapes: }", "CNS-D-0234", 1, "featureClass.shapes"),
    ];
    for (text, code, line, key) in cases {
        let error = refusal(text);
        assert_eq!((error.code(), error.line, error.key.as_str()), (code, line, key), "{text}: {error}");
    }
}

#[test]
fn what_pyradiomics_accepts_and_fails_on_is_refused() {
    let cases = [
        ("setting: {binWidth: null}", "CNS-D-0236"),
        ("setting: {binWidth: .nan}", "CNS-D-0233"),
        ("setting: {binWidth: '25'}", "CNS-D-0232"),
        ("setting: {distances: []}", "CNS-D-0236"),
        ("setting: {resampledPixelSpacing: [1, 1]}", "CNS-D-0236"),
        ("setting: {resegmentRange: [1, 2, 3]}", "CNS-D-0236"),
        ("imageType: {Original: {label: 2}}", "CNS-D-0236"),
        ("setting: {resampledPixelSpacing: [1, 1, 1], interpolator: sitkGaussian}", "CNS-D-0235"),
    ];
    for (text, code) in cases {
        assert_eq!(refusal(text).code(), code, "{text}");
    }
    let message = refusal("setting:\n  binWidht: 5\n").to_string();
    let expected = "line 2: setting.binWidht: is not a setting of PyRadiomics 3.1.0; did you mean binWidth?";
    assert_eq!(message, expected);
}

#[test]
fn nothing_means_what_it_means_to_pyradiomics() {
    let none = "setting: {binCount: , removeOutliers: , resampledPixelSpacing: , weightingNorm: , minimumROISize: , \
                resegmentRange: , interpolator: , symmetricalGLCM: , normalize: }";
    let settings = Parameters::from_yaml(none).unwrap().settings();
    assert_eq!(settings.interpolator, None);
    assert!(!settings.symmetric, "None is false to Python");
    let plain = Parameters::default().settings();
    assert_eq!(Settings { interpolator: plain.interpolator, symmetric: true, ..settings }, plain);
    let empty = Parameters::from_yaml("imageType: {}\nfeatureClass: {}\n").unwrap();
    assert_eq!(empty.classes().count(), 8, "with a file, shape2D too");
    assert_eq!(empty.images().count(), 1);
    let all = Parameters::from_yaml("featureClass: {glcm: , ngtdm: []}").unwrap();
    assert_eq!(all.classes().map(|(_, features)| features.len()).collect::<Vec<_>>(), [24, 5]);
}

#[test]
fn an_image_type_has_its_own_settings() {
    let text = "setting: {binWidth: 5, sigma: [9.0]}\nimageType:\n  Original: {}\n  LoG: {sigma: [1.0, 3], binWidth: 7}\n";
    let images: Vec<_> = Parameters::from_yaml(text).unwrap().images().collect();
    assert_eq!(images.iter().map(|(_, settings)| settings.bin_width).collect::<Vec<_>>(), [5.0, 7.0]);
    let sigmas = vec![(1.0, "1.0".to_owned()), (3.0, "3".to_owned())];
    assert_eq!(images[1].0, ImageType::LaplacianOfGaussian { sigmas });
}

#[test]
fn the_example_files_of_pyradiomics_load() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pyradiomics/examples");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        read += usize::from(Parameters::from_yaml(&text).is_ok());
    }
    assert_eq!(read, 8);
}

#[test]
fn presets_have_the_number_of_features_in_their_name() {
    for name in PRESETS {
        let preset = Parameters::preset(name).unwrap();
        let of = |shape: bool| -> usize {
            let classes = preset.classes().filter(|(class, _)| (*class == Class::Shape) == shape);
            classes.map(|(_, features)| features.len()).sum()
        };
        let images: usize = preset
            .images()
            .map(|(image, _)| match image {
                ImageType::Wavelet { .. } => 8,
                ImageType::LaplacianOfGaussian { sigmas } => sigmas.len(),
                _ => 1,
            })
            .sum();
        assert_eq!(format!("pyradiomics-{}", of(true) + images * of(false)), name);
    }
    assert_eq!(Parameters::preset("pyradiomics"), None);
}

#[test]
fn the_canonical_line_is_the_file_without_its_form() {
    let block =
        "setting:\n  binWidth: 25.0 # wide\n  distances:\n  - 1\nfeatureClass:\n  glcm:\n  - Contrast\n";
    let flow = "{setting: {distances: [1], binWidth: 25.0}, featureClass: {glcm: [Contrast]}}";
    let [block, flow] = [block, flow].map(|text| Parameters::from_yaml(text).unwrap());
    assert_eq!(block.canonical(), flow.canonical());
    let expected = "setting={binWidth:25.0,distances:[1]};imageType=Original{};featureClass=glcm[Contrast]";
    assert_eq!(block.canonical(), expected);
}
