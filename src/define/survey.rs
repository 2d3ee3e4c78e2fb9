//! `[survey]`: its frame, its waves, its questions.

use super::catalog::{Collection, FieldKind, Lonely, Survey, Wave, WaveRole};
use super::collection::{checks_of, codes_of, fields, known_field, literals};
use super::form::questions::Asked;
use super::form::{self, Form, OpenForm};
use super::reader::Table;
use crate::finding::suggest::nearest;
use crate::finding::{Place, Severity, rules};
use crate::model::code::{SurveyCode, WaveCode};
use crate::sql::Expression;
use crate::sql::expression::condition;

/// `fed` are the surveys and waves whose answers a source brings: they need no name patterns.
/// `open` gives a form that it names.
pub fn read(
    table: &Table<'_>,
    collections: &[Collection],
    fed: &[(String, String)],
    open: OpenForm<'_>,
) -> Option<(Place, Survey)> {
    let code = table.code("code", SurveyCode::new);
    let title = table.required_words("title");
    let frame_name = table.required_text("frame");
    let frame = frame_name.as_ref().and_then(|at| {
        let found = collections.iter().find(|collection| collection.code.as_str() == at.value);
        if found.is_none() {
            let message = format!("no collection is called `{}`", at.value);
            let names = collections.iter().map(|collection| collection.code.as_str());
            let finding = table.error(&rules::UNKNOWN_COLLECTION, &at.span, message);
            table.report(
                finding
                    .suggest(nearest(&at.value, names))
                    .help("`frame` names the collection that lists the population."),
            );
        }
        found
    });
    let (asked, forms) = asked(table, open);
    let mut questions = fields(table, "question", &asked);
    super::refine::spread(&mut questions, &super::refine::absent(table));
    let frame_fields = frame.map_or(&[][..], |frame| frame.fields.as_slice());
    let match_text = table.required_text("match");
    let (strata, match_on) = if frame.is_some() {
        let match_on = match_text.as_ref().and_then(|text| known_field(table, text, frame_fields));
        (codes_of(table, "strata", frame_fields), match_on)
    } else {
        table.texts("strata");
        (Vec::new(), None)
    };
    let enterprise = |code: Option<&crate::model::code::FieldCode>,
                      fields: &[super::catalog::Field],
                      key: &'static str| {
        let wrong = code
            .is_some_and(|code| fields.iter().any(|field| field.code == *code && field.kind != FieldKind::Enterprise));
        if wrong {
            table.bad(
                &table.span_of(key),
                format!("`{key}` must name a field of kind enterprise"),
                "Answers are matched to the frame by enterprise.",
            );
        }
    };
    enterprise(match_on.as_ref(), frame_fields, "match");
    let respondent = table.required_text("respondent").and_then(|text| known_field(table, &text, &questions));
    enterprise(respondent.as_ref(), &questions, "respondent");
    let submitted = table.required_text("submitted").and_then(|text| known_field(table, &text, &questions));
    if submitted.as_ref().is_some_and(|code| questions.iter().any(|q| q.code == *code && q.kind != FieldKind::Date)) {
        table.bad(
            &table.span_of("submitted"),
            "`submitted` must name a question of kind date",
            "It says when an answer was given.",
        );
    }
    let expression = |table: &Table<'_>, key: &'static str| -> Option<Expression> {
        let text = table.text(key)?;
        literals(table, &text, |name| frame?.field(name));
        match condition(&text.value, &frame?.scope()) {
            Ok(expression) => Some(expression),
            Err(problems) => {
                table.problems(&text, problems);
                None
            }
        }
    };
    let (asked, ineligible) = (expression(table, "asked"), expression(table, "ineligible"));
    let language = table.text("language").map_or_else(|| "en".to_owned(), |at| at.value);
    let locale = table.text("locale").map_or_else(|| "en-GB".to_owned(), |at| at.value);
    if let Some(at) = table.text("locale").filter(|at| crate::model::locale::locale(&at.value).is_none()) {
        table.bad(
            &at.span,
            format!("no locale is called `{}`", at.value),
            "Use a language and a country, for example de-AT.",
        );
    }
    let lonely = table
        .choice("lonely", &[("fail", Lonely::Fail), ("certainty", Lonely::Certainty), ("adjust", Lonely::Adjust)])
        .map_or(Lonely::Fail, |at| at.value);
    let weighting = super::weighting::read(table, frame_fields, &questions, !strata.is_empty());
    let is_fed = |wave: &str| {
        let survey = code.as_ref().map(|at| at.value.as_str());
        fed.iter().any(|(of, code)| Some(of.as_str()) == survey && code == wave)
    };
    let waves: Vec<(Place, Wave)> =
        table.tables("wave").iter().filter_map(|one| wave(one, &is_fed, expression(one, "asked"))).collect();
    super::unique(waves.iter().map(|(at, wave)| (wave.code.as_str(), at)), "wave", table.findings());
    let mut waves: Vec<Wave> = waves.into_iter().map(|(_, wave)| wave).collect();
    waves.sort_by_key(|wave| wave.on);
    if waves.is_empty() {
        table.bad(
            &(table.span.start..table.span.start + 1),
            "a survey needs at least one `[[survey.wave]]`",
            "Say when it was asked and how its export is called.",
        );
    }
    let themes = super::theme::read(table, &questions);
    let minutes = table.has("minimum_minutes").then(|| table.bounded("minimum_minutes", 5, 1..=600));
    let moment = |key| table.text(key).and_then(|text| known_field(table, &text, &questions));
    let (began, ended) = (moment("began"), moment("ended"));
    if began.is_some() != ended.is_some() || (minutes.is_some() && began.is_none()) {
        let message = "`began` and `ended` go together, and `minimum_minutes` needs both";
        table.bad(&table.span_of(if began.is_some() { "began" } else { "ended" }), message, "Name both questions.");
    }
    let frame_code = frame.map(|frame| frame.code.clone());
    let read = code.as_ref().zip(title).zip(frame_code).and_then(|((code, title), frame)| {
        let mut survey = Survey {
            code: code.value.clone(),
            title,
            frame,
            match_on: match_on?,
            strata,
            asked,
            ineligible,
            respondent: respondent?,
            submitted: submitted?,
            language,
            locale,
            lonely,
            weighting,
            waves,
            questions,
            themes,
            checks: Vec::new(),
            began,
            ended,
            minimum_minutes: minutes.and_then(|minutes| u32::try_from(minutes).ok()),
            forms,
        };
        survey.checks = checks_of(table, &survey.scope(), Severity::Warning, &|name| survey.question(name));
        super::refine::settle(&mut survey);
        Some((table.place(&code.span), survey))
    });
    if read.is_none() {
        // Its checks cannot be read, but nobody shall be told that the key is unknown.
        table.has("check");
    }
    table.finish();
    read
}

