//! From the summaries of all hospitals to what stands in the place of their sum.

use consilium_types::fixed;
use consilium_types::plan::{DpRelease, Robust, RobustRule};

use super::{TooFew, apply, clipped};
use crate::network::{NetworkPoint, TAIL, in_words};
use crate::stack::joined;
use crate::{Ballot, Query, Stack, Summary, SummaryFault, Training};

/// Why summaries cannot be combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CombineFault {
    /// They are no answers to the question, or their sum has no integer.
    #[error(transparent)]
    Summary(#[from] SummaryFault),
    /// Too few hospitals trained for the plan's rule.
    #[error("{} [{}]", .0, .0.code())]
    TooFew(#[from] TooFew),
}

/// Quanta of one patient, of one vote, and of one.
const ONE: i64 = 1 << fixed::UPDATE_BITS;

impl Query {
    /// What all answers mean together: their sum, but for the networks of a plan with a rule.
    pub fn combine(&self, answers: &[&Summary]) -> Result<Summary, CombineFault> {
        answers.iter().try_for_each(|answer| self.accept(answer))?;
        match self {
            Self::Stack(stack) if stack.questions.iter().any(Self::is_judged) => stack.combine(answers),
            Self::Repeat(repeat) => repeat.question.combine(answers),
            Self::Training(training) => match training.rule() {
                Some((rule, robust)) => training.combine(rule, robust, answers),
                None => added(answers),
            },
            Self::Ballot(_) => Ok(Ballot::combine(answers)),
            _ => added(answers),
        }
    }

    /// Whether answers are more than added.
    fn is_judged(&self) -> bool {
        match self {
            Self::Training(training) => training.rule().is_some(),
            Self::Repeat(repeat) => repeat.question.is_judged(),
            Self::Ballot(_) => true,
            _ => false,
        }
    }

    /// Whether networks are trained and voted on as the plan says, in this question and those within it: by its rules,
    /// and by no fewer patients than its `cell`.
    #[must_use]
    pub fn guards(&self, robust: Option<Robust>, cell: u64) -> bool {
        let trained = self.trainings().iter().all(|training| training.robust == robust);
        let vote = robust.and_then(|robust| robust.vote);
        let voted = |ballot: &&Ballot| Some(ballot.tolerance) == vote && ballot.least >= cell;
        trained && self.ballots().iter().all(voted)
    }

    fn ballots(&self) -> Vec<&Ballot> {
        match self {
            Self::Ballot(ballot) => vec![ballot],
            Self::Stack(stack) => stack.questions.iter().flat_map(Self::ballots).collect(),
            Self::Repeat(repeat) => repeat.question.ballots(),
            Self::Resample(resample) => resample.question.ballots(),
            _ => Vec::new(),
        }
    }
}

fn added(answers: &[&Summary]) -> Result<Summary, CombineFault> {
    let (first, rest) = answers.split_first().ok_or(SummaryFault::Length { expected: 1, found: 0 })?;
    Ok(rest.iter().try_fold((*first).clone(), |sum, answer| sum.plus(answer))?)
}

impl Stack {
    fn combine(&self, answers: &[&Summary]) -> Result<Summary, CombineFault> {
        let mut at = 0;
        let mut parts = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let mine: Vec<Summary> = answers.iter().map(|answer| question.part(answer, at)).collect();
            at += question.length();
            parts.push(question.combine(&mine.iter().collect::<Vec<_>>())?);
        }
        Ok(joined(parts))
    }
}

impl Query {
    /// The words of this question in the summary of a stack. Words of updates beyond 64 bits come as the outermost there are.
    fn part(&self, summary: &Summary, at: usize) -> Summary {
        let Summary::Statistics(words) = summary else { return summary.clone() };
        let words = &words[at..at + self.length()];
        if !self.is_update() {
            return Summary::Statistics(words.to_vec());
        }
        let narrow =
            |word: &i128| i64::try_from(*word).unwrap_or(if *word < 0 { i64::MIN } else { i64::MAX });
        Summary::Updates(words.iter().map(narrow).collect())
    }
}

/// What one hospital says of one network.
struct Said {
    model: Vec<i64>,
    patients: i64,
    loss: i64,
    clipped: i64,
}

impl Training {
    /// The plan's rule, if it has one.
    pub(crate) fn rule(&self) -> Option<(RobustRule, Robust)> {
        let robust = self.robust?;
        Some((robust.rule?, robust))
    }

    fn combine(
        &self,
        rule: RobustRule,
        robust: Robust,
        answers: &[&Summary],
    ) -> Result<Summary, CombineFault> {
        let mut words = Vec::with_capacity(answers.first().map_or(0, |answer| answer.len()));
        for point in &self.networks {
            let at = words.len();
            let said = answers.iter().filter_map(|answer| self.said(point, robust, answer, at));
            words.extend(judged(rule, robust.liars(), said.collect())?);
        }
        Ok(Summary::Updates(words))
    }

    /// Nothing of a hospital that says it has no patient to train on. Numbers that no honest hospital sends are taken as the
    /// outermost that one could.
    fn said(&self, point: &NetworkPoint, robust: Robust, answer: &Summary, at: usize) -> Option<Said> {
        let Summary::Updates(words) = answer else { return None };
        let (model, tail) = words[at..at + point.parameters.len() + TAIL].split_at(point.parameters.len());
        if tail[0] < ONE {
            return None;
        }
        let most = i64::from(fixed::UPDATE_WEIGHT_LIMIT) * ONE;
        Some(Said {
            model: self.bounded(point, robust, model),
            patients: tail[0].min(most),
            loss: tail[1].clamp(0, word_limit()),
            clipped: tail[2].clamp(0, point.parameters.len().cast_signed() as i64 * ONE),
        })
    }

    /// A gradient as it is; a model within the range of its words and the plan's bound.
    fn bounded(&self, point: &NetworkPoint, robust: Robust, model: &[i64]) -> Vec<i64> {
        if self.dp.is_some_and(|dp| dp.release == DpRelease::Gradient) {
            return model.to_vec();
        }
        let limit = word_limit();
        let within: Vec<i64> = model.iter().map(|word| (*word).clamp(-limit, limit)).collect();
        match robust.clip {
            Some(bound) => clipped(within, &in_words(&point.parameters), bound),
            None => within,
        }
    }
}

/// The largest magnitude of a parameter, and of a loss, as a word.
#[expect(clippy::cast_possible_truncation, reason = "16 times 2^32")]
fn word_limit() -> i64 {
    fixed::UPDATE_CLIP as i64 * ONE
}

/// The words of one network: the rule's model, all patients, the lower median of the losses, all that was out of range.
fn judged(rule: RobustRule, liars: u32, mut said: Vec<Said>) -> Result<Vec<i64>, TooFew> {
    let models: Vec<Vec<i64>> = said.iter_mut().map(|said| std::mem::take(&mut said.model)).collect();
    let mut words = apply(rule, liars, &models)?;
    let mut losses: Vec<i64> = said.iter().map(|said| said.loss).collect();
    losses.sort_unstable();
    let loss = losses.get(losses.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    let sum = |of: fn(&Said) -> i64| said.iter().map(of).sum::<i64>();
    words.extend([sum(|said| said.patients), loss, sum(|said| said.clipped)]);
    Ok(words)
}
