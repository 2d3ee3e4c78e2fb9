//! Figures as a data value set of DHIS2, and what its answer says of them.
//!
//! DHIS2 knows its own calendar and no targets: a period of ours that is none of its kinds is refused, and targets are
//! data elements of their own. A value of the answer is told by its position in what was sent, so positions are kept.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, Months, Weekday};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::{digits, name, refused};
use crate::finding::{Finding, Place, rules};
use crate::model::export::{Dhis2, Element, Series};
use crate::model::period::Period;
use crate::model::scoreboard::{Figure, IndicatorResult, Scoreboard};
use crate::model::value::Value;

/// What is sent.
pub struct Payload {
    pub json: Json,
    /// What each data value is here, in their order.
    pub names: Vec<String>,
    pub refused: Vec<Finding>,
}

/// Every figure that the report maps.
pub fn payload(board: &Scoreboard, to: &Dhis2) -> Payload {
    let mut writer = Writer { board, to, values: Vec::new(), names: Vec::new(), refused: Vec::new() };
    for one in &board.indicators {
        if let Some(element) = to.elements.get(one.code.as_str()) {
            writer.indicator(one, element);
        }
    }
    let mut json = json!({ "dataValues": writer.values });
    if let Some(set) = &to.data_set {
        json["dataSet"] = json!(set);
    }
    Payload { json, names: writer.names, refused: writer.refused }
}

/// A period as DHIS2 names it; None if it is none of its kinds.
pub fn period(period: &Period) -> Option<String> {
    let (first, last) = (period.first, period.last);
    let months =
        |count: u32| first.checked_add_months(Months::new(count)).and_then(|next| next.pred_opt()) == Some(last);
    if first.weekday() == Weekday::Mon && first.checked_add_days(Days::new(6)) == Some(last) {
        return Some(format!("{}W{}", first.iso_week().year(), first.iso_week().week()));
    }
    if first.day() != 1 {
        return None;
    }
    let (year, month) = (first.year(), first.month());
    match month {
        _ if months(1) => Some(format!("{year}{month:02}")),
        1 | 4 | 7 | 10 if months(3) => Some(format!("{year}Q{}", month / 3 + 1)),
        1 | 7 if months(6) => Some(format!("{year}S{}", month / 7 + 1)),
        4 if months(6) => Some(format!("{year}AprilS1")),
        10 if months(6) => Some(format!("{year}AprilS2")),
        1 if months(12) => Some(year.to_string()),
        4 if months(12) => Some(format!("{year}April")),
        7 if months(12) => Some(format!("{year}July")),
        10 if months(12) => Some(format!("{year}Oct")),
        _ => None,
    }
}

struct Writer<'a> {
    board: &'a Scoreboard,
    to: &'a Dhis2,
    values: Vec<Json>,
    names: Vec<String>,
    refused: Vec<Finding>,
}

