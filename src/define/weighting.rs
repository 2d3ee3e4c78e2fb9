//! How a survey's answers are weighted: given weights, known totals, merged strata, and how few answers are too few.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::catalog::{Field, FieldKind, KnownMargin, SurveyColumn, Weighting};
use super::collection::known_field;
use super::reader::{At, Table, exact};
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::sql::Kind;

/// More than any survey of a programme would ask for.
const MOST_ANSWERS: i64 = 1_000_000;

/// The keys of `[survey]` that say it. What is wrong is reported, and left out.
pub fn read(table: &Table<'_>, frame: &[Field], questions: &[Field], has_strata: bool) -> Weighting {
    let weights = table.text("weights").and_then(|text| {
        let column = column(table, &text, frame, questions)?;
        let field = [frame, questions].into_iter().flatten().find(|field| field.code == *column.code());
        if field.is_some_and(|field| !field.kind.sql().is_number()) {
            table.bad(
                &text.span,
                format!("`{}` is not a number", text.value),
                "A weight says how many enterprises of the population an answer speaks for.",
            );
            return None;
        }
        Some(column)
    });
    let post_strata = margins(table, "post_strata", frame, questions);
    let rake = margins(table, "rake", frame, questions);
    if !post_strata.is_empty() && !rake.is_empty() {
        table.bad(
            &table.span_of("rake"),
            "`post_strata` and `rake` exclude each other",
            "Take one of them out: each brings the weights to its own totals.",
        );
    }
    if table.is_table("post_strata") && post_strata.len() > 1 {
        table.bad(
            &table.span_of("post_strata"),
            "`post_strata` has totals of more than one field",
            "Use `rake` for several fields whose combinations are not known.",
        );
    }
    if rake.len() == 1 {
        table.bad(&table.span_of("rake"), "`rake` needs two fields or more", "For one field use `post_strata`.");
    }
    same_frame(table, &rake);
    let margins = if rake.is_empty() { together(table, post_strata) } else { rake };
    let collapse = collapse(table);
    if !collapse.is_empty() && !has_strata {
        table.bad(&table.span_of("collapse"), "`collapse` has no effect without `strata`", "Take it out.");
    }
    let minimum_answers = usize::try_from(table.bounded("minimum_answers", 1, 1..=MOST_ANSWERS)).unwrap_or(1);
    Weighting { weights, margins, collapse, minimum_answers }
}

/// A field of the frame, else a question.
fn column(table: &Table<'_>, text: &At<String>, frame: &[Field], questions: &[Field]) -> Option<SurveyColumn> {
    if let Some(field) = frame.iter().find(|field| field.code.as_str() == text.value) {
        return Some(SurveyColumn::Frame(field.code.clone()));
    }
    if let Some(question) = questions.iter().find(|question| question.code.as_str() == text.value) {
        return Some(SurveyColumn::Question(question.code.clone()));
    }
    let names = || frame.iter().chain(questions).map(|field| field.code.as_str());
    let message = format!("neither the frame nor the survey has a field `{}`", text.value);
    let finding = table.error(&rules::UNKNOWN_FIELD, &text.span, message);
    table.report(finding.suggest(nearest(&text.value, names())));
    None
}

/// One margin a field: `["country", "size"]` counts it in the frame, `{ country = { DE = 95 } }` gives the totals.
fn margins(table: &Table<'_>, key: &'static str, frame: &[Field], questions: &[Field]) -> Vec<KnownMargin> {
    if !table.is_table(key) {
        let margin = |text: &At<String>| {
            let code = known_field(table, text, frame)?;
            is_category(table, text, frame).then(|| KnownMargin {
                name: text.value.clone(),
                by: vec![SurveyColumn::Frame(code)],
                totals: None,
            })
        };
        return table.texts(key).iter().filter_map(margin).collect();
    }
    let Some(declared) = table.table(key) else { return Vec::new() };
    let margin = |(name, value): (At<String>, &Spanned<DeValue<'_>>)| {
        let column = column(&declared, &name, frame, questions)?;
        let fields = if matches!(column, SurveyColumn::Frame(_)) { frame } else { questions };
        let field = fields.iter().find(|field| field.code == *column.code())?;
        let totals = totals(&declared, field, value)?;
        is_category(&declared, &name, fields).then(|| KnownMargin {
            name: name.value,
            by: vec![column],
            totals: Some(totals),
        })
    };
    declared.entries().filter_map(margin).collect()
}

