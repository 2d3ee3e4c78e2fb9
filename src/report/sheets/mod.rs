//! One file a sheet; here what they share: names, heads, how a value becomes a cell, live formulas.

mod answers;
mod breakdown;
mod chain;
mod changes;
mod compare;
mod copies;
mod countries;
mod estimate;
mod evidence;
mod findings;
mod funnel;
mod grid;
mod groups;
mod indicator;
mod leads;
mod map;
mod matrix;
mod method;
mod organisations;
mod pace;
mod panel;
mod published;
mod quality;
mod summary;
mod survey;
mod trajectory;

pub(super) use findings::told;
pub(super) use indicator::capital;
pub(super) use pace::outlook;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::book::{Book, Cell, Sheet};
use super::canvas::Canvas;
use super::language::{Tongue, own};
use super::style::{Look, NumberFormat, Rule, Style};
use super::{partner_names, prose, words};
use crate::finding::CellRef;
use crate::model::code::IndicatorCode;
use crate::model::number::quotient;
use crate::model::pace::Projection;
use crate::model::presentation::{ChartUse, SheetKind};
use crate::model::scoreboard::{Breakdown, IndicatorResult, Scoreboard};
use crate::model::target::Targets;
use crate::model::trace::Made;
use crate::model::unit::Unit;
use crate::model::value::Value;

/// The first cell of a sheet: where links to it lead.
const TOP: CellRef = CellRef { row: 0, column: 0 };
/// Where the title of an indicator's sheet stands.
const TITLE: CellRef = CellRef { row: 1, column: 1 };
/// The program that made the workbook.
pub const PROGRAM: &str = concat!("scoreboard ", env!("CARGO_PKG_VERSION"));

pub fn book(scoreboard: &Scoreboard) -> Book {
    let tongue = Tongue::of(&scoreboard.presentation.language);
    let names = names(scoreboard, tongue);
    let partners = partner_names(scoreboard);
    let context = Context { scoreboard, names: &names, partners: &partners, tongue };
    let (indicators, trends): (Vec<_>, Vec<_>) =
        scoreboard.indicators.iter().zip(&names).map(|(one, name)| indicator::sheet(context, one, name)).unzip();
    let copied = copies::names(&scoreboard.evidence.copies, taken(&names, tongue));
    let all_rows = !scoreboard.audience.is_restricted();
    let mut sheets = Vec::new();
    let mut summary = None;
    for kind in &scoreboard.presentation.sheets {
        match kind {
            // It leads to the others, so it is written when they are known.
            SheetKind::Summary => summary = Some(sheets.len()),
            SheetKind::Changes => sheets.extend(changes::sheet(context)),
            SheetKind::Matrix => sheets.extend(matrix::sheet(context)),
            SheetKind::Pace => sheets.extend(pace::sheet(context, &trends)),
            SheetKind::Funnel => sheets.extend(funnel::sheet(context)),
            SheetKind::Countries => sheets.extend(countries::sheet(context)),
            SheetKind::Map => sheets.extend(map::sheet(context)),
            SheetKind::Organisations => sheets.extend(organisations::sheet(context)),
            SheetKind::Indicators => sheets.extend(indicators.iter().cloned()),
            SheetKind::Survey if !scoreboard.surveys.is_empty() => sheets.push(survey::sheet(context)),
            SheetKind::Quality => sheets.push(quality::sheet(context)),
            SheetKind::Findings if all_rows => sheets.push(findings::findings(context)),
            SheetKind::KeptOut if all_rows => sheets.push(findings::kept_out(context)),
            SheetKind::Evidence if all_rows => {
                sheets.push(evidence::sheet(context));
                if !scoreboard.evidence.answers.is_empty() {
                    sheets.push(answers::sheet(context));
                }
            }
            SheetKind::Submissions if all_rows => {
                let copies = scoreboard.evidence.copies.iter().zip(&copied);
                sheets.extend(copies.map(|(copy, name)| copies::sheet(context, copy, name)));
            }
            SheetKind::Method => sheets.push(method::sheet(context)),
            _ => {}
        }
    }
    if let Some(at) = summary {
        let others: Vec<&str> = sheets.iter().map(|sheet: &Sheet| sheet.name.as_str()).collect();
        let sheet = summary::sheet(context, &trends, &others);
        sheets.insert(at, sheet);
    }
    // A workbook has one sheet at least.
    if sheets.is_empty() {
        sheets.push(method::sheet(context));
    }
    leads::put(context, &mut sheets, &copied);
    only_to_what_is_there(&mut sheets, &tongue.say(words::BACK));
    let programme = &scoreboard.programme;
    Book {
        title: scoreboard.title.clone(),
        subject: programme.title.clone(),
        author: PROGRAM.to_owned(),
        created: programme.as_of,
        foot: [
            programme.title.clone(),
            tongue.say(&prose::foot(programme.as_of, &scoreboard.run, words::audience_word(scoreboard.audience))),
        ],
        accent: scoreboard.presentation.accent,
        page: tongue.say(words::PAGE),
        writing: tongue.writing(),
        sheets,
    }
}

