//! Texts that people read, in one or several languages.

use std::collections::BTreeMap;

/// One text, or one a language. Language codes are two letters; a text without a language is under `""`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    pub fn plain(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(String::new(), text.into())]))
    }

    pub fn by_language(texts: BTreeMap<String, String>) -> Self {
        Self(texts)
    }

    /// In this language, else in English, else in whatever there is; empty if there is nothing.
    pub fn get(&self, language: &str) -> &str {
        [language, "", "en"]
            .into_iter()
            .find_map(|wanted| self.0.get(wanted))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// The languages that it is given in; `""` for a text without a language.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every wording, whatever its language.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}
