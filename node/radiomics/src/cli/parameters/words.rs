//! Values of parameter files: words of a closed set, one value or a list, millimetres or none.
//!
//! Never: a message that does not say what is possible.

use std::fmt;
use std::marker::PhantomData;

use consilium_radiomics::filters::{Boundary, Over, Part, Pooling};
use consilium_radiomics::processing::Within;
use consilium_radiomics::{Aggregation, Family, Interpolation};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error as _, IntoDeserializer as _, SeqAccess, Unexpected, Visitor};

/// One of a closed set of words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<T>(pub(super) T);

/// One value, or a list of them.
#[derive(Debug)]
pub(super) struct Many<T>(pub(super) Vec<T>);

/// Millimetres, or `"keep"`.
#[derive(Debug)]
pub(super) struct Spacing(pub(super) Option<f64>);

/// A type whose values have words in parameter files.
pub(super) trait Worded: Copy + 'static {
    const ALL: &'static [(&'static str, Self)];
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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list of them")
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Many<T>, E> {
        T::deserialize(value.into_deserializer()).map(|one| Many(vec![one]))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Many<T>, E> {
        T::deserialize(value.into_deserializer()).map(|one| Many(vec![one]))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Many<T>, E> {
        T::deserialize(value.into_deserializer()).map(|one| Many(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Many<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(values)).map(Many)
    }
}

impl<'de> Deserialize<'de> for Spacing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Millimetres)
    }
}

struct Millimetres;

impl Visitor<'_> for Millimetres {
    type Value = Spacing;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
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

impl Worded for Within {
    const ALL: &'static [(&'static str, Self)] =
        &[("image", Self::Image), ("above-mean", Self::AboveMean), ("region", Self::Region)];
}

impl Worded for Over {
    const ALL: &'static [(&'static str, Self)] = &[("slices", Self::Slices), ("volume", Self::Volume)];
}

impl Worded for Boundary {
    const ALL: &'static [(&'static str, Self)] = &[
        ("mirror", Self::Mirror),
        ("zero", Self::Zero),
        ("nearest", Self::Nearest),
        ("periodic", Self::Periodic),
    ];
}

impl Worded for Pooling {
    const ALL: &'static [(&'static str, Self)] =
        &[("max", Self::Max), ("mean", Self::Mean), ("min", Self::Min)];
}

impl Worded for Part {
    const ALL: &'static [(&'static str, Self)] =
        &[("modulus", Self::Modulus), ("real", Self::Real), ("imaginary", Self::Imaginary)];
}
