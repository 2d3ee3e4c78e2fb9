//! The words of messages, one table a language: to partners in `texts/partner/`, to those who run the programme in
//! `texts/lead/`.

use chrono::NaiveDate;

use crate::finding::written::Writing;
use crate::model::phrases::Phrases;

const PARTNER: [(&str, &str); 5] = [
    ("en", include_str!("texts/partner/en.toml")),
    ("de", include_str!("texts/partner/de.toml")),
    ("fr", include_str!("texts/partner/fr.toml")),
    ("nl", include_str!("texts/partner/nl.toml")),
    ("lt", include_str!("texts/partner/lt.toml")),
];

const LEAD: [(&str, &str); 4] = [
    ("en", include_str!("texts/lead/en.toml")),
    ("de", include_str!("texts/lead/de.toml")),
    ("fr", include_str!("texts/lead/fr.toml")),
    ("nl", include_str!("texts/lead/nl.toml")),
];

/// Words in one language, and how it writes days.
pub struct Words {
    phrases: Phrases,
    writing: Writing,
    /// Two letters: of the language that is spoken, which is English where there are no words in the one asked for.
    pub language: String,
}

impl Words {
    pub fn for_partner(language: &str) -> Self {
        Self::new(&PARTNER, language)
    }

    pub fn for_lead(language: &str) -> Self {
        Self::new(&LEAD, language)
    }

    fn new(tables: &[(&str, &str)], language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let known = tables.iter().map(|(code, _)| *code).find(|code| *code == primary).unwrap_or("en");
        Self { phrases: Phrases::new(tables, known), writing: Writing::of(known), language: known.to_owned() }
    }

    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.phrases.say(key, values)
    }

    pub fn get(&self, key: &str) -> String {
        self.phrases.say(key, &[])
    }

    /// A day in a sentence.
    pub fn day(&self, day: NaiveDate) -> String {
        self.writing.long_day(day)
    }

    /// "and 12 more".
    pub fn more(&self, count: usize) -> String {
        self.say("more", &[("count", &count.to_string())])
    }

    /// Names, of which the first few stand for all.
    pub fn list(&self, names: &[String], most: usize) -> String {
        let (shown, rest) = names.split_at(names.len().min(most));
        let shown = shown.join(", ");
        if rest.is_empty() { shown } else { format!("{shown} {}", self.more(rest.len())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::phrases::holes;

    #[test]
    fn every_language_says_everything_with_the_same_values() {
        assert_eq!(holes(&PARTNER), [] as [String; 0]);
        assert_eq!(holes(&LEAD), [] as [String; 0]);
    }

    #[test]
    fn days_are_written_as_the_reader_writes_them() {
        let day = NaiveDate::from_ymd_opt(2016, 6, 15).expect("a day");
        let said = |language| Words::for_partner(language).day(day);
        assert_eq!(
            [said("en-GB"), said("de-AT"), said("fr"), said("lt"), said("pl")],
            ["15 June 2016", "15. Juni 2016", "15 juin 2016", "2016 m. birželio 15 d.", "15 June 2016"]
        );
    }

    #[test]
    fn a_long_list_is_cut() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(Words::for_lead("en").list(&names, 1), "a and 2 more");
        assert_eq!(Words::for_lead("de").list(&names[..1], 1), "a");
    }
}
