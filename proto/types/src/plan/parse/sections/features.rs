//! `[features]`.

use std::collections::BTreeMap;

use crate::plan::errors::Fault;
use crate::plan::parse::Section;
use crate::plan::{Bins, Features, Inputs, PerImage};

/// The inputs that are images.
const IMAGES: [&str; 4] = ["ct", "pet", "mr", "us"];

/// Images need features: with an image and no section, the defaults hold and are written out.
pub(super) fn features(section: Option<Section<'_>>, inputs: &Inputs) -> Option<Features> {
    let default = Features::default();
    let Some(section) = section else {
        return inputs.images().next().map(|_| default);
    };
    let features = Features {
        spacing: section.triple("spacing", &(0.1..=20.0)),
        interpolation: section.word("interpolation").unwrap_or_default(),
        families: section.words("families").unwrap_or(default.families),
        aggregation: section.word("aggregation").unwrap_or_default(),
        bins: bins_of_images(section.section("bins"), inputs),
        window: window(&section),
        outliers: section.number("outliers", &(0.5..=10.0)),
    };
    if features.families.is_empty() {
        section.refuse(Fault::BadList, "families", "no family is listed", "list one, or leave the key out");
    }
    section.finish();
    Some(features)
}

/// `{ width = 25 }`, or `{ ct = { width = 25 }, pet = { count = 32 } }`; images not named take the default.
fn bins_of_images(section: Section<'_>, inputs: &Inputs) -> PerImage<Bins> {
    let mut each = BTreeMap::new();
    for image in IMAGES {
        if let Some(own) = section.optional_section(image) {
            each.insert(image.to_owned(), bins(&own).unwrap_or_default());
            own.finish();
        }
    }
    let plain = bins(&section);
    if let Some(image) = each.keys().next().filter(|_| plain.is_some()) {
        let remedy = "give `width` or `count` to each image, or to all of them";
        section.refuse(Fault::BadList, image, "stands beside a setting for all images", remedy);
    }
    section.finish();
    if each.is_empty() {
        return PerImage::All(plain.unwrap_or_default());
    }
    for (image, _) in inputs.images() {
        each.entry(image.to_owned()).or_default();
    }
    PerImage::Each(each)
}

fn bins(section: &Section<'_>) -> Option<Bins> {
    let width = section.number("width", &(1e-6..=1e6)).map(Bins::Width);
    let count = section.whole("count", 2..=1_024).map(Bins::Count);
    if section.has("width") && section.has("count") {
        let remedy = "keep `width` (fixed bin size) or `count` (fixed bin number)";
        section.refuse(Fault::BadList, "count", "`width` and `count` exclude each other", remedy);
    }
    width.or(count)
}

/// `[-200, 400]`, or `{ ct = [-200, 400] }`; images not named have no window.
fn window(section: &Section<'_>) -> Option<PerImage<[f64; 2]>> {
    let range = -1e6..=1e6;
    if !section.get("window")?.is_table() {
        return section.interval("window", &range).map(PerImage::All);
    }
    let own = section.section("window");
    let of_image = |image: &'static str| Some((image.to_owned(), own.interval(image, &range)?));
    let each = IMAGES.into_iter().filter_map(of_image).collect();
    own.finish();
    Some(PerImage::Each(each))
}
