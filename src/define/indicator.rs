//! `[[indicator]]`: what is measured, with its worked examples.

use std::collections::BTreeMap;

use super::catalog::{
    Collection, Derived, Example, ExampleCell, ExampleRow, FieldKind, From, How, Indicator, Partner, Programme,
    RowMeasure, Survey,
};
use super::measure::{self, natural_accumulation, shared_scope, sums_a_rate};
use super::reader::{At, Findings, Table, exact};
use super::standard::{Entry, OpenEntry};
use super::target;
use super::used::{self, Pattern, Used};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::code::{IndicatorCode, SurveyCode};
use crate::model::scoreboard::{Accumulation, Level};
use crate::model::unit::Unit;
use crate::sql::{Kind, Scope};

/// What an indicator may refer to.
pub struct Context<'a> {
    pub programme: &'a Programme,
    pub partners: &'a [Partner],
    pub collections: &'a [Collection],
    pub surveys: &'a [Survey],
    pub entry: OpenEntry<'a>,
}

pub fn read(table: &Table<'_>, context: &Context<'_>) -> Option<(Place, Indicator)> {
    let used = used::read(table, context.entry);
    let entry = used.entry();
    let code = match &used {
        Used::Entry { entry, at } if !table.has("code") => {
            IndicatorCode::new(entry.code()).map(|value| At { value, span: at.clone() })
        }
        // Of a name that nobody knows only the name is told.
        Used::Unknown if !table.has("code") => None,
        _ => table.code("code", IndicatorCode::new),
    };
    let title = table.text("title").map(|at| at.value);
    let title = title.or_else(|| Some(entry?.title.get(&context.programme.language).to_owned()));
    let definition = used::definition(table, entry);
    let help = table.words("help").unwrap_or_default();
    let level = table.choice("level", &Level::NAMES).map(|at| at.value);
    let level = level.or(entry.map(|entry| entry.level)).unwrap_or(Level::Output);
    let unit = match entry {
        Some(entry) => table.text("unit").map_or_else(|| Some(entry.unit.clone()), |at| Some(at.value)),
        None if matches!(used, Used::Unknown) => table.text("unit").map(|at| at.value),
        None => table.required_text("unit").map(|at| at.value),
    };
    let unit = unit.map(Unit::new);
    let pattern = used::pattern(table, &used);
    let how = match &pattern {
        Pattern::Unknown if !used::says_how(table) => None,
        Pattern::Measure(measure) => measure::read(table, Some(measure), context.collections, context.surveys),
        _ => measure::read(table, None, context.collections, context.surveys),
    };
    // Asked for whatever the way, so that a key of another way is told as unused rather than unknown.
    for key in ["from", "where", "survey", "population", "change", "pairing"] {
        let used = match key {
            "from" | "where" => matches!(how, Some(How::Rows { .. }) | None),
            _ => matches!(how, Some(How::Survey { .. }) | None),
        };
        if table.has(key) && !used {
            table.bad(
                &table.span_of(key),
                format!("`{key}` has no effect here"),
                "Take it out, or change how the indicator is counted.",
            );
        }
    }
    let accumulation = accumulation(table, how.as_ref(), entry, context);
    let committed = measure::committed(table, how.as_ref(), context.collections);
    if let Some(committed) = &committed {
        rate_summed(table, "committed", (&committed.from, &committed.measure), context);
    }
    let by = by(table, how.as_ref(), context);
    let adds_up = matches!(
        &how,
        Some(How::Rows { measure: RowMeasure::One(measure), from })
            if measure.function.is_additive() && !counted_once(from, context.collections)
    );
    let unit_or = unit.clone().unwrap_or_else(|| Unit::new(""));
    let held = target::read(table, &unit_or, context.programme, context.partners, adds_up);
    let evidence = table.text("evidence").map(|at| at.value).or_else(|| Some(entry?.evidence.clone()));
    let source = table.text("source").map(|at| at.value).or_else(|| Some(entry?.source.clone()));
    let responsible = table.text("responsible").map(|at| at.value);
    let compare_with = super::compare::read(table);
    let published = super::published::read(table, &by);
    let common = common(table).or_else(|| entry?.common.clone());
    if let Used::Entry { entry, .. } = &used {
        used::differences(table, entry, accumulation);
    }
    let examples = examples(table, how.as_ref(), context);
    table.finish();
    let code = code?;
    let indicator = Indicator {
        title: title.unwrap_or_else(|| code.value.as_str().replace('_', " ")),
        code: code.value,
        definition,
        help,
        level,
        unit: unit?,
        how: how?,
        committed,
        accumulation,
        direction: held.direction,
        by,
        baseline: held.baseline,
        milestones: held.milestones,
        targets: held.targets,
        trajectory: held.trajectory,
        partner_targets: held.partner_targets,
        declared: super::declared::read(table),
        evidence,
        source,
        responsible,
        compare_with,
        published,
        common,
        catalogue: entry.map(|entry| entry.name.clone()),
        examples,
    };
    Some((table.place(&code.span), indicator))
}

