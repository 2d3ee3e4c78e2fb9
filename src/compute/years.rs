//! The EU's common indicators at the end of each year, also where reporting periods end on other days.

use chrono::{Datelike as _, NaiveDate};

use super::plan::Until;
use super::{Inputs, rows};
use crate::define::catalog::{How, Indicator};
use crate::model::value::Value;

/// The total on each 31 December before the cut-off. Left out where rows only say in which period they belong and that
/// period goes on after the year: no figure is known for the day.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn year_ends(
    inputs: &Inputs<'_>,
    indicator: &Indicator,
    cut_off: Option<NaiveDate>,
) -> Result<Vec<(NaiveDate, Value)>, String> {
    let (How::Rows { from, .. }, Some(cut_off), Some(_)) = (&indicator.how, cut_off, &indicator.common) else {
        return Ok(Vec::new());
    };
    let calendar = &inputs.catalog.programme.calendar;
    let dated = from.iter().all(|from| inputs.catalog.collection(&from.collection).is_some_and(|c| c.date.is_some()));
    let mut values = Vec::new();
    for year in calendar.start.year()..=cut_off.year() {
        let Some(day) = NaiveDate::from_ymd_opt(year, 12, 31).filter(|day| *day < cut_off) else { continue };
        let number = calendar.number_of(day);
        let ends = calendar.period(number).is_some_and(|period| period.last == day);
        if !(dated || ends) {
            continue;
        }
        // Of a stock the state at the end of the last period that was over.
        let period = if ends { number } else { number - 1 };
        values.push((day, rows::value_at(inputs, indicator, Until { day, period })?));
    }
    Ok(values)
}
