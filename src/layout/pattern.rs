//! Patterns of file names: `*`, and in submissions `{partner}`, `{period}`, `{reporting_date}`, `{revision}`.

use chrono::NaiveDate;

use crate::define::catalog::Catalog;
use crate::model::code::PartnerCode;

/// What a pattern found in a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub partner: Option<PartnerCode>,
    pub period: Option<i64>,
    pub reporting_date: Option<NaiveDate>,
    pub revision: Option<i64>,
}

/// Whether a name fits a pattern with `*`. Capital letters make no difference.
pub fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (fold(pattern), fold(name));
    // Remember the last `*` and come back to it: linear in practice, never exponential.
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
        } else if pattern.get(p) == name.get(n) {
            (p, n) = (p + 1, n + 1);
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, n) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Small letters, and one sign for all that stands between words.
fn fold(text: &str) -> Vec<char> {
    text.to_lowercase().chars().map(|c| if matches!(c, '-' | ' ' | '.') { '_' } else { c }).collect()
}

#[derive(Debug)]
enum Token {
    Letter(char),
    Any,
    Partner,
    Period,
    Date,
    Revision,
}

/// Reads a file name by a pattern of `[submission] file_names`. None if it does not fit.
pub fn read(pattern: &str, name: &str, catalog: &Catalog) -> Option<Found> {
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let named = [
            ("{partner}", Token::Partner),
            ("{period}", Token::Period),
            ("{reporting_date}", Token::Date),
            ("{revision}", Token::Revision),
        ];
        if let Some((word, token)) = named.into_iter().find(|(word, _)| rest.starts_with(word)) {
            tokens.push(token);
            rest = &rest[word.len()..];
        } else {
            tokens.push(if first == '*' { Token::Any } else { Token::Letter(fold(&first.to_string())[0]) });
            rest = &rest[first.len_utf8()..];
        }
    }
    let mut steps = 100_000;
    step(&tokens, &fold(name), catalog, Found::default(), &mut steps)
}

/// Tries every length that a token can take. `steps` bounds the work on hostile names.
fn step(tokens: &[Token], name: &[char], catalog: &Catalog, found: Found, steps: &mut u32) -> Option<Found> {
    *steps = steps.checked_sub(1)?;
    let Some((token, rest)) = tokens.split_first() else { return name.is_empty().then_some(found) };
    match token {
        Token::Letter(letter) => {
            let (first, tail) = name.split_first()?;
            if first == letter { step(rest, tail, catalog, found, steps) } else { None }
        }
        Token::Any => (0..=name.len()).find_map(|n| step(rest, &name[n..], catalog, found.clone(), steps)),
        Token::Partner => catalog.partners.iter().find_map(|partner| {
            let names = [partner.code.as_str(), partner.name.as_str()].into_iter();
            names.chain(partner.also_called.iter().map(String::as_str)).find_map(|called| {
                let called = fold(called);
                let tail = name.strip_prefix(called.as_slice())?;
                step(rest, tail, catalog, Found { partner: Some(partner.code.clone()), ..found.clone() }, steps)
            })
        }),
        Token::Period => (1..=name.len().min(10)).rev().find_map(|n| {
            let text: String = name[..n].iter().collect();
            let period = catalog.programme.calendar.parse(&text)?;
            step(rest, &name[n..], catalog, Found { period: Some(period), ..found.clone() }, steps)
        }),
        Token::Date => [10, 8].into_iter().find_map(|n| {
            let text: String = name.get(..n)?.iter().collect();
            let format = if n == 10 { "%Y_%m_%d" } else { "%Y%m%d" };
            let day = NaiveDate::parse_from_str(&text, format).ok()?;
            step(rest, &name[n..], catalog, Found { reporting_date: Some(day), ..found.clone() }, steps)
        }),
        Token::Revision => (1..=name.len().min(6)).rev().find_map(|n| {
            let text: String = name[..n].iter().collect();
            let revision: i64 = text.parse().ok()?;
            step(rest, &name[n..], catalog, Found { revision: Some(revision), ..found.clone() }, steps)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(glob("survey_baseline*.csv", "Survey-Baseline_2015.CSV"));
        assert!(glob("*", ""));
        assert!(!glob("survey*.csv", "survey.xlsx"));
        assert!(!glob(&"*a".repeat(60), &"b".repeat(4000)));
    }
}
