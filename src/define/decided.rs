//! What somebody decided: whether two organisations are one, and which country a code stands for.

use chrono::NaiveDate;

use super::catalog::{Field, FieldKind};
use crate::finding::Place;

/// Two organisations, one or two.
#[derive(Debug, Clone)]
pub struct Decision {
    /// As written: a number, or a name with its country.
    pub one: String,
    pub other: String,
    /// What they are compared by.
    pub keys: (String, String),
    pub same: bool,
    pub by: String,
    pub because: String,
    pub on: NaiveDate,
    /// Where it stands.
    pub place: Place,
}

impl Decision {
    pub fn verdict(&self) -> &'static str {
        if self.same { "same" } else { "different" }
    }
}

/// A code or name that is no country's, and the code that was meant.
#[derive(Debug, Clone)]
pub struct CountryDecision {
    pub written: String,
    pub folded: String,
    pub is: String,
    /// Of one collection or survey alone.
    pub of: Option<String>,
    pub by: String,
    pub because: String,
    pub on: NaiveDate,
    pub place: Place,
}

impl CountryDecision {
    /// Tells the fields of a collection or survey what was decided of their countries.
    pub fn put_into(all: &[Self], of: &str, fields: &mut [Field]) {
        for field in fields.iter_mut().filter(|field| field.kind == FieldKind::Country) {
            let here = all.iter().filter(|one| one.of.as_ref().is_none_or(|only| only == of));
            field.meant = here.map(|one| (one.folded.clone(), one.is.clone())).collect();
        }
    }
}
