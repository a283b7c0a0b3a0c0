//! What turns an image and a mask into a row: profile, parameters, columns. All commands go through here.
//!
//! Never: a file that holds a patient's voxels; a recipe is the same for all cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use consilium_imaging::{RoiMask, Volume};
use consilium_radiomics::conformance::ibsi1;
use consilium_radiomics::pyradiomics::{self, Parameters};
use consilium_radiomics::{Definition, EXTRACTOR, Settings, extract};
use serde::{Deserialize, Serialize};

use super::write::Layout;
use super::{Fault, hash, parameters, pixel};

/// Which definitions and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// The IBSI reference manual, the same bits on every machine.
    Ibsi,
    /// PyRadiomics 3.1.0: its names, its numbers, its parameter files.
    Pyradiomics,
}

/// Parameters that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preset {
    /// IBSI's CT phantom, configuration A: 2D, HU -500 to 400, bins of 25.
    IbsiA,
    /// Configuration B: 2D, 2 mm pixels, HU -500 to 400, 32 bins.
    IbsiB,
    /// Configuration C: 2 mm voxels, HU -1000 to 400, bins of 25.
    IbsiC,
    /// Configuration D: 2 mm voxels, 3 sigma, 32 bins.
    IbsiD,
    /// Configuration E: 2 mm voxels, cubic, HU -1000 to 400, 3 sigma, 32 bins.
    IbsiE,
    /// PyRadiomics without a parameter file: 107 features.
    #[value(name = "pyradiomics-107")]
    Pyradiomics107,
    /// With wavelets, and Laplacians of Gaussian of 1, 2 and 3 mm: 1,130 features.
    #[value(name = "pyradiomics-1130")]
    Pyradiomics1130,
    /// With wavelets, square, square root, logarithm, exponential and gradient: 1,316 features.
    #[value(name = "pyradiomics-1316")]
    Pyradiomics1316,
}

/// The choice of a recipe on the command line.
#[derive(Debug, Args)]
pub(crate) struct RecipeArguments {
    /// Parameter file: TOML for the IBSI profile, PyRadiomics' YAML for its profile.
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Parameters that have a name, instead of a file.
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "params")]
    preset: Option<Preset>,
    /// Which definitions and names; by default what the parameters are for, else ibsi.
    #[arg(long, value_enum, value_name = "NAME")]
    profile: Option<Profile>,
}

/// A column of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The feature's name in words.
    pub(crate) feature: String,
    /// IBSI's permanent code; empty for a feature that IBSI does not have.
    pub(crate) ibsi: String,
    /// `intensity` is the unit of the image, or of the filter's response.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub(crate) unit: String,
    /// The filter whose response it is computed of.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub(crate) filter: String,
}

/// What every output records about how it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provenance {
    pub(crate) profile: String,
    pub(crate) extractor: String,
    pub(crate) parameters: String,
    pub(crate) parameters_sha256: String,
}

/// A profile with its parameters.
#[derive(Debug)]
pub(crate) struct Recipe {
    method: Method,
    columns: Vec<Column>,
    provenance: Provenance,
    /// Of perturbations.
    seed: u64,
}

#[derive(Debug)]
enum Method {
    Ibsi(Box<Settings>),
    Pyradiomics(Box<Parameters>),
}

impl Recipe {
    /// The recipe a user asked for.
    pub(crate) fn new(asked: &RecipeArguments) -> Result<Self, Fault> {
        let method = match (&asked.params, asked.preset, asked.profile) {
            (Some(file), _, _) => Method::of_file(file, asked.profile)?,
            (None, Some(preset), _) => preset.method(),
            (None, None, Some(Profile::Pyradiomics)) => Method::Pyradiomics(Box::default()),
            (None, None, _) => Method::Ibsi(Box::default()),
        };
        if asked.profile.is_some_and(|profile| profile != method.profile()) {
            let why = format!("the parameters are for the profile {}, not for --profile", method.word());
            return Err(Fault::Arguments(why));
        }
        let parameters = method.canonical();
        let provenance = Provenance {
            profile: method.word().to_owned(),
            extractor: EXTRACTOR.to_owned(),
            parameters_sha256: hash::of_text(&parameters),
            parameters,
        };
        Ok(Self { columns: method.columns(), method, provenance, seed: 0 })
    }

    /// The columns of every row, in their order.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What every output records.
    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The same recipe for perturbed images; the user's number becomes part of what every output records.
    pub(crate) fn perturbed(mut self, seed: u64) -> Self {
        self.seed = seed;
        let parameters = format!("{};perturbation-seed={seed}", self.provenance.parameters);
        self.provenance.parameters_sha256 = hash::of_text(&parameters);
        self.provenance.parameters = parameters;
        self
    }

    /// The number that perturbations are drawn from.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The settings of the IBSI profile, which some commands are for.
    pub(crate) fn settings(&self) -> Result<&Settings, Fault> {
        match &self.method {
            Method::Ibsi(settings) => Ok(settings),
            Method::Pyradiomics(_) => {
                let why = "maps are made in the IBSI profile; give parameters in TOML";
                Err(Fault::Arguments(why.to_owned()))
            }
        }
    }

