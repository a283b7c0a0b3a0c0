//! The keys of `setting`, `voxelSetting` and of every image type: their types, ranges and defaults.
//!
//! Never here: what a value does. Specification: PyRadiomics 3.1.0, schemas/paramSchema.yaml and schemaFuncs.py.

use std::collections::BTreeMap;

use serde_yaml_ng::Value as Yaml;

use super::error::{Mistake, ParameterError};
use super::tree::{Node, Place};

/// A value as the file writes it. A whole number stays one: `sigma: [3]` names other features than `[3.0]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Word(String),
    List(Vec<Value>),
}

/// Keys and values, the later of two overriding the earlier.
pub(crate) type Table = BTreeMap<&'static str, Value>;

/// What a key takes.
#[derive(Clone, Copy)]
enum Kind {
    Flag,
    Whole(i64, i64),
    /// Above zero.
    Positive,
    /// Any number, or the word `nan`.
    Fill,
    Word(&'static [&'static str]),
    /// A word or its number in `SimpleITK`'s enumeration.
    Interpolator,
    Wavelet,
    Wholes,
    Positives,
    /// Three numbers, none below zero, 0 for the image's own.
    Spacing,
    /// One or two numbers.
    Range,
}

struct Key {
    name: &'static str,
    kind: Kind,
    /// Whether nothing is a value: it switches off.
    may_be_null: bool,
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, may_be_null: matches!(kind, Kind::Flag) }
}

const fn optional(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, may_be_null: true }
}

const MANY: i64 = i32::MAX as i64;
const FROM_ONE: Kind = Kind::Whole(1, MANY);
const FROM_ZERO: Kind = Kind::Whole(0, MANY);
pub(super) const NORMS: &[&str] = &["euclidean", "manhattan", "infinity", "no_weighting"];
pub(super) const INTERPOLATORS: [&str; 10] = [
    "sitkNearestNeighbor",
    "sitkLinear",
    "sitkBSpline",
    "sitkGaussian",
    "sitkLabelGaussian",
    "sitkHammingWindowedSinc",
    "sitkCosineWindowedSinc",
    "sitkWelchWindowedSinc",
    "sitkLanczosWindowedSinc",
    "sitkBlackmanWindowedSinc",
];

#[rustfmt::skip]
const SETTING: [Key; 37] = [
    key("minimumROIDimensions", Kind::Whole(1, 3)),
    optional("minimumROISize", FROM_ONE),
    optional("geometryTolerance", Kind::Positive),
    key("correctMask", Kind::Flag),
    key("additionalInfo", Kind::Flag),
    key("label", FROM_ONE),
    key("label_channel", FROM_ZERO),
    key("binWidth", Kind::Positive),
    optional("binCount", FROM_ONE),
    key("normalize", Kind::Flag),
    key("normalizeScale", Kind::Positive),
    optional("removeOutliers", Kind::Positive),
    optional("resampledPixelSpacing", Kind::Spacing),
    optional("interpolator", Kind::Interpolator),
    key("padDistance", FROM_ZERO),
    key("distances", Kind::Wholes),
    key("force2D", Kind::Flag),
    key("force2Ddimension", Kind::Whole(0, 2)),
    optional("resegmentRange", Kind::Range),
    key("resegmentMode", Kind::Word(&["absolute", "relative", "sigma"])),
    key("resegmentShape", Kind::Flag),
    key("preCrop", Kind::Flag),
    key("sigma", Kind::Positives),
    key("start_level", FROM_ZERO),
    key("level", FROM_ONE),
    key("wavelet", Kind::Wavelet),
    key("gradientUseSpacing", Kind::Flag),
    key("lbp2DRadius", Kind::Positive),
    key("lbp2DSamples", FROM_ONE),
    key("lbp2DMethod", Kind::Word(&["default", "ror", "uniform", "var"])),
    key("lbp3DLevels", FROM_ONE),
    key("lbp3DIcosphereRadius", Kind::Positive),
    key("lbp3DIcosphereSubdivision", FROM_ZERO),
    key("voxelArrayShift", Kind::Whole(-MANY, MANY)),
    key("symmetricalGLCM", Kind::Flag),
    optional("weightingNorm", Kind::Word(NORMS)),
    key("gldm_a", FROM_ZERO),
];

const VOXEL_SETTING: [Key; 4] = [
    key("kernelRadius", FROM_ONE),
    key("maskedKernel", Kind::Flag),
    key("initValue", Kind::Fill),
    key("voxelBatch", FROM_ONE),
];

/// Reads `setting` or the settings of an image type.
pub(crate) fn settings(node: Node<'_>) -> Result<Table, ParameterError> {
    table(node, &SETTING)
}

/// Reads `voxelSetting`.
pub(crate) fn voxel_settings(node: Node<'_>) -> Result<Table, ParameterError> {
    table(node, &VOXEL_SETTING)
}

fn table(node: Node<'_>, keys: &'static [Key]) -> Result<Table, ParameterError> {
    let read = |(name, node): (String, Node<'_>)| match keys.iter().find(|key| key.name == name) {
        Some(key) => Ok((key.name, value(key, &node.place, node.value)?)),
        None => Err(node.place.refuse(
            Mistake::UnknownKey,
            "is not a setting of PyRadiomics 3.1.0",
            nearest(&name, keys.iter().map(|key| key.name)),
        )),
    };
    node.entries()?.into_iter().map(read).collect()
}

