//! Where the course of an analysis asks, and where sums come back.
//!
//! `ask` waits for one sum; [`together`] runs several courses side by side, and all questions that wait at the same
//! time leave as one exchange (a round of large networks by itself). There is no runtime: an analysis is polled when a sum arrives, and never otherwise.
//! Spec: ADR-0013.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use consilium_stats::{Computation, Query, Stack, Summary};

use super::AnalysisFault;
use crate::result::{Budget, Effort};

/// Words of a round of network training that travels with statistics: twice as wide there, 1 MiB at most.
const MOST_STACKED_UPDATES: usize = 1 << 16;

/// Shared by the course and whoever drives it.
#[derive(Debug, Clone, Default)]
pub(super) struct Desk(Arc<Mutex<Papers>>);

#[derive(Debug, Default)]
struct Papers {
    next: u64,
    waiting: BTreeMap<u64, Query>,
    answers: BTreeMap<u64, Summary>,
    effort: Effort,
    budget: Option<Budget>,
}

/// Which questions of the desk one exchange carries.
#[derive(Debug)]
pub(super) struct Open {
    tickets: Vec<u64>,
    pub(super) query: Query,
}

impl Desk {
    fn papers(&self) -> MutexGuard<'_, Papers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks all sites; resolves to what their sum means.
    pub(super) async fn ask<C>(&self, question: C) -> Result<C::Finding, AnalysisFault>
    where
        C: Computation + Clone + Into<Query>,
    {
        let ticket = self.put(question.clone().into());
        let sum = poll_fn(|_| match self.papers().answers.remove(&ticket) {
            Some(sum) => Poll::Ready(sum),
            None => Poll::Pending,
        });
        Ok(question.finish(&sum.await)?)
    }

    fn put(&self, query: Query) -> u64 {
        let mut papers = self.papers();
        let ticket = papers.next;
        papers.next += 1;
        papers.waiting.insert(ticket, query);
        ticket
    }

    /// The next exchange: every waiting question but large rounds of network training, or else one of these.
    pub(super) fn open(&self) -> Option<Open> {
        let mut papers = self.papers();
        let light = |query: &Query| !query.is_update() || query.length() <= MOST_STACKED_UPDATES;
        let light = |(ticket, query): (&u64, &Query)| light(query).then_some(*ticket);
        let mut tickets: Vec<u64> = papers.waiting.iter().filter_map(light).collect();
        if tickets.is_empty() {
            tickets.extend(papers.waiting.keys().next());
        }
        let mut questions: Vec<Query> = tickets.iter().filter_map(|t| papers.waiting.remove(t)).collect();
        let query = if questions.len() > 1 { Stack { questions }.into() } else { questions.pop()? };
        Some(Open { tickets, query })
    }

    /// Hands the sum of an exchange back to those who asked.
    pub(super) fn close(&self, open: &Open, sum: &Summary) -> Result<(), AnalysisFault> {
        open.query.accept(sum).map_err(AnalysisFault::Summary)?;
        let parts = match &open.query {
            Query::Stack(stack) => stack.finish(sum)?,
            _ => vec![sum.clone()],
        };
        let mut papers = self.papers();
        papers.effort.add(&open.query);
        papers.answers.extend(open.tickets.iter().copied().zip(parts));
        Ok(())
    }

    /// Tells whoever drives the course how large a model the cohort supports.
    pub(super) fn announce(&self, budget: Budget) {
        self.papers().budget = Some(budget);
    }

    /// What was announced.
    pub(super) fn budget(&self) -> Option<Budget> {
        self.papers().budget.clone()
    }

    /// Exchanges so far.
    pub(super) fn effort(&self) -> Effort {
        self.papers().effort
    }
}

/// Runs courses side by side; their results in order, or the first fault.
pub(super) async fn together<F, T>(courses: impl IntoIterator<Item = F>) -> Result<Vec<T>, AnalysisFault>
where
    F: Future<Output = Result<T, AnalysisFault>>,
{
    let mut courses: Vec<(Pin<Box<F>>, Option<T>)> =
        courses.into_iter().map(|course| (Box::pin(course), None)).collect();
    poll_fn(|context| {
        for (course, done) in courses.iter_mut().filter(|(_, done)| done.is_none()) {
            match course.as_mut().poll(context) {
                Poll::Ready(Ok(result)) => *done = Some(result),
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(fault)),
                Poll::Pending => {}
            }
        }
        if courses.iter().any(|(_, done)| done.is_none()) {
            return Poll::Pending;
        }
        Poll::Ready(Ok(courses.iter_mut().filter_map(|(_, done)| done.take()).collect()))
    })
    .await
}

/// Runs two courses of different kinds side by side.
pub(super) async fn both<A, B>(
    first: impl Future<Output = Result<A, AnalysisFault>>,
    second: impl Future<Output = Result<B, AnalysisFault>>,
) -> Result<(A, B), AnalysisFault> {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let (mut a, mut b) = (None, None);
    poll_fn(|context| {
        if a.is_none()
            && let Poll::Ready(result) = first.as_mut().poll(context)
        {
            a = Some(result?);
        }
        if b.is_none()
            && let Poll::Ready(result) = second.as_mut().poll(context)
        {
            b = Some(result?);
        }
        if a.is_some() && b.is_some() {
            return Poll::Ready(Ok(a.take().zip(b.take())));
        }
        Poll::Pending
    })
    .await
    .map(|pair| pair.expect("both are done"))
}