    /// The label that is the region when nobody names one, in a profile that has such.
    pub(crate) fn label(&self) -> Option<u32> {
        match &self.method {
            Method::Ibsi(_) => None,
            Method::Pyradiomics(parameters) => Some(parameters.label()),
        }
    }

    /// What a table made with it holds.
    pub(crate) fn layout(&self, passed_through: Vec<String>) -> Layout {
        Layout { made: self.provenance.clone(), passed_through, features: self.columns.clone() }
    }

    /// Values in the order of the columns; none where a feature is not defined. `file` is one of the image's.
    pub(crate) fn run(&self, image: &Volume, mask: &RoiMask, file: &Path) -> Result<Vec<Option<f64>>, Fault> {
        let of_image = || file.to_owned();
        let features = match &self.method {
            Method::Ibsi(settings) => extract(image, mask, settings)
                .map_err(|fault| Fault::Features { image: of_image(), fault })?,
            Method::Pyradiomics(parameters) => {
                pyradiomics::extract(image, mask, pixel::of(file, image), parameters)
                    .map_err(|fault| Fault::Pyradiomics { image: of_image(), fault })?
            }
        };
        let found: BTreeMap<&str, f64> = features.iter().collect();
        let value =
            |column: &Column| found.get(column.name.as_str()).copied().filter(|value| value.is_finite());
        Ok(self.columns.iter().map(value).collect())
    }
}

impl Method {
    /// The parameters of a file, in the language that its ending names.
    fn of_file(file: &Path, profile: Option<Profile>) -> Result<Self, Fault> {
        let text = fs::read_to_string(file).map_err(Fault::file(file, "reading the parameters"))?;
        let unusable = |why| Fault::Parameters { file: file.to_owned(), why };
        let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match (ending.as_str(), profile) {
            ("toml", _) => Self::of_toml(&text).map_err(unusable),
            ("yaml" | "yml" | "json", _) | (_, Some(Profile::Pyradiomics)) => {
                let parameters = Parameters::from_yaml(&text);
                let refused = |fault| Fault::PyradiomicsParameters { file: file.to_owned(), fault };
                Ok(Self::Pyradiomics(Box::new(parameters.map_err(refused)?)))
            }
            _ => Err(unusable(
                "the ending says no profile: .toml is ibsi, .yaml is pyradiomics; or say --profile".into(),
            )),
        }
    }

    fn of_toml(text: &str) -> Result<Self, String> {
        let settings = parameters::from_toml(text)?;
        settings.check().map_err(|fault| fault.to_string())?;
        Ok(Self::Ibsi(Box::new(settings)))
    }

    fn profile(&self) -> Profile {
        match self {
            Self::Ibsi(_) => Profile::Ibsi,
            Self::Pyradiomics(_) => Profile::Pyradiomics,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Ibsi(_) => "ibsi",
            Self::Pyradiomics(_) => "pyradiomics",
        }
    }

    fn canonical(&self) -> String {
        match self {
            Self::Ibsi(settings) => settings.canonical(),
            Self::Pyradiomics(parameters) => parameters.canonical(),
        }
    }

    fn columns(&self) -> Vec<Column> {
        match self {
            Self::Ibsi(settings) => {
                let of_ibsi = |(name, (known, filter)): (String, (&Definition, Option<String>))| Column {
                    name,
                    feature: known.name.to_owned(),
                    ibsi: known.code.to_owned(),
                    unit: known.unit.to_owned(),
                    filter: filter.unwrap_or_default(),
                };
                settings.tags().into_iter().zip(settings.definitions()).map(of_ibsi).collect()
            }
            Self::Pyradiomics(parameters) => parameters.columns().into_iter().map(of_pyradiomics).collect(),
        }
    }
}

fn of_pyradiomics((name, image, known): pyradiomics::Column) -> Column {
    Column {
        name,
        feature: known.name.to_owned(),
        ibsi: known.code.unwrap_or_default().to_owned(),
        unit: String::new(),
        filter: if image == "original" { String::new() } else { image },
    }
}

impl Preset {
    fn method(self) -> Method {
        let ibsi = |dataset| Method::Ibsi(Box::new(ibsi1::settings(dataset)));
        let pyradiomics = |name| {
            let known = Parameters::preset(name).expect("a preset of the profile");
            Method::Pyradiomics(Box::new(known))
        };
        match self {
            Self::IbsiA => ibsi("config_A"),
            Self::IbsiB => ibsi("config_B"),
            Self::IbsiC => ibsi("config_C"),
            Self::IbsiD => ibsi("config_D"),
            Self::IbsiE => ibsi("config_E"),
            Self::Pyradiomics107 => pyradiomics("pyradiomics-107"),
            Self::Pyradiomics1130 => pyradiomics("pyradiomics-1130"),
            Self::Pyradiomics1316 => pyradiomics("pyradiomics-1316"),
        }
    }
}

impl Provenance {
    /// In words, for messages.
    pub(crate) fn words(&self) -> String {
        format!("{}, profile {}, parameters {}", self.extractor, self.profile, &self.parameters_sha256[..12])
    }
}
