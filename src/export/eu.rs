//! The EU's common indicators by year: target, decided, implemented, as programmes transmit them and the Commission
//! publishes them. Each line is cumulative; lines of several years are never added up.

use chrono::{Datelike as _, NaiveDate};

use super::refused;
use super::table::{Cell, Kind, Table};
use crate::finding::Finding;
use crate::model::scoreboard::{IndicatorResult, Scoreboard};
use crate::model::value::Value;

/// Of each indicator with a common code a line a year, up to the year of its target; and the lines that are refused.
pub fn table(board: &Scoreboard) -> (Table, Vec<Finding>) {
    let columns = vec![
        ("common", Kind::Text),
        ("indicator", Kind::Text),
        ("title", Kind::Text),
        ("level", Kind::Text),
        ("unit", Kind::Text),
        ("year", Kind::Whole),
        ("baseline", Kind::Number),
        ("baseline_year", Kind::Whole),
        ("milestone", Kind::Number),
        ("target", Kind::Number),
        ("target_year", Kind::Whole),
        ("decided", Kind::Number),
        ("implemented", Kind::Number),
        ("implemented_on", Kind::Day),
        ("provisional", Kind::Text),
        ("state", Kind::Text),
    ];
    let (mut lines, mut refusals) = (Vec::new(), Vec::new());
    for one in &board.indicators {
        let Some(common) = &one.common else { continue };
        let years = Years { board, one };
        let last = years.last();
        for year in board.programme.start.year()..=last {
            let implemented = years.implemented(year);
            let (value, on, provisional) = match implemented {
                Implemented::Known(value, on, provisional) => (value, Some(on), provisional),
                Implemented::NotYet => (Value::NotReported, None, false),
                Implemented::Unfit => {
                    refusals.push(refused(
                        &format!("{common} ({}), {year}", one.code),
                        "there is no figure for 31 December",
                        "Reporting periods that end with the year have one; for others rows need a date, and the audience must be internal.",
                    ));
                    continue;
                }
            };
            // What is decided is known as of today, for no earlier year.
            let decided = one.committed.as_ref().filter(|_| provisional || Some(year) == years.latest());
            let text = |text: &str| Cell::Text(text.to_owned());
            let number = |value: Option<rust_decimal::Decimal>| value.map_or(Cell::Missing, Cell::Number);
            let target = one.total.target;
            lines.push(vec![
                text(common),
                text(one.code.as_str()),
                text(&one.title),
                text(one.level.as_str()),
                text(one.unit.as_str()),
                Cell::Whole(year.into()),
                number(one.total.baseline),
                one.baseline
                    .as_ref()
                    .and_then(|baseline| baseline.on)
                    .map_or(Cell::Missing, |on| Cell::Whole(on.year().into())),
                number(one.milestones.iter().rev().find(|milestone| milestone.on.year() == year).map(|m| m.value)),
                number(target.map(|target| target.value)),
                target.map_or(Cell::Missing, |target| Cell::Whole(target.on.year().into())),
                number(decided.and_then(|decided| decided.value.known())),
                number(value.known()),
                on.map_or(Cell::Missing, Cell::Day),
                text(if provisional { "yes" } else { "no" }),
                text(if on.is_some() { value.state() } else { "not_due" }),
            ]);
        }
    }
    (Table { columns, lines }, refusals)
}

enum Implemented {
    /// With its day, and whether the year was not over by then.
    Known(Value, NaiveDate, bool),
    NotYet,
    Unfit,
}

struct Years<'a> {
    board: &'a Scoreboard,
    one: &'a IndicatorResult,
}

impl Years<'_> {
    fn last(&self) -> i32 {
        let target = self.one.total.target.map_or(self.board.programme.end, |target| target.on);
        target.max(self.board.programme.end).year()
    }

    /// The last year that has a figure.
    fn latest(&self) -> Option<i32> {
        self.one.total.cut_off.map(|cut_off| cut_off.year())
    }

    fn implemented(&self, year: i32) -> Implemented {
        let (Some(cut_off), Some(end)) = (self.one.total.cut_off, NaiveDate::from_ymd_opt(year, 12, 31)) else {
            return Implemented::NotYet;
        };
        if end >= cut_off {
            // The year that is under way, or that ends today: what is known at the cut-off.
            return if year == cut_off.year() {
                Implemented::Known(self.one.total.value.clone(), cut_off, end > cut_off)
            } else {
                Implemented::NotYet
            };
        }
        let point = self.one.trajectory.iter().find(|point| point.on == end);
        let counted = self.one.year_ends.iter().find(|(on, _)| *on == end).map(|(_, value)| value);
        match (point, counted) {
            (Some(point), _) if point.withheld => Implemented::Known(Value::Suppressed, end, false),
            (Some(point), _) if point.actual.is_some() => {
                Implemented::Known(point.actual.map_or(Value::NotReported, Value::Known), end, false)
            }
            (_, Some(value)) => Implemented::Known(value.clone(), end, false),
            (Some(_), None) => Implemented::Known(Value::NotReported, end, false),
            (None, None) => Implemented::Unfit,
        }
    }
}
