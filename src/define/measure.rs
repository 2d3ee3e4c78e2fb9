//! How an indicator comes about: from rows, from a survey, or from other indicators.

use std::collections::BTreeMap;

use super::catalog::{
    ChangeKind, Collection, Committed, Derived, Estimate, FieldKind, From, How, Pairing, RowMeasure, Survey,
};
use super::collection::{known_field, literals};
use super::reader::{At, Table};
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::model::code::{CollectionCode, FieldCode, IndicatorCode};
use crate::model::scoreboard::Accumulation;
use crate::sql::expression::{Expression, condition};
use crate::sql::{Function, Measure, Scope, measure};

/// The one way that is declared. None if it cannot be used; then it was reported.
///
/// `pattern`: the measure of the catalogue, for who says nothing else.
pub fn read(
    table: &Table<'_>,
    pattern: Option<&At<String>>,
    collections: &[Collection],
    surveys: &[Survey],
) -> Option<How> {
    let head = table.span.start..table.span.start + 1;
    let ways: Vec<&str> = [
        ("measure", table.has("measure")),
        ("ratio", table.has("ratio")),
        ("mean", table.has("mean")),
        ("median", table.has("median")),
        ("estimate", table.has("estimate")),
        ("derived", table.has("derived")),
    ]
    .into_iter()
    .filter_map(|(name, has)| has.then_some(name))
    .collect();
    match ways.as_slice() {
        ["derived"] => derived(table).map(How::Derived),
        ["estimate"] => survey(table, collections, surveys),
        [one] => rows(table, collections, one, None),
        [] if pattern.is_some() => rows(table, collections, "measure", pattern),
        [] => {
            let finding = table.error(&rules::MISSING_KEY, &head, "the indicator does not say how it is counted");
            table.report(
                finding
                    .help("Give one of `measure`, `ratio`, `mean`, `median`, `estimate` (with `survey`), `derived`."),
            );
            None
        }
        several => {
            table.bad(
                &head,
                format!("the indicator says twice how it is counted: {}", several.join(", ")),
                "Keep one of them.",
            );
            None
        }
    }
}

fn rows(table: &Table<'_>, collections: &[Collection], way: &str, pattern: Option<&At<String>>) -> Option<How> {
    let names = table.texts("from");
    if names.is_empty() && !table.has("from") {
        let span = table.span.start..table.span.start + 1;
        let finding = table.error(&rules::MISSING_KEY, &span, "the indicator does not say where its rows come from");
        table.report(finding.help("Add from = \"…\" with the code of a collection."));
    }
    let found: Vec<Option<&Collection>> = names.iter().map(|name| known_collection(table, name, collections)).collect();
    let found: Vec<&Collection> = found.into_iter().collect::<Option<_>>()?;
    if found.is_empty() {
        // Without rows every field would be unknown, which says nothing new.
        table.has("where");
        return None;
    }
    let from = conditions(table, &found);
    // Measures see what all collections share.
    let scope = shared_scope(&found);
    let measure = match way {
        "measure" => {
            let text = table.text("measure").or_else(|| pattern.cloned());
            text.and_then(|text| checked(table, &text, &scope, &found)).map(RowMeasure::One)
        }
        "ratio" => {
            let ratio = table.table("ratio")?;
            let (of, to) = (ratio.required_text("of"), ratio.required_text("to"));
            ratio.finish();
            let of = of.and_then(|text| checked(&ratio, &text, &scope, &found));
            let to = to.and_then(|text| checked(&ratio, &text, &scope, &found));
            of.zip(to).map(|(of, to)| RowMeasure::Ratio { of, to })
        }
        "mean" => number(table, "mean", &found).and_then(|field| mean(field, &scope)),
        _ => number(table, "median", &found).map(RowMeasure::Median),
    };
    Some(How::Rows { from: from?, measure: measure? })
}

