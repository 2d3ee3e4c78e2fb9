//! `[collection]`: a table that partners fill in; and fields, which surveys share.

use std::collections::BTreeMap;

use super::catalog::{
    Bound, Check, ChoiceOption, Collection, Field, FieldKind, Future, Guidance, Numbers, OnConflict, PercentScale,
};
use super::form::questions::Asked;
use super::reader::{At, Table};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::code::{CollectionCode, FieldCode, is_code};
use crate::model::country::{CountryMatch, read_country};
use crate::model::fold::fold;
use crate::model::words::Words;
use crate::sql::comparisons::comparisons;
use crate::sql::expression::condition;
use crate::sql::{Scope, is_reserved, is_taken};

pub fn read(table: &Table<'_>) -> Option<(Place, Collection)> {
    let code = table.code("code", CollectionCode::new);
    if let Some(code) = code.as_ref().filter(|code| is_reserved(code.value.as_str())) {
        let message = format!("a collection cannot be called `{}`", code.value);
        let finding = table.error(&rules::BAD_CODE, &code.span, message);
        table.report(finding.help("The word has a meaning of its own in SQL; add a word to it."));
    }
    let title = table.required_words("title");
    let help = table.words("help").unwrap_or_default();
    let also_called = table.texts("also_called").into_iter().map(|at| at.value).collect();
    let illustrative = table.words("illustrative");
    let fields = fields(table, "field", &[]);
    let key = codes_of(table, "key", &fields);
    let shared_key = table.choice("key_scope", &[("partner", false), ("programme", true)]).is_some_and(|at| at.value);
    if shared_key && key.is_empty() {
        table.bad(
            &table.span_of("key_scope"),
            "`key_scope = \"programme\"` needs a `key`",
            "Declare the fields that identify a record.",
        );
    }
    let on_conflict = table
        .choice(
            "on_conflict",
            &[
                ("first_partner", OnConflict::FirstPartner),
                ("minimum", OnConflict::Minimum),
                ("none", OnConflict::None),
            ],
        )
        .map_or(OnConflict::FirstPartner, |at| at.value);
    let date = table.text("date").and_then(|text| known_field(table, &text, &fields));
    if let Some(date) = &date
        && fields.iter().any(|field| field.code == *date && field.kind != FieldKind::Date)
    {
        table.bad(
            &table.span_of("date"),
            format!("the field `{date}` is not of kind date"),
            "Name a field of kind date.",
        );
    }
    let by_period = table.choice("submission", &[("cumulative", false), ("period", true)]).is_some_and(|at| at.value);
    let due_days = u64::try_from(table.bounded("due_days", 15, 0..=3_650)).unwrap_or(15);
    let layouts = super::layout::read(table, &fields);
    let mut fields = fields;
    // What has not happened yet cannot be placed in time: the default for the field that does the placing.
    for field in &mut fields {
        if date.as_ref() == Some(&field.code) && !future_declared(table, &field.code) {
            field.future = Future::Refuse;
        }
    }
    let mut collection = Collection {
        code: code.as_ref()?.value.clone(),
        title: title?,
        help,
        also_called,
        illustrative,
        key,
        shared_key,
        on_conflict,
        date,
        by_period,
        due_days,
        layouts,
        fields,
        checks: Vec::new(),
        group_checks: Vec::new(),
    };
    collection.checks = checks(table, &collection);
    collection.group_checks = super::group_check::read(table, &collection);
    table.finish();
    Some((table.place(&code?.span), collection))
}

fn future_declared(table: &Table<'_>, code: &FieldCode) -> bool {
    table
        .tables("field")
        .iter()
        .any(|field| field.text("code").is_some_and(|at| at.value == code.as_str()) && field.has("future"))
}

