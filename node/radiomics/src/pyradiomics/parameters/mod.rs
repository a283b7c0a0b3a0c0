//! PyRadiomics' parameter files: which images, which features, how.
//!
//! A file that PyRadiomics 3.1.0 accepts and can act on is accepted, with the same meaning; what its schema refuses is
//! refused here with line, key and remedy. Refused besides: values PyRadiomics accepts and then fails on, and what this
//! profile does not compute. Never here: voxels.
//! Specification: PyRadiomics 3.1.0, `featureextractor._applyParams` and schemas/paramSchema.yaml.

mod error;
mod schema;
mod settings;
#[cfg(test)]
mod tests;
mod tree;

pub use error::ParameterError;
pub(crate) use settings::{Interpolator, Norm, ResegmentMode, Settings};

use super::images::{ImageType, LbpMethod};
use super::registry::{Class, Definition};
use error::Mistake;
use schema::{Table, Value, nearest};
use settings::Read;
use tree::Node;

/// What to extract and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// `setting` and `voxelSetting`.
    table: Table,
    images: Vec<Image>,
    classes: Vec<Selection>,
}

/// An image type with the settings that hold for it alone.
#[derive(Debug, Clone, PartialEq)]
struct Image {
    name: &'static str,
    overrides: Table,
}

/// Features of a class; no names: all that are enabled.
#[derive(Debug, Clone, PartialEq)]
struct Selection {
    class: Class,
    names: Vec<&'static str>,
}

/// The image types, as the file writes them.
const IMAGE_TYPES: [&str; 10] = [
    "Original",
    "Wavelet",
    "LoG",
    "Square",
    "SquareRoot",
    "Logarithm",
    "Exponential",
    "Gradient",
    "LBP2D",
    "LBP3D",
];

/// Names of the presets.
pub const PRESETS: [&str; 3] = ["pyradiomics-107", "pyradiomics-1130", "pyradiomics-1316"];

impl Default for Parameters {
    /// PyRadiomics without a parameter file: the original image, all classes but `shape2D`.
    fn default() -> Self {
        let all = |class| Selection { class, names: Vec::new() };
        Self {
            table: Table::new(),
            images: vec![Image { name: "Original", overrides: Table::new() }],
            classes: Class::ALL.into_iter().filter(|class| *class != Class::Shape2d).map(all).collect(),
        }
    }
}

impl Parameters {
    /// Reads the text of a parameter file.
    pub fn from_yaml(text: &str) -> Result<Self, ParameterError> {
        let mut read = Self { table: Table::new(), images: Vec::new(), classes: Vec::new() };
        let root = Node::root(text)?;
        let place = root.place.clone();
        for (name, node) in root.entries()? {
            match name.as_str() {
                "setting" => read.table.extend(schema::settings(node)?),
                "voxelSetting" => read.table.extend(schema::voxel_settings(node)?),
                "imageType" => read.images = images(node)?,
                "featureClass" => read.classes = classes(node)?,
                _ => {
                    let known = ["setting", "imageType", "featureClass", "voxelSetting"].into_iter();
                    let problem = "is not a part of a parameter file";
                    return Err(node.place.refuse(Mistake::UnknownKey, problem, nearest(&name, known)));
                }
            }
        }
        let (settings, name) = (read.settings(), Read(&read.table).interpolator_name());
        if let (Some(_), None, Some(name)) = (settings.spacing, settings.interpolator, name) {
            let place = place.child("setting").child("interpolator");
            let remedy = "write sitkBSpline, sitkLinear or sitkNearestNeighbor";
            return Err(place.refuse(Mistake::Unsupported, format!("{name} is not computed here"), remedy));
        }
        if read.images.is_empty() {
            read.images = Self::default().images;
        }
        if read.classes.is_empty() {
            // as PyRadiomics does: with a file also shape2D, which needs force2D
            read.classes = Class::ALL.map(|class| Selection { class, names: Vec::new() }).into();
        }
        Ok(read)
    }