/// What is decided or contracted, of the rows that the indicator counts.
pub fn committed(table: &Table<'_>, how: Option<&How>, collections: &[Collection]) -> Option<Committed> {
    let committed = table.table("committed")?;
    let (text, date) = (committed.required_text("measure"), committed.text("date"));
    let Some(How::Rows { from, measure: RowMeasure::One(_) }) = how else {
        committed.has("where");
        committed.finish();
        if how.is_some() {
            committed.bad(
                &committed.span,
                "`committed` goes with a `measure` over rows only",
                "A ratio, a median, an estimate or a derived indicator has no part that is decided: take it out.",
            );
        }
        return None;
    };
    let found: Vec<&Collection> =
        from.iter().filter_map(|from| collections.iter().find(|one| one.code == from.collection)).collect();
    let mut from = conditions(&committed, &found);
    committed.finish();
    let text = text?;
    let measure = checked(&committed, &text, &shared_scope(&found), &found)?;
    if !measure.function.is_additive() {
        committed.bad(&text.span, "what is committed must add up", "Use COUNT(*), COUNT(f) or SUM(…).");
        return None;
    }
    if let Some(date) = date {
        for from in from.iter_mut().flatten() {
            let collection = found.iter().find(|collection| collection.code == from.collection)?;
            from.date = Some(placing(&committed, &date, collection)?);
        }
    }
    Some(Committed { from: from?, measure: RowMeasure::One(measure) })
}

/// A field of kind date that places rows in time in place of the collection's own.
fn placing(table: &Table<'_>, date: &At<String>, collection: &Collection) -> Option<FieldCode> {
    let code = known_field(table, date, &collection.fields)?;
    let problem = if collection.by_period {
        format!("rows of `{}` belong to the period that they are reported for", collection.code)
    } else if collection.field(code.as_str())?.kind != FieldKind::Date {
        format!("`{code}` is not a date")
    } else {
        return Some(code);
    };
    table.bad(&date.span, problem, "Name a field of kind date in a cumulative collection, or take `date` out.");
    None
}

/// The one numeric field of a mean or a median.
fn number(table: &Table<'_>, key: &'static str, found: &[&Collection]) -> Option<FieldCode> {
    let text = table.text(key)?;
    let [collection] = found else {
        table.bad(&text.span, format!("a {key} is taken from one collection"), "Name one collection in `from`.");
        return None;
    };
    let code = known_field(table, &text, &collection.fields)?;
    let kind = collection.field(code.as_str())?.kind;
    if !kind.sql().is_number() {
        table.bad(
            &text.span,
            format!("`{code}` is not a number"),
            format!("A {key} needs a field of kind integer, decimal, money or percent."),
        );
        return None;
    }
    Some(code)
}

/// Sum and count of a field: divided once, when both are known.
fn mean(field: FieldCode, scope: &Scope) -> Option<RowMeasure> {
    let of = measure::check(&format!("SUM({field})"), scope).ok()?;
    let to = measure::check(&format!("COUNT({field})"), scope).ok()?;
    Some(RowMeasure::Mean { field, of, to })
}

fn known_collection<'c>(table: &Table<'_>, name: &At<String>, collections: &'c [Collection]) -> Option<&'c Collection> {
    let found = collections.iter().find(|collection| collection.code.as_str() == name.value);
    if found.is_none() {
        let suggestion = nearest(&name.value, collections.iter().map(|collection| collection.code.as_str()));
        let finding =
            table.error(&rules::UNKNOWN_COLLECTION, &name.span, format!("no collection is called `{}`", name.value));
        table.report(finding.suggest(suggestion));
    }
    found
}

/// What every one of the collections has, of one kind.
pub fn shared_scope(collections: &[&Collection]) -> Scope {
    let mut scopes = collections.iter().map(|collection| collection.scope());
    let first = scopes.next().unwrap_or_default();
    scopes
        .fold(first, |shared, scope| shared.into_iter().filter(|(name, kind)| scope.get(name) == Some(kind)).collect())
}

