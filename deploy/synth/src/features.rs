//! A table of radiomic features without images: blocks of correlated columns, six of which show a latent each.
//!
//! `x = shift + scale * (sign * 0.8 * factor + 0.6 * noise)`: ten columns a block, a shift and a scale of each column for each scanner.
//! In an input that shows a latent less well, the block's factor is mixed with the input's own. Never: a label; the latents carry it.

use std::fmt;

use crate::Recipe;
use crate::child::Child;
use crate::random::{Key, Purpose};
use crate::site::{Scanner, Site};

/// Columns of a block.
const BLOCK: usize = 10;
/// What the first blocks show, as column names say it.
const SHOWN: [&str; 6] = ["heterogeneity", "fineness", "necrosis", "enhancement", "volume", "irregularity"];
const LOADING: f64 = 0.8;
const OWN: f64 = 0.6;
/// Standard deviations of a scanner's shift, and of the logarithm of its scale, over columns.
const SHIFT: f64 = 0.8;
const SCALE: f64 = 0.25;
/// How much of a background block is the child's and not the input's.
const BACKGROUND: f64 = 0.9;
/// Agreement of two readers: intraclass correlation, uniform over columns.
const AGREEMENT: [f64; 2] = [0.5, 0.99];

/// An image that features come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// CT of one phase.
    Ct = 1,
    /// CT before contrast.
    CtPlain = 2,
    /// Arterial CT.
    CtArterial = 3,
    /// Venous CT.
    CtVenous = 4,
    /// FDG PET.
    Pet = 5,
    /// MRI.
    Mr = 6,
    /// Ultrasound.
    Us = 7,
}

impl Input {
    /// CT in three phases.
    pub const PHASES: [Self; 3] = [Self::CtPlain, Self::CtArterial, Self::CtVenous];

    /// What its columns begin with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ct => "ct",
            Self::CtPlain => "ct_plain",
            Self::CtArterial => "ct_arterial",
            Self::CtVenous => "ct_venous",
            Self::Pet => "pet",
            Self::Mr => "mr",
            Self::Us => "us",
        }
    }

    /// How well it shows each latent: the correlation of a block's factor with it, for a latent of variance one.
    fn shows(self) -> [f64; 6] {
        match self {
            Self::Ct | Self::CtArterial => [1.0; 6],
            Self::CtPlain => [0.85, 0.85, 0.85, 0.0, 1.0, 1.0],
            Self::CtVenous => [0.85, 0.85, 0.9, 0.9, 1.0, 1.0],
            Self::Pet => [1.0, 0.6, 1.0, 1.0, 0.9, 0.6],
            Self::Mr => [0.95, 0.9, 0.95, 0.8, 1.0, 1.0],
            Self::Us => [0.9, 0.8, 0.9, 0.5, 0.95, 0.9],
        }
    }
}

/// Which columns a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    inputs: Vec<Input>,
    columns: usize,
}

impl Layout {
    /// Columns of a table, by default.
    pub const COLUMNS: usize = 200;

    /// `columns` for each input, at least 60 so that every latent is shown.
    #[must_use]
    pub fn new(inputs: &[Input], columns: usize) -> Self {
        Self { inputs: inputs.to_vec(), columns: columns.max(SHOWN.len() * BLOCK) }
    }

    /// Names of the columns: `ct_arterial_fineness_03`, `pet_background-07_10`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let name = |input: Input, column: usize| {
            let (block, number) = (column / BLOCK, column % BLOCK + 1);
            let block = SHOWN
                .get(block)
                .map_or_else(|| format!("background-{:02}", block + 1), |shown| (*shown).to_owned());
            format!("{}_{block}_{number:02}", input.prefix())
        };
        let columns = |input: &Input| {
            let input = *input;
            (0..self.columns).map(move |column| name(input, column))
        };
        self.inputs.iter().flat_map(columns).collect()
    }

    fn blocks(&self) -> usize {
        self.columns.div_ceil(BLOCK)
    }
}

/// What a column is like on every scanner.
struct Column {
    sign: f64,
    agreement: f64,
}

/// What a scanner does to a column.
struct Instrument {
    shift: f64,
    scale: f64,
}

/// The generator of one site's table.
pub struct Features<'a> {
    recipe: &'a Recipe,
    layout: &'a Layout,
    site: &'a Site,
    columns: Vec<Column>,
    /// One list for each scanner of the site.
    instruments: Vec<Vec<Instrument>>,
}

impl fmt::Debug for Features<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Features({} columns, {})", self.columns.len(), self.site.name())
    }
}

