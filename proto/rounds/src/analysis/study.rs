//! What a course knows of its study: the plan, the sites, the columns, the desk, and the patients' counts.

use std::sync::Arc;

use consilium_stats::{Computation, Counts, Query};
use consilium_types::plan::{Design as Validation, Strength};
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
    follow_up: Option<FollowUp>,
}

impl Question {
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
    pub(super) fn new(
        question: Arc<Question>,
        desk: Desk,
        counts: Counts,
        follow_up: Option<FollowUp>,
    ) -> Self {
        Self { question, desk, counts, follow_up }
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

    /// Asks all sites; resolves to what their sum means.
    pub(super) async fn ask<C>(&self, question: C) -> Result<C::Finding, AnalysisFault>
    where
        C: Computation + Clone + Into<Query>,
    {
        self.desk.ask(question).await
    }

    /// Positions of the columns of one kind.
    pub(super) fn columns(&self, kind: ColumnKind) -> Vec<usize> {
        self.schema().positions(kind)
    }

    pub(super) fn cells(&self) -> usize {
        self.question.cells()
    }

    /// Cells whose patients are scored by a model that was not trained on them.
    pub(super) fn scored(&self) -> std::ops::Range<usize> {
        0..self.cells()
    }

    /// The training sets as lists of held-out cells: none, each scored cell, and each of these with another cell
    /// where hyper-parameters are chosen by inner folds.
    pub(super) fn training_sets(&self) -> Vec<Vec<usize>> {
        let mut sets = vec![Vec::new()];
        sets.extend(self.scored().map(|cell| vec![cell]));
        let penalty = &self.plan().model.penalty;
        if penalty.ridge == Strength::Cv || penalty.lasso == Some(Strength::Cv) {
            let pairs = self.scored().flat_map(|i| (i + 1..self.cells()).map(move |j| vec![i, j]));
            sets.extend(pairs);
        }
        sets
    }

    /// Patients of a training set whose class is known, by class.
    pub(super) fn classes(&self, label: usize, held_out: &[usize]) -> Vec<u64> {
        self.counts.classes(label, held_out)
    }
}
