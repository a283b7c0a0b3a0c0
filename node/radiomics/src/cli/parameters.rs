//! The IBSI profile's parameter file: TOML, every key documented in docs/reference/radiomics-parameters.md.
//!
//! Never: a key that is read but not used, or a default that depends on the image.

use consilium_radiomics::{Aggregation, Discretisation, Family, Settings};
use serde::Deserialize;

/// What a file may say. A key left out has the default of an empty file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default, rename = "profile")]
    _profile: Option<Ibsi>,
    #[serde(default = "all_families")]
    families: Vec<FamilyName>,
    #[serde(default)]
    aggregation: AggregationName,
    #[serde(default)]
    bins: Bins,
    window: Option<[f64; 2]>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ibsi {
    Ibsi,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FamilyName {
    Morphology,
    IntensityStatistics,
    IntensityHistogram,
    Glcm,
}

#[derive(Debug, Default, Deserialize)]
enum AggregationName {
    #[default]
    #[serde(rename = "3d-averaged")]
    Averaged3d,
    #[serde(rename = "3d-merged")]
    Merged3d,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Bins {
    Width(f64),
    Count(u32),
}

impl Default for Bins {
    fn default() -> Self {
        Self::Count(32)
    }
}

/// The settings a file's text asks for, or what is wrong with which line.
pub(crate) fn from_toml(text: &str) -> Result<Settings, String> {
    let file: File = toml::from_str(text).map_err(|e| located(text, &e))?;
    Ok(Settings {
        families: file.families.into_iter().map(family).collect(),
        aggregation: match file.aggregation {
            AggregationName::Averaged3d => Aggregation::Averaged3d,
            AggregationName::Merged3d => Aggregation::Merged3d,
        },
        discretisation: match file.bins {
            Bins::Width(width) => Discretisation::BinWidth(width),
            Bins::Count(count) => Discretisation::BinCount(count),
        },
        window: file.window,
    })
}

/// A parser's message in one line, with the line it is about.
fn located(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', " ");
    let Some(span) = error.span() else { return message };
    let before = text.get(..span.start).unwrap_or_default();
    format!("line {}: {message}", before.matches('\n').count() + 1)
}

fn all_families() -> Vec<FamilyName> {
    use FamilyName::{Glcm, IntensityHistogram, IntensityStatistics, Morphology};
    vec![Morphology, IntensityStatistics, IntensityHistogram, Glcm]
}

fn family(name: FamilyName) -> Family {
    match name {
        FamilyName::Morphology => Family::Morphology,
        FamilyName::IntensityStatistics => Family::IntensityStatistics,
        FamilyName::IntensityHistogram => Family::IntensityHistogram,
        FamilyName::Glcm => Family::Glcm,
    }
}