/// `RCO` or `RCR` and digits, as the annex of Regulation (EU) 2021/1058 numbers them.
pub fn is_common(text: &str) -> bool {
    let number = text.strip_prefix("RCO").or_else(|| text.strip_prefix("RCR"));
    number.is_some_and(|number| (2..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
}

fn common(table: &Table<'_>) -> Option<String> {
    let text = table.text("common")?;
    if is_common(&text.value) {
        return Some(text.value);
    }
    let message = format!("`{}` is no code of the EU's common indicators", text.value);
    table.bad(&text.span, message, "Write RCO and its number for an output, RCR for a result, as in \"RCO01\".");
    None
}

/// Rows of several partners may be one record, so partner figures need not add up.
fn counted_once(from: &[From], collections: &[Collection]) -> bool {
    from.iter()
        .any(|from| collections.iter().any(|collection| collection.code == from.collection && collection.shared_key))
}

fn accumulation(table: &Table<'_>, how: Option<&How>, entry: Option<&Entry>, context: &Context<'_>) -> Accumulation {
    let declared = table.choice("accumulation", &Accumulation::NAMES);
    let Some(how) = how else { return Accumulation::Flow };
    let natural = natural_accumulation(how);
    // An estimate of what others count stays a rate: the catalogue's word cannot make a flow of it.
    let standard = entry.map(|entry| entry.accumulation).filter(|_| natural != Accumulation::Rate);
    let chosen = declared.as_ref().map(|at| at.value).or(standard).unwrap_or(natural);
    let span = table.span_of("accumulation");
    if natural == Accumulation::Rate && chosen == Accumulation::Flow {
        let finding =
            table.error(&rules::RATE_SUMMED, &span, "a ratio, a mean, a median or an estimate cannot be a flow");
        table.report(finding.help("Take `accumulation` out: it is a rate, recomputed from rows wherever it stands."));
    }
    if let How::Rows { from, measure } = how {
        rate_summed(table, if table.has("ratio") { "ratio" } else { "measure" }, (from, measure), context);
    }
    if let How::Rows { from, .. } = how {
        for from in from {
            let Some(collection) = context.collections.iter().find(|c| c.code == from.collection) else { continue };
            if chosen == Accumulation::Flow && !collection.has_periods() {
                let message = format!(
                    "a flow needs to know when: `{}` declares neither `date` nor `submission = \"period\"`",
                    collection.code
                );
                table.bad(
                    &table.span_of("from"),
                    message,
                    "Declare `date` in the collection, or make the indicator a stock.",
                );
            }
        }
    }
    chosen
}

fn rate_summed(table: &Table<'_>, key: &'static str, (from, measure): (&[From], &RowMeasure), context: &Context<'_>) {
    let Some(field) = sums_a_rate(from, measure, context.collections) else { return };
    let message = format!("`{field}` is a percentage and would be added up");
    let finding = table.error(&rules::RATE_SUMMED, &table.span_of(key), message);
    table.report(finding.help("Use `ratio` with what the percentage is made of."));
}

fn by(table: &Table<'_>, how: Option<&How>, context: &Context<'_>) -> Vec<String> {
    let names = table.texts("by");
    let scope = match how {
        Some(How::Rows { from, .. }) => {
            let found: Vec<&Collection> =
                from.iter().filter_map(|from| context.collections.iter().find(|c| c.code == from.collection)).collect();
            shared_scope(&found)
        }
        Some(How::Survey { survey, .. }) => groups(survey, context),
        Some(How::Derived(_)) => {
            if !names.is_empty() {
                table.bad(&table.span_of("by"), "breakdowns of derived indicators are not computed", "Take `by` out.");
            }
            return Vec::new();
        }
        None => return Vec::new(),
    };
    let mut chosen: Vec<String> = Vec::new();
    for name in names {
        let fits = scope.get(&name.value).is_some_and(|kind| matches!(kind, Kind::Text | Kind::Integer));
        if fits && !chosen.contains(&name.value) {
            chosen.push(name.value);
        } else if fits {
            table.bad(&name.span, format!("`{}` stands twice in `by`", name.value), "Take one of them out.");
        } else {
            let finding = table.error(
                &rules::UNKNOWN_FIELD,
                &name.span,
                format!("`{}` is no field to break down by", name.value),
            );
            let names = scope
                .iter()
                .filter(|(_, kind)| matches!(kind, Kind::Text | Kind::Integer))
                .map(|(name, _)| name.as_str());
            let names: Vec<&str> = names.collect();
            let finding = finding.suggest(nearest(&name.value, names.iter().copied()));
            table.report(finding.help(format!("Fields with a list of values are {}.", names.join(", "))));
        }
    }
    chosen
}

/// What an estimate may be grouped by: fields of the frame, and questions that are not called like one of them.
fn groups(survey: &SurveyCode, context: &Context<'_>) -> Scope {
    let Some(survey) = context.surveys.iter().find(|one| one.code == *survey) else { return Scope::new() };
    let questions = survey.questions.iter().filter(|question| question.kind != FieldKind::Enterprise);
    let mut scope: Scope = questions.map(|field| (field.code.as_str().to_owned(), field.kind.sql())).collect();
    if let Some(frame) = context.collections.iter().find(|one| one.code == survey.frame) {
        scope.extend(shared_scope(&[frame]));
        scope.remove("period");
        for field in frame.fields.iter().filter(|field| field.kind == FieldKind::Enterprise) {
            scope.remove(field.code.as_str());
        }
    }
    scope
}

fn examples(table: &Table<'_>, how: Option<&How>, context: &Context<'_>) -> Vec<Example> {
    let examples = table.tables("example");
    let Some(How::Rows { from, .. }) = how else {
        if let Some(example) = examples.first()
            && how.is_some()
        {
            example.bad(&example.span, "worked examples go with indicators counted from rows", "Take it out.");
        }
        return Vec::new();
    };
    let found: Vec<&Collection> =
        from.iter().filter_map(|from| context.collections.iter().find(|c| c.code == from.collection)).collect();
    examples.iter().filter_map(|example| self::example(example, &found)).collect()
}

fn example(table: &Table<'_>, found: &[&Collection]) -> Option<Example> {
    let place = table.place(&table.span_of("expect"));
    let expect = table.required_decimal("expect");
    if !table.has("given") {
        let span = table.span.start..table.span.start + 1;
        table.report(
            table
                .error(&rules::MISSING_KEY, &span, "the example needs `given`")
                .help("Write given = [{ status = \"signed\" }]."),
        );
    }
    let given: Vec<Option<ExampleRow>> = table.tables("given").iter().map(|row| example_row(row, found)).collect();
    table.finish();
    Some(Example { given: given.into_iter().collect::<Option<_>>()?, expect: expect?.value, place })
}

fn example_row(row: &Table<'_>, found: &[&Collection]) -> Option<ExampleRow> {
    let named = row.text("collection");
    let collection = match (&named, found) {
        (Some(name), _) => {
            let one = found.iter().find(|collection| collection.code.as_str() == name.value);
            if one.is_none() {
                let names = found.iter().map(|collection| collection.code.as_str());
                let finding =
                    row.error(&rules::UNKNOWN_COLLECTION, &name.span, format!("`from` does not name `{}`", name.value));
                row.report(finding.suggest(nearest(&name.value, names)));
            }
            one?
        }
        (None, [one]) => one,
        (None, _) => {
            row.bad(&row.span, "the row does not say which collection it stands in", "Add collection = \"…\".");
            return None;
        }
    };
    let mut cells = BTreeMap::new();
    for (name, value) in row.entries() {
        if name.value == "collection" {
            continue;
        }
        let special = matches!(name.value.as_str(), "partner" | "country" | "period");
        let kind = collection.field(&name.value).map(|field| field.kind);
        if kind.is_none() && !special {
            let names = collection.fields.iter().map(|field| field.code.as_str());
            let finding = row.error(
                &rules::UNKNOWN_FIELD,
                &name.span,
                format!("`{}` is no field of `{}`", name.value, collection.code),
            );
            row.report(finding.suggest(nearest(&name.value, names)));
            continue;
        }
        let wanted = match (kind, name.value.as_str()) {
            (Some(kind), _) => kind.sql(),
            (None, "period") => Kind::Integer,
            _ => Kind::Text,
        };
        let datetime = value.get_ref().as_datetime().and_then(|at| at.date);
        let day = datetime.and_then(|date| {
            chrono::NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
        });
        let number = exact(value.get_ref());
        let text = value.get_ref().as_str();
        let truth = value.get_ref().as_bool().filter(|_| kind == Some(FieldKind::YesNo));
        let cell = match (wanted, text, number, day, truth) {
            (Kind::Text, Some(text), ..) => Some(ExampleCell::Text(text.to_owned())),
            (Kind::Text, .., Some(truth)) => Some(ExampleCell::Text(if truth { "yes" } else { "no" }.to_owned())),
            (Kind::Integer, _, Some(number), ..) if number.fract().is_zero() => Some(ExampleCell::Number(number)),
            (Kind::Decimal, _, Some(number), ..) => Some(ExampleCell::Number(number)),
            (Kind::Date, .., Some(day), _) => Some(ExampleCell::Day(day)),
            _ => None,
        };
        let option_known = collection
            .field(&name.value)
            .filter(|field| field.kind == FieldKind::Choice)
            .is_none_or(|field| text.is_some_and(|text| field.options.iter().any(|option| option.code == text)));
        match cell {
            Some(cell) if option_known => {
                cells.insert(name.value, cell);
            }
            Some(_) => {
                let options: Vec<&str> = collection
                    .field(&name.value)
                    .map(|field| field.options.iter().map(|option| option.code.as_str()).collect())
                    .unwrap_or_default();
                let suggestion = text.and_then(|text| nearest(text, options.iter().copied()));
                let finding =
                    row.error(&rules::UNKNOWN_OPTION, &value.span(), format!("`{}` has no such option", name.value));
                row.report(finding.suggest(suggestion).help(format!("The options are {}.", options.join(", "))));
            }
            None => row.report(
                row.error(&rules::WRONG_TYPE, &value.span(), format!("`{}` is of another kind", name.value))
                    .help("Give a value of the field's kind."),
            ),
        }
    }
    Some(ExampleRow { collection: collection.code.clone(), cells })
}

/// Derived indicators name indicators that exist, add up no rates, and do not go in circles.
pub fn check_derived(indicators: &[(Place, Indicator)], findings: &Findings) {
    let parts = |indicator: &Indicator| -> Vec<IndicatorCode> {
        match &indicator.how {
            How::Derived(Derived::Ratio { of, to }) => vec![of.clone(), to.clone()],
            How::Derived(Derived::Sum(parts)) => parts.clone(),
            _ => Vec::new(),
        }
    };
    let find = |code: &IndicatorCode| indicators.iter().map(|(_, indicator)| indicator).find(|i| i.code == *code);
    for (place, indicator) in indicators {
        for part in parts(indicator) {
            match find(&part) {
                None => {
                    let message = format!("no indicator is called `{part}`");
                    let names = indicators.iter().map(|(_, indicator)| indicator.code.as_str());
                    let finding = Finding::error(&rules::UNKNOWN_INDICATOR, place.clone(), message);
                    findings.borrow_mut().push(finding.suggest(nearest(part.as_str(), names)));
                }
                Some(other)
                    if matches!(&indicator.how, How::Derived(Derived::Sum(_)))
                        && (other.accumulation == Accumulation::Rate || other.unit != indicator.unit) =>
                {
                    let message = format!(
                        "`{part}` cannot be added up: it is {}",
                        if other.accumulation == Accumulation::Rate {
                            "a rate".to_owned()
                        } else {
                            format!("in {}", other.unit)
                        }
                    );
                    findings.borrow_mut().push(
                        Finding::error(&rules::RATE_SUMMED, place.clone(), message)
                            .help("Only flows and stocks of the same unit add up."),
                    );
                }
                Some(_) => {}
            }
        }
        // Follow the parts down; coming back to where we began is a circle.
        let mut path = vec![indicator.code.clone()];
        if circle(indicator, &find, &parts, &mut path) {
            let names: Vec<&str> = path.iter().map(IndicatorCode::as_str).collect();
            let message = format!("the indicator depends on itself: {}", names.join(" → "));
            findings
                .borrow_mut()
                .push(Finding::error(&rules::CYCLE, place.clone(), message).help("Take one of the steps out."));
        }
    }
}

fn circle<'a>(
    indicator: &'a Indicator,
    find: &impl Fn(&IndicatorCode) -> Option<&'a Indicator>,
    parts: &impl Fn(&Indicator) -> Vec<IndicatorCode>,
    path: &mut Vec<IndicatorCode>,
) -> bool {
    for part in parts(indicator) {
        let back = path.first() == Some(&part);
        if !back && path.contains(&part) {
            continue;
        }
        path.push(part.clone());
        if back || find(&part).is_some_and(|next| circle(next, find, parts, path)) {
            return true;
        }
        path.pop();
    }
    false
}
