//! What left a hospital, in words and bytes.

use serde::Serialize;

/// Messages of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Left {
    /// In words; `n` stands for a number that changes from message to message.
    pub(crate) what: String,
    /// How often.
    pub(crate) messages: u64,
    /// Bytes of all of them.
    pub(crate) bytes: u64,
}

impl Left {
    /// Counts a message among those of its kind.
    pub(crate) fn add(kinds: &mut Vec<Self>, words: &str, bytes: u64) {
        let what = kind(words);
        match kinds.iter_mut().find(|kind| kind.what == what) {
            Some(known) => {
                known.messages += 1;
                known.bytes += bytes;
            }
            None => kinds.push(Self { what, messages: 1, bytes }),
        }
    }

    /// Bytes of all kinds.
    pub(crate) fn total(kinds: &[Self]) -> u64 {
        kinds.iter().map(|kind| kind.bytes).sum()
    }
}

/// "gradient of 48 fits (2640 numbers)" is of the kind "gradient of n fits".
fn kind(words: &str) -> String {
    let core = words
        .rsplit_once(" (")
        .filter(|(_, rest)| rest.ends_with("numbers)"))
        .map_or(words, |(core, _)| core);
    let number = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == ',');
    let word = |word| if number(word) { "n" } else { word };
    core.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_by_kind() {
        let mut kinds = Vec::new();
        Left::add(&mut kinds, "gradient of 48 fits (2640 numbers)", 100);
        Left::add(&mut kinds, "gradient of 7 fits (1,640 numbers)", 20);
        Left::add(&mut kinds, "patients in 5 folds (11 numbers)", 3);
        let expected = |what: &str, messages, bytes| Left { what: what.to_owned(), messages, bytes };
        assert_eq!(kinds, [expected("gradient of n fits", 2, 120), expected("patients in n folds", 1, 3)]);
        assert_eq!(Left::total(&kinds), 123);
    }
}
