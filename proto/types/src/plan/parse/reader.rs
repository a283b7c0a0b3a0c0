//! Reads keys out of a table, and keeps every finding.
//!
//! A `Section` remembers which keys were asked for; `finish` refuses the rest. A getter gives `None` when the
//! key is absent or wrong; only the wrong one leaves a finding.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::Serialize;
use toml::{Table, Value};

use super::later;
use super::suggest::suggest;
use crate::plan::PlanError;
use crate::plan::errors::Fault;

/// Longest text of one value, in characters.
pub(super) const MAX_TEXT: usize = 200;

/// What is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<PlanError>>);

impl Findings {
    pub(super) fn into_errors(self) -> Vec<PlanError> {
        self.0.into_inner()
    }

    fn push(&self, error: PlanError) {
        self.0.borrow_mut().push(error);
    }
}

/// Words that an enum of the plan is written with; their spelling is that of its serialised form.
pub(super) trait Word: Serialize + Copy + 'static {
    /// Every value.
    const ALL: &'static [Self];
    /// Words that a later version will know.
    const LATER: &'static [&'static str];

    fn name(self) -> String {
        let value = serde_json::to_value(self).ok();
        value.and_then(|v| v.as_str().map(str::to_owned)).expect("a word serialises as text")
    }
}

/// One table of the plan.
#[derive(Debug)]
pub(super) struct Section<'a> {
    table: Option<&'a Table>,
    path: String,
    asked: RefCell<Vec<&'static str>>,
    findings: &'a Findings,
}

impl<'a> Section<'a> {
    pub(super) fn root(table: &'a Table, findings: &'a Findings) -> Self {
        Self::new(Some(table), String::new(), findings)
    }

    fn new(table: Option<&'a Table>, path: String, findings: &'a Findings) -> Self {
        Self { table, path, asked: RefCell::default(), findings }
    }

    /// A table within this one; an absent one reads as empty.
    pub(super) fn section(&self, key: &'static str) -> Self {
        let table = self.get(key).and_then(|value| match value {
            Value::Table(table) => Some(table),
            other => self.wrong_type(key, "a table", other),
        });
        Self::new(table, self.at(key), self.findings)
    }

    /// A table within this one, when it is there.
    pub(super) fn optional_section(&self, key: &'static str) -> Option<Self> {
        let section = self.section(key);
        section.table.is_some().then_some(section)
    }