/// The fields of a collection or the questions of a survey.
///
/// What a form asks stands first; a declared question of the same code says more of it.
pub fn fields(table: &Table<'_>, key: &'static str, asked: &[Asked]) -> Vec<Field> {
    let declared = table.tables(key);
    let of_form = |declared: &Table<'_>| {
        let code = declared.text("code")?;
        asked.iter().find(|asked| asked.field.code.as_str() == code.value).map(|asked| &asked.field)
    };
    let refined: Vec<(Place, Field)> =
        declared.iter().filter_map(|declared| field(declared, of_form(declared), key == "question")).collect();
    let is_refined = |field: &Field| refined.iter().any(|(_, known)| known.code == field.code);
    let mut read: Vec<(Place, Field)> = asked
        .iter()
        .filter(|asked| asked.by_default && !is_refined(&asked.field))
        .map(|asked| (asked.place.clone(), asked.field.clone()))
        .collect();
    read.extend(refined);
    // In the order of the form, then of the declarations.
    let position = |field: &Field| asked.iter().position(|asked| asked.field.code == field.code).unwrap_or(asked.len());
    read.sort_by_key(|(_, field)| position(field));
    super::unique(read.iter().map(|(at, field)| (field.code.as_str(), at)), "field", table.findings());
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (place, field) in &read {
        for name in field.names() {
            let folded = name.trim().to_lowercase();
            if let Some(other) = names.insert(folded, field.code.as_str().to_owned())
                && other != field.code.as_str()
            {
                let message = format!("`{name}` is a label of `{other}` and of `{}`", field.code);
                let finding = Finding::error(&rules::DUPLICATE_CODE, place.clone(), message);
                table.report(finding.help("A column with this label could be either; rename one."));
            }
        }
    }
    let fields: Vec<Field> = read.into_iter().map(|(_, field)| field).collect();
    for enterprise in table.tables(key) {
        for part in ["name", "country"] {
            if let Some(text) = enterprise.text(if part == "name" { "name" } else { "country" }) {
                known_field(&enterprise, &text, &fields);
            }
        }
    }
    fields
}

fn field(table: &Table<'_>, asked: Option<&Field>, of_survey: bool) -> Option<(Place, Field)> {
    let code = table.code("code", FieldCode::new);
    if let Some(code) = &code {
        let name = code.value.as_str();
        if is_taken(name) {
            let message = format!("a field cannot be called `{name}`");
            let finding = table.error(&rules::BAD_CODE, &code.span, message);
            table.report(finding.help("The word has a meaning of its own in expressions; add a word to it."));
        }
    }
    let (own_label, own_kind) = (table.words("label"), table.choice("kind", &FieldKind::NAMES));
    let label = match asked {
        Some(asked) => Some(own_label.clone().unwrap_or_else(|| asked.label.clone())),
        None => table.required("label", own_label.clone()),
    };
    let kind = match asked {
        Some(asked) if own_kind.is_none() && !table.has("kind") => {
            code.as_ref().map(|code| At { value: asked.kind, span: code.span.clone() })
        }
        Some(_) => own_kind,
        None => table.required("kind", own_kind),
    };
    let also_called = table.texts("also_called").into_iter().map(|at| at.value).collect();
    let required = table.boolean("required").unwrap_or_else(|| asked.is_some_and(|asked| asked.required));
    let (minimum, maximum) = (bound(table, "minimum", kind.as_ref()), bound(table, "maximum", kind.as_ref()));
    let options = super::refine::options(options(table), asked);
    let absent = if of_survey { super::refine::absent(table) } else { BTreeMap::new() };
    let scale = table
        .choice("scale", &[("percent", PercentScale::Percent), ("fraction", PercentScale::Fraction)])
        .map(|at| at.value);
    let future = table
        .choice("future", &[("refuse", Future::Refuse), ("warn", Future::Warn), ("allow", Future::Allow)])
        .map_or(Future::Allow, |at| at.value);
    let name = table.text("name").and_then(|at| FieldCode::new(&at.value));
    let country = table.text("country").and_then(|at| FieldCode::new(&at.value));
    let organisation = table.boolean("organisation").unwrap_or(false);
    let numbers = match table.boolean("check_digits") {
        None => Numbers::Slips,
        Some(true) => Numbers::Checked,
        Some(false) => Numbers::AsWritten,
    };
    let unreadable = table
        .choice("unreadable", &[("error", Severity::Error), ("warning", Severity::Warning)])
        .map_or(Severity::Error, |at| at.value);
    let total = table.boolean("total").unwrap_or(false);
    let words = |key| table.words(key).unwrap_or_default();
    let mut guidance = Guidance { help: words("help"), example: words("example"), unit: words("unit") };
    if let Some(asked) = asked.filter(|_| !table.has("help")) {
        guidance.help = asked.guidance.help.clone();
    }
    let refers_to = if of_survey { None } else { super::chain::refers_to(table) };
    let currency = kind.as_ref().and_then(|kind| super::currency::of_field(table, kind.value, of_survey));
    table.finish();
    let (code, kind) = (code?, kind?);
    let needs = |fits: bool, key: &'static str, only: &str| {
        if !fits && table.has(key) {
            table.bad(
                &table.span_of(key),
                format!("`{key}` goes with kind {only} only"),
                "Take it out, or change the kind.",
            );
        }
    };
    needs(kind.value == FieldKind::Percent, "scale", "percent");
    let chosen = matches!(kind.value, FieldKind::Choice | FieldKind::Choices);
    needs(chosen, "options", if of_survey { "choice or choices" } else { "choice" });
    if kind.value == FieldKind::Choices && !of_survey {
        table.bad(
            &kind.span,
            "`choices` are asked in surveys only",
            "Use `choice`, or a column of yes_no for each option.",
        );
    }
    if let Some(option) = options.iter().find(|option| kind.value == FieldKind::Choices && option.code.contains(' ')) {
        let message = format!("the code `{}` has a space, which parts several answers", option.code);
        table.bad(&kind.span, message, "Write `_` for the space, and the other spelling into `also_called`.");
    }
    needs(kind.value == FieldKind::Enterprise, "name", "enterprise");
    needs(kind.value == FieldKind::Text && !of_survey, "organisation", "text");
    needs(kind.value == FieldKind::Enterprise, "check_digits", "enterprise");
    needs(kind.value == FieldKind::Country, "unreadable", "country");
    needs(kind.value == FieldKind::Enterprise || organisation, "country", "enterprise or a text of organisations");
    needs(kind.value == FieldKind::Date, "future", "date");
    // A percentage has no total.
    let adds_up = matches!(kind.value, FieldKind::Integer | FieldKind::Decimal | FieldKind::Money);
    needs(adds_up, "total", "integer, decimal or money");
    if chosen && options.is_empty() {
        table.bad(&kind.span, "a choice needs `options`", "Write options = [\"one\", \"two\"].");
    }
    let form = asked.and_then(|asked| super::refine::form(asked, own_label.as_ref(), kind.value));
    let field = Field {
        code: code.value,
        label: label?,
        also_called,
        kind: kind.value,
        required,
        minimum,
        maximum,
        options: if chosen { options } else { Vec::new() },
        scale,
        future,
        name,
        country,
        organisation,
        numbers,
        unreadable,
        meant: BTreeMap::new(),
        total,
        currency,
        guidance,
        refers_to,
        form,
        absent,
    };
    Some((table.place(&code.span), field))
}

