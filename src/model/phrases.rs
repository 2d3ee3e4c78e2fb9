//! Texts that this program says to partners, one TOML table a language: `key = "text with {placeholders}"`.
//!
//! English is the measure: a key or a language that is missing is told in English. Tests hold each table complete.

use std::collections::BTreeMap;

/// The texts of one language over those of English.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    texts: BTreeMap<String, String>,
}

impl Phrases {
    /// From tables of `(language, TOML)`, English among them, for a language such as `de` or `de-AT`.
    pub fn new(tables: &[(&str, &str)], language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let mut texts = BTreeMap::new();
        for wanted in ["en", primary] {
            for (_, table) in tables.iter().filter(|(code, _)| code.eq_ignore_ascii_case(wanted)) {
                // A table that is no TOML would leave the English texts; `holes` tells tests of it.
                texts.extend(toml::from_str::<BTreeMap<String, String>>(table).unwrap_or_default());
            }
        }
        Self { texts }
    }

    /// A text with its placeholders filled; the key itself where no table has it.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let Some(text) = self.texts.get(key) else { return key.to_owned() };
        let (mut said, mut rest) = (String::with_capacity(text.len()), text.as_str());
        // One pass, so that braces in a value are never taken for a placeholder.
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            match values.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => said.push_str(value),
                None => said.extend(["{", name, "}"]),
            }
            rest = tail;
        }
        said.push_str(rest);
        said
    }

    /// A text without placeholders.
    pub fn get(&self, key: &str) -> String {
        self.say(key, &[])
    }
}

/// What is wrong with tables: keys that one lacks or has beyond English, and placeholders that differ. For tests.
pub fn holes(tables: &[(&str, &str)]) -> Vec<String> {
    let parsed: Vec<(&str, Result<BTreeMap<String, String>, _>)> =
        tables.iter().map(|(code, table)| (*code, toml::from_str(table))).collect();
    let mut found: Vec<String> = parsed
        .iter()
        .filter_map(|(code, table)| table.as_ref().err().map(|error| format!("{code}: {error}")))
        .collect();
    let Some((_, Ok(english))) = parsed.iter().find(|(code, _)| *code == "en") else {
        return vec!["no English".into()];
    };
    for (code, table) in &parsed {
        let Ok(table) = table else { continue };
        for key in english.keys().chain(table.keys()) {
            let (Some(ours), Some(theirs)) = (english.get(key), table.get(key)) else {
                found.push(format!("{code}: `{key}` stands in one table only"));
                continue;
            };
            if placeholders(ours) != placeholders(theirs) {
                found.push(format!("{code}: the placeholders of `{key}` differ from English"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [(&str, &str); 2] =
        [("en", "greeting = \"Dear {name}\"\nbye = \"Bye\""), ("de", "greeting = \"Liebe {name}\"")];

    #[test]
    fn a_text_is_said_in_the_language_else_in_english() {
        let german = Phrases::new(&TABLES, "de-AT");
        assert_eq!(german.say("greeting", &[("name", "{bye} Eva")]), "Liebe {bye} Eva");
        assert_eq!(german.get("bye"), "Bye");
        assert_eq!(Phrases::new(&TABLES, "mt").say("greeting", &[("name", "Eva")]), "Dear Eva");
    }

    #[test]
    fn holes_are_found() {
        assert_eq!(holes(&TABLES), ["de: `bye` stands in one table only"]);
        assert_eq!(holes(&[("en", "a = \"{x}\""), ("fr", "a = \"{y}\"")]).len(), 1);
    }
}