fn is_category(table: &Table<'_>, text: &At<String>, fields: &[Field]) -> bool {
    let field = fields.iter().find(|field| field.code.as_str() == text.value);
    let is_text = field.is_some_and(|field| field.kind.sql() == Kind::Text);
    if !is_text {
        table.bad(
            &text.span,
            format!("`{}` does not divide the population into parts", text.value),
            "Name a field of kind choice, text, country or yes_no.",
        );
    }
    is_text
}

/// Each category with its number of enterprises. None if one of them cannot be used.
fn totals(table: &Table<'_>, field: &Field, value: &Spanned<DeValue<'_>>) -> Option<Vec<(String, u64)>> {
    let Some(declared) = value.get_ref().as_table() else {
        let message = format!("the totals of `{}` must be a table", field.code);
        let help = format!("Write {} = {{ one = 95, other = 43 }}.", field.code);
        table.report(table.error(&rules::WRONG_TYPE, &value.span(), message).help(help));
        return None;
    };
    let options: Vec<&str> = match field.kind {
        FieldKind::Choice => field.options.iter().map(|option| option.code.as_str()).collect(),
        FieldKind::YesNo => vec!["yes", "no"],
        _ => Vec::new(),
    };
    let total = |(name, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        let category = name.get_ref().to_string();
        if !options.is_empty() && !options.contains(&category.as_str()) {
            let message = format!("`{}` has no option `{category}`", field.code);
            let finding = table.error(&rules::UNKNOWN_OPTION, &name.span(), message);
            let suggestion = nearest(&category, options.iter().copied());
            table.report(finding.suggest(suggestion).help(format!("The options are {}.", options.join(", "))));
            return None;
        }
        let number = exact(value.get_ref()).and_then(|number| {
            let whole = number.fract().is_zero();
            whole.then(|| u64::try_from(number.normalize()).ok()).flatten()
        });
        if number.is_none() {
            let message = format!("the total of `{category}` must be a whole number");
            let finding = table.error(&rules::WRONG_TYPE, &value.span(), message);
            table.report(finding.help("Write how many enterprises of the population are in it, for example 95."));
        }
        Some((category, number?))
    };
    let totals: Vec<Option<(String, u64)>> = declared.iter().map(total).collect();
    totals.into_iter().collect()
}

/// Declared totals speak of one population.
fn same_frame(table: &Table<'_>, rake: &[KnownMargin]) {
    let sum = |margin: &KnownMargin| {
        margin.totals.as_ref().map(|totals| totals.iter().fold(0_u64, |sum, (_, n)| sum.saturating_add(*n)))
    };
    let sums: Vec<(&str, u64)> =
        rake.iter().filter_map(|margin| sum(margin).map(|sum| (margin.name.as_str(), sum))).collect();
    let Some((first, expected)) = sums.first() else { return };
    if let Some((name, total)) = sums.iter().find(|(_, total)| total != expected) {
        table.bad(
            &table.span_of("rake"),
            format!("the totals of `{first}` add up to {expected}, those of `{name}` to {total}"),
            "Both divide the same population: correct one of them.",
        );
    }
}

/// Post-strata of several fields are the combinations of their values.
fn together(table: &Table<'_>, margins: Vec<KnownMargin>) -> Vec<KnownMargin> {
    if table.is_table("post_strata") || margins.len() < 2 {
        return margins;
    }
    let name = margins.iter().map(|margin| margin.name.as_str()).collect::<Vec<_>>().join(" and ");
    vec![KnownMargin { name, by: margins.into_iter().flat_map(|margin| margin.by).collect(), totals: None }]
}

/// Lists of names of strata, each of which becomes one.
fn collapse(table: &Table<'_>) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut groups = Vec::new();
    for group in table.groups("collapse") {
        for name in &group.value {
            if !seen.insert(name.value.clone()) {
                table.bad(
                    &name.span,
                    format!("the stratum `{}` stands twice in `collapse`", name.value),
                    "Put all strata that become one into one list.",
                );
            }
        }
        if group.value.len() < 2 {
            table.bad(&group.span, "one stratum alone cannot be merged", "Name two strata or more in each list.");
        }
        groups.push(group.value.into_iter().map(|name| name.value).collect());
    }
    groups
}
