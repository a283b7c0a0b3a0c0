//! What to compute and how: the choices that change a feature's value, and nothing else.
//! Never here: thread counts, paths, or anything that leaves the values alone.
//! Specification: IBSI reference manual, sections 2.5 (re-segmentation), 2.7 (discretisation) and 3.6 (aggregation),
//! DOI 10.1148/radiol.2020191145.

mod choices;

pub(crate) use choices::Way;
pub use choices::{Aggregation, Discretisation, Family, VolumeHistogram};

use crate::filters::Filter;
use crate::processing::Normalisation;
use crate::registry::{Definition, registry};
use crate::texture::Scope;
use crate::{Error, Resampling};

/// Everything that decides a feature's value besides the voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How intensities without a unit are brought to a common scale, before all else.
    pub normalisation: Option<Normalisation>,
    /// Onto which grid the image and its mask are brought then; none leaves them on their own.
    pub resampling: Option<Resampling>,
    /// The families to compute; order and repetition do not matter.
    pub families: Vec<Family>,
    /// Aggregations of texture matrices; order and repetition do not matter.
    pub aggregations: Vec<Aggregation>,
    /// Discretisation of the intensity histogram and of texture matrices.
    pub discretisation: Discretisation,
    /// Steps of the intensity-volume histogram.
    pub volume_histogram: VolumeHistogram,
    /// Re-segmentation range: voxels outside leave the intensity mask, both ends belong to it.
    pub window: Option<[f64; 2]>,
    /// Outlier filter: voxels farther from the mean than this many standard deviations leave the intensity mask.
    pub outliers: Option<f64>,
    /// Filters: every family but morphology is computed of each response map too, within the intensity mask that the
    /// unfiltered image gives.
    pub filters: Vec<Filter>,
    /// Discretisation of response maps, whose unit is not the image's.
    pub response_discretisation: Discretisation,
}

impl Default for Settings {
    /// Every family, 3D averaged, 32 bins, intensities of unknown meaning.
    fn default() -> Self {
        Self {
            normalisation: None,
            resampling: None,
            families: Family::ALL.to_vec(),
            aggregations: vec![Aggregation::Averaged3d],
            discretisation: Discretisation::BinCount(32),
            volume_histogram: VolumeHistogram::BinCount(1000),
            window: None,
            outliers: None,
            filters: Vec::new(),
            response_discretisation: Discretisation::BinCount(32),
        }
    }
}

