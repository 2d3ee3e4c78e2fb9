//! Several choices in one answer: the text that lists them, the columns that say yes or no of each, and both together.

use std::collections::{BTreeMap, BTreeSet};

use super::column::Problem;
use super::read::choice::yes_no;
use super::rows::Column;
use crate::define::catalog::{ChoiceOption, Field};
use crate::finding::suggest::nearest;
use crate::finding::{Severity, rules};
use crate::model::absent::Absent;
use crate::model::fold::fold;

/// What columns of yes and no say of an option, row by row: None where the cell is empty or cannot be read.
pub struct Part {
    pub option: usize,
    pub column: u16,
    pub ticks: Vec<Option<bool>>,
}

/// A problem, and the column of the part that it stands in: otherwise it is in the column of the list.
pub type Placed = (Option<u16>, Problem);

/// Ticks from texts.
pub fn ticks(texts: &[Option<String>], column: u16, problems: &mut Vec<Placed>) -> Vec<Option<bool>> {
    let mut ticks = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        let tick = text.as_deref().and_then(yes_no);
        if text.is_some() && tick.is_none() {
            let problem = Problem {
                row,
                rule: &rules::UNKNOWN_OPTION,
                severity: Severity::Error,
                message: "neither yes nor no".into(),
                help: "Write yes or no.".into(),
                suggestion: None,
            };
            problems.push((Some(column), problem));
        }
        ticks.push(tick);
    }
    ticks
}

/// The codes of each answer, in alphabetical order; and the kinds of no answer that were chosen instead.
///
/// Where nothing is ticked there is no answer: some servers write "no" into every column of a question that nobody saw.
pub fn read(field: &Field, list: &Column, parts: &[Part], problems: &mut Vec<Placed>) -> (Column, Vec<Option<Absent>>) {
    let mut memo: BTreeMap<u32, Result<BTreeSet<usize>, String>> = BTreeMap::new();
    let (mut texts, mut known, mut ids, mut absent) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
    for row in 0..list.len() {
        let listed = list.id(row).and_then(|id| {
            let read = memo.entry(id).or_insert_with(|| options(list.text(row).unwrap_or_default(), &field.options));
            match read {
                Ok(options) => Some(options.clone()),
                Err(rest) => {
                    problems.push((None, unknown(field, row, rest)));
                    None
                }
            }
        });
        let ticked: BTreeSet<usize> =
            parts.iter().filter(|part| part.ticks[row] == Some(true)).map(|part| part.option).collect();
        if let Some(listed) = &listed {
            let differs = |part: &&Part| part.ticks[row].is_some_and(|tick| tick != listed.contains(&part.option));
            if let Some(part) = parts.iter().find(differs) {
                let option = &field.options[part.option].code;
                let message = format!("the list of answers and the column of `{option}` disagree");
                let help = "Export the answers again; if they still differ, correct one of the two.".to_owned();
                let problem = Problem {
                    row,
                    rule: &rules::OPTIONS_DISAGREE,
                    severity: Severity::Error,
                    message,
                    help,
                    suggestion: None,
                };
                problems.push((Some(part.column), problem));
            }
        }
        let chosen = listed.unwrap_or(ticked);
        let codes: BTreeSet<&str> = chosen.iter().map(|at| field.options[*at].code.as_str()).collect();
        let kinds: BTreeSet<Option<Absent>> = codes.iter().map(|code| field.absent.get(&fold(code)).copied()).collect();
        // Somebody who ticked "refused" and nothing else.
        let instead = kinds.first().copied().flatten().filter(|_| kinds.len() == 1);
        absent.push(instead);
        let joined = codes.into_iter().collect::<Vec<_>>().join(" ");
        ids.push((!joined.is_empty() && instead.is_none()).then(|| {
            *known.entry(joined).or_insert_with_key(|joined| {
                texts.push(joined.clone());
                u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
            })
        }));
    }
    (Column::Text { texts, ids }, absent)
}

fn unknown(field: &Field, row: usize, rest: &str) -> Problem {
    let codes = field.options.iter().map(|option| option.code.as_str());
    let list: Vec<&str> = codes.clone().collect();
    Problem {
        row,
        rule: &rules::UNKNOWN_OPTION,
        severity: Severity::Error,
        message: "not in the list of options".into(),
        help: format!("Write one of: {}.", list.join(", ")),
        suggestion: nearest(rest, codes).map(str::to_owned),
    }
}

/// The options that a text names: codes with spaces between them, else names with spaces, commas or semicolons.
///
/// # Errors
/// The first word that begins no option.
fn options(text: &str, options: &[ChoiceOption]) -> Result<BTreeSet<usize>, String> {
    let by_code = |word: &str| {
        options.iter().position(|option| option.code == word || option.also_called.iter().any(|name| name == word))
    };
    if let Some(found) = text.split_whitespace().map(by_code).collect::<Option<BTreeSet<usize>>>() {
        return Ok(found);
    }
    // Labels hold spaces and commas themselves: the longest that fits is meant.
    let mut names: Vec<(String, usize)> = options
        .iter()
        .enumerate()
        .flat_map(|(at, option)| {
            let wordings = option.label.all().chain(option.also_called.iter().map(String::as_str));
            wordings.chain([option.code.as_str()]).map(fold).map(move |name| (name, at)).collect::<Vec<_>>()
        })
        .filter(|(name, _)| !name.is_empty())
        .collect();
    names.sort_by_key(|(name, at)| (std::cmp::Reverse(name.len()), *at));
    let folded = fold(text);
    let separators = [' ', ',', ';', '|', '\n'];
    let mut rest = folded.trim_matches(separators);
    let mut found = BTreeSet::new();
    while !rest.is_empty() {
        let fits = |name: &&(String, usize)| {
            rest.strip_prefix(name.0.as_str()).is_some_and(|after| after.is_empty() || after.starts_with(separators))
        };
        let Some((name, at)) = names.iter().find(fits) else {
            return Err(rest.split(separators).next().unwrap_or(rest).to_owned());
        };
        found.insert(*at);
        rest = rest[name.len()..].trim_start_matches(separators);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::words::Words;

    fn pets() -> Vec<ChoiceOption> {
        let option = |code: &str, label: &str| ChoiceOption {
            code: code.into(),
            label: Words::plain(label),
            also_called: Vec::new(),
        };
        vec![option("1", "Cat"), option("2", "Cat, old"), option("3", "Guinea pig"), option("98", "Other")]
    }

    #[test]
    fn codes_and_labels_are_parted_by_what_servers_put_between_them() {
        for (text, expected) in [
            ("1 3", &[0, 2][..]),
            ("3 1", &[0, 2]),
            ("Guinea pig Cat", &[0, 2]),
            ("Cat, old; Other", &[1, 3]),
            ("cat,Other,", &[0, 3]),
        ] {
            assert_eq!(options(text, &pets()), Ok(expected.iter().copied().collect()), "{text}");
        }
        assert_eq!(options("1 dog", &pets()), Err("dog".to_owned()));
    }
}
