//! Results in the form of the International Aid Transparency Initiative, version 2.03: one activity, one result an
//! indicator. Element order and required parts follow its schema; what concerns results of its rules is kept here.

use std::io;

use chrono::{Datelike as _, NaiveDate};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use rust_decimal::Decimal;

use super::{Exported, digits, name, refused};
use crate::finding::Finding;
use crate::model::export::{Iati, Organisation};
use crate::model::scoreboard::{Accumulation, Figure, IndicatorResult, Level, Scoreboard};
use crate::model::target::{Direction, ResolvedTarget};

type Xml = Writer<Vec<u8>>;
type Attributes<'a> = Vec<(&'a str, String)>;

/// Where the EU's common indicators are defined. The standard's own list of vocabularies has no entry for them.
const COMMON: &str = "http://data.europa.eu/eli/reg/2021/1058/oj";
/// Code list `IndicatorVocabulary`: that of the reporting organisation.
const OWN: &str = "99";

/// The file, and what is not in it.
///
/// # Errors
/// None that writing into memory can bring about.
pub fn iati(board: &Scoreboard, iati: &Iati) -> io::Result<Exported> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut refusals = Vec::new();
    let language = &board.programme.language;
    let attributes = vec![("xml:lang", language.clone()), ("default-currency", board.programme.currency.clone())];
    element(&mut xml, "iati-activities", &vec![("version", "2.03".to_owned())], |xml| {
        element(xml, "iati-activity", &attributes, |xml| {
            head(xml, board, iati)?;
            for one in &board.indicators {
                result(xml, board, one, &mut refusals)?;
            }
            Ok(())
        })
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(Exported { bytes, refused: refusals })
}

fn element(
    xml: &mut Xml,
    name: &str,
    attributes: &Attributes<'_>,
    inner: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let writer = attributes
        .iter()
        .fold(xml.create_element(name), |writer, (key, value)| writer.with_attribute((*key, clean(value).as_str())));
    writer.write_inner_content(inner).map(|_| ())
}

fn empty(xml: &mut Xml, name: &str, attributes: &Attributes<'_>) -> io::Result<()> {
    let writer = attributes
        .iter()
        .fold(xml.create_element(name), |writer, (key, value)| writer.with_attribute((*key, clean(value).as_str())));
    writer.write_empty().map(|_| ())
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&clean(text))).map(|_| ())
}

/// An element that holds a text in the activity's language.
fn narrative(xml: &mut Xml, name: &str, attributes: &Attributes<'_>, words: &str) -> io::Result<()> {
    element(xml, name, attributes, |xml| text(xml, "narrative", words))
}

/// XML knows no control characters.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn organisation<'a>(organisation: &Organisation) -> Attributes<'a> {
    let mut attributes = Vec::new();
    attributes.extend(organisation.reference.clone().map(|reference| ("ref", reference)));
    attributes.extend(organisation.kind.clone().map(|kind| ("type", kind)));
    attributes
}

fn head(xml: &mut Xml, board: &Scoreboard, iati: &Iati) -> io::Result<()> {
    let programme = &board.programme;
    text(xml, "iati-identifier", &iati.identifier)?;
    narrative(xml, "reporting-org", &organisation(&iati.reporting), &iati.reporting.name)?;
    narrative(xml, "title", &Vec::new(), &programme.title)?;
    narrative(xml, "description", &Vec::new(), &iati.description)?;
    for (org, role) in &iati.participating {
        let mut attributes = organisation(org);
        attributes.push(("role", role.clone()));
        narrative(xml, "participating-org", &attributes, &org.name)?;
    }
    empty(xml, "activity-status", &vec![("code", iati.status.clone())])?;
    // Planned start and end; the actual ones once they have come.
    let days = [("1", programme.start), ("2", programme.start), ("3", programme.end), ("4", programme.end)];
    for (kind, on) in days {
        let actual = matches!(kind, "2" | "4");
        if !actual || on <= programme.as_of {
            empty(xml, "activity-date", &vec![("type", kind.to_owned()), ("iso-date", on.to_string())])?;
        }
    }
    let shared = |(code, share): &(String, Option<String>)| {
        let mut attributes: Attributes<'_> = vec![("code", code.clone())];
        attributes.extend(share.clone().map(|share| ("percentage", share)));
        attributes
    };
    for country in &iati.countries {
        empty(xml, "recipient-country", &shared(country))?;
    }
    for region in &iati.regions {
        empty(xml, "recipient-region", &shared(region))?;
    }
    for (code, vocabulary) in &iati.sectors {
        empty(xml, "sector", &vec![("vocabulary", vocabulary.clone()), ("code", code.clone())])?;
    }
    Ok(())
}

fn flag(truth: bool) -> String {
    u8::from(truth).to_string()
}

