//! Reads an inclusion expression: a tokeniser and a recursive descent with limits on length and depth.
//!
//! ```text
//! inclusion = clause { "and" clause }
//! condition = either
//! clause    = "not" clause | "(" either ")" | test
//! either    = both { "or" both }
//! both      = clause { "and" clause }
//! test      = column ("==" | "!=" | "<" | "<=" | ">" | ">=") value
//!           | column ["not"] "in" "[" value { "," value } "]"
//! column    = letter or "_", then letters, digits, "_", "."  |  "`" anything "`"
//! value     = number | 'text' | "text" | true | false
//! ```

use super::{Clause, Comparison, Condition, Inclusion, Literal, Test};

/// Longest expression, in characters.
const MAX_LENGTH: usize = 2_000;
/// Deepest nesting of `not` and parentheses.
const MAX_DEPTH: usize = 8;
/// Most steps in the flow.
const MAX_CLAUSES: usize = 32;
/// Most values in a list.
const MAX_VALUES: usize = 100;

/// The text is not an inclusion expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {position} of the expression)")]
pub struct NotAnInclusion {
    position: usize,
    message: String,
}

pub(super) fn inclusion(text: &str) -> Result<Inclusion, NotAnInclusion> {
    check_length(text, "the expression")?;
    let tokens = tokenise(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, end: text.chars().count() + 1 };
    let inclusion = Inclusion { clauses: parser.clauses()? };
    check_length(&inclusion.to_string(), "the expression, written with canonical spaces,")?;
    Ok(inclusion)
}

/// What is written must read back, so the canonical form, which has more parentheses, keeps the limits too.
pub(super) fn condition(text: &str) -> Result<Condition, NotAnInclusion> {
    read_condition(&read_condition(text)?.to_string())
}

fn read_condition(text: &str) -> Result<Condition, NotAnInclusion> {
    check_length(text, "the expression, written with canonical spaces,")?;
    let tokens = tokenise(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, end: text.chars().count() + 1 };
    let condition = Condition { test: parser.either(0)? };
    if parser.peek().is_some() {
        return refuse(parser.position(), "expected `and` or `or` between tests");
    }
    Ok(condition)
}

/// Whether a column can be named without backquotes.
pub(super) fn is_plain(column: &str) -> bool {
    let mut chars = column.chars();
    chars.next().is_some_and(starts_word) && chars.all(continues_word) && !KEYWORDS.contains(&column)
}

const KEYWORDS: [&str; 6] = ["and", "or", "not", "in", "true", "false"];

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

fn check_length(text: &str, what: &str) -> Result<(), NotAnInclusion> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return refuse(MAX_LENGTH, format!("{what} has {length} characters, more than {MAX_LENGTH}"));
    }
    Ok(())
}

fn refuse<T>(position: usize, message: impl Into<String>) -> Result<T, NotAnInclusion> {
    Err(NotAnInclusion { position, message: message.into() })
}

// === tokens ===

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Column(String),
    Keyword(&'static str),
    Value(Literal),
    By(Comparison),
    Sign(char),
}

/// Tokens with the position of their first character, from 1.
fn tokenise(text: &str) -> Result<Vec<(usize, Token)>, NotAnInclusion> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (token, length) = token(&chars[at..], at + 1)?;
        tokens.push((at + 1, token));
        at += length;
    }
    Ok(tokens)
}

/// The token at the start of `chars`, which is not empty, and its length.
fn token(chars: &[char], position: usize) -> Result<(Token, usize), NotAnInclusion> {
    match chars[0] {
        c @ ('(' | ')' | '[' | ']' | ',') => Ok((Token::Sign(c), 1)),
        quote @ ('\'' | '"' | '`') => quoted(chars, quote, position),
        '=' | '!' | '<' | '>' => comparison(chars, position),
        c if starts_word(c) => Ok(word(chars)),
        c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => number(chars, position),
        '&' | '|' => refuse(position, "write `and` and `or` in words"),
        c => refuse(position, format!("`{}` has no meaning here", c.escape_default())),
    }
}

fn quoted(chars: &[char], quote: char, position: usize) -> Result<(Token, usize), NotAnInclusion> {
    let Some(length) = chars[1..].iter().position(|c| *c == quote) else {
        return refuse(position, format!("this {quote} is not closed"));
    };
    let text: String = chars[1..=length].iter().collect();
    if text.chars().any(char::is_control) {
        return refuse(position, "quoted text holds a control character");
    }
    if text.trim() != text || text.is_empty() {
        return refuse(
            position,
            "quoted text is empty or starts or ends with a space; an empty cell is missing",
        );
    }
    let token = if quote == '`' { Token::Column(text) } else { Token::Value(Literal::Text(text)) };
    Ok((token, length + 2))
}

fn comparison(chars: &[char], position: usize) -> Result<(Token, usize), NotAnInclusion> {
    let doubled = chars.get(1) == Some(&'=');
    let by = match (chars[0], doubled) {
        ('=', true) => Comparison::Equal,
        ('!', true) => Comparison::Unequal,
        ('<', true) => Comparison::AtMost,
        ('>', true) => Comparison::AtLeast,
        ('<', false) => Comparison::Less,
        ('>', false) => Comparison::Greater,
        ('=', false) => return refuse(position, "write `==` to compare"),
        _ => return refuse(position, "write `!=` or `not`"),
    };
    Ok((Token::By(by), if doubled { 2 } else { 1 }))
}