impl Writer<'_> {
    fn indicator(&mut self, one: &IndicatorResult, element: &Element) {
        let unit = self.to.org_unit.clone();
        let latest = one.total.cut_off.and_then(|day| {
            let calendar = &self.board.programme.calendar;
            calendar.period(calendar.number_of(day)).filter(|period| period.last == day)
        });
        match element.series {
            Series::Total => {
                let lines = one.breakdowns.iter();
                let wanted = |field: &str| {
                    field == "partner" && !self.to.partners.is_empty()
                        || element.categories.as_ref().is_some_and(|(by, _)| by == field)
                };
                let lines = lines.filter(|breakdown| wanted(&breakdown.field)).flat_map(|breakdown| &breakdown.figures);
                let figures: Vec<&Figure> = std::iter::once(&one.total).chain(lines).collect();
                for figure in figures {
                    self.figure(figure, element, latest.as_ref());
                }
            }
            Series::Periods => {
                let of = one.breakdowns.iter().find(|breakdown| breakdown.field == "period");
                for figure in of.map_or(&[][..], |breakdown| &breakdown.figures) {
                    let label = figure.by.last().map_or("", |(_, value)| value.as_str());
                    let calendar = &self.board.programme.calendar;
                    let found = calendar.parse(label).and_then(|number| calendar.period(number));
                    self.put(figure, &element.actual, found.as_ref(), &unit, None, element.whole);
                }
            }
        }
        if let (Some(target), Some(at)) = (&element.target, one.total.target) {
            let of = format!("{}, target", one.code);
            if let Some(to) = at.to {
                let why = format!("its target is a range, {} to {}", digits(at.value), digits(to));
                self.refused.push(refused(&of, &why, "DHIS2 keeps one number; the range is not sent."));
            } else {
                let code = latest.as_ref().and_then(period);
                self.send(&of, target, at.value, code, latest.as_ref(), &unit, None, element.whole);
            }
        }
    }

    fn figure(&mut self, figure: &Figure, element: &Element, latest: Option<&Period>) {
        let (unit, combo) = match figure.by.last() {
            None => (self.to.org_unit.clone(), None),
            Some((field, code)) if field == "partner" => {
                let Some(unit) = self.to.partners.get(code) else {
                    let why = "no organisation unit is given for this partner";
                    self.refused.push(refused(&name(figure), why, "Add it to `partner_org_unit`."));
                    return;
                };
                (unit.clone(), None)
            }
            Some((_, value)) => {
                let combos = element.categories.as_ref().map(|(_, combos)| combos);
                let Some(combo) = combos.and_then(|combos: &BTreeMap<String, String>| combos.get(value)) else {
                    let why = "no category option combination is given for this value";
                    self.refused.push(refused(&name(figure), why, "Add it to `category_option_combo`."));
                    return;
                };
                (self.to.org_unit.clone(), Some(combo.clone()))
            }
        };
        self.put(figure, &element.actual, latest, &unit, combo, element.whole);
    }

    fn put(
        &mut self,
        figure: &Figure,
        element: &str,
        at: Option<&Period>,
        unit: &str,
        combo: Option<String>,
        whole: bool,
    ) {
        let of = name(figure);
        match &figure.value {
            Value::Known(value) => {
                self.send(&of, element, *value, at.and_then(period), at, unit, combo, whole);
            }
            // No row is sent for what nobody reported: DHIS2 tells zero from missing in the same way.
            Value::NotReported | Value::NotApplicable => {}
            other => {
                let why = format!("it is {}", other.state().replace('_', " "));
                self.refused.push(refused(&of, &why, "DHIS2 keeps numbers only; nothing is sent for it."));
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "each is one key of a data value")]
    fn send(
        &mut self,
        of: &str,
        element: &str,
        value: Decimal,
        code: Option<String>,
        at: Option<&Period>,
        unit: &str,
        combo: Option<String>,
        whole: bool,
    ) {
        let Some(code) = code else {
            let which = at.map_or_else(
                || "no reporting period ends at its cut-off".to_owned(),
                |at| format!("{} from {} to {} is no period of DHIS2", at.label, at.first, at.last),
            );
            let help = "Reporting periods that follow the calendar fit; see `period_from` in scoreboard.toml.";
            self.refused.push(refused(of, &which, help));
            return;
        };
        if whole && !value.fract().is_zero() {
            let why = format!("{} is no whole number", digits(value));
            self.refused.push(refused(of, &why, "Its data element takes whole numbers only; it is not rounded."));
            return;
        }
        let mut json = json!({ "dataElement": element, "period": code, "orgUnit": unit, "value": digits(value) });
        if let Some(combo) = combo {
            json["categoryOptionCombo"] = json!(combo);
        }
        self.names.push(format!("{of} ({code})"));
        self.values.push(json);
    }
}

/// What a server made of a payload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// `SUCCESS`, `WARNING` or `ERROR`.
    pub status: String,
    pub imported: u64,
    pub updated: u64,
    pub deleted: u64,
    /// Without rejected ones: values that were the same already.
    pub unchanged: u64,
    /// One for each value that was not taken, by its name here; then what the server says of none in particular.
    pub findings: Vec<Finding>,
}

/// Reads an import summary, bare or within `response`, as newer servers answer. None if it is none.
pub fn summary(answer: &Json, names: &[String]) -> Option<Summary> {
    let body = if answer["response"].is_object() { &answer["response"] } else { answer };
    let status = body["status"].as_str()?.to_owned();
    let count = |key: &str| body["importCount"][key].as_u64().unwrap_or(0);
    let rejected: Vec<usize> = indexes(&body["rejectedIndexes"]);
    let mut reasons: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut findings = Vec::new();
    for conflict in body["conflicts"].as_array().into_iter().flatten() {
        let says = said(conflict);
        let of = indexes(&conflict["indexes"]);
        if of.is_empty() {
            findings.push(rejection("the server", &says));
        }
        for index in of {
            reasons.entry(index).or_default().push(says.clone());
        }
    }
    for index in &rejected {
        reasons.entry(*index).or_default();
    }
    let mut told: Vec<Finding> = reasons
        .iter()
        .map(|(index, says)| {
            let of = names.get(*index).map_or_else(|| format!("data value {}", index + 1), String::clone);
            rejection(&of, &says.join("; "))
        })
        .collect();
    told.extend(findings);
    if told.is_empty() && status == "ERROR" {
        told.push(rejection("the server", body["description"].as_str().unwrap_or("it gives no reason")));
    }
    Some(Summary {
        status,
        imported: count("imported"),
        updated: count("updated"),
        deleted: count("deleted"),
        unchanged: count("ignored").saturating_sub(reasons.len() as u64),
        findings: told,
    })
}

fn indexes(list: &Json) -> Vec<usize> {
    let all = list.as_array().into_iter().flatten();
    all.filter_map(|index| usize::try_from(index.as_u64()?).ok()).collect()
}

/// What a conflict says, with its code.
fn said(conflict: &Json) -> String {
    let words = conflict["value"].as_str().or_else(|| conflict["message"].as_str()).unwrap_or("no reason given");
    let words: String = words.chars().filter(|c| !c.is_control()).take(300).collect();
    conflict["errorCode"].as_str().map_or_else(|| words.clone(), |code| format!("{words} ({code})"))
}

fn rejection(of: &str, says: &str) -> Finding {
    let says = if says.is_empty() { "no reason given" } else { says };
    Finding::error(&rules::EXPORT_REJECTED, Place::Project, format!("{of}: {says}")).help(rules::EXPORT_REJECTED.fix)
}
