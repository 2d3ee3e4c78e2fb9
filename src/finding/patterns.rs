//! Texts translated by patterns: English with placeholders, and the same in another language.
//!
//! A text is translated by finding its pattern, cutting the values out and putting them into the translation. Findings
//! ([`super::translate`]) and reports (`report/language.rs`) have tables of their own.
//!
//! A placeholder takes what stands there as it is, unless it says more: `{0:number}` and `{0:day}` fit only that;
//! `{0:date}` is a day as sentences write it and `{0:figure}` holds a number, both written as the language does;
//! `{0:amount}` is a message if it can be, else a figure;
//! `{0:phrase}` is one of `[phrases]`, `{0:phrases}` several of them, `{0:list}` several between commas,
//! `{0:clauses}` several between semicolons, and `{0:message}` a message of its own if it can be.

use std::collections::BTreeMap;

use super::written::{Writing, english_day};

/// Messages and phrases stand in messages, and no deeper than this: a hostile text may repeat itself for ever.
const DEEPEST: usize = 3;

/// Characters for private use that stand for pieces of a text which are nobody's to translate, such as figures.
pub const PIECES: std::ops::RangeInclusive<char> = '\u{e100}'..='\u{f8ff}';

/// How a text is looked up.
#[derive(Debug, Clone, Copy)]
struct Look {
    /// How deep a text in a text may still stand.
    depth: usize,
    /// Whether values must lie within one sentence.
    within: bool,
}

/// Between phrases of a list.
pub(super) const JOINT: &str = ", and ";

/// The tables of one language, ready to be looked up.
#[derive(Debug)]
pub struct Tables {
    messages: Patterns,
    phrases: Patterns,
    writing: Writing,
}

impl Tables {
    pub fn new(messages: BTreeMap<String, String>, phrases: BTreeMap<String, String>, language: &str) -> Self {
        Self { messages: Patterns::new(messages), phrases: Patterns::new(phrases), writing: Writing::of(language) }
    }

    /// A further message without placeholders; one that stands there already stays.
    pub fn add(&mut self, text: &str, translation: &str) {
        self.messages.whole.entry(text.to_owned()).or_insert_with(|| translation.to_owned());
    }

    /// The text in the language; None where there is no translation.
    pub fn tell(&self, text: &str) -> Option<String> {
        self.message(text, Look { depth: DEEPEST, within: false })
    }

    /// The same for one sentence or clause: no value in it may hold the end of another.
    pub fn tell_sentence(&self, text: &str) -> Option<String> {
        self.message(text, Look { depth: DEEPEST, within: true })
    }

    fn message(&self, text: &str, look: Look) -> Option<String> {
        self.look_up(&self.messages, text, look)
    }

    fn look_up(&self, patterns: &Patterns, text: &str, look: Look) -> Option<String> {
        if look.depth == 0 {
            return None;
        }
        if let Some(translation) = patterns.whole.get(text) {
            return Some(translation.clone());
        }
        let mut fitting: Vec<&Pattern> = Vec::new();
        for word in [first_word(text).unwrap_or_default(), ""] {
            let list = patterns.by_first_word.get(word).map_or(&[][..], Vec::as_slice);
            fitting.extend(list.iter().filter(|pattern| pattern.begins_and_ends(text)));
            if word.is_empty() {
                break;
            }
        }
        // The most specific pattern is meant; where that cannot be filled, the text stays as it is.
        fitting.sort_by_key(|pattern| std::cmp::Reverse(pattern.letters));
        let (pattern, values) =
            fitting.into_iter().find_map(|pattern| Some((pattern, pattern.cut(text, look.within)?)))?;
        self.fill(pattern, &values, Look { depth: look.depth - 1, ..look })
    }

    /// What has no letters is the same in every language.
    fn phrase(&self, text: &str, look: Look) -> Option<String> {
        if text.chars().any(char::is_alphabetic) {
            self.look_up(&self.phrases, text, look)
        } else {
            Some(self.writing.numbers(text))
        }
    }