fn bound(table: &Table<'_>, key: &'static str, kind: Option<&At<FieldKind>>) -> Option<Bound> {
    if !table.has(key) {
        return None;
    }
    match kind?.value {
        FieldKind::Date => table.date(key).map(|at| Bound::Day(at.value)),
        FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => {
            table.decimal(key).map(|at| Bound::Number(at.value))
        }
        _ => {
            table.bad(
                &table.span_of(key),
                format!("`{key}` goes with numbers and dates only"),
                "Take it out, or change the kind.",
            );
            None
        }
    }
}

/// Options as codes, or as tables with labels.
fn options(table: &Table<'_>) -> Vec<ChoiceOption> {
    let first_is_table = table.array_holds_tables("options");
    let read: Vec<(At<String>, ChoiceOption)> = if first_is_table {
        table
            .tables("options")
            .iter()
            .filter_map(|option| {
                let code = option.required_text("code");
                let label = option.words("label");
                let also_called = option.texts("also_called").into_iter().map(|at| at.value).collect();
                option.finish();
                let code = code?;
                let label = label.unwrap_or_else(|| Words::plain(code.value.clone()));
                Some((code.clone(), ChoiceOption { code: code.value, label, also_called }))
            })
            .collect()
    } else {
        table
            .texts("options")
            .into_iter()
            .map(|at| {
                let label = Words::plain(at.value.replace('_', " "));
                (at.clone(), ChoiceOption { code: at.value, label, also_called: Vec::new() })
            })
            .collect()
    };
    let mut seen: Vec<&str> = Vec::new();
    for (at, option) in &read {
        if seen.contains(&option.code.as_str()) {
            let message = format!("the option `{}` stands twice", option.code);
            table.report(table.error(&rules::DUPLICATE_CODE, &at.span, message).help("Take one of them out."));
        }
        seen.push(&option.code);
    }
    read.into_iter().map(|(_, option)| option).collect()
}