/// A link to a sheet that the report leaves out becomes plain text.
fn only_to_what_is_there(sheets: &mut [Sheet], back: &str) {
    let names: BTreeSet<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
    for placed in sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|row| &mut row.cells) {
        let Cell::Link { sheet, text, .. } = &mut placed.cell else { continue };
        if names.contains(sheet) {
            continue;
        }
        // The way back, and the arrows that point somewhere, would say nothing.
        let text = std::mem::take(text);
        placed.cell = if text == back { Cell::Blank } else { Cell::text(text.trim_end_matches(" →")) };
    }
}

/// What every sheet is written from.
#[derive(Clone, Copy)]
struct Context<'a> {
    scoreboard: &'a Scoreboard,
    /// The sheet of each indicator, in their order.
    names: &'a [String],
    /// Asked for once a row: a search among hundreds of partners would be felt.
    partners: &'a BTreeMap<&'a str, &'a str>,
    tongue: Tongue,
}

impl<'a> Context<'a> {
    /// A partner as people call it.
    fn partner(self, code: &'a str) -> &'a str {
        self.partners.get(code).copied().unwrap_or(code)
    }

    /// Whether the report wants charts of this use.
    fn draws(self, usage: ChartUse) -> bool {
        self.scoreboard.presentation.draws(usage)
    }

    /// Whether there is a sheet for each indicator, over whose figures other sheets draw.
    fn shows_indicators(self) -> bool {
        self.scoreboard.presentation.sheets.contains(&SheetKind::Indicators)
    }

    /// An indicator and its sheet.
    fn step(self, code: &IndicatorCode) -> Option<(&'a IndicatorResult, &'a str)> {
        let mut all = self.scoreboard.indicators.iter().zip(self.names);
        all.find(|(one, _)| one.code == *code).map(|(one, name)| (one, name.as_str()))
    }

    /// The name of an indicator's sheet, by which people know it here.
    fn indicator(self, code: &'a str) -> &'a str {
        let mut all = self.scoreboard.indicators.iter().zip(self.names);
        all.find(|(one, _)| one.code.as_str() == code).map_or(code, |(_, name)| name)
    }
}

/// Names that no further sheet may bear, in small letters.
fn taken(names: &[String], tongue: Tongue) -> BTreeSet<String> {
    // Spreadsheets keep the last name for themselves.
    let fixed = words::SHEETS.into_iter().flat_map(|name| [name.to_owned(), words::sheet_name(tongue, name)]);
    let all = fixed.chain(["History".to_owned()]).chain(names.iter().cloned());
    all.map(|name| name.to_lowercase()).collect()
}

/// A name for each indicator's sheet: the beginning of its title, whole words, unlike every other sheet's.
fn names(scoreboard: &Scoreboard, tongue: Tongue) -> Vec<String> {
    let mut taken = taken(&[], tongue);
    let mut names = Vec::new();
    let most = scoreboard.indicators.len() + taken.len();
    for one in &scoreboard.indicators {
        let short = short_name(&one.title).unwrap_or_else(|| short_name(one.code.as_str()).unwrap_or_default());
        // Room for a number behind it.
        let shorter: String = if short.chars().count() > 28 {
            let begin: String = short.chars().take(28).collect();
            begin.rsplit_once(' ').map_or(begin.clone(), |(whole, _)| whole.to_owned())
        } else {
            short.clone()
        };
        let name = std::iter::once(short.clone())
            .chain((2..=most).map(|n| format!("{shorter} {n}")))
            .find(|name| !taken.contains(&name.to_lowercase()))
            .unwrap_or(short);
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

/// At most 31 characters, none that a sheet's name may not hold, and no preposition left hanging. None if empty.
pub(super) fn short_name(title: &str) -> Option<String> {
    const HANGING: [&str; 19] = [
        "a", "an", "and", "as", "at", "between", "by", "for", "from", "in", "is", "of", "on", "or", "per", "that",
        "the", "to", "with",
    ];
    let clean: String = title
        .chars()
        .map(|c| if c.is_control() || "[]:*?/\\'".contains(c) { ' ' } else { c })
        // Counted in the units of the file format.
        .filter(|c| c.len_utf16() == 1)
        .collect();
    let mut words: Vec<&str> = Vec::new();
    let mut length = 0;
    let mut cut = false;
    for word in clean.split_whitespace() {
        length += word.chars().count() + usize::from(!words.is_empty());
        if length > 31 {
            cut = true;
            break;
        }
        words.push(word);
    }
    while cut && words.len() > 1 && words.last().is_some_and(|word| HANGING.contains(&word.to_lowercase().as_str())) {
        words.pop();
    }
    let name = if words.is_empty() { clean.trim().chars().take(31).collect() } else { words.join(" ") };
    (!name.is_empty()).then_some(name)
}

/// The head of a sheet beside the summary: the way back, its title, a line about it. Leaves the next row free.
fn heading(canvas: &mut Canvas, context: Context, last: u16, title: &str, about: &str) {
    canvas.put(1, Cell::link(words::SUMMARY, TOP, words::BACK), Look::BackLink.plain());
    if last > 3 {
        let programme = &context.scoreboard.programme;
        let audience = words::audience_word(context.scoreboard.audience);
        let facts = prose::which(&own(&context.scoreboard.title), programme.as_of, audience);
        canvas.span(3, last, Cell::text(facts), Look::NoteRight.plain());
    }
    canvas.end();
    canvas.span(1, last, Cell::text(title), Look::SheetTitle.plain()).end();
    canvas.span(1, last, Cell::text(about), Look::Subtitle.plain()).end();
}

/// The label of a breakdown: the program's own word for partners, countries and periods, else the definition's.
pub(super) fn field_label(breakdown: &Breakdown) -> String {
    let label = &breakdown.label;
    if words::FIELDS.contains(&(breakdown.field.as_str(), label)) { label.clone() } else { own(label) }
}

/// The heading of a breakdown.
pub(super) fn by_field(tongue: Tongue, breakdown: &Breakdown) -> String {
    let label = &breakdown.label;
    if words::FIELDS.contains(&(breakdown.field.as_str(), label)) {
        return prose::by(&label.to_lowercase());
    }
    prose::by(&own(tongue.inside(label)))
}

/// How a line is called: what a definition or a row says, unless nothing is given or it is withheld.
pub(super) fn line_name(name: &str) -> String {
    let ours = [words::NOT_GIVEN, words::ALL_MEMBERS].contains(&name) || name.starts_with(words::WITHHELD);
    if ours { name.to_owned() } else { own(name) }
}

/// The lines of breakdowns that a row stands in.
fn lines_of(by: &[String]) -> String {
    by.iter().map(|name| line_name(name)).collect::<Vec<_>>().join(" · ")
}

/// A name that the program itself gave, else one of a definition; `, on the pairs` behind it is always ours.
pub(super) fn point_name(name: &str) -> String {
    if words::POINTS.contains(&name) {
        return name.to_owned();
    }
    let suffix = words::OF_WAVES.into_iter().find_map(|suffix| Some((name.strip_suffix(suffix)?, suffix)));
    suffix.map_or_else(|| own(name), |(name, suffix)| format!("{}{suffix}", own(name)))
}

/// The heading of a part of a sheet, with a line below it.
fn section(canvas: &mut Canvas, last: u16, title: &str) {
    canvas.span(1, last, Cell::text(title), Look::Section.with(NumberFormat::GENERAL));
    canvas.end_ruled(1, last, Rule::Below);
}

/// The heads of a table, from the first column on.
fn heads(canvas: &mut Canvas, first: u16, heads: &[(&str, Look)]) -> u32 {
    let mut column = first;
    for (text, look) in heads {
        canvas.text(column, text, *look);
        column += 1;
    }
    canvas.end_ruled(first, column.saturating_sub(1), Rule::Below)
}

/// A figure with its unit, for a sentence.
pub(super) fn amount(tongue: Tongue, value: Decimal, unit: &Unit, number: NumberFormat) -> String {
    own(tongue.writing().numbers(&words::with_unit(&number.shown(value), unit)))
}

/// A figure, or the word for its absence in grey: never a zero or an empty cell in its place.
fn value_cell(value: &Value, style: Style) -> (Cell, Style) {
    match (value.known(), words::absent(value)) {
        (Some(known), _) => (Cell::Number(known), style),
        (None, word) => (Cell::text(word.unwrap_or_default()), Look::Absent.plain()),
    }
}

/// A figure that may be missing, with the word for that.
fn optional_cell(value: Option<Decimal>, word: &str, style: Style) -> (Cell, Style) {
    value.map_or_else(|| (Cell::text(word), Look::Absent.plain()), |value| (Cell::Number(value), style))
}

/// A live formula where it gives the figure; the figure itself where it came about by another rule.
fn live(formula: String, figure: Decimal, by_formula: Option<Decimal>) -> Cell {
    if by_formula.is_some_and(|value| same(value, figure)) {
        Cell::Formula { text: formula, cached: figure }
    } else {
        Cell::Number(figure)
    }
}

/// Equal to one part in ten thousand million: what twelve digits leave of a quotient.
fn same(a: Decimal, b: Decimal) -> bool {
    let larger = a.abs().max(b.abs());
    a == b || a.checked_sub(b).is_some_and(|gap| gap.abs() <= larger * Decimal::new(1, 10))
}

/// `(a − b) / (t − b)`.
fn progress(actual: Decimal, baseline: Decimal, target: Decimal) -> Option<Decimal> {
    quotient(actual.checked_sub(baseline)?, target.checked_sub(baseline)?)
}

/// The format of an indicator's figures: one for all of them.
pub(super) fn number_format(one: &IndicatorResult) -> NumberFormat {
    let lines = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures);
    let values = lines.chain([&one.total]).chain(&one.committed).filter_map(|figure| figure.value.known());
    let points = one.trajectory.iter().filter_map(|point| point.actual);
    let targets = one.total.target.map(|target| target.value).into_iter();
    let projected = match &one.pace {
        Some(Projection::Known(pace)) => Some(pace.projected.value),
        _ => None,
    };
    // What is counted whole stays whole: a projection of it has decimals that nobody will see.
    let counted: Vec<Decimal> = values.chain(points).chain(targets).collect();
    let whole = counted.iter().all(|value| value.fract().is_zero());
    NumberFormat::telling(&one.unit, counted.into_iter().chain(projected.filter(|_| !whole)))
}

/// What stands where a target is missing.
pub(super) fn no_target(one: &IndicatorResult) -> &'static str {
    match one.targets {
        Targets::None => words::NO_BASELINE,
        Targets::ToBeDeclared => words::TO_BE_DECLARED,
        Targets::Declared(_) => words::NOT_COMPUTABLE,
    }
}

/// The target's format: with its mark where it is illustrative, and its upper end where it is a range.
pub(super) fn target_format(one: &IndicatorResult, number: NumberFormat) -> NumberFormat {
    let illustrative = one.target.as_ref().is_some_and(|target| target.illustrative);
    number.illustrative(illustrative).up_to(one.total.target.and_then(|target| target.to))
}

/// What stands beside a figure: its interval, or at most how many it may be.
pub(super) fn bounds(one: &IndicatorResult, number: NumberFormat) -> String {
    let plain = |value| number.shown(value).replace(" %", "");
    if let Some((lower, upper)) = one.estimate.as_ref().and_then(|estimate| estimate.lower.zip(estimate.upper)) {
        return format!("{} to {}", plain(lower), number.shown(upper));
    }
    let upper = one.total.upper.filter(|upper| Some(*upper) > one.total.value.known());
    match (one.total.lower, upper) {
        (Some(lower), Some(upper)) => prose::both(&plain(lower), &number.shown(upper)),
        (Some(lower), None) => prose::lower(&number.shown(lower)),
        (None, Some(upper)) => prose::upper(&number.shown(upper)),
        (None, None) => String::new(),
    }
}

/// What the ends of a counted figure mean, in sentences.
pub(super) fn range(one: &IndicatorResult, number: NumberFormat) -> Vec<String> {
    let upper = one.total.upper.filter(|upper| Some(*upper) > one.total.value.known());
    let lower = one.total.lower;
    if matches!(one.made, Made::Quotient { .. } | Made::Sum(_)) {
        let shown = bounds(one, number);
        return if shown.is_empty() { Vec::new() } else { vec![prose::range_of_parts(&shown)] };
    }
    let upper = upper.map(|upper| prose::at_most(&number.shown(upper)));
    upper.into_iter().chain(lower.map(|lower| prose::at_least(&number.shown(lower)))).collect()
}

/// Who has reported or answered; of a withheld estimate that is withheld too.
pub(super) fn coverage(one: &IndicatorResult) -> String {
    if one.estimate.is_some() && one.total.value == Value::Suppressed {
        return words::NONE.to_owned();
    }
    one.total.coverage.to_string()
}

/// Whether anything on the indicator's sheet is withheld.
pub(super) fn any_suppressed(one: &IndicatorResult) -> bool {
    let figures = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures).chain([&one.total]);
    let waves = one.estimate.iter().flat_map(|facts| &facts.waves).map(|wave| &wave.value);
    figures.map(|figure| &figure.value).chain(waves).any(|value| *value == Value::Suppressed)
        || one.trajectory.iter().any(|point| point.withheld)
}

/// Adds the sheet that freezes below this row and right of this column.
fn frozen(canvas: &mut Canvas, row: u32, column: u16) {
    canvas.sheet().freeze = (row, column);
}

/// Sheets that are one long table print their heads again on every page.
fn repeat(sheet: &mut Sheet, row: u32) {
    sheet.print.repeat = Some((row, row));
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn a_sheet_is_named_by_whole_words() {
        for (title, expect) in [
            ("SMEs that benefited from the partnership", "SMEs that benefited"),
            ("Volume of cooperation projects between members", "Volume of cooperation projects"),
            ("Contacts followed up", "Contacts followed up"),
            ("What it is for", "What it is for"),
            ("Jobs: created/kept [FTE]", "Jobs created kept FTE"),
            ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "Donaudampfschifffahrtselektrizi"),
        ] {
            assert_eq!(short_name(title).as_deref(), Some(expect));
        }
        assert_eq!(short_name("/?*"), None);
    }
}
