//! The analysis of a plan: which question follows from which sum.
//!
//! The course of an analysis (`course`) is written from top to bottom, as the methods page tells it: it asks, waits,
//! and goes on. This module drives it: a sum comes in, the course runs until it waits again, and the questions that
//! wait are the next exchange. Never: a clock, a file, a site's own sum; it sees totals only. The same totals give the
//! same bits, which is how a killed coordinator and an auditor find the same result.
//! Spec: docs/reference/methods.md; ADR-0013 (straight-line analyses).

mod course;
mod desk;
mod evaluating;
mod fault;
mod follow_up;
mod learners;
mod pending;
mod preparing;
mod quality;
mod size;
mod study;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use consilium_stats::{Query, Summary};
use consilium_types::{Schema, SiteId, StudyPlan};

use crate::result::{Budget, StudyResult};
use desk::{Desk, Open};
pub use fault::AnalysisFault;
use learners::Fitted;
pub use size::Size;
use study::Question;

/// An analysis waiting for the sum it asked for. It is its history; a copy that is asked to go on alone finds its
/// place by running the history again.
#[derive(Clone)]
pub struct Analysis {
    question: Arc<Question>,
    history: Vec<Arc<Summary>>,
    live: Arc<Mutex<Option<Course>>>,
}

/// A course that has run until it waits.
struct Course {
    desk: Desk,
    future: Pin<Box<dyn Future<Output = Result<StudyResult, AnalysisFault>> + Send>>,
    open: Option<Open>,
    taken: usize,
}

/// What follows from a sum.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time")]
pub enum Progress {
    /// Another question.
    Ask(Box<Analysis>, Query),
    /// The end.
    Done(Box<StudyResult>),
}

impl Analysis {
    /// Begins with the sites that take part, in order, and the columns they agreed on.
    pub fn begin(
        plan: &StudyPlan,
        roster: &[SiteId],
        schema: &Schema,
    ) -> Result<(Self, Query), AnalysisFault> {
        if schema.columns.is_empty() {
            return Err(AnalysisFault::NoColumns);
        }
        if let Some(key) = pending::first(plan) {
            return Err(AnalysisFault::NotYet { what: key.to_owned() });
        }
        if let Some(site) = plan.evaluate.holdout_site.as_ref().filter(|site| !roster.contains(site)) {
            return Err(AnalysisFault::HoldoutAbsent { site: site.clone() });
        }
        let question = Question { plan: plan.clone(), roster: roster.to_vec(), schema: schema.clone() };
        let question = Arc::new(question);
        let course = Course::begin(&question)?;
        let query = course.query()?.clone();
        Ok((Self { question, history: Vec::new(), live: Arc::new(Mutex::new(Some(course))) }, query))
    }

    /// How large a model the cohort supports, once its patients are counted.
    #[must_use]
    pub fn budget(&self) -> Option<Budget> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().and_then(|course| course.desk.budget())
    }

    /// Takes the sum over all sites that answers the last question.
    pub fn absorb(mut self, query: &Query, sum: &Summary) -> Result<Progress, AnalysisFault> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut course = match live.filter(|course| course.taken == self.history.len()) {
            Some(course) => course,
            None => Course::again(&self.question, &self.history)?,
        };
        if course.query()? != query {
            return Err(AnalysisFault::OutOfTurn);
        }
        if let Some(result) = course.take(sum)? {
            return Ok(Progress::Done(Box::new(result)));
        }
        let query = course.query()?.clone();
        self.history.push(Arc::new(sum.clone()));
        self.live = Arc::new(Mutex::new(Some(course)));
        Ok(Progress::Ask(Box::new(self), query))
    }
}

impl Course {
    fn begin(question: &Arc<Question>) -> Result<Self, AnalysisFault> {
        let desk = Desk::default();
        let future = Box::pin(course::run(Arc::clone(question), desk.clone()));
        let mut course = Self { desk, future, open: None, taken: 0 };
        course.run()?;
        Ok(course)
    }

    fn again(question: &Arc<Question>, history: &[Arc<Summary>]) -> Result<Self, AnalysisFault> {
        let mut course = Self::begin(question)?;
        for sum in history {
            course.take(sum)?;
        }
        Ok(course)
    }

    fn query(&self) -> Result<&Query, AnalysisFault> {
        self.open.as_ref().map(|open| &open.query).ok_or(AnalysisFault::OutOfTurn)
    }

    /// Takes a sum; the result, when it was the last.
    fn take(&mut self, sum: &Summary) -> Result<Option<StudyResult>, AnalysisFault> {
        let open = self.open.take().ok_or(AnalysisFault::OutOfTurn)?;
        self.desk.close(&open, sum)?;
        self.taken += 1;
        self.run()
    }

    /// Runs until the course waits or ends.
    fn run(&mut self) -> Result<Option<StudyResult>, AnalysisFault> {
        let mut context = Context::from_waker(Waker::noop());
        match self.future.as_mut().poll(&mut context) {
            Poll::Ready(result) => result.map(Some),
            Poll::Pending => {
                self.open = self.desk.open();
                Ok(None)
            }
        }
    }
}

impl std::fmt::Debug for Analysis {
    /// Shows how far it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Analysis({} exchanges)", self.history.len())
    }
}
