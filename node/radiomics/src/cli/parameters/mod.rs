//! The IBSI profile's parameter file: TOML, every key documented in docs/reference/radiomics-parameters.md.
//!
//! Never: a key that is read but not used, or a default that depends on the image.

mod filters;
mod words;

use consilium_radiomics::processing::{Landmark, Normalisation, Scale, Within};
use consilium_radiomics::{
    Aggregation, Discretisation, Family, Interpolation, Resampling, Settings, VolumeHistogram,
};
use serde::Deserialize;

use filters::Entry;
use words::{Spacing, Word};

/// What a file may say. A key left out has the default of [`Settings`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "profile")]
    _profile: Profile,
    normalise: Option<Normalise>,
    resample: Option<Resample>,
    window: Option<[f64; 2]>,
    outliers: Option<f64>,
    families: Option<Vec<Word<Family>>>,
    aggregations: Option<Vec<Word<Aggregation>>>,
    bins: Option<Bins>,
    ivh: Option<Ivh>,
    #[serde(default)]
    filters: Vec<Entry>,
    response_bins: Option<Bins>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Profile {
    #[default]
    Ibsi,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Normalise {
    scale: ScaleOf,
    within: Word<Within>,
}

#[derive(Debug, Deserialize)]
enum ScaleOf {
    #[serde(rename = "z-score")]
    ZScore,
    #[serde(rename = "percentiles")]
    Percentiles([f64; 2]),
    #[serde(rename = "landmarks")]
    Landmarks(Vec<[f64; 2]>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resample {
    spacing: [Spacing; 3],
    image: Option<Word<Interpolation>>,
    mask: Option<Word<Interpolation>>,
    threshold: Option<f64>,
    #[serde(default)]
    round: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bins {
    Width(f64),
    Count(u32),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ivh {
    Calibrated,
    Width(f64),
    Count(u32),
}

/// The settings a file's text asks for, or what is wrong with which line.
pub(crate) fn from_toml(text: &str) -> Result<Settings, String> {
    let file: File = toml::from_str(text).map_err(|e| located(text, &e))?;
    let default = Settings::default();
    let filters = file.filters.iter().map(Entry::filters).collect::<Result<Vec<_>, _>>()?;
    Ok(Settings {
        normalisation: file.normalise.map(normalisation),
        resampling: file.resample.map(resampling),
        families: file.families.map_or(default.families, plain),
        aggregations: file.aggregations.map_or(default.aggregations, plain),
        discretisation: file.bins.map_or(default.discretisation, discretisation),
        volume_histogram: file.ivh.map_or(default.volume_histogram, |ivh| match ivh {
            Ivh::Calibrated => VolumeHistogram::Calibrated,
            Ivh::Width(width) => VolumeHistogram::BinWidth(width),
            Ivh::Count(count) => VolumeHistogram::BinCount(count),
        }),
        window: file.window,
        outliers: file.outliers,
        filters: filters.concat(),
        response_discretisation: file.response_bins.map_or(default.response_discretisation, discretisation),
    })
}

fn normalisation(asked: Normalise) -> Normalisation {
    let landmark = |[percentile, intensity]: [f64; 2]| Landmark { percentile, intensity };
    let scale = match asked.scale {
        ScaleOf::ZScore => Scale::ZScore,
        ScaleOf::Percentiles([lower, upper]) => Scale::Percentiles { lower, upper },
        ScaleOf::Landmarks(landmarks) => Scale::Landmarks(landmarks.into_iter().map(landmark).collect()),
    };
    Normalisation { scale, within: asked.within.0 }
}

fn resampling(asked: Resample) -> Resampling {
    let default = Resampling::to(asked.spacing.map(|Spacing(mm)| mm));
    Resampling {
        image: asked.image.map_or(default.image, |Word(word)| word),
        mask: asked.mask.map_or(default.mask, |Word(word)| word),
        threshold: asked.threshold.unwrap_or(default.threshold),
        round: asked.round,
        ..default
    }
}

fn discretisation(bins: Bins) -> Discretisation {
    match bins {
        Bins::Width(width) => Discretisation::BinWidth(width),
        Bins::Count(count) => Discretisation::BinCount(count),
    }
}

fn plain<T>(words: Vec<Word<T>>) -> Vec<T> {
    words.into_iter().map(|Word(word)| word).collect()
}

/// A parser's message in one line, with the line it is about.
fn located(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', " ");
    let Some(span) = error.span() else { return message };
    let before = text.get(..span.start).unwrap_or_default();
    format!("line {}: {message}", before.matches('\n').count() + 1)
}