/// The questions of the forms, and the forms' names and hashes.
fn asked(table: &Table<'_>, open: OpenForm<'_>) -> (Vec<Asked>, Vec<(String, String)>) {
    let (one, mut several) = (table.text("form"), table.texts("forms"));
    if let (Some(one), false) = (&one, several.is_empty()) {
        table.bad(
            &one.span,
            "`form` and `forms` cannot both be given",
            "Name all versions in `forms`, the latest last.",
        );
    }
    several.extend(one);
    let (mut forms, mut known): (Vec<Form>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    let mut findings = Vec::new();
    for name in &several {
        match open(&name.value) {
            Ok(file) => {
                known.push((file.name.clone(), file.hash.clone()));
                forms.push(form::read(&file, &mut findings));
            }
            Err(fault) => {
                let message = format!("the form `{}` {}", name.value, fault.message);
                table.report(table.error(&rules::FORM_INVALID, &name.span, message).help(fault.help));
            }
        }
    }
    let asked = form::questions::questions(&forms, &mut findings);
    for finding in findings {
        table.report(finding);
    }
    (asked, known)
}

fn wave(table: &Table<'_>, is_fed: &dyn Fn(&str) -> bool, asked: Option<Expression>) -> Option<(Place, Wave)> {
    let code = table.code("code", WaveCode::new);
    let title = table.words("title");
    let role = table.required_choice("role", &[("baseline", WaveRole::Baseline), ("follow_up", WaveRole::FollowUp)]);
    let on = table.required_date("on");
    let files: Vec<String> = table.texts("files").into_iter().map(|at| at.value).collect();
    if files.is_empty() && !code.as_ref().is_some_and(|code| is_fed(code.value.as_str())) {
        let span = table.span.start..table.span.start + 1;
        table.report(
            table
                .error(&rules::MISSING_KEY, &span, "`wave` needs `files`")
                .help("Give the name pattern of its exports, for example \"survey_baseline*.csv\", or a `[[source]]`."),
        );
    }
    table.finish();
    let code = code?;
    let title = title.unwrap_or_else(|| crate::model::words::Words::plain(code.value.as_str().replace('_', " ")));
    Some((table.place(&code.span), Wave { code: code.value, title, role: role?.value, on: on?.value, files, asked }))
}