    /// All keys of a table whose keys are the writer's own.
    pub(super) fn free_keys(&self) -> Vec<&'a str> {
        self.table.into_iter().flat_map(|table| table.keys().map(String::as_str)).collect()
    }

    /// The value under a key that is the writer's own.
    pub(super) fn free(&self, key: &str) -> Option<&'a Value> {
        self.table?.get(key)
    }

    /// Text under a key that is the writer's own.
    pub(super) fn free_text(&self, key: &str) -> Option<String> {
        match self.free(key)? {
            Value::String(text) => self.line(key, text),
            other => self.wrong_type(key, "text in quotes", other),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// Refuses the keys nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        let known = |key: &&str| asked.contains(key);
        for key in self.free_keys().iter().filter(|key| !known(key)) {
            self.findings.push(self.unknown(key, &asked));
        }
    }

    fn unknown(&self, key: &str, known: &[&'static str]) -> PlanError {
        let path = self.at(key);
        if let Some(instead) = later::key(&path) {
            return PlanError::new(Fault::KeyNotYet, path, "not available in this version", instead);
        }
        let place = if self.path.is_empty() { "a plan".to_owned() } else { format!("[{}]", self.path) };
        let remedy = suggest(key, known.iter().copied(), &format!("the keys of {place}"));
        PlanError::new(Fault::UnknownKey, path, "unknown key", remedy)
    }

    // === required keys ===

    /// Reports the key when it is absent.
    pub(super) fn need<T>(&self, key: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.has(key) {
            let remedy = format!("add `{key}` to [{}]", self.path);
            self.refuse(Fault::Missing, key, "the key is missing", remedy);
        }
        value
    }

    // === values ===

    /// Text of one line, not empty, without spaces around it.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        match self.get(key)? {
            Value::String(text) => self.line(key, text),
            other => self.wrong_type(key, "text in quotes", other),
        }
    }

    /// Text that must mean something.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, key: &'static str) -> Option<T> {
        let text = self.text(key)?;
        let refuse = |error: T::Err| self.refuse(Fault::BadText, key, error.to_string(), "rewrite it");
        text.parse().map_err(refuse).ok()
    }

    /// One of the words of `W`.
    pub(super) fn word<W: Word>(&self, key: &'static str) -> Option<W> {
        match self.get(key)? {
            Value::String(text) => self.choose(key, text),
            other => self.wrong_type(key, "a word in quotes", other),
        }
    }

    /// A list of words of `W`, each at most once.
    pub(super) fn words<W: Word>(&self, key: &'static str) -> Option<Vec<W>> {
        let items = self.array(key)?;
        let read = |(i, item): (usize, &Value)| {
            let key = format!("{key}[{i}]");
            match item {
                Value::String(text) => self.choose(&key, text),
                other => self.wrong_type(&key, "a word in quotes", other),
            }
        };
        let words: Option<Vec<W>> = items.iter().enumerate().map(read).collect();
        let words = words?;
        self.distinct(key, &words.iter().map(|word| word.name()).collect::<Vec<_>>())?;
        Some(words)
    }

    /// A list of `count` texts, each at most once.
    pub(super) fn texts(&self, key: &'static str, count: RangeInclusive<usize>) -> Option<Vec<String>> {
        self.texts_of(key, self.get(key)?, count)
    }

    /// The list under a key that is the writer's own.
    pub(super) fn free_texts(&self, key: &str, count: RangeInclusive<usize>) -> Option<Vec<String>> {
        self.texts_of(key, self.free(key)?, count)
    }

    fn texts_of(&self, key: &str, value: &Value, count: RangeInclusive<usize>) -> Option<Vec<String>> {
        let Value::Array(items) = value else {
            return self.wrong_type(key, "a list of texts", value);
        };
        self.counted(key, items.len(), &count)?;
        let read = |(i, item): (usize, &Value)| {
            let key = format!("{key}[{i}]");
            match item {
                Value::String(text) => self.line(&key, text),
                other => self.wrong_type(&key, "text in quotes", other),
            }
        };
        let texts: Option<Vec<String>> = items.iter().enumerate().map(read).collect();
        let texts = texts?;
        self.distinct(key, &texts)?;
        Some(texts)
    }

    /// A whole number.
    pub(super) fn whole<T: TryFrom<i64>>(&self, key: &'static str, range: RangeInclusive<i64>) -> Option<T> {
        self.whole_of(key, self.get(key)?, &range)
    }

    /// A list of whole numbers.
    pub(super) fn wholes<T: TryFrom<i64>>(
        &self,
        key: &'static str,
        count: RangeInclusive<usize>,
        range: &RangeInclusive<i64>,
    ) -> Option<Vec<T>> {
        let items = self.array(key)?;
        self.counted(key, items.len(), &count)?;
        let read = |(i, item): (usize, &Value)| self.whole_of(&format!("{key}[{i}]"), item, range);
        items.iter().enumerate().map(read).collect()
    }

    fn whole_of<T: TryFrom<i64>>(&self, key: &str, value: &Value, range: &RangeInclusive<i64>) -> Option<T> {
        let Value::Integer(number) = value else {
            return self.wrong_type(key, "a whole number", value);
        };
        let fits = Some(*number).filter(|n| range.contains(n)).and_then(|n| T::try_from(n).ok());
        if fits.is_none() {
            let remedy = format!("choose a whole number from {} to {}", range.start(), range.end());
            self.refuse(Fault::OutOfRange, key, format!("{number} is out of range"), remedy);
        }
        fits
    }

    /// A number.
    pub(super) fn number(&self, key: &'static str, range: &RangeInclusive<f64>) -> Option<f64> {
        self.number_of(key, self.get(key)?, range)
    }

    /// A number, or this word in its place, which means `named`.
    pub(super) fn number_or<T>(
        &self,
        key: &'static str,
        range: &RangeInclusive<f64>,
        (word, named): (&str, T),
        of: impl Fn(f64) -> T,
    ) -> Option<T> {
        match self.get(key)? {
            Value::String(text) if text == word => Some(named),
            number @ (Value::Integer(_) | Value::Float(_)) => self.number_of(key, number, range).map(of),
            other => self.wrong_type(key, &format!("\"{word}\" or a number"), other),
        }
    }

    /// True or false.
    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        match self.get(key)? {
            Value::Boolean(flag) => Some(*flag),
            other => self.wrong_type(key, "true or false", other),
        }
    }

    /// Two numbers, the first below the second.
    pub(super) fn interval(&self, key: &'static str, range: &RangeInclusive<f64>) -> Option<[f64; 2]> {
        let items = self.array(key)?;
        let [low, high] = items.as_slice() else {
            let message = format!("{} numbers, not two", items.len());
            self.refuse(Fault::BadList, key, message, "write [first, last]");
            return None;
        };
        let low = self.number_of(&format!("{key}[0]"), low, range);
        let (low, high) = (low?, self.number_of(&format!("{key}[1]"), high, range)?);
        if low >= high {
            let message = format!("{low} is not below {high}");
            self.refuse(Fault::OutOfRange, key, message, "write the smaller number first");
            return None;
        }
        Some([low, high])
    }

    /// Three numbers.
    pub(super) fn triple(&self, key: &'static str, range: &RangeInclusive<f64>) -> Option<[f64; 3]> {
        let items = self.array(key)?;
        self.counted(key, items.len(), &(3..=3))?;
        let read = |(i, item): (usize, &Value)| self.number_of(&format!("{key}[{i}]"), item, range);
        items.iter().enumerate().map(read).collect::<Option<Vec<f64>>>()?.try_into().ok()
    }

    fn number_of(&self, key: &str, value: &Value, range: &RangeInclusive<f64>) -> Option<f64> {
        let number = match value {
            Value::Float(number) => *number,
            Value::Integer(number) => *number as f64,
            other => return self.wrong_type(key, "a number", other),
        };
        if !range.contains(&number) {
            let remedy = format!("choose a number from {} to {}", range.start(), range.end());
            self.refuse(Fault::OutOfRange, key, format!("{number} is out of range"), remedy);
            return None;
        }
        // turns -0 into 0, so that both have one canonical form
        Some(number + 0.0)
    }

    // === findings ===

    /// Keeps a finding about a key of this section.
    pub(super) fn refuse(
        &self,
        fault: Fault,
        key: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.findings.push(PlanError::new(fault, self.at(key), message, remedy));
    }

    pub(super) fn wrong_type<T>(&self, key: &str, expected: &str, found: &Value) -> Option<T> {
        let message = format!("expected {expected}, found {}", found.type_str());
        self.refuse(Fault::WrongType, key, message, format!("write {expected}"));
        None
    }

    /// The raw value, for the few keys that take more than one type.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().push(key);
        self.table?.get(key)
    }

    fn array(&self, key: &'static str) -> Option<&'a Vec<Value>> {
        match self.get(key)? {
            Value::Array(items) => Some(items),
            other => self.wrong_type(key, "a list", other),
        }
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn line(&self, key: &str, text: &str) -> Option<String> {
        let length = text.chars().count();
        let problem = if text.trim().is_empty() {
            "the text is empty".to_owned()
        } else if text.trim() != text {
            "the text starts or ends with a space".to_owned()
        } else if length > MAX_TEXT {
            format!("the text has {length} characters")
        } else if text.chars().any(char::is_control) {
            "the text holds a line break or a control character".to_owned()
        } else {
            return Some(text.to_owned());
        };
        self.refuse(Fault::BadText, key, problem, format!("write one line of at most {MAX_TEXT} characters"));
        None
    }

    fn choose<W: Word>(&self, key: &str, text: &str) -> Option<W> {
        let found = W::ALL.iter().find(|word| word.name() == text);
        if found.is_some() {
            return found.copied();
        }
        let names: Vec<String> = W::ALL.iter().map(|word| word.name()).collect();
        let there_is = format!("this version has {}", names.join(", "));
        if W::LATER.contains(&text) {
            self.refuse(
                Fault::WordNotYet,
                key,
                format!("`{text}` is not available in this version"),
                there_is,
            );
        } else {
            let remedy = suggest(text, names.iter().map(String::as_str), "the words");
            self.refuse(Fault::UnknownWord, key, format!("unknown word `{text}`"), remedy);
        }
        None
    }

    fn counted(&self, key: &str, length: usize, count: &RangeInclusive<usize>) -> Option<()> {
        if count.contains(&length) {
            return Some(());
        }
        let remedy = format!("list {} to {} of them", count.start(), count.end());
        self.refuse(Fault::BadList, key, format!("{length} entries"), remedy);
        None
    }

    fn distinct(&self, key: &str, texts: &[String]) -> Option<()> {
        let mut seen = std::collections::BTreeSet::new();
        let twice = texts.iter().position(|text| !seen.insert(text));
        let Some(i) = twice else { return Some(()) };
        self.refuse(
            Fault::BadList,
            &format!("{key}[{i}]"),
            format!("`{}` is listed twice", texts[i]),
            "remove one",
        );
        None
    }
}
