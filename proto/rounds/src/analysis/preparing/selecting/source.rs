//! Where selection asks: a training set, or a Poisson bootstrap of it.

use consilium_stats::moments::Moment;
use consilium_stats::{
    ClassCounts, Computation, Conditioning, CoxScreen, Derived, Design, Gram, GramTable, Harmonise,
    LifeTables, MomentTable, Moments, Query, Resample, Test, bits_for, relevance,
};

use crate::analysis::AnalysisFault;
use crate::analysis::preparing::training_set::TrainingSet;
use crate::analysis::study::Study;

/// Some columns of a training set or of a draw of it; a place is a position among them.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) study: &'a Study,
    pub(super) set: &'a TrainingSet,
    /// Positions in the schema.
    pub(super) columns: Vec<usize>,
    /// Number and moments of a draw.
    replicate: Option<(u32, MomentTable)>,
}

impl<'a> Source<'a> {
    /// Columns of the training set itself.
    pub(super) fn of(study: &'a Study, set: &'a TrainingSet, columns: Vec<usize>) -> Self {
        Self { study, set, columns, replicate: None }
    }

    /// The same columns of a draw of patients.
    pub(super) async fn drawn(&self, number: u32) -> Result<Self, AnalysisFault> {
        let question = Moments {
            held_out: self.set.held_out.clone(),
            harmonise: Harmonise::None,
            slots: 0,
            label: self.set.label,
            classes: self.classes(),
            conditioning: self.set.conditioning.only(&self.columns),
        };
        let moments = self.resampled(question, number).await?;
        let (study, set, columns) = (self.study, self.set, self.columns.clone());
        Ok(Self { study, set, columns, replicate: Some((number, moments)) })
    }

    /// Asks of a draw of the training set's patients; the question numbers the source's columns from 0.
    pub(super) async fn resampled<C>(&self, question: C, replicate: u32) -> Result<C::Finding, AnalysisFault>
    where
        C: Computation + Clone + Into<Query>,
    {
        let resample = Resample {
            replicate,
            held_out: self.set.held_out.clone(),
            harmonise: self.set.harmonise.only(&self.columns),
            columns: self.columns.clone(),
            question: Box::new(question.clone().into()),
        };
        Ok(question.finish(&self.study.ask(resample).await?)?)
    }

    pub(super) fn classes(&self) -> usize {
        self.set.moments.classes()
    }

    /// Moments of one class.
    pub(super) fn class(&self, class: usize, place: usize) -> Moment {
        match &self.replicate {
            Some((_, moments)) => moments.class(class, place),
            None => self.set.moments.class(class, self.columns[place]),
        }
    }

    /// Moments of each class.
    pub(super) fn by_class(&self, place: usize) -> Vec<Moment> {
        (0..self.classes()).map(|class| self.class(class, place)).collect()
    }

    /// F of an analysis of variance over the classes; 0 where it is not defined.
    fn f_statistic(&self, place: usize) -> f64 {
        relevance::anova(&self.by_class(place)).map_or(0.0, |test| test.statistic)
    }

    /// Correlations of some places, by position among them.
    pub(super) async fn gram(&self, places: &[usize]) -> Result<GramTable, AnalysisFault> {
        let columns: Vec<usize> = places.iter().map(|place| self.columns[*place]).collect();
        let conditioning = self.set.conditioning.only(&columns);
        let held_out = self.set.held_out.clone();
        if let Some((number, _)) = &self.replicate {
            let columns = places.to_vec();
            let gram = Gram { held_out, harmonise: Harmonise::None, columns, conditioning };
            return self.resampled(gram, *number).await;
        }
        let harmonise = self.set.harmonise.only(&columns);
        self.study.ask(Gram { held_out, harmonise, columns, conditioning }).await
    }

    /// Patients of all places between cuts of standardised values: by place, class and interval.
    pub(super) async fn counts(&self, cuts: Vec<Vec<f64>>) -> Result<Vec<Vec<Vec<u64>>>, AnalysisFault> {
        let spread = |column: &usize| self.set.spread(*column).unwrap_or((0.0, 1.0));
        let (centre, scale) = self.columns.iter().map(spread).unzip();
        // a draw rarely holds more than twice the patients, and never eight times
        let patients: u64 = self.study.classes(self.set.label, &[]).iter().sum();
        let mut question = ClassCounts {
            held_out: self.set.held_out.clone(),
            harmonise: Harmonise::None,
            label: self.set.label,
            classes: self.classes(),
            columns: (0..self.columns.len()).collect(),
            conditioning: Conditioning { centre, scale },
            cuts,
            bits: bits_for(patients.saturating_mul(8)),
        };
        if let Some((number, _)) = &self.replicate {
            return self.resampled(question, *number).await;
        }
        question.harmonise = self.set.harmonise.only(&self.columns);
        question.columns.clone_from(&self.columns);
        self.study.ask(question).await
    }

    /// Score tests of univariate Cox regressions, by place.
    pub(super) async fn cox(&self) -> Result<Vec<Option<Test>>, AnalysisFault> {
        let follow_up = self.study.survival().ok_or(AnalysisFault::OutOfTurn)?;
        let (grid, held_out) = (follow_up.timeline.grid, self.set.held_out.clone());
        let spread = |column: &usize| self.set.spread(*column).unwrap_or((0.0, 1.0));
        let (mean, sd) = self.columns.iter().map(spread).unzip();
        let columns = (0..self.columns.len()).collect();
        let (harmonise, derived) = (Harmonise::None, Derived::default());
        let mut design = Design { columns, mean, sd, held_out, harmonise, derived };
        if let Some((number, _)) = &self.replicate {
            let lives = LifeTables { grid, held_out: self.set.held_out.clone(), groups: None };
            let life = self.resampled(lives, *number).await?.pop().ok_or(AnalysisFault::OutOfTurn)?.life;
            return self.resampled(CoxScreen::new(design, grid, &life), *number).await;
        }
        design.harmonise = self.set.harmonise.only(&self.columns);
        design.columns.clone_from(&self.columns);
        let life = self.set.life.as_ref().ok_or(AnalysisFault::OutOfTurn)?;
        self.study.ask(CoxScreen::new(design, grid, life)).await
    }

    /// How much each place tells of the outcome, for mRMR; 0 where that is not defined.
    pub(super) async fn relevance(&self) -> Result<Vec<f64>, AnalysisFault> {
        if self.study.survival().is_some() {
            let tests = self.cox().await?;
            return Ok(tests.into_iter().map(|test| test.map_or(0.0, |test| test.statistic)).collect());
        }
        Ok((0..self.columns.len()).map(|place| self.f_statistic(place)).collect())
    }
}
