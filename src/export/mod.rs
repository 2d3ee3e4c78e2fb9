//! A `Scoreboard` in the forms that other systems read: tables, IATI, DHIS2, the EU's common indicators.
//!
//! Each format says what it cannot hold: a figure that does not fit is refused by name, never rounded into it. What a
//! restricted audience must not see was taken out before. No clock, no path, no connection: equal scoreboards give equal bytes.

pub mod csv;
pub mod dhis2;
pub mod eu;
pub mod iati;
pub mod table;

use rust_decimal::Decimal;

use crate::finding::{Finding, Place, rules};
use crate::model::scoreboard::Figure;

/// An export, and the figures that are not in it.
pub struct Exported {
    pub bytes: Vec<u8>,
    pub refused: Vec<Finding>,
}

/// A figure that does not fit. `why` is a phrase, `help` a sentence.
fn refused(name: &str, why: &str, help: &str) -> Finding {
    Finding::warning(&rules::EXPORT_REFUSED, Place::Project, format!("{name}: {why}")).help(help)
}

/// `volume`, or `volume, partner = litek`.
pub fn name(figure: &Figure) -> String {
    let mut name = figure.indicator.to_string();
    for (field, value) in &figure.by {
        name.push_str(&format!(", {field} = {value}"));
    }
    name
}

/// All digits, none for show.
fn digits(value: Decimal) -> String {
    if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() }
}
