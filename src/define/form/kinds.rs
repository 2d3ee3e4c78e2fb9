//! The types of the survey sheet, in their spellings of fifteen years.

use crate::finding::suggest::nearest;

/// What a question is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Text,
    Integer,
    Decimal,
    Date,
    /// One of a list.
    One,
    /// Any number of a list.
    Several,
    /// A list in an order.
    Order,
    /// What a program notes: when, where and on which device; files; what is calculated.
    Noted,
}

/// What a row of the survey sheet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Question {
        answer: Answer,
        list: Option<String>,
        other: bool,
    },
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
    /// Nothing that can be answered.
    Note,
    Unknown {
        suggestion: Option<&'static str>,
    },
}

const PLAIN: &[(&str, Option<Answer>)] = &[
    ("text", Some(Answer::Text)),
    ("string", Some(Answer::Text)),
    ("integer", Some(Answer::Integer)),
    ("int", Some(Answer::Integer)),
    ("decimal", Some(Answer::Decimal)),
    ("range", Some(Answer::Decimal)),
    ("date", Some(Answer::Date)),
    ("datetime", Some(Answer::Date)),
    ("acknowledge", Some(Answer::Text)),
    ("trigger", Some(Answer::Text)),
    ("time", Some(Answer::Text)),
    ("barcode", Some(Answer::Text)),
    ("note", None),
    ("calculate", Some(Answer::Noted)),
    ("calculation", Some(Answer::Noted)),
    ("hidden", Some(Answer::Noted)),
    ("start", Some(Answer::Noted)),
    ("end", Some(Answer::Noted)),
    ("today", Some(Answer::Noted)),
    ("deviceid", Some(Answer::Noted)),
    ("imei", Some(Answer::Noted)),
    ("subscriberid", Some(Answer::Noted)),
    ("simserial", Some(Answer::Noted)),
    ("phonenumber", Some(Answer::Noted)),
    ("phone number", Some(Answer::Noted)),
    ("username", Some(Answer::Noted)),
    ("email", Some(Answer::Noted)),
    ("audit", Some(Answer::Noted)),
    ("start-geopoint", Some(Answer::Noted)),
    ("background-audio", Some(Answer::Noted)),
    ("background-geopoint", Some(Answer::Noted)),
    ("instanceid", Some(Answer::Noted)),
    ("xml-external", None),
    ("csv-external", None),
    ("geopoint", Some(Answer::Noted)),
    ("gps", Some(Answer::Noted)),
    ("location", Some(Answer::Noted)),
    ("geotrace", Some(Answer::Noted)),
    ("geoshape", Some(Answer::Noted)),
    ("image", Some(Answer::Noted)),
    ("photo", Some(Answer::Noted)),
    ("picture", Some(Answer::Noted)),
    ("audio", Some(Answer::Noted)),
    ("video", Some(Answer::Noted)),
    ("file", Some(Answer::Noted)),
];

/// Beginnings of types that name a list, the longest first.
const LISTS: &[(&str, Answer)] = &[
    ("select all that apply from", Answer::Several),
    ("select multiple from", Answer::Several),
    ("select multiple", Answer::Several),
    ("select one from", Answer::One),
    ("select one external", Answer::Text),
    ("select one", Answer::One),
    ("select1", Answer::One),
    ("rank", Answer::Order),
];

/// The kind of a type as it is written.
pub fn kind(text: &str) -> Kind {
    let words: Vec<&str> = text.split_whitespace().collect();
    let spaced = words.join(" ");
    let lower = spaced.to_lowercase();
    match lower.replace('_', " ").as_str() {
        "begin group" | "begin loop" | "group" => return Kind::BeginGroup,
        "end group" | "end loop" => return Kind::EndGroup,
        "begin repeat" | "repeat" | "lgroup" => return Kind::BeginRepeat,
        "end repeat" => return Kind::EndRepeat,
        _ => {}
    }
    if lower.starts_with("begin loop over") || lower.starts_with("begin_loop") {
        return Kind::BeginGroup;
    }
    if lower.starts_with("uri:") {
        return Kind::Question { answer: Answer::Noted, list: None, other: false };
    }
    if let Some((_, answer)) = PLAIN.iter().find(|(name, _)| *name == lower) {
        return match answer {
            Some(answer) => Kind::Question { answer: *answer, list: None, other: false },
            None => Kind::Note,
        };
    }
    // The options of these stand in a file beside the form: codes without labels.
    if lower.starts_with("select_one_from_file") || lower.starts_with("select_multiple_from_file") {
        return Kind::Question { answer: Answer::Text, list: None, other: false };
    }
    // `_` counts as a space in the beginning only: the name of a list may hold it.
    for (start, answer) in LISTS {
        let Some(head) = lower.get(..start.len()).filter(|head| head.replace('_', " ") == *start) else { continue };
        let rest = &spaced[head.len()..];
        if !rest.starts_with(' ') {
            continue;
        }
        let (list, other) = or_other(rest.trim());
        if list.is_empty() {
            continue;
        }
        return Kind::Question { answer: *answer, list: Some(list.to_owned()), other };
    }
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    let names = PLAIN.iter().map(|(name, _)| *name);
    let known =
        names.chain(["select_one", "select_multiple", "begin_group", "end_group", "begin_repeat", "end_repeat"]);
    Kind::Unknown { suggestion: nearest(&first, known) }
}

fn or_other(rest: &str) -> (&str, bool) {
    for end in ["or_other", "or specify other", "or other"] {
        if let Some(list) = rest.strip_suffix(end) {
            return (list.trim(), true);
        }
    }
    (rest, false)
}