impl Settings {
    /// The tags of all features these settings give, in their fixed order.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        let own = |settings: &Self| -> Vec<String> {
            settings.columns().map(|(definition, way)| definition.column(way)).collect()
        };
        let (of_image, of_response) = (own(self), own(&self.of_response()));
        let prefixed = |filter: &Filter| {
            let name = filter.name();
            of_response.iter().map(move |tag| format!("{name}_{tag}"))
        };
        of_image.into_iter().chain(self.filters.iter().flat_map(prefixed)).collect()
    }

    /// Settings for a response map: its region is settled, its unit is arbitrary, and its shape is the image's.
    pub(crate) fn of_response(&self) -> Self {
        let families = self.families.iter().copied().filter(|family| *family != Family::Morphology);
        Self {
            families: families.collect(),
            aggregations: self.aggregations.clone(),
            discretisation: self.response_discretisation,
            ..Self::default()
        }
    }

    /// The definition behind each of [`Settings::tags`], and the name of the filter whose response it is computed of.
    #[must_use]
    pub fn definitions(&self) -> Vec<(&'static Definition, Option<String>)> {
        let of_response = self.of_response();
        let of_filter = |filter: &Filter| {
            of_response.columns().map(|(known, _)| (known, Some(filter.name()))).collect::<Vec<_>>()
        };
        let own = self.columns().map(|(known, _)| (known, None));
        own.chain(self.filters.iter().flat_map(of_filter)).collect()
    }

    /// One line that is equal exactly for settings that give equal features, and never changes its form.
    #[must_use]
    pub fn canonical(&self) -> String {
        let families: Vec<&str> =
            Family::ALL.into_iter().filter(|f| self.has(*f)).map(Family::word).collect();
        let aggregations: Vec<&str> = self.ordered_aggregations().map(Aggregation::suffix).collect();
        let (bins, response_bins) =
            (self.discretisation.canonical(), self.response_discretisation.canonical());
        let ivh = match self.volume_histogram {
            VolumeHistogram::Calibrated => "calibrated".into(),
            VolumeHistogram::BinWidth(width) => format!("width:{width:?}"),
            VolumeHistogram::BinCount(count) => format!("count:{count}"),
        };
        let window = self.window.map_or("none".into(), |[lower, upper]| format!("{lower:?}..{upper:?}"));
        let outliers = self.outliers.map_or("none".into(), |sigmas| format!("{sigmas:?}"));
        let resampling = self.resampling.as_ref().map_or("none".into(), Resampling::canonical);
        let normalisation = self.normalisation.as_ref().map_or("none".into(), Normalisation::canonical);
        let filters: Vec<String> = self.filters.iter().map(Filter::canonical).collect();
        let (families, aggregations, filters) =
            (families.join("+"), aggregations.join("+"), filters.join("+"));
        format!(
            "normalisation={normalisation};resampling={resampling};families={families};\
             aggregations={aggregations};bins={bins};ivh={ivh};window={window};outliers={outliers};\
             filters={filters};response_bins={response_bins}"
        )
    }

    /// Features with the ways they are computed in, in the order of the registry, then of the ways.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static Definition, Way)> + '_ {
        let asked = registry().iter().filter(|definition| self.has(definition.family));
        asked
            .flat_map(|definition| self.ways(definition.family).into_iter().map(move |way| (definition, way)))
    }

    /// The different ways in which these settings compute a family.
    pub(crate) fn ways(&self, family: Family) -> Vec<Way> {
        match family {
            Family::Glcm | Family::Glrlm => self.ordered_aggregations().map(Way::Lines).collect(),
            Family::Glszm | Family::Gldzm | Family::Ngtdm | Family::Ngldm => {
                self.scopes().map(Way::Around).collect()
            }
            _ => vec![Way::Whole],
        }
    }

    /// The different scopes of the aggregations.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        [Scope::Slice, Scope::Slices, Scope::Volume]
            .into_iter()
            .filter(|scope| self.aggregations.iter().any(|aggregation| aggregation.scope() == *scope))
    }

    pub(crate) fn ordered_aggregations(&self) -> impl Iterator<Item = Aggregation> + '_ {
        Aggregation::ALL.into_iter().filter(|aggregation| self.aggregations.contains(aggregation))
    }

    pub(crate) fn has(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    /// Whether the settings mean something, as far as this does not depend on the image.
    pub fn check(&self) -> Result<(), Error> {
        let is_width = |width: f64| width.is_finite() && width > 0.0;
        let are_bins = |bins: Discretisation| match bins {
            Discretisation::BinWidth(width) => is_width(width),
            Discretisation::BinCount(count) => count > 0,
        };
        let bins = are_bins(self.discretisation) && are_bins(self.response_discretisation);
        let mut names: Vec<String> = self.filters.iter().map(Filter::name).collect();
        names.sort_unstable();
        let steps = match self.volume_histogram {
            VolumeHistogram::Calibrated => true,
            VolumeHistogram::BinWidth(width) => is_width(width),
            VolumeHistogram::BinCount(count) => count > 0,
        };
        let is_range = |[lower, upper]: [f64; 2]| lower.is_finite() && upper.is_finite() && lower < upper;
        let refusal = if !bins {
            "bins must have a finite width, or a number, above zero"
        } else if !steps {
            "the intensity-volume histogram must have a finite bin width, or a number of bins, above zero"
        } else if !self.window.is_none_or(is_range) {
            "the window must run from a finite number to a larger one"
        } else if !self.outliers.is_none_or(is_width) {
            "outliers lie a finite number of standard deviations, above zero, from the mean"
        } else if names.windows(2).any(|pair| pair[0] == pair[1]) {
            "two filters give columns of the same name; compute them in two runs"
        } else if self.aggregations.is_empty() && self.families.iter().any(|family| family.is_texture()) {
            "texture needs at least one aggregation"
        } else {
            return Ok(());
        };
        Err(Error::Settings { reason: refusal })
    }
}