fn word(chars: &[char]) -> (Token, usize) {
    let text: String = chars.iter().take_while(|c| continues_word(**c)).collect();
    let length = text.chars().count();
    let token = match (text.as_str(), KEYWORDS.iter().find(|keyword| **keyword == text)) {
        ("true", _) => Token::Value(Literal::Truth(true)),
        ("false", _) => Token::Value(Literal::Truth(false)),
        (_, Some(keyword)) => Token::Keyword(keyword),
        (_, None) => Token::Column(text),
    };
    (token, length)
}

fn number(chars: &[char], position: usize) -> Result<(Token, usize), NotAnInclusion> {
    let part = |c: &char| c.is_ascii_alphanumeric() || matches!(*c, '-' | '+' | '.');
    let text: String = chars.iter().take_while(|c| part(c)).collect();
    match text.parse::<f64>() {
        // adding zero turns -0 into 0, so that both have one canonical form
        Ok(value) if value.is_finite() => Ok((Token::Value(Literal::Number(value + 0.0)), text.len())),
        _ => refuse(position, format!("`{text}` is not a number")),
    }
}

// === grammar ===

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    /// Position just behind the text, for what is missing there.
    end: usize,
}

impl<'a> Parser<'a> {
    fn clauses(&mut self) -> Result<Vec<Clause>, NotAnInclusion> {
        if self.tokens.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses = vec![Clause::new(self.clause(0)?)];
        while self.take(&Token::Keyword("and")) {
            clauses.push(Clause::new(self.clause(0)?));
        }
        if self.peek() == Some(&Token::Keyword("or")) {
            return refuse(self.position(), "put parentheses around the alternatives of `or`");
        }
        if self.peek().is_some() {
            return refuse(self.position(), "expected `and` between clauses");
        }
        if clauses.len() > MAX_CLAUSES {
            return refuse(self.end, format!("more than {MAX_CLAUSES} clauses"));
        }
        Ok(clauses)
    }

    fn clause(&mut self, depth: usize) -> Result<Test, NotAnInclusion> {
        if depth > MAX_DEPTH {
            return refuse(self.position(), format!("nested deeper than {MAX_DEPTH}"));
        }
        if self.take(&Token::Keyword("not")) {
            return Ok(Test::Not(Box::new(self.clause(depth + 1)?)));
        }
        if self.take(&Token::Sign('(')) {
            let inner = self.either(depth + 1)?;
            self.expect(')')?;
            return Ok(inner);
        }
        self.test()
    }

    fn either(&mut self, depth: usize) -> Result<Test, NotAnInclusion> {
        self.series("or", Test::Any, |parser| parser.series("and", Test::All, |p| p.clause(depth)))
    }

    /// One or more of `item`, joined by `word`; a single one stays as it is.
    fn series(
        &mut self,
        word: &'static str,
        group: fn(Vec<Test>) -> Test,
        mut item: impl FnMut(&mut Self) -> Result<Test, NotAnInclusion>,
    ) -> Result<Test, NotAnInclusion> {
        let first = item(self)?;
        let mut tests = vec![first];
        while self.take(&Token::Keyword(word)) {
            tests.push(item(self)?);
        }
        match <[Test; 1]>::try_from(tests) {
            Ok([only]) => Ok(only),
            Err(several) => Ok(group(several)),
        }
    }

    fn test(&mut self) -> Result<Test, NotAnInclusion> {
        let position = self.position();
        let Some(Token::Column(column)) = self.advance() else {
            return refuse(position, "expected a column of the clinical table");
        };
        let column = column.clone();
        let position = self.position();
        match self.advance() {
            Some(Token::By(by)) => self.compare(column, *by),
            Some(Token::Keyword("in")) => Ok(Test::Among { column, values: self.values()? }),
            Some(Token::Keyword("not")) if self.take(&Token::Keyword("in")) => {
                Ok(Test::Not(Box::new(Test::Among { column, values: self.values()? })))
            }
            _ => refuse(position, format!("expected a comparison or `in` after `{column}`")),
        }
    }

    fn compare(&mut self, column: String, by: Comparison) -> Result<Test, NotAnInclusion> {
        let position = self.position();
        let with = self.value()?;
        let ordered = !matches!(by, Comparison::Equal | Comparison::Unequal);
        if ordered && !matches!(with, Literal::Number(_)) {
            return refuse(position, format!("`{}` compares with a number only", by.symbol()));
        }
        Ok(Test::Compare { column, by, with })
    }

    fn values(&mut self) -> Result<Vec<Literal>, NotAnInclusion> {
        self.expect('[')?;
        let mut values = vec![self.value()?];
        while self.take(&Token::Sign(',')) {
            values.push(self.value()?);
        }
        self.expect(']')?;
        if values.len() > MAX_VALUES {
            return refuse(self.position(), format!("more than {MAX_VALUES} values in a list"));
        }
        Ok(values)
    }

    fn value(&mut self) -> Result<Literal, NotAnInclusion> {
        let position = self.position();
        match self.advance() {
            Some(Token::Value(value)) => Ok(value.clone()),
            Some(Token::Column(name)) => refuse(position, format!("put quotes around text: '{name}'")),
            _ => refuse(position, "expected a number, quoted text, true or false"),
        }
    }

    fn expect(&mut self, sign: char) -> Result<(), NotAnInclusion> {
        if self.take(&Token::Sign(sign)) {
            return Ok(());
        }
        refuse(self.position(), format!("expected `{sign}`"))
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn advance(&mut self) -> Option<&'a Token> {
        let (_, token) = self.tokens.get(self.next)?;
        self.next += 1;
        Some(token)
    }

    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(position, _)| *position)
    }
}