    /// The translation with the values in it; None where a value is not the phrase that it should be.
    fn fill(&self, pattern: &Pattern, values: &[Value<'_>], look: Look) -> Option<String> {
        let mut filled = String::new();
        for piece in &pattern.translation {
            match piece {
                Piece::Letters(letters) => filled.push_str(letters),
                Piece::Slot(number, _) => {
                    let value = values.iter().find(|value| value.slot == *number)?;
                    match value.kind {
                        Kind::Any | Kind::Number | Kind::Day => filled.push_str(value.text),
                        Kind::Date => filled.push_str(&self.writing.day(value.text)?),
                        Kind::Figure => filled.push_str(&self.writing.numbers(value.text)),
                        Kind::List | Kind::Clauses => {
                            let between = if value.kind == Kind::List { ", " } else { "; " };
                            let parts = value.text.split(between).map(|text| self.phrase(text, look));
                            filled.push_str(&parts.collect::<Option<Vec<_>>>()?.join(between));
                        }
                        Kind::Amount => match self.message(value.text, look) {
                            Some(message) => filled.push_str(&message),
                            None => filled.push_str(&self.writing.numbers(value.text)),
                        },
                        Kind::Phrase => filled.push_str(&self.phrase(value.text, look)?),
                        Kind::Phrases => {
                            let parts = value.text.split(JOINT).map(|text| self.look_up(&self.phrases, text, look));
                            let joint = self.phrases.whole.get(JOINT)?;
                            filled.push_str(&parts.collect::<Option<Vec<_>>>()?.join(joint));
                        }
                        // A sentence at the end of a message has lost its full stop.
                        Kind::Message => match self.message(value.text, look).or_else(|| {
                            let sentence = self.message(&format!("{}.", value.text), look)?;
                            Some(sentence.trim_end_matches('.').to_owned())
                        }) {
                            Some(message) => filled.push_str(&message),
                            None => filled.push_str(value.text),
                        },
                    }
                }
            }
        }
        Some(filled)
    }
}

/// Patterns of one table of a file.
#[derive(Debug)]
struct Patterns {
    /// Those without placeholders.
    whole: BTreeMap<String, String>,
    /// The others by the first word of a text that fits, `""` where that may be any.
    by_first_word: BTreeMap<String, Vec<Pattern>>,
}

impl Patterns {
    fn new(table: BTreeMap<String, String>) -> Self {
        let mut patterns = Self { whole: BTreeMap::new(), by_first_word: BTreeMap::new() };
        for (text, translation) in table {
            let pattern = Pattern::new(&text, &translation);
            match pattern.pieces.as_slice() {
                [Piece::Letters(_)] | [] => {
                    patterns.whole.insert(text, translation);
                }
                [first, ..] => {
                    let word = if let Piece::Letters(letters) = first { first_word(letters) } else { None };
                    let word = word.unwrap_or_default().to_owned();
                    patterns.by_first_word.entry(word).or_default().push(pattern);
                }
            }
        }
        patterns
    }
}

/// The first word, if it is whole: a space stands behind it.
fn first_word(text: &str) -> Option<&str> {
    text.split_once(' ').map(|(word, _)| word)
}

/// What a placeholder may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Number,
    Day,
    Date,
    Figure,
    Amount,
    Phrase,
    Phrases,
    List,
    Clauses,
    Message,
}

impl Kind {
    fn fits(self, text: &str) -> bool {
        let digits_and = |others: &str| text.chars().all(|c| c.is_ascii_digit() || others.contains(c));
        match self {
            Self::Number => digits_and("-."),
            Self::Day => text.len() == 10 && digits_and("-"),
            Self::Date => english_day(text).is_some(),
            Self::Figure => is_figure(text),
            Self::Amount => !text.contains(". ") && text.contains(|c: char| c.is_ascii_digit() || PIECES.contains(&c)),
            Self::Any | Self::Phrase | Self::Phrases | Self::List | Self::Clauses | Self::Message => true,
        }
    }
}

/// A number with what stands before or behind it: `EUR 5 000`, `≈ 90 SMEs`, `12.5 %`; no sentence.
fn is_figure(text: &str) -> bool {
    let number = match text.split_once(' ') {
        Some((money, number)) if money.len() == 3 && money.bytes().all(|byte| byte.is_ascii_uppercase()) => number,
        _ => text,
    };
    let begins = |c: char| c.is_ascii_digit() || "+−-≈±".contains(c) || PIECES.contains(&c);
    number.starts_with(begins) && !text.contains(". ")
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Letters(String),
    Slot(usize, Kind),
}