    /// A preset: `pyradiomics-107` (the original image), `pyradiomics-1130` (with wavelets and Laplacians of Gaussian of
    /// 1, 2 and 3 mm) or `pyradiomics-1316` (14 shape features, and 93 of each of 14 images: the original, 8 wavelets,
    /// square, square root, logarithm, exponential and gradient). `None` for another name.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        let plain = ["Square", "SquareRoot", "Logarithm", "Exponential", "Gradient"];
        let mut preset = Self::default();
        match name {
            "pyradiomics-107" => {}
            "pyradiomics-1130" => {
                preset.add("Wavelet", Table::new());
                let sigmas = [1.0, 2.0, 3.0].map(Value::Number).into();
                preset.add("LoG", Table::from([("sigma", Value::List(sigmas))]));
            }
            "pyradiomics-1316" => {
                preset.add("Wavelet", Table::new());
                plain.into_iter().for_each(|name| preset.add(name, Table::new()));
            }
            _ => return None,
        }
        Some(preset)
    }

    fn add(&mut self, name: &'static str, overrides: Table) {
        self.images.push(Image { name, overrides });
    }

    /// The label whose voxels are the region, for whoever reads the mask.
    #[must_use]
    pub fn label(&self) -> u32 {
        self.settings().label
    }

    /// The channel of a mask with several components, for whoever reads the mask.
    #[must_use]
    pub fn label_channel(&self) -> usize {
        self.settings().label_channel
    }

    /// One line that is equal exactly for parameters that are written alike, for records.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (settings, images) = (self.canonical_settings(), self.canonical_images());
        let class = |selection: &Selection| match selection.names.as_slice() {
            [] => selection.class.name().to_owned(),
            names => format!("{}[{}]", selection.class.name(), names.join(",")),
        };
        let classes: Vec<String> = self.classes.iter().map(class).collect();
        format!("setting={settings};imageType={images};featureClass={}", classes.join("+"))
    }

    pub(crate) fn canonical_settings(&self) -> String {
        braces(&self.table)
    }

    pub(crate) fn canonical_images(&self) -> String {
        let image = |image: &Image| format!("{}{}", image.name, braces(&image.overrides));
        self.images.iter().map(image).collect::<Vec<_>>().join("+")
    }

    /// The settings that hold for the region, before an image type changes some.
    pub(crate) fn settings(&self) -> Settings {
        Settings::new(&self.table)
    }

    /// Every image type with its own settings, in the file's order.
    pub(crate) fn images(&self) -> impl Iterator<Item = (ImageType, Settings)> + '_ {
        self.images.iter().map(|image| {
            let mut table = self.table.clone();
            table.extend(image.overrides.clone());
            (image_type(image.name, &Read(&table)), Settings::new(&table))
        })
    }

    /// Every class with the features asked for, in the file's order.
    pub(crate) fn classes(&self) -> impl Iterator<Item = (Class, Vec<&'static Definition>)> + '_ {
        self.classes.iter().map(|Selection { class, names }| {
            let named = |name: &&str| class.definitions().find(|definition| definition.name == *name);
            let chosen: Vec<_> = match names.as_slice() {
                [] => class.definitions().filter(|definition| definition.enabled).collect(),
                names => names.iter().filter_map(named).collect(),
            };
            (*class, chosen)
        })
    }
}

fn braces(table: &Table) -> String {
    let entries: Vec<String> = table.iter().map(|(key, value)| format!("{key}:{}", written(value))).collect();
    format!("{{{}}}", entries.join(","))
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Flag(flag) => flag.to_string(),
        Value::Whole(whole) => whole.to_string(),
        Value::Number(number) => format!("{number:?}"),
        Value::Word(word) => word.clone(),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(written).collect();
            format!("[{}]", values.join(","))
        }
    }
}

fn images(node: Node<'_>) -> Result<Vec<Image>, ParameterError> {
    let image = |(name, node): (String, Node<'_>)| {
        if let Some(known) = IMAGE_TYPES.into_iter().find(|known| *known == name) {
            return Ok(Image { name: known, overrides: without_label(node)? });
        }
        let remedy = nearest(&name, IMAGE_TYPES.into_iter());
        Err(node.place.refuse(Mistake::UnknownWord, "is not an image type", remedy))
    };
    node.entries()?.into_iter().map(image).collect()
}