fn conditions(table: &Table<'_>, found: &[&Collection]) -> Option<Vec<From>> {
    let mut given: BTreeMap<CollectionCode, Expression> = BTreeMap::new();
    let mut sound = true;
    let field = |name: &str| found.iter().find_map(|collection| collection.field(name));
    let check = |at: &Table<'_>, text: &At<String>, scope: &Scope| match condition(&text.value, scope) {
        Ok(expression) => Some(expression),
        Err(problems) => {
            at.problems(text, problems);
            None
        }
    };
    if table.is_table("where") {
        let each = table.table("where")?;
        for (name, value) in each.entries() {
            let Some(collection) = found.iter().find(|collection| collection.code.as_str() == name.value) else {
                let names = found.iter().map(|collection| collection.code.as_str());
                let finding = each.error(
                    &rules::UNKNOWN_COLLECTION,
                    &name.span,
                    format!("`from` does not name `{}`", name.value),
                );
                each.report(finding.suggest(nearest(&name.value, names)));
                sound = false;
                continue;
            };
            let Some(text) = value.get_ref().as_str() else {
                each.report(
                    each.error(&rules::WRONG_TYPE, &value.span(), "a condition must be text")
                        .help("Write it in double quotes."),
                );
                sound = false;
                continue;
            };
            let text = At { value: text.to_owned(), span: value.span() };
            literals(&each, &text, |name| collection.field(name));
            match check(&each, &text, &collection.scope()) {
                Some(expression) => {
                    given.insert(collection.code.clone(), expression);
                }
                None => sound = false,
            }
        }
    } else if let Some(text) = table.text("where") {
        literals(table, &text, field);
        match check(table, &text, &shared_scope(found)) {
            Some(expression) => given.extend(found.iter().map(|c| (c.code.clone(), expression.clone()))),
            None => sound = false,
        }
    }
    let from = found
        .iter()
        .map(|collection| From {
            collection: collection.code.clone(),
            condition: given.remove(&collection.code),
            date: None,
        })
        .collect();
    sound.then_some(from)
}

fn checked(table: &Table<'_>, text: &At<String>, scope: &Scope, found: &[&Collection]) -> Option<Measure> {
    literals(table, text, |name| found.iter().find_map(|collection| collection.field(name)));
    match measure::check(&text.value, scope) {
        Ok(measure) => Some(measure),
        Err(problems) => {
            table.problems(text, problems);
            None
        }
    }
}

/// A sum over percentages: what must not be. A mean of them is no sum.
pub fn sums_a_rate(from: &[From], measure: &RowMeasure, collections: &[Collection]) -> Option<String> {
    let measures = match measure {
        RowMeasure::One(measure) => vec![measure],
        RowMeasure::Ratio { of, to } => vec![of, to],
        RowMeasure::Mean { .. } | RowMeasure::Median(_) => Vec::new(),
    };
    let percent = |name: &String| {
        from.iter().any(|from| {
            let collection = collections.iter().find(|collection| collection.code == from.collection);
            collection
                .and_then(|collection| collection.field(name))
                .is_some_and(|field| field.kind == FieldKind::Percent)
        })
    };
    let sums = measures.into_iter().filter(|measure| measure.function == Function::Sum);
    sums.filter_map(|measure| measure.argument.as_ref())
        .flat_map(|argument| &argument.fields)
        .find(|name| percent(name))
        .cloned()
}

/// How it adds up if nothing is declared.
pub fn natural_accumulation(how: &How) -> Accumulation {
    match how {
        How::Rows { measure: RowMeasure::One(_), .. } | How::Derived(Derived::Sum(_)) => Accumulation::Flow,
        _ => Accumulation::Rate,
    }
}

