//! One study under several dealings of the folds: the mean of each number, and how it varies.
//!
//! Dealings share all patients, so their AUCs are far from independent. The standard error of their mean takes the
//! covariances of all dealings from the patients' placements (DeLong's), as it does for two models on the same patients.
//! Spec: docs/reference/methods/evaluation.md.

use consilium_stats::distribution::normal_quantile;

use super::compare::{covariance, p_value};
use super::{Evaluated, Standing, ranking};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::study::Study;
use crate::result::{Comparison, Dealing, ModelResult, RepeatedDifference, Repeats};

/// Models whose AUCs are looked at together: those of a yes-or-no label, or one of several classes by itself.
struct Group {
    models: Vec<usize>,
    /// Scores of each model.
    scores: usize,
    /// By dealing, model and score.
    covariance: Vec<Vec<f64>>,
}

/// The models of the first dealing, with what all dealings say of them.
pub(in crate::analysis) async fn pool(
    study: &Study,
    dealings: Vec<Evaluated>,
) -> Result<(Vec<ModelResult>, Vec<Comparison>), AnalysisFault> {
    let (repeats, differences) = match dealings.len() {
        0 | 1 => (Vec::new(), Vec::new()),
        _ => over_dealings(study, &dealings).await?,
    };
    let first = dealings.into_iter().next().ok_or(AnalysisFault::OutOfTurn)?;
    let Evaluated { mut models, mut comparisons, .. } = first;
    models.iter_mut().zip(repeats).for_each(|(model, found)| model.repeats = found);
    comparisons.iter_mut().zip(differences).for_each(|(comparison, found)| comparison.repeats = found);
    Ok((models, comparisons))
}

/// One entry a model, and one a comparison.
async fn over_dealings(
    study: &Study,
    dealings: &[Evaluated],
) -> Result<(Vec<Option<Repeats>>, Vec<Option<RepeatedDifference>>), AnalysisFault> {
    let groups = groups(&dealings[0].models);
    let groups = together(groups.into_iter().map(|models| Group::ask(study, dealings, models))).await?;
    let of_model = |place: usize| {
        let group = groups.iter().find(|group| group.models.contains(&place))?;
        let of = dealings.iter().filter_map(|dealing| dealing.models.get(place));
        let of: Vec<Dealing> = of.map(Dealing::of).collect::<Option<_>>()?;
        let mean = of.iter().fold(0.0, |sum, one| sum + one.auc.auc) / of.len() as f64;
        Some(Repeats::new(ranking::auc(study, mean, group.error(&[(place, 1.0)], of.len())), of))
    };
    let of_comparison = |comparison: &Comparison| {
        let place = |name: &str| dealings[0].models.iter().position(|model| model.name == name);
        let pair = [place(&comparison.first)?, place(&comparison.second)?];
        let group = groups.iter().find(|group| pair.iter().all(|place| group.models.contains(place)))?;
        Some(group.difference(study, dealings, pair))
    };
    let repeats = (0..dealings[0].models.len()).map(of_model).collect();
    Ok((repeats, dealings[0].comparisons.iter().map(of_comparison).collect()))
}

fn groups(models: &[ModelResult]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (place, model) in models.iter().enumerate() {
        let binary = |place: &usize| models[*place].binary().is_some() && model.binary().is_some();
        let alike = |group: &&mut Vec<usize>| models[group[0]].label == model.label && binary(&group[0]);
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

impl Group {
    async fn ask(study: &Study, dealings: &[Evaluated], models: Vec<usize>) -> Result<Self, AnalysisFault> {
        let mut standings = Vec::new();
        for (repeat, dealing) in (0u32..).zip(dealings) {
            let of_group = models.iter().flat_map(|place| &dealing.standings[*place]);
            standings
                .extend(of_group.map(|(scorer, tallies): &Standing| (scorer, repeat, tallies.as_slice())));
        }
        let scores = standings.len() / (models.len() * dealings.len());
        Ok(Self { models, scores, covariance: covariance(study, standings).await? })
    }

    /// Standard error of a weighted sum over models of their mean AUC over scores and dealings.
    fn error(&self, weights: &[(usize, f64)], dealings: usize) -> f64 {
        let weight = |index: usize| {
            let model = self.models[index / self.scores % self.models.len()];
            let of_model = weights.iter().filter(|(place, _)| *place == model);
            of_model.fold(0.0, |sum, (_, w)| sum + w) / (self.scores * dealings) as f64
        };
        let weights: Vec<f64> = (0..self.covariance.len()).map(weight).collect();
        let row = |i: usize| self.covariance[i].iter().zip(&weights).fold(0.0, |sum, (c, w)| sum + c * w);
        let variance = weights.iter().enumerate().fold(0.0, |sum, (i, w)| sum + w * row(i));
        variance.max(0.0).sqrt()
    }

    fn difference(&self, study: &Study, dealings: &[Evaluated], [i, j]: [usize; 2]) -> RepeatedDifference {
        let difference = |dealing: &Evaluated| {
            let auc = |place: usize| Some(dealing.models[place].evaluation.auc()?.auc);
            Some(auc(j)? - auc(i)?)
        };
        let of_dealing: Vec<f64> = dealings.iter().filter_map(difference).collect();
        let se = self.error(&[(i, -1.0), (j, 1.0)], dealings.len());
        let half = normal_quantile(f64::midpoint(1.0, study.plan().evaluate.level)) * se;
        RepeatedDifference::new(&of_dealing, se, half, |difference| p_value(difference, se))
    }
}
