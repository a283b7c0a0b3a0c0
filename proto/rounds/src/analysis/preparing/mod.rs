//! From moments to designs: standardisation and selection of every training set.

use std::collections::{BTreeMap, BTreeSet};

use consilium_stats::{Conditioning, Design, Gram, GramTable, Harmonise, MomentTable, Moments, Scale};
use consilium_types::ColumnKind;
use consilium_types::plan::{ModelFamily, Select};

use super::AnalysisFault;
use super::study::Study;
use crate::result::Selection;

/// Asks for scales, moments and, where the plan selects, co-moments; gives the designs of every training set.
pub(super) async fn prepare(study: &Study, label: usize) -> Result<Prepared, AnalysisFault> {
    let conditioning = study.ask(Scale { width: study.schema().columns.len() }).await?;
    let (cells, classes) = (study.cells(), study.classes(label, &[]).len());
    let moments = Moments { cells, label, classes, conditioning: conditioning.clone() };
    let mut screening = Screening::new(label, conditioning.clone(), study.ask(moments).await?);
    let columns = screening.rank(study);
    if !columns.is_empty() {
        screening.gram = Some(study.ask(Gram { cells, columns, conditioning }).await?);
    }
    Prepared::new(study, &screening)
}

/// What is known after the moments: which radiomic columns pass on in each training set.
#[derive(Debug, Clone)]
struct Screening {
    label: usize,
    conditioning: Conditioning,
    moments: MomentTable,
    /// By training set: usable radiomic columns, best first when the plan selects.
    ranked: Vec<Vec<usize>>,
    gram: Option<GramTable>,
}

impl Screening {
    fn new(label: usize, conditioning: Conditioning, moments: MomentTable) -> Self {
        Self { label, conditioning, moments, ranked: Vec::new(), gram: None }
    }

    /// Ranks the radiomic columns of every training set; returns the union that the redundancy filter needs.
    fn rank(&mut self, study: &Study) -> Vec<usize> {
        let radiomic = study.columns(ColumnKind::Radiomic);
        let rank = |held_out: &Vec<usize>| match &study.plan().select {
            Some(select) => self.best(held_out, &radiomic, select.relevance.keep as usize),
            None => self.usable(held_out, &radiomic),
        };
        self.ranked = study.training_sets().iter().map(rank).collect();
        match &study.plan().select {
            Some(_) => self.ranked.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            None => Vec::new(),
        }
    }

    fn usable(&self, held_out: &[usize], columns: &[usize]) -> Vec<usize> {
        let varies = |column: &&usize| self.moments.all(held_out, **column).variance() > 0.0;
        columns.iter().filter(varies).copied().collect()
    }

    fn best(&self, held_out: &[usize], columns: &[usize], keep: usize) -> Vec<usize> {
        let test = |column: &usize| Some((self.moments.welch(held_out, *column)?, *column));
        let mut tested: Vec<_> = columns.iter().filter_map(test).collect();
        tested.sort_by(|(a, i), (b, j)| a.p.total_cmp(&b.p).then(b.t.total_cmp(&a.t)).then(i.cmp(j)));
        tested.into_iter().take(keep).map(|(_, column)| column).collect()
    }

    /// The radiomic columns of a model in one training set.
    fn select(&self, study: &Study, set: usize, held_out: &[usize]) -> Vec<usize> {
        let ranked = &self.ranked[set];
        let (Some(select), Some(gram)) = (&study.plan().select, &self.gram) else { return ranked.clone() };
        let patients: u64 = study.classes(self.label, held_out).iter().sum();
        self.uncorrelated(ranked, gram, held_out, patients as f64, select)
    }

    fn uncorrelated(
        &self,
        ranked: &[usize],
        gram: &GramTable,
        held_out: &[usize],
        n: f64,
        select: &Select,
    ) -> Vec<usize> {
        let mut kept: Vec<usize> = Vec::new();
        for column in ranked {
            if kept.len() >= select.max as usize {
                break;
            }
            let r = |other: &usize| gram.correlation(&self.moments, held_out, n, *column, *other).abs();
            if kept.iter().all(|other| r(other) < select.redundancy.rho) {
                kept.push(*column);
            }
        }
        kept
    }