fn result(xml: &mut Xml, board: &Scoreboard, one: &IndicatorResult, refusals: &mut Vec<Finding>) -> io::Result<()> {
    // Summing up over activities makes sense for what adds up within this one.
    let additive = one.accumulation == Accumulation::Flow
        && !one.breakdowns.is_empty()
        && one.breakdowns.iter().all(|breakdown| breakdown.additive);
    let kind = match one.level {
        Level::Output => "1",
        Level::Result => "2",
        Level::Impact => "3",
    };
    let attributes = vec![("type", kind.to_owned()), ("aggregation-status", flag(additive))];
    element(xml, "result", &attributes, |xml| {
        narrative(xml, "title", &Vec::new(), &one.title)?;
        let measure = if one.unit.is_percent() { "2" } else { "1" };
        let mut attributes = vec![("measure", measure.to_owned())];
        // Staying where it is goes neither up nor down.
        match one.direction {
            Direction::Increase => attributes.push(("ascending", flag(true))),
            Direction::Decrease => attributes.push(("ascending", flag(false))),
            Direction::Maintain { .. } => {}
        }
        attributes.push(("aggregation-status", flag(additive)));
        element(xml, "indicator", &attributes, |xml| {
            narrative(xml, "title", &Vec::new(), &format!("{} ({})", one.title, one.unit))?;
            if !one.definition.is_empty() {
                narrative(xml, "description", &Vec::new(), &one.definition)?;
            }
            if let Some(code) = &one.common {
                let attributes =
                    vec![("vocabulary", OWN.to_owned()), ("code", code.clone()), ("indicator-uri", COMMON.to_owned())];
                empty(xml, "reference", &attributes)?;
            }
            let from = began(board, one);
            if let Some(value) = one.total.baseline.filter(|_| one.baseline.is_some() || one.estimate.is_some()) {
                let attributes =
                    vec![("year", from.year().to_string()), ("iso-date", from.to_string()), ("value", digits(value))];
                empty(xml, "baseline", &attributes)?;
            }
            periods(xml, board, one, from, refusals)
        })
    })
}

/// The day from which the indicator is watched.
fn began(board: &Scoreboard, one: &IndicatorResult) -> NaiveDate {
    let declared = one.baseline.as_ref().and_then(|baseline| baseline.on);
    let asked = one.estimate.as_ref().and_then(|facts| facts.waves.iter().map(|wave| wave.on).min());
    declared.or(asked).unwrap_or(board.programme.start)
}

fn periods(
    xml: &mut Xml,
    board: &Scoreboard,
    one: &IndicatorResult,
    from: NaiveDate,
    refusals: &mut Vec<Finding>,
) -> io::Result<()> {
    let total = &one.total;
    let end = total.target.map_or(board.programme.end, |target| target.on);
    if from >= end {
        let why = format!("its period would end on {end}, before or when it begins on {from}");
        refusals.push(refused(&name(total), &why, "Give the target, or the baseline, another day."));
        return Ok(());
    }
    for milestone in one.milestones.iter().filter(|milestone| milestone.on > from) {
        let reached = one.trajectory.iter().find(|point| point.on == milestone.on).and_then(|point| point.actual);
        period(xml, (from, milestone.on), |xml| {
            let attributes = vec![("value", digits(milestone.value))];
            let words = if milestone.illustrative { "Milestone, illustrative." } else { "Milestone." };
            element(xml, "target", &attributes, |xml| narrative(xml, "comment", &Vec::new(), words))?;
            reached.map_or(Ok(()), |value| empty(xml, "actual", &vec![("value", digits(value))]))
        })?;
    }
    let held = goal(one, refusals);
    let lines = one.breakdowns.iter().filter(|breakdown| breakdown.field != "period").flat_map(|b| &b.figures);
    let actuals: Vec<&Figure> = std::iter::once(total).chain(lines).collect();
    period(xml, (from, end), |xml| {
        for (figure, value) in &held {
            let illustrative = one.target.as_ref().is_some_and(|target| target.illustrative);
            element(xml, "target", &vec![("value", digits(*value))], |xml| {
                dimensions(xml, figure)?;
                if illustrative { narrative(xml, "comment", &Vec::new(), "Illustrative.") } else { Ok(()) }
            })?;
        }
        for figure in actuals {
            let Some(value) = figure.value.known() else {
                refusals.push(refused(
                    &name(figure),
                    &format!("it is {}, and an actual of IATI has a number", figure.value.state().replace('_', " ")),
                    "The file has no actual for it.",
                ));
                continue;
            };
            element(xml, "actual", &vec![("value", digits(value))], |xml| {
                dimensions(xml, figure)?;
                narrative(xml, "comment", &Vec::new(), &comment(figure))
            })?;
        }
        Ok(())
    })
}

fn period(
    xml: &mut Xml,
    (from, to): (NaiveDate, NaiveDate),
    inner: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    element(xml, "period", &Vec::new(), |xml| {
        empty(xml, "period-start", &vec![("iso-date", from.to_string())])?;
        empty(xml, "period-end", &vec![("iso-date", to.to_string())])?;
        inner(xml)
    })
}

/// The targets that are numbers: the programme's, then those of breakdown lines.
fn goal<'a>(one: &'a IndicatorResult, refusals: &mut Vec<Finding>) -> Vec<(&'a Figure, Decimal)> {
    let lines = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures);
    let mut held = Vec::new();
    for figure in std::iter::once(&one.total).chain(lines) {
        match figure.target {
            Some(ResolvedTarget { value, to: Some(to), .. }) => refusals.push(refused(
                &name(figure),
                &format!(
                    "its target is a range, {} to {}, and a target of IATI is one number",
                    digits(value),
                    digits(to)
                ),
                "The file has no target for it.",
            )),
            Some(ResolvedTarget { value, to: None, .. }) => held.push((figure, value)),
            None => {}
        }
    }
    held
}

fn dimensions(xml: &mut Xml, figure: &Figure) -> io::Result<()> {
    for (field, value) in &figure.by {
        empty(xml, "dimension", &vec![("name", field.clone()), ("value", value.clone())])?;
    }
    Ok(())
}

fn comment(figure: &Figure) -> String {
    let on = figure.cut_off.map_or_else(String::new, |day| format!("As of {day}. "));
    format!("{on}Coverage: {}.", figure.coverage)
}