/// A value cut out of a text.
struct Value<'t> {
    slot: usize,
    kind: Kind,
    text: &'t str,
}

/// An English text and its translation, both in pieces.
#[derive(Debug)]
struct Pattern {
    pieces: Vec<Piece>,
    /// Bytes outside placeholders: of two patterns that fit, the one with more is meant.
    letters: usize,
    translation: Vec<Piece>,
}

impl Pattern {
    fn new(text: &str, translation: &str) -> Self {
        let pieces = parse(text);
        let letters = pieces.iter().map(|piece| if let Piece::Letters(letters) = piece { letters.len() } else { 0 });
        Self { letters: letters.sum(), pieces, translation: parse(translation) }
    }

    /// A quick look at both ends, which nearly all patterns that do not fit fail.
    fn begins_and_ends(&self, text: &str) -> bool {
        let fits = |piece: Option<&Piece>, fits: &dyn Fn(&str) -> bool| match piece {
            Some(Piece::Letters(letters)) => fits(letters),
            _ => true,
        };
        fits(self.pieces.first(), &|letters| text.starts_with(letters))
            && fits(self.pieces.last(), &|letters| text.ends_with(letters))
    }

    /// The values in a text, each as short as can be but not empty; None where the text does not fit.
    ///
    /// Letters between values are looked for once, from where the last ones ended, so time is linear in the text.
    fn cut<'t>(&self, text: &'t str, within: bool) -> Option<Vec<Value<'t>>> {
        let mut values = Vec::new();
        let mut rest = text;
        let mut open = None;
        let last = self.pieces.len().checked_sub(1)?;
        for (at, piece) in self.pieces.iter().enumerate() {
            match (piece, open) {
                (Piece::Slot(slot, kind), _) => open = Some((*slot, *kind)),
                (Piece::Letters(letters), None) => rest = rest.strip_prefix(letters.as_str())?,
                (Piece::Letters(letters), Some((slot, kind))) => {
                    let end = if at == last {
                        rest.strip_suffix(letters.as_str())?.len()
                    } else {
                        let first = rest.chars().next()?.len_utf8();
                        first + rest.get(first..)?.find(letters.as_str())?
                    };
                    values.push(Value { slot, kind, text: rest.get(..end)? });
                    rest = rest.get(end + letters.len()..)?;
                    open = None;
                }
            }
        }
        match open {
            Some((slot, kind)) => values.push(Value { slot, kind, text: rest }),
            None if !rest.is_empty() => return None,
            None => {}
        }
        let ends = ["\n", ". ", "; `"];
        let whole = |text: &str| !within || !ends.iter().any(|end| text.contains(end));
        let fit = |value: &Value<'_>| !value.text.is_empty() && value.kind.fits(value.text) && whole(value.text);
        values.iter().all(fit).then_some(values)
    }
}

/// Cuts a pattern into letters and placeholders. Braces that hold no number are letters.
pub(crate) fn parse(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut letters = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        letters.push_str(before);
        if let Some((inside, behind)) = from[1..].split_once('}')
            && let Some(slot) = placeholder(inside)
        {
            if !letters.is_empty() {
                pieces.push(Piece::Letters(std::mem::take(&mut letters)));
            }
            pieces.push(slot);
            rest = behind;
        } else {
            letters.push('{');
            rest = &from[1..];
        }
    }
    letters.push_str(rest);
    if !letters.is_empty() {
        pieces.push(Piece::Letters(letters));
    }
    pieces
}

fn placeholder(inside: &str) -> Option<Piece> {
    let (number, kind) = inside.split_once(':').unwrap_or((inside, ""));
    let kind = match kind {
        "" => Kind::Any,
        "number" => Kind::Number,
        "day" => Kind::Day,
        "date" => Kind::Date,
        "figure" => Kind::Figure,
        "amount" => Kind::Amount,
        "list" => Kind::List,
        "clauses" => Kind::Clauses,
        "phrase" => Kind::Phrase,
        "phrases" => Kind::Phrases,
        "message" => Kind::Message,
        _ => return None,
    };
    Some(Piece::Slot(number.parse().ok()?, kind))
}
