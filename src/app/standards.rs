//! `scoreboard catalogue`: the standard indicators that this program knows, found by code or by words of any language.

use super::Stopped;
use crate::define::standard::{self, Entry, Set, meant};
use crate::finding::{Finding, Place, rules};
use crate::model::fold::fold;

/// Longer lines to paste are broken before their remark.
const WIDTH: usize = 100;

/// What was found: sets with their entries, in the order of the catalogue.
#[derive(Debug)]
pub struct Found {
    pub sets: Vec<(Set, Vec<Entry>)>,
    /// The search names this one entry.
    pub exact: bool,
}

impl Found {
    /// The one entry, where there is only one to show.
    pub fn only(&self) -> Option<&Entry> {
        match self.sets.as_slice() {
            [(_, entries)] if entries.len() == 1 => entries.first(),
            _ => None,
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.sets.iter().flat_map(|(_, entries)| entries)
    }
}

/// All entries, or those that a search means: by name or EU code, else by all of its words, else by words like them.
///
/// # Errors
/// Nothing is like what was asked for.
pub fn search(asked: &str) -> Result<Found, Stopped> {
    let asked = asked.trim();
    let all = standard::all();
    if asked.is_empty() {
        return Ok(Found { sets: grouped(all), exact: false });
    }
    let named = |entry: &&Entry| entry.name.eq_ignore_ascii_case(asked) || entry.code().eq_ignore_ascii_case(asked);
    if let Some(entry) = all.iter().find(named) {
        return Ok(Found { sets: grouped(vec![entry.clone()]), exact: true });
    }
    let folded = fold(asked);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let texts: Vec<String> = all.iter().map(text_of).collect();
    let found = |fits: &dyn Fn(&str, &str) -> bool| -> Vec<Entry> {
        let fits = |text: &str| words.iter().all(|word| fits(text, word));
        all.iter().zip(&texts).filter(|(_, text)| fits(text)).map(|(entry, _)| entry.clone()).collect()
    };
    let mut entries = found(&|text, word| text.contains(word));
    if entries.is_empty() {
        entries = found(&|text, word| text.split_whitespace().any(|other| is_slip(word, other)));
    }
    if entries.is_empty() {
        let message = format!("nothing in the catalogue is like `{asked}`");
        let finding = Finding::error(&rules::UNKNOWN_STANDARD, Place::Project, message).suggest(meant(asked));
        return Err(Stopped::one(finding.help("`scoreboard catalogue` alone lists everything.")));
    }
    Ok(Found { sets: grouped(entries), exact: false })
}

/// Whether one is the other with a slip of the keys: two in long words. The first letter is seldom wrong.
fn is_slip(word: &str, other: &str) -> bool {
    let letters = word.chars().count();
    letters >= 5
        && word.chars().next() == other.chars().next()
        && strsim::damerau_levenshtein(word, other) <= if letters < 8 { 1 } else { 2 }
}

/// Everything that is searched, folded.
fn text_of(entry: &Entry) -> String {
    let titles: Vec<&str> = entry.title.all().collect();
    let parts = [
        entry.name.as_str(),
        &titles.join(" "),
        &entry.unit,
        entry.level.as_str(),
        &entry.definition,
        &entry.counts,
        &entry.does_not_count,
        &entry.counting,
    ];
    fold(&parts.join(" "))
}

fn grouped(entries: Vec<Entry>) -> Vec<(Set, Vec<Entry>)> {
    let mut sets: Vec<(Set, Vec<Entry>)> = standard::sets().into_iter().map(|set| (set, Vec::new())).collect();
    for entry in entries {
        if let Some((_, of)) = sets.iter_mut().find(|(set, _)| entry.name.split('/').next() == Some(&set.code)) {
            of.push(entry);
        }
    }
    sets.retain(|(_, entries)| !entries.is_empty());
    sets
}

/// The lines to put into `indicators/NAME.toml`, with what is to be filled in.
pub fn sample(entry: &Entry) -> String {
    let mut lines = vec!["[[indicator]]".to_owned(), format!("use = \"{}\"", entry.name)];
    let mut put = |line: &str, says: &str| {
        let whole = format!("{line:<44} # {says}");
        if whole.chars().count() > WIDTH {
            lines.push(format!("# {says}"));
            lines.push(line.to_owned());
        } else {
            lines.push(whole);
        }
    };
    match (&entry.measure, entry.needs.as_slice()) {
        (Some(_), needs) => {
            put("from = \"COLLECTION\"", "a table of pipelines/");
            for need in needs {
                put(&format!("fields = {{ {0} = \"{0}\" }}", need.role), &format!("your field: {}", need.what));
            }
        }
        (None, [of, to]) => {
            put("survey = \"SURVEY\"", "a survey of pipelines/");
            put(&format!("estimate = {{ ratio = [\"{}\", \"{}\"] }}", of.role, to.role), "its questions");
            put("change = \"percentage_points\"", "or \"percent\"");
        }
        (None, _) => put("from = \"COLLECTION\"", "and a measure"),
    }
    put("target = \"to_be_declared\"", "or { value = 90, on = 2027-12-31 }");
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(asked: &str) -> Vec<String> {
        search(asked).map(|found| found.entries().map(|entry| entry.name.clone()).collect()).unwrap_or_default()
    }

    #[test]
    fn entries_are_found_by_code_by_words_of_any_language_and_by_words_like_them() {
        assert_eq!(names("RCO87"), ["interreg/rco87"]);
        assert_eq!(names("cosme/turnover_share"), ["cosme/turnover_share"]);
        assert!(names("turnover").contains(&"cosme/turnover_share".to_owned()));
        assert!(names("Umsatz").contains(&"cosme/turnover_share".to_owned()));
        assert!(names("chiffre d'affaires").contains(&"cosme/turnover_share".to_owned()), "apostrophes are folded");
        assert!(names("imones").contains(&"interreg/rco01".to_owned()), "without accents");
        assert!(names("turnovr").contains(&"cosme/turnover_share".to_owned()), "with a slip");
        assert!(names("grants enterprises").contains(&"interreg/rco02".to_owned()));
        assert!(search("xyzzyx").is_err());
        assert_eq!(names("").len(), standard::all().len());
    }

    #[test]
    fn what_is_to_be_pasted_is_toml_that_uses_the_entry() {
        for entry in standard::all() {
            let text = sample(&entry);
            let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}\n{text}", entry.name));
            assert_eq!(table["indicator"][0]["use"].as_str(), Some(entry.name.as_str()));
        }
    }
}