    /// Mean and standard deviation of a column in its own unit; nothing where it does not vary.
    fn spread(&self, held_out: &[usize], column: usize) -> Option<(f64, f64)> {
        let moment = self.moments.all(held_out, column);
        let variance = moment.variance();
        let (centre, scale) = (self.conditioning.centre[column], self.conditioning.scale[column]);
        (variance > 0.0).then(|| (centre + scale * moment.mean(), scale * variance.sqrt()))
    }

    fn design(&self, columns: &[usize], held_out: &[usize]) -> Design {
        // sums that no honest site sends can leave a ranked column without a spread; it goes as a whole
        let scale = |column: &usize| Some((*column, self.spread(held_out, *column)?));
        let (columns, (mean, sd)) = columns.iter().filter_map(scale).unzip();
        Design { columns, mean, sd, held_out: held_out.to_vec(), harmonise: Harmonise::None }
    }
}

/// The designs of every model family in every training set.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// As in [`Study::training_sets`].
    pub(super) sets: Vec<Vec<usize>>,
    /// One design a training set, for each family of the plan.
    pub(super) families: Vec<(ModelFamily, Vec<Design>)>,
}

impl Prepared {
    fn new(study: &Study, screening: &Screening) -> Result<Self, AnalysisFault> {
        let sets = study.training_sets();
        let of_family = |family: &ModelFamily| {
            let designs = sets.iter().enumerate().map(|(set, held_out)| {
                let columns = Self::columns(study, screening, *family, set, held_out);
                if columns.is_empty() {
                    return Err(AnalysisFault::NoUsableColumn {
                        family: *family,
                        held_out: held_out.clone(),
                    });
                }
                Ok(screening.design(&columns, held_out))
            });
            Ok((*family, designs.collect::<Result<_, AnalysisFault>>()?))
        };
        let families =
            study.plan().model.families.iter().map(of_family).collect::<Result<_, AnalysisFault>>()?;
        Ok(Self { sets, families })
    }

    fn columns(
        study: &Study,
        screening: &Screening,
        family: ModelFamily,
        set: usize,
        held_out: &[usize],
    ) -> Vec<usize> {
        let radiomic = || screening.select(study, set, held_out);
        let clinical = || screening.usable(held_out, &study.columns(ColumnKind::Clinical));
        match family {
            ModelFamily::Clinical => clinical(),
            ModelFamily::Radiomics => radiomic(),
            ModelFamily::Combined => [radiomic(), clinical()].concat(),
        }
    }

    /// Position of the training set without exactly these cells.
    pub(super) fn set(&self, held_out: &[usize]) -> Option<usize> {
        self.sets.iter().position(|set| set == held_out)
    }

    /// Which radiomic columns entered, and how often; nothing when the plan does not select.
    pub(super) fn selection(&self, study: &Study) -> Option<Selection> {
        study.plan().select.as_ref()?;
        let radiomic = |(family, _): &&(ModelFamily, Vec<Design>)| *family != ModelFamily::Clinical;
        let (_, designs) = self.families.iter().find(radiomic)?;
        let names = |design: &Design| -> Vec<String> {
            let of_kind = |c: &&usize| study.schema().columns[**c].kind == ColumnKind::Radiomic;
            design.columns.iter().filter(of_kind).map(|c| study.schema().columns[*c].name.clone()).collect()
        };
        let outer = designs.iter().filter(|design| design.held_out.len() == 1);
        let mut frequency: BTreeMap<String, u32> = BTreeMap::new();
        for name in outer.flat_map(names) {
            *frequency.entry(name).or_default() += 1;
        }
        Some(Selection { columns: names(&designs[0]), frequency })
    }
}