/// A region is the same for all images.
fn without_label(node: Node<'_>) -> Result<Table, ParameterError> {
    let place = node.place.clone();
    let table = schema::settings(node)?;
    match ["label", "label_channel"].into_iter().find(|key| table.contains_key(key)) {
        Some(key) => Err(place.child(key).refuse(
            Mistake::Contradiction,
            "cannot differ between images",
            "write it under setting",
        )),
        None => Ok(table),
    }
}

fn classes(node: Node<'_>) -> Result<Vec<Selection>, ParameterError> {
    node.entries()?.into_iter().map(selection).collect()
}

fn selection((name, node): (String, Node<'_>)) -> Result<Selection, ParameterError> {
    let Some(class) = Class::ALL.into_iter().find(|class| class.name() == name) else {
        let remedy = nearest(&name, Class::ALL.into_iter().map(Class::name));
        return Err(node.place.refuse(Mistake::UnknownWord, "is not a feature class", remedy));
    };
    let mut names = Vec::new();
    for feature in features(&node)? {
        let Some(known) = class.definitions().find(|definition| definition.name == feature) else {
            let remedy = nearest(&feature, class.definitions().map(|definition| definition.name));
            let problem = "is not a feature of this class";
            return Err(node.place.child(&feature).refuse(Mistake::UnknownWord, problem, remedy));
        };
        if !names.contains(&known.name) {
            names.push(known.name);
        }
    }
    Ok(Selection { class, names })
}

/// The words of a list; nothing is an empty list.
fn features(node: &Node<'_>) -> Result<Vec<String>, ParameterError> {
    let wrong =
        || node.place.refuse(Mistake::WrongType, "is not a list of names", "write [] for all features");
    match &node.value {
        serde_yaml_ng::Value::Null => Ok(Vec::new()),
        serde_yaml_ng::Value::Sequence(values) => {
            values.iter().map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        _ => Err(wrong()),
    }
}

fn image_type(name: &str, read: &Read<'_>) -> ImageType {
    let axis = read.size("force2Ddimension", 0);
    match name {
        "Wavelet" => ImageType::Wavelet {
            wavelet: read.word("wavelet").unwrap_or("coif1").to_owned(),
            start_level: read.size("start_level", 0),
            level: read.size("level", 1),
            flat: read.flag("force2D", false).then_some(axis),
        },
        "LoG" => ImageType::LaplacianOfGaussian { sigmas: sigmas(read) },
        "Square" => ImageType::Square,
        "SquareRoot" => ImageType::SquareRoot,
        "Logarithm" => ImageType::Logarithm,
        "Exponential" => ImageType::Exponential,
        "Gradient" => ImageType::Gradient { use_spacing: read.flag("gradientUseSpacing", true) },
        "LBP2D" => ImageType::Lbp2d {
            radius: read.number("lbp2DRadius", 1.0),
            samples: read.size("lbp2DSamples", 8),
            method: read.word("lbp2DMethod").and_then(LbpMethod::named).unwrap_or(LbpMethod::Uniform),
            axis,
        },
        "LBP3D" => ImageType::Lbp3d {
            levels: read.size("lbp3DLevels", 2),
            radius: read.number("lbp3DIcosphereRadius", 1.0),
            subdivision: read.size("lbp3DIcosphereSubdivision", 1),
        },
        _ => ImageType::Original,
    }
}

/// The widths with the names Python's `str` gives them.
#[expect(clippy::cast_precision_loss, reason = "a width in mm")]
fn sigmas(read: &Read<'_>) -> Vec<(f64, String)> {
    let sigma = |value: &Value| match value {
        Value::Whole(whole) => Some((*whole as f64, whole.to_string())),
        Value::Number(number) => Some((*number, format!("{number:?}"))),
        _ => None,
    };
    read.values("sigma").unwrap_or_default().iter().filter_map(sigma).collect()
}