/// A remedy that names the most similar word.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let distance = |known: &&str| strsim::damerau_levenshtein(&known.to_lowercase(), &word.to_lowercase());
    known.min_by_key(distance).map_or_else(|| "remove it".into(), |known| format!("did you mean {known}?"))
}

fn value(key: &Key, place: &Place<'_>, value: Yaml) -> Result<Value, ParameterError> {
    match (value, key.kind) {
        (Yaml::Null, Kind::Flag) => Ok(Value::Flag(false)),
        (Yaml::Null, _) if key.may_be_null => Ok(Value::Null),
        (Yaml::Null, _) => {
            Err(place.refuse(Mistake::Contradiction, "needs a value", "write one, or remove the key"))
        }
        (Yaml::Bool(flag), Kind::Flag) => Ok(Value::Flag(flag)),
        (Yaml::String(word), kind) => self::word(place, word, kind),
        (Yaml::Number(number), kind) => self::number(place, &number, kind),
        (Yaml::Sequence(values), kind) => list(place, values, kind),
        (_, kind) => Err(wrong_type(place, kind)),
    }
}

fn wrong_type(place: &Place<'_>, kind: Kind) -> ParameterError {
    let expected = match kind {
        Kind::Flag => "true or false",
        Kind::Whole(..) => "a whole number",
        Kind::Positive | Kind::Fill => "a number without quotes",
        Kind::Word(_) | Kind::Wavelet => "a word",
        Kind::Interpolator => "a word such as sitkBSpline",
        Kind::Wholes => "a list of whole numbers, such as [1, 2]",
        Kind::Positives => "a list of numbers, such as [1.0, 3.0]",
        Kind::Spacing => "three numbers in mm, such as [1, 1, 3]",
        Kind::Range => "a list of one or two numbers",
    };
    place.refuse(Mistake::WrongType, "has the wrong type", format!("write {expected}"))
}

fn word(place: &Place<'_>, word: String, kind: Kind) -> Result<Value, ParameterError> {
    let known: &[&str] = match kind {
        Kind::Word(known) => known,
        Kind::Interpolator => &INTERPOLATORS,
        Kind::Fill if word.eq_ignore_ascii_case("nan") => return Ok(Value::Number(f64::NAN)),
        Kind::Wavelet => return Ok(Value::Word(word)),
        _ => return Err(wrong_type(place, kind)),
    };
    if known.contains(&word.as_str()) {
        return Ok(Value::Word(word));
    }
    let remedy = nearest(&word, known.iter().copied());
    Err(place.refuse(Mistake::UnknownWord, format!("does not know {word}"), remedy))
}

fn number(place: &Place<'_>, number: &serde_yaml_ng::Number, kind: Kind) -> Result<Value, ParameterError> {
    let (whole, float) = (number.as_i64(), number.as_f64().unwrap_or(f64::NAN));
    let fits = match (kind, whole) {
        (Kind::Whole(least, most), Some(whole)) => (least..=most).contains(&whole),
        (Kind::Interpolator, Some(whole)) => (1..=10).contains(&whole),
        (Kind::Positive, _) => float > 0.0 && float.is_finite(),
        (Kind::Fill, _) => true,
        _ => return Err(wrong_type(place, kind)),
    };
    match (fits, whole) {
        (true, Some(whole)) => Ok(Value::Whole(whole)),
        (true, None) => Ok(Value::Number(float)),
        (false, _) => Err(out_of_range(place, kind)),
    }
}

fn out_of_range(place: &Place<'_>, kind: Kind) -> ParameterError {
    let remedy = match kind {
        Kind::Whole(least, MANY) => format!("write a whole number from {least}"),
        Kind::Whole(least, most) => format!("write a whole number from {least} to {most}"),
        Kind::Interpolator => "write 1 to 10, or a word such as sitkBSpline".into(),
        _ => "write a finite number above zero".into(),
    };
    place.refuse(Mistake::OutOfRange, "is out of range", remedy)
}

fn list(place: &Place<'_>, values: Vec<Yaml>, kind: Kind) -> Result<Value, ParameterError> {
    let lengths = match kind {
        Kind::Wholes => 1..=16,
        Kind::Positives => 0..=64,
        Kind::Spacing => 3..=3,
        Kind::Range => 1..=2,
        _ => return Err(wrong_type(place, kind)),
    };
    if !lengths.contains(&values.len()) {
        let problem = format!("has {} entries", values.len());
        let remedy = format!("write {} to {}, or nothing", lengths.start(), lengths.end());
        return Err(place.refuse(Mistake::Contradiction, problem, remedy));
    }
    let entry = |value: Yaml| match value {
        Yaml::Number(number) => entry(place, &number, kind),
        _ => Err(wrong_type(place, kind)),
    };
    values.into_iter().map(entry).collect::<Result<_, _>>().map(Value::List)
}

fn entry(place: &Place<'_>, number: &serde_yaml_ng::Number, kind: Kind) -> Result<Value, ParameterError> {
    let (whole, float) = (number.as_i64(), number.as_f64().unwrap_or(f64::NAN));
    let fits = match kind {
        Kind::Wholes => whole.ok_or_else(|| wrong_type(place, kind))? > 0,
        Kind::Positives => float > 0.0,
        Kind::Spacing => float >= 0.0,
        _ => true,
    };
    match (fits && float.is_finite(), whole) {
        (false, _) => Err(place.refuse(
            Mistake::OutOfRange,
            "has an entry out of range",
            "write finite numbers above zero, for a spacing also 0",
        )),
        (true, Some(whole)) => Ok(Value::Whole(whole)),
        (true, None) => Ok(Value::Number(float)),
    }
}