fn survey(table: &Table<'_>, collections: &[Collection], surveys: &[Survey]) -> Option<How> {
    let name = table.required_text("survey")?;
    let Some(survey) = surveys.iter().find(|survey| survey.code.as_str() == name.value) else {
        let suggestion = nearest(&name.value, surveys.iter().map(|survey| survey.code.as_str()));
        let finding = table.error(&rules::UNKNOWN_SURVEY, &name.span, format!("no survey is called `{}`", name.value));
        table.report(finding.suggest(suggestion));
        return None;
    };
    let estimate = estimate(table, survey);
    let frame = collections.iter().find(|collection| collection.code == survey.frame)?;
    let population = table.text("population").and_then(|text| {
        literals(table, &text, |name| frame.field(name));
        condition(&text.value, &frame.scope()).map_err(|problems| table.problems(&text, problems)).ok()
    });
    let change = table
        .choice("change", &[("percentage_points", ChangeKind::PercentagePoints), ("percent", ChangeKind::Percent)])
        .map(|at| at.value);
    let estimate = estimate?;
    let change = change.map(|change| (change, pairing(table, &estimate)));
    if change.is_none() && table.has("pairing") {
        table.bad(&table.span_of("pairing"), "`pairing` has no effect without `change`", "Take it out.");
    }
    Some(How::Survey { survey: survey.code.clone(), estimate, population, change })
}

fn pairing(table: &Table<'_>, estimate: &Estimate) -> Pairing {
    let pairing = table
        .choice("pairing", &[("paired", Pairing::Paired), ("unpaired", Pairing::Unpaired)])
        .map_or(Pairing::Paired, |at| at.value);
    if pairing == Pairing::Paired && matches!(estimate, Estimate::Median(_)) {
        table.bad(
            &table.span_of("change"),
            "the change of a median is not computed on pairs",
            "Add pairing = \"unpaired\", which takes the two waves for separate samples.",
        );
    }
    pairing
}

fn estimate(table: &Table<'_>, survey: &Survey) -> Option<Estimate> {
    let estimate = table.table("estimate")?;
    let ratio = estimate.texts("ratio");
    let (mean, share) = (estimate.text("mean"), estimate.text("share"));
    let (total, median) = (estimate.text("total"), estimate.text("median"));
    estimate.finish();
    let number = |text: &At<String>| {
        let code = known_field(&estimate, text, &survey.questions)?;
        let numeric = survey.question(code.as_str()).is_some_and(|question| question.kind.sql().is_number());
        if !numeric {
            estimate.bad(
                &text.span,
                format!("`{code}` is not a number"),
                "Name a question of kind integer, decimal, money or percent.",
            );
        }
        numeric.then_some(code)
    };
    match (ratio.as_slice(), total, mean, share, median) {
        ([of, to], None, None, None, None) => Some(Estimate::Ratio { of: number(of)?, to: number(to)? }),
        ([], Some(total), None, None, None) => number(&total).map(Estimate::Total),
        ([], None, Some(mean), None, None) => number(&mean).map(Estimate::Mean),
        ([], None, None, None, Some(median)) => number(&median).map(Estimate::Median),
        ([], None, None, Some(share), None) => {
            literals(&estimate, &share, |name| survey.question(name));
            super::refine::option_literals(&estimate, &share, survey);
            match condition(&share.value, &survey.scope()) {
                Ok(expression) => Some(Estimate::Share(expression)),
                Err(problems) => {
                    estimate.problems(&share, problems);
                    None
                }
            }
        }
        _ => {
            estimate.bad(
                &estimate.span,
                "an estimate is one of `ratio = [\"y\", \"x\"]`, `total = \"y\"`, `mean = \"y\"`, `share = \"condition\"`, `median = \"y\"`",
                "For example { ratio = [\"turnover_international\", \"turnover_total\"] }.",
            );
            None
        }
    }
}

fn derived(table: &Table<'_>) -> Option<Derived> {
    let derived = table.table("derived")?;
    let (of, to) = (derived.text("of"), derived.text("to"));
    let sum = derived.texts("sum");
    derived.finish();
    let code = |text: &At<String>| derived.make_code(text, IndicatorCode::new).map(|at| at.value);
    match (of, to, sum.as_slice()) {
        (Some(of), Some(to), []) => Some(Derived::Ratio { of: code(&of)?, to: code(&to)? }),
        (None, None, [_, ..]) => Some(Derived::Sum(sum.iter().map(code).collect::<Option<_>>()?)),
        _ => {
            derived.bad(
                &derived.span,
                "a derived indicator has `of` and `to`, or `sum`",
                "For example { of = \"jobs_created\", to = \"grants_paid\" }.",
            );
            None
        }
    }
}
