//! The names of perturbations, to write them and to read them again.
//!
//! A name is the same in every version: it is a column's value in tables that people keep.

use std::fmt;
use std::str::FromStr;

use super::{Chain, Interpolation, PerturbError, Perturbation};

impl fmt::Display for Perturbation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rotate(degrees) => write!(f, "rotate:{degrees}"),
            Self::Shift([x, y, z]) => write!(f, "shift:{x}:{y}:{z}"),
            Self::Noise { repetition, level: None } => write!(f, "noise:{repetition}"),
            Self::Noise { repetition, level: Some(level) } => write!(f, "noise:{repetition}:{level}"),
            Self::Volume(fraction) => write!(f, "volume:{fraction}"),
            Self::Grow(mm) => write!(f, "grow:{mm}"),
            Self::Contour(repetition) => write!(f, "contour:{repetition}"),
        }
    }
}

impl FromStr for Perturbation {
    type Err = PerturbError;

    fn from_str(name: &str) -> Result<Self, PerturbError> {
        let refused = |reason| PerturbError::Name { name: name.to_owned(), reason };
        let mut parts = name.split(':');
        let word = parts.next().unwrap_or_default();
        let values: Vec<&str> = parts.collect();
        let number = |text: &str| text.parse::<f64>().map_err(|_| refused("a number is expected"));
        let count = |text: &str| text.parse::<u32>().map_err(|_| refused("a count is expected"));
        let found = match (word, values.as_slice()) {
            ("rotate", [degrees]) => Self::Rotate(number(degrees)?),
            ("shift", [x, y, z]) => Self::Shift([number(x)?, number(y)?, number(z)?]),
            ("noise", [repetition]) => Self::Noise { repetition: count(repetition)?, level: None },
            ("noise", [repetition, level]) => {
                Self::Noise { repetition: count(repetition)?, level: Some(number(level)?) }
            }
            ("volume", [fraction]) => Self::Volume(number(fraction)?),
            ("grow", [mm]) => Self::Grow(number(mm)?),
            ("contour", [repetition]) => Self::Contour(count(repetition)?),
            ("rotate" | "shift" | "noise" | "volume" | "grow" | "contour", _) => {
                return Err(refused("it has another number of values"));
            }
            _ => return Err(refused("the word is unknown")),
        };
        found.check().map(|()| found)
    }
}

impl fmt::Display for Chain {
    /// The steps, joined by `+`; `none` for no step. Cubic and nearest interpolation are named in front.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let front = match self.interpolation {
            Interpolation::Linear => None,
            Interpolation::Cubic => Some("cubic".to_owned()),
            Interpolation::Nearest => Some("nearest".to_owned()),
        };
        let none = self.steps.is_empty().then(|| "none".to_owned());
        let names = self.steps.iter().map(Perturbation::to_string);
        f.write_str(&front.into_iter().chain(none).chain(names).collect::<Vec<String>>().join("+"))
    }
}

impl FromStr for Chain {
    type Err = PerturbError;

    fn from_str(name: &str) -> Result<Self, PerturbError> {
        let (interpolation, rest) = match name.split_once('+') {
            Some(("cubic", rest)) => (Interpolation::Cubic, rest),
            Some(("nearest", rest)) => (Interpolation::Nearest, rest),
            _ => (Interpolation::Linear, name),
        };
        let steps = if rest == "none" { Ok(vec![]) } else { rest.split('+').map(str::parse).collect() };
        Ok(Self { steps: steps?, interpolation })
    }
}
