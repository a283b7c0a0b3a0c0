//! What a course knows of its study: the plan, the sites, the columns, the desk, and the patients' counts.

use std::ops::Range;
use std::sync::Arc;

use consilium_stats::{Computation, Count, Counts, Query, Repeat};
use consilium_types::plan::{Design as Validation, Learner, Strength};
use consilium_types::{ColumnKind, Schema, SiteId, StudyPlan};

use super::AnalysisFault;
use super::desk::Desk;
use super::follow_up::FollowUp;

/// What an analysis begins with.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) plan: StudyPlan,
    pub(super) roster: Vec<SiteId>,
    pub(super) schema: Schema,
}

/// A study whose patients are counted.
#[derive(Debug)]
pub(super) struct Study {
    question: Arc<Question>,
    desk: Desk,
    pub(super) counts: Counts,
    pub(super) follow_up: Option<FollowUp>,
    /// Which dealing of the folds it is about, counted from 0.
    pub(super) repeat: u32,
}

impl Question {
    /// The first question: patients of each class, by cell.
    pub(super) fn count(&self) -> Count {
        let classes = self.plan.outcome.labels().iter().map(|label| label.classes.len()).collect();
        Count { steps: self.plan.flow().len(), cells: self.cells(), classes }
    }

    /// Cells of the analysis: folds, or sites; with a hold-out, that as the last one.
    pub(super) fn cells(&self) -> usize {
        match self.plan.evaluate.design {
            Validation::Kfold => self.plan.evaluate.folds as usize,
            Validation::Holdout => self.plan.evaluate.folds as usize + 1,
            Validation::LeaveSiteOut => self.roster.len(),
        }
    }
}

impl Study {
    /// A study whose patients are still to be counted.
    pub(super) fn new(question: Arc<Question>, desk: Desk, repeat: u32) -> Self {
        Self { question, desk, counts: Counts::default(), follow_up: None, repeat }
    }

    /// Times and life table; nothing in a study of another outcome.
    pub(super) fn survival(&self) -> Option<&FollowUp> {
        self.follow_up.as_ref()
    }

    pub(super) fn plan(&self) -> &StudyPlan {
        &self.question.plan
    }

    pub(super) fn roster(&self) -> &[SiteId] {
        &self.question.roster
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.question.schema
    }

    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Asks all sites, about the study's dealing of the folds; resolves to what their sum means.
    pub(super) async fn ask<C>(&self, question: C) -> Result<C::Finding, AnalysisFault>
    where
        C: Computation + Clone + Into<Query>,
    {
        if self.repeat == 0 {
            return self.desk.ask(question).await;
        }
        let asked = Repeat { repeat: self.repeat, question: Box::new(question.clone().into()) };
        Ok(question.finish(&self.desk.ask(asked).await?)?)
    }

    /// Positions of the columns of one kind.
    pub(super) fn columns(&self, kind: ColumnKind) -> Vec<usize> {
        self.schema().positions(kind)
    }

    pub(super) fn cells(&self) -> usize {
        self.question.cells()
    }

    /// Cells whose patients are scored by a model that was not trained on them.
    pub(super) fn scored(&self) -> Range<usize> {
        self.held_back().unwrap_or(0)..self.cells()
    }

    /// The cell that is kept for the end and chooses nothing, where the plan holds patients out once.
    pub(super) fn held_back(&self) -> Option<usize> {
        (self.plan().evaluate.design == Validation::Holdout).then(|| self.cells() - 1)
    }

    /// Cells that choose hyper-parameters within a training set.
    pub(super) fn inner(&self, held_out: &[usize]) -> Vec<usize> {
        let chooses = |cell: &usize| !held_out.contains(cell) && self.held_back() != Some(*cell);
        (0..self.cells()).filter(chooses).collect()
    }

    /// The training sets as lists of held-out cells: none, each scored cell, and each of these with another cell
    /// where hyper-parameters are chosen by inner folds.
    pub(super) fn training_sets(&self) -> Vec<Vec<usize>> {
        let mut sets = vec![Vec::new()];
        sets.extend(self.scored().map(|cell| vec![cell]));
        let model = &self.plan().model;
        let ridge = model.penalty.ridge == Strength::Cv && model.learners().any(Learner::takes_ridge);
        let lasso = model.penalty.lasso == Some(Strength::Cv) && model.learners().any(Learner::takes_lasso);
        if ridge || lasso {
            let last = self.cells() - 1;
            let pairs = (0..last).flat_map(|i| (i + 1..=last).map(move |j| vec![i, j]));
            sets.extend(pairs.filter(|pair| self.scored().contains(&pair[1])));
        }
        sets
    }

    /// One entry a cell, from one entry a scored cell.
    pub(super) fn by_cell<T>(&self, scored: impl IntoIterator<Item = T>) -> Vec<Option<T>> {
        let unscored = std::iter::repeat_with(|| None).take(self.scored().start);
        unscored.chain(scored.into_iter().map(Some)).collect()
    }

    /// Patients of a training set whose class is known, by class.
    pub(super) fn classes(&self, label: usize, held_out: &[usize]) -> Vec<u64> {
        self.counts.classes(label, held_out)
    }
}
