//! What turns an image and a mask into a row: profile, parameters, columns. All commands go through here.
//!
//! Never: a file that holds a patient's voxels; a recipe is the same for all cases.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use consilium_imaging::{RoiMask, Volume};
use consilium_radiomics::conformance::ibsi1;
use consilium_radiomics::{Definition, EXTRACTOR, Settings, extract};
use serde::{Deserialize, Serialize};

use super::write::Layout;
use super::{Fault, hash, parameters};

/// Which definitions and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// The IBSI reference manual, bit for bit on every machine.
    Ibsi,
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
}

/// The choice of a recipe on the command line.
#[derive(Debug, Args)]
pub(crate) struct RecipeArguments {
    /// Parameter file: TOML for the IBSI profile.
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Parameters that have a name, instead of a file.
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "params")]
    preset: Option<Preset>,
    /// Which definitions and names; by default what the parameter file is written for, else ibsi.
    #[arg(long, value_enum)]
    profile: Option<Profile>,
}

/// A column of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The feature's name in words.
    pub(crate) feature: String,
    /// IBSI's permanent code.
    pub(crate) ibsi: String,
    /// `intensity` is the unit of the image, or of the filter's response.
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
    settings: Settings,
    columns: Vec<Column>,
    provenance: Provenance,
    /// Of perturbations.
    seed: u64,
}

impl Recipe {
    /// The recipe a user asked for.
    pub(crate) fn new(asked: &RecipeArguments) -> Result<Self, Fault> {
        let Some(file) = &asked.params else {
            return Ok(Self::ibsi(asked.preset.map_or_else(Settings::default, Preset::settings)));
        };
        let text = fs::read_to_string(file).map_err(Fault::file(file, "reading the parameters"))?;
        let unusable = |why| Fault::Parameters { file: file.clone(), why };
        let settings = parameters::from_toml(&text).map_err(unusable)?;
        settings.check().map_err(|fault| unusable(fault.to_string()))?;
        Ok(Self::ibsi(settings))
    }

    fn ibsi(settings: Settings) -> Self {
        let column = |(name, (known, filter)): (String, (&Definition, Option<String>))| Column {
            name,
            feature: known.name.to_owned(),
            ibsi: known.code.to_owned(),
            unit: known.unit.to_owned(),
            filter: filter.unwrap_or_default(),
        };
        let columns = settings.tags().into_iter().zip(settings.definitions()).map(column).collect();
        let parameters = settings.canonical();
        let provenance = Provenance {
            profile: "ibsi".to_owned(),
            extractor: EXTRACTOR.to_owned(),
            parameters_sha256: hash::of_text(&parameters),
            parameters,
        };
        Self { settings, columns, provenance, seed: 0 }
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

    /// The settings of the IBSI profile.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a table made with it holds.
    pub(crate) fn layout(&self, passed_through: Vec<String>) -> Layout {
        Layout { made: self.provenance.clone(), passed_through, features: self.columns.clone() }
    }

    /// Values in the order of the columns; none where a feature is not defined.
    pub(crate) fn run(&self, image: &Volume, mask: &RoiMask, file: &Path) -> Result<Vec<Option<f64>>, Fault> {
        let features = extract(image, mask, &self.settings);
        let features = features.map_err(|fault| Fault::Features { image: file.to_owned(), fault })?;
        Ok(features.iter().map(|(_, value)| Some(value).filter(|value| value.is_finite())).collect())
    }
}

impl Preset {
    fn settings(self) -> Settings {
        ibsi1::settings(match self {
            Self::IbsiA => "config_A",
            Self::IbsiB => "config_B",
            Self::IbsiC => "config_C",
            Self::IbsiD => "config_D",
            Self::IbsiE => "config_E",
        })
    }
}

impl Provenance {
    /// In words, for messages.
    pub(crate) fn words(&self) -> String {
        format!("{}, profile {}, parameters {}", self.extractor, self.profile, &self.parameters_sha256[..12])
    }
}
