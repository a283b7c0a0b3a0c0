//! The reference page of features is what the program lists.

use std::fs;

use crate::{Bench, done, phantom, refused, root};

#[test]
fn the_page_of_features_is_the_registry() {
    let listed = done(["list", "--format", "markdown"]);
    let page = root().join("docs/reference/features.md");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&page, &listed).unwrap();
    }
    let written = fs::read_to_string(&page).unwrap_or_default();
    assert_eq!(written, listed, "run UPDATE_GENERATED=1 cargo test -p consilium-radiomics");
}

#[test]
fn a_list_has_every_feature_once_in_every_shape() {
    let count = |shape: &str| done(["list", "--format", shape]).lines().count();
    let json: serde_json::Value = serde_json::from_str(&done(["list", "--format", "json"])).unwrap();
    let features = json.as_array().unwrap().len();
    assert_eq!((count("text"), count("csv") - 1), (features, features));
    assert_eq!(features, consilium_radiomics::registry().len());
}

/// The TOML blocks of a page.
fn examples(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs").join(page)).unwrap();
    let blocks = text.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_examples_of_the_pages_are_parameter_files() {
    let bench = Bench::new(0);
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| phantom(name).display().to_string());
    let all = [examples("reference/radiomics-parameters.md"), examples("guides/radiomics.md")].concat();
    assert_eq!(all.len(), 2);
    for example in all {
        bench.write("p.toml", &example);
        let parameters = bench.at("p.toml").display().to_string();
        let made = done(["extract", &image, &mask, "--params", &parameters]);
        assert!(made.contains("resampling=spacing=2.0,2.0,2.0"), "{made}");
    }
}

#[test]
fn the_page_of_parameters_names_every_word() {
    let page = fs::read_to_string(root().join("docs/reference/radiomics-parameters.md")).unwrap();
    let bench = Bench::new(0);
    let [image, mask] = ["image.nii.gz", "mask.nii.gz"].map(|name| phantom(name).display().to_string());
    let keys = [
        "families = [\"?\"]",
        "aggregations = [\"?\"]",
        "[resample]\nspacing = [1, 1, 1]\nimage = \"?\"",
        "[normalise]\nscale = \"z-score\"\nwithin = \"?\"",
        "[[filters]]\nmean = { support = 3, boundary = \"?\" }",
        "[[filters]]\nlaws = { kernels = \"L5E5\", rotations = \"?\" }",
        "[[filters]]\ngabor = { sigma = 1, lambda = 2, part = \"?\" }",
        "[[filters]]\n\"?\" = 1",
    ];
    for key in keys {
        bench.write("p.toml", key);
        let parameters = bench.at("p.toml").display().to_string();
        let said = refused("CNS-D-0250", ["extract", &image, &mask, "--params", &parameters]);
        let words = said.split("expected one of ").nth(1).unwrap();
        let words: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
        assert!(words.len() > 2, "{said}");
        let is_named = |word: &str| {
            [format!("`\"{word}\"`"), format!("| `{word}` |")].iter().any(|text| page.contains(text))
        };
        words.iter().for_each(|word| assert!(is_named(word), "{word}"));
    }
}
