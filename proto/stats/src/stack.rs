//! Several questions in one exchange: their words one after the other.
//!
//! Words of network training are 64-bit integers; within a stack they travel as wide as those of statistics, so only small
//! networks should share one.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | those of each question | the questions' own summaries, in order | what the questions reveal |

use serde::{Deserialize, Serialize};

use crate::{Computation, Implausible, Networks, Query, QueryFault, Rows, Summary, Unfit, check};

/// Questions asked together; a stack holds no stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stack {
    /// In the order of their words.
    pub questions: Vec<Query>,
}

impl Computation for Stack {
    /// The sum of each question, in order.
    type Finding = Vec<Summary>;

    fn length(&self) -> usize {
        self.questions.iter().fold(0usize, |sum, question| sum.saturating_add(question.length()))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        check::size("stacked questions", self.questions.len(), check::MOST_FITS)?;
        for question in &self.questions {
            let nested = usize::from(matches!(question, Query::Stack(_)));
            check::size("stacks within a stack", nested, 0)?;
            question.check(width)?;
        }
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let mut parts: Vec<(String, usize)> = Vec::new();
        for question in &self.questions {
            let words = question.describe();
            match parts.iter_mut().find(|(known, _)| *known == words) {
                Some((_, times)) => *times += 1,
                None => parts.push((words, 1)),
            }
        }
        let part = |(words, times): &(String, usize)| match times {
            1 => words.clone(),
            _ => format!("{times} times: {words}"),
        };
        parts.iter().map(part).collect::<Vec<_>>().join("; ")
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let answers = self.questions.iter().map(|question| question.answer(rows, networks));
        Ok(joined(answers.collect::<Result<_, _>>()?))
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Summary>, Implausible> {
        let Summary::Statistics(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let mut rest = words.as_slice();
        let mut part = |question: &Query| {
            let (mine, others) = rest.split_at(question.length());
            rest = others;
            if question.is_update() { updates(mine) } else { Ok(Summary::Statistics(mine.to_vec())) }
        };
        self.questions.iter().map(&mut part).collect()
    }
}

/// The words of all parts, as wide as those of statistics.
pub(crate) fn joined(parts: Vec<Summary>) -> Summary {
    let mut words = Vec::with_capacity(parts.iter().map(Summary::len).sum());
    for part in parts {
        match part {
            Summary::Statistics(part) => words.extend(part),
            Summary::Updates(part) => words.extend(part.into_iter().map(i128::from)),
        }
    }
    Summary::Statistics(words)
}

/// Sums of updates, which no honest sites take out of 64 bits.
fn updates(words: &[i128]) -> Result<Summary, Implausible> {
    let narrow = |word: &i128| i64::try_from(*word).map_err(|_| Implausible::Shape);
    Ok(Summary::Updates(words.iter().map(narrow).collect::<Result<_, _>>()?))
}
