//! The reference page of features is what the program lists.

use std::fs;

use crate::{done, root};

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
