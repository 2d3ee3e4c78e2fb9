//! A cell of a country: its code, what was decided that a wrong code stands for, or what is wrong with it.

use super::column::{Read, clean};
use crate::define::catalog::Field;
use crate::finding::{Severity, rules};
use crate::model::country::{CountryMatch, read_country};
use crate::model::fold::fold;

pub(super) fn read(field: &Field, text: &str) -> Read<String> {
    // What was decided goes first: AU may have been meant for AT.
    if let Some(code) = field.meant.get(&fold(text)) {
        return Read::Fine(code.clone());
    }
    match read_country(&clean(text)) {
        CountryMatch::Code(code) | CountryMatch::EuCode(code) | CountryMatch::Name(code) => Read::Fine(code.to_owned()),
        CountryMatch::None { suggestion } if field.unreadable == Severity::Warning => Read::Kept(
            clean(text),
            "no country has this code or name: the row counts as it is written".into(),
            "Write the two-letter code, or decide in decisions.toml what was meant.".into(),
            suggestion.map(str::to_owned),
        ),
        CountryMatch::None { suggestion } => Read::Bad(
            &rules::UNKNOWN_COUNTRY,
            "no country has this code or name".into(),
            "Write the two-letter code, for example LT.".into(),
            suggestion.map(str::to_owned),
        ),
    }
}