/// A field by its code, or a finding with the nearest.
pub fn known_field(table: &Table<'_>, text: &At<String>, fields: &[Field]) -> Option<FieldCode> {
    let known = fields.iter().find(|field| field.code.as_str() == text.value);
    if known.is_none() {
        let finding = table.error(&rules::UNKNOWN_FIELD, &text.span, format!("no field is called `{}`", text.value));
        let names = || fields.iter().map(|field| field.code.as_str());
        let help = format!("The fields are {}.", names().collect::<Vec<_>>().join(", "));
        table.report(finding.suggest(nearest(&text.value, names())).help(help));
    }
    known.map(|field| field.code.clone())
}

pub fn codes_of(table: &Table<'_>, key: &'static str, fields: &[Field]) -> Vec<FieldCode> {
    table.texts(key).iter().filter_map(|text| known_field(table, text, fields)).collect()
}

fn checks(table: &Table<'_>, collection: &Collection) -> Vec<Check> {
    checks_of(table, &collection.scope(), Severity::Error, &|name| collection.field(name))
}

/// Declared checks over rows or answers.
pub fn checks_of<'f>(
    table: &Table<'_>,
    scope: &Scope,
    severity: Severity,
    find: &dyn Fn(&str) -> Option<&'f Field>,
) -> Vec<Check> {
    let read: Vec<(Place, Check)> = table
        .tables("check")
        .iter()
        .filter_map(|check| {
            let code = check.code("code", |text| is_code(text).then(|| text.to_owned()));
            let severity = check
                .choice("severity", &[("error", Severity::Error), ("warning", Severity::Warning)])
                .map_or(severity, |at| at.value);
            let expect = check.required_text("expect");
            let message = check.required_words("message");
            check.finish();
            let expect = expect?;
            literals(check, &expect, find);
            let expression = match condition(&expect.value, scope) {
                Ok(expression) => expression,
                Err(problems) => {
                    check.problems(&expect, problems);
                    return None;
                }
            };
            let code = code?;
            Some((check.place(&code.span), Check { code: code.value, severity, expect: expression, message: message? }))
        })
        .collect();
    super::unique(read.iter().map(|(at, check)| (check.code.as_str(), at)), "check", table.findings());
    read.into_iter().map(|(_, check)| check).collect()
}

/// Texts that an expression compares a choice, a yes or no, or a country with must be among its values: a misspelt
/// one is never true, and the figure would be a silent zero.
pub fn literals<'f>(table: &Table<'_>, text: &At<String>, find: impl Fn(&str) -> Option<&'f Field>) {
    for compared in comparisons(&text.value) {
        let Some(field) = find(&compared.field) else { continue };
        let codes: Vec<&str> = match field.kind {
            FieldKind::Choice => field.options.iter().map(|option| option.code.as_str()).collect(),
            FieldKind::YesNo => vec!["yes", "no"],
            FieldKind::Country if matches!(read_country(&compared.text), CountryMatch::Code(code) if code == compared.text) =>
            {
                continue;
            }
            FieldKind::Country => Vec::new(),
            _ => continue,
        };
        if codes.contains(&compared.text.as_str()) {
            continue;
        }
        let said = fold(&compared.text);
        // A label where the code belongs is the usual slip.
        let labelled = field.options.iter().find(|option| option.label.all().any(|label| fold(label) == said));
        let by_code = codes
            .iter()
            .copied()
            .find(|code| fold(code) == said)
            .or_else(|| nearest(&compared.text, codes.iter().copied()));
        let suggestion = labelled
            .map(|option| option.code.as_str())
            .or(by_code)
            .or(read_country(&compared.text).code().filter(|_| field.kind == FieldKind::Country));
        let place = table.file.place_inside(text.span.clone(), &text.value, compared.start, compared.width);
        let message = format!("`{}` is never '{}'", compared.field, compared.text);
        let help = if codes.is_empty() {
            "Countries are two letters, for example 'LT'.".to_owned()
        } else {
            format!("Its values are {}.", codes.join(", "))
        };
        table.report(Finding::error(&rules::UNKNOWN_OPTION, place, message).help(help).suggest(suggestion));
    }
}