impl<'a> Features<'a> {
    /// Prepares the columns of a site.
    #[must_use]
    pub fn new(recipe: &'a Recipe, layout: &'a Layout, site: &'a Site) -> Self {
        let scanners = 0..site.profile.scanners.len();
        let instruments = scanners.map(|scanner| instruments(recipe, layout, site, scanner)).collect();
        Self { recipe, layout, site, columns: columns(recipe, layout), instruments }
    }

    /// A child's values by the first reader; none where the phase is missing.
    #[must_use]
    pub fn values(&self, child: &Child) -> Vec<Option<f64>> {
        let truths = self.truths(child);
        let instruments = &self.instruments[self.scanner(&child.scanner)];
        let value = |(truth, instrument): (Option<f64>, &Instrument)| {
            truth.map(|truth| instrument.shift + instrument.scale * truth)
        };
        truths.into_iter().zip(instruments).map(value).collect()
    }

    /// The same child's by the second reader.
    #[must_use]
    pub fn reread(&self, child: &Child) -> Vec<Option<f64>> {
        let mut chance = self.key(child).stream(Purpose::Reader, 0);
        let instruments = &self.instruments[self.scanner(&child.scanner)];
        let mut values = self.values(child);
        for ((value, column), instrument) in values.iter_mut().zip(&self.columns).zip(instruments) {
            // two readings that differ by variance v of a quantity of variance one agree by 1 / (1 + v / 2)
            let variance = 2.0 * (1.0 - column.agreement) / column.agreement;
            let error = instrument.scale * variance.sqrt() * chance.normal();
            *value = value.map(|value| value + error);
        }
        values
    }

    /// Values before the scanner, of variance near one.
    fn truths(&self, child: &Child) -> Vec<Option<f64>> {
        let blocks = self.layout.blocks();
        let mut chance = self.key(child).stream(Purpose::Features, 0);
        let background = (SHOWN.len()..blocks).map(|_| chance.normal());
        let factors: Vec<f64> = child.latents.into_iter().chain(background).collect();
        let mut truths = Vec::with_capacity(self.columns.len());
        for input in &self.layout.inputs {
            let missing = *input == Input::CtArterial && child.gaps.arterial;
            let seen = self.seen(child, *input, &factors);
            truths.extend(seen.into_iter().map(|truth| (!missing).then_some(truth)));
        }
        let signed = |(truth, column): (Option<f64>, &Column)| truth.map(|truth| column.sign * truth);
        truths.into_iter().zip(&self.columns).map(signed).collect()
    }

    /// What an input shows of a child's factors, column by column.
    fn seen(&self, child: &Child, input: Input, factors: &[f64]) -> Vec<f64> {
        let mut chance = self.key(child).stream(Purpose::Features, input as u32);
        let shows = |block: usize| input.shows().get(block).copied().unwrap_or(BACKGROUND);
        let mixed = |(block, factor): (usize, &f64)| {
            let shown = shows(block);
            shown * factor + (1.0 - shown * shown).sqrt() * chance.normal()
        };
        let factors: Vec<f64> = factors.iter().enumerate().map(mixed).collect();
        (0..self.layout.columns)
            .map(|column| LOADING * factors[column / BLOCK] + OWN * chance.normal())
            .collect()
    }

    fn key(&self, child: &Child) -> Key {
        Key { seed: self.recipe.seed, site: self.site.byte(), index: child.index }
    }

    fn scanner(&self, scanner: &Scanner) -> usize {
        let position = self.site.profile.scanners.iter().position(|own| own == scanner);
        position.expect("a child is scanned at its own site")
    }
}

fn columns(recipe: &Recipe, layout: &Layout) -> Vec<Column> {
    let shared = Key { seed: recipe.seed, site: 0, index: 0 };
    let mut columns = Vec::new();
    for input in &layout.inputs {
        let mut chance = shared.stream(Purpose::Layout, *input as u32);
        columns.extend((0..layout.columns).map(|_| Column {
            sign: if chance.chance(0.5) { 1.0 } else { -1.0 },
            agreement: chance.between(AGREEMENT[0], AGREEMENT[1]),
        }));
    }
    columns
}

fn instruments(recipe: &Recipe, layout: &Layout, site: &Site, scanner: usize) -> Vec<Instrument> {
    let index = u32::try_from(scanner).expect("a site has few scanners");
    let key = Key { seed: recipe.seed, site: site.byte(), index };
    let mut instruments = Vec::new();
    for input in &layout.inputs {
        let mut chance = key.stream(Purpose::Shift, *input as u32);
        instruments.extend((0..layout.columns).map(|_| Instrument {
            shift: SHIFT * chance.normal(),
            scale: libm::exp(SCALE * chance.normal()),
        }));
    }
    instruments
}
