//! The IBSI profile's parameter file: TOML, every key documented in docs/reference/radiomics-parameters.md.
//!
//! Never: a key that is read but not used, or a default that depends on the image.

use consilium_radiomics::{
    Aggregation, Discretisation, Family, Interpolation, Resampling, Settings, VolumeHistogram,
};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

/// What a file may say. A key left out has the default of [`Settings`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "profile")]
    _profile: Profile,
    families: Option<Vec<Word<Family>>>,
    aggregations: Option<Vec<Word<Aggregation>>>,
    bins: Option<Bins>,
    ivh: Option<Ivh>,
    window: Option<[f64; 2]>,
    outliers: Option<f64>,
    resample: Option<Resample>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Profile {
    #[default]
    Ibsi,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Bins {
    Width(f64),
    Count(u32),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Ivh {
    Calibrated,
    Width(f64),
    Count(u32),
}

/// Millimetres, or `"keep"`.
#[derive(Debug)]
struct Spacing(Option<f64>);

/// One of a closed set of words.
#[derive(Debug)]
struct Word<T>(T);

/// A type whose values have words in parameter files.
trait Worded: Copy + 'static {
    const ALL: &'static [(&'static str, Self)];
}

/// The settings a file's text asks for, or what is wrong with which line.
pub(crate) fn from_toml(text: &str) -> Result<Settings, String> {
    let file: File = toml::from_str(text).map_err(|e| located(text, &e))?;
    let default = Settings::default();
    Ok(Settings {
        resampling: file.resample.map(resampling),
        families: file.families.map_or(default.families, plain),
        aggregations: file.aggregations.map_or(default.aggregations, plain),
        discretisation: file.bins.map_or(default.discretisation, |bins| match bins {
            Bins::Width(width) => Discretisation::BinWidth(width),
            Bins::Count(count) => Discretisation::BinCount(count),
        }),
        volume_histogram: file.ivh.map_or(default.volume_histogram, |ivh| match ivh {
            Ivh::Calibrated => VolumeHistogram::Calibrated,
            Ivh::Width(width) => VolumeHistogram::BinWidth(width),
            Ivh::Count(count) => VolumeHistogram::BinCount(count),
        }),
        window: file.window,
        outliers: file.outliers,
    })
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

impl<'de, T: Worded> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let found = T::ALL.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| Self(*value)).ok_or_else(|| {
            let known = T::ALL.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            D::Error::custom(format!("unknown word `{text}`, expected one of {known}"))
        })
    }
}

impl<'de> Deserialize<'de> for Spacing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Millimetres;
        impl Visitor<'_> for Millimetres {
            type Value = Spacing;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("millimetres, or \"keep\" to leave the axis alone")
            }

            fn visit_f64<E>(self, mm: f64) -> Result<Spacing, E> {
                Ok(Spacing(Some(mm)))
            }

            fn visit_i64<E>(self, mm: i64) -> Result<Spacing, E> {
                Ok(Spacing(Some(mm as f64)))
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Spacing, E> {
                match word {
                    "keep" => Ok(Spacing(None)),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Millimetres)
    }
}

impl Worded for Family {
    const ALL: &'static [(&'static str, Self)] = &[
        ("morphology", Self::Morphology),
        ("local-intensity", Self::LocalIntensity),
        ("intensity-statistics", Self::IntensityStatistics),
        ("intensity-histogram", Self::IntensityHistogram),
        ("ivh", Self::IntensityVolumeHistogram),
        ("glcm", Self::Glcm),
        ("glrlm", Self::Glrlm),
        ("glszm", Self::Glszm),
        ("gldzm", Self::Gldzm),
        ("ngtdm", Self::Ngtdm),
        ("ngldm", Self::Ngldm),
    ];
}

impl Worded for Aggregation {
    const ALL: &'static [(&'static str, Self)] = &[
        ("2d-averaged", Self::Averaged2d),
        ("2d-slice-merged", Self::SliceMerged2d),
        ("2.5d-direction-merged", Self::DirectionMerged25d),
        ("2.5d-merged", Self::Merged25d),
        ("3d-averaged", Self::Averaged3d),
        ("3d-merged", Self::Merged3d),
    ];
}

impl Worded for Interpolation {
    const ALL: &'static [(&'static str, Self)] =
        &[("nearest", Self::Nearest), ("linear", Self::Linear), ("cubic", Self::Cubic)];
}
