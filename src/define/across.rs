//! `across.toml`: a report over several project folders.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::catalog::Decision;
use super::decisions;
use super::reader::{Findings, Table};
use super::source::SourceFile;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, rules};
use crate::model::across::SetPart;
use crate::model::audience::Audience;
use crate::model::code::{IndicatorCode, is_code};
use crate::model::presentation::LANGUAGES;
use crate::model::published::{Held, Relation, Statement};

/// What is put side by side, and how.
#[derive(Debug, Clone)]
pub struct AcrossPlan {
    pub title: Option<String>,
    /// Folders, relative to the file; the last part of each is its name here.
    pub projects: Vec<String>,
    pub audience: Option<Audience>,
    /// Of what the report says itself.
    pub language: String,
    /// Where decisions on organisations in several programmes stand, relative to the file.
    pub decisions: Option<String>,
    pub matches: Vec<Match>,
    pub sets: Vec<SetPlan>,
}

impl AcrossPlan {
    /// Of folders alone.
    pub fn of(projects: Vec<String>) -> Self {
        Self {
            title: None,
            projects,
            audience: None,
            language: LANGUAGES[0].to_owned(),
            decisions: None,
            matches: Vec::new(),
            sets: Vec::new(),
        }
    }
}

/// Indicators of several programmes that mean the same.
#[derive(Debug, Clone)]
pub struct Match {
    pub code: String,
    pub title: String,
    pub of: BTreeMap<String, IndicatorCode>,
}

/// The values of a breakdown in two programmes.
#[derive(Debug, Clone)]
pub struct SetPlan {
    pub title: String,
    pub by: String,
    pub first: (String, IndicatorCode),
    pub second: (String, IndicatorCode),
    pub published: Vec<(SetPart, Statement)>,
}

/// The name of a folder: the last part of its path.
pub fn name_of(path: &str) -> &str {
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Reads the file.
///
/// # Errors
/// All its problems.
pub fn read(file: &SourceFile) -> Result<AcrossPlan, Vec<Finding>> {
    let (plan, findings) = parse(file, "across", |root| root.required_table("across").and_then(|table| across(&table)));
    match plan.flatten() {
        Some(plan) if !findings.iter().any(Finding::is_error) => Ok(plan),
        _ => Err(findings),
    }
}

/// Reads the file with decisions on organisations in several programmes: of the same form as a project's own.
///
/// # Errors
/// All its problems.
pub fn decisions(file: &SourceFile) -> Result<Vec<Decision>, Vec<Finding>> {
    let (read, findings) = parse(file, "decisions", |root| {
        let (decided, countries) = decisions::read(root);
        decisions::check(&decided, &[], &|finding| root.report(finding));
        for one in countries {
            let message = "a country's code is decided in the programme whose rows have it";
            let finding = Finding::error(&rules::BAD_VALUE, one.place, message);
            root.report(finding.help("Move it into the decisions.toml of that folder."));
        }
        decided
    });
    match read {
        Some(decided) if !findings.iter().any(Finding::is_error) => Ok(decided),
        _ => Err(findings),
    }
}

/// Tells which of these decisions contradict each other.
pub fn contradictions(all: &[Decision]) -> Vec<Finding> {
    let findings = Findings::default();
    decisions::check(all, &[], &|finding| findings.borrow_mut().push(finding));
    findings.into_inner()
}

/// What a file holds, as far as it is TOML, with all that is wrong in it.
fn parse<T>(file: &SourceFile, part: &'static str, read: impl FnOnce(&Table<'_>) -> T) -> (Option<T>, Vec<Finding>) {
    let findings = Findings::default();
    let (document, errors) = DeTable::parse_recoverable(&file.text);
    for error in &errors {
        let message = error.message().lines().next().unwrap_or("not valid TOML").to_owned();
        let place = file.place(error.span().unwrap_or(0..1));
        findings.borrow_mut().push(
            Finding::error(&rules::TOML_SYNTAX, place, message)
                .help("Text stands in double quotes; dates and numbers do not."),
        );
    }
    let mut found = None;
    if errors.is_empty() {
        let root = Table::new(file, document.get_ref(), 0..1, (file.name.clone(), part), &findings);
        super::schema_version(&root);
        found = Some(read(&root));
        root.finish();
    }
    (found, findings.into_inner())
}

fn across(table: &Table<'_>) -> Option<AcrossPlan> {
    let title = table.required_text("title");
    let projects: Vec<String> = table.texts("projects").into_iter().map(|at| at.value).collect();
    if projects.len() < 2 {
        let help = "Write projects = [\"one_folder\", \"another\"], relative to this file.";
        table.bad(&table.span_of("projects"), "a report across programmes needs at least two `projects`", help);
    }
    let names: Vec<&str> = projects.iter().map(|path| name_of(path)).collect();
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        let message = format!("two folders are called `{}`", twice.1);
        table.bad(&table.span_of("projects"), message, "Rename one of them: matches speak of folders by their name.");
    }
    let audience = table.choice("audience", &Audience::NAMES).map(|at| at.value);
    let language = table.choice("language", &LANGUAGES.map(|one| (one, one))).map_or(LANGUAGES[0], |at| at.value);
    let decisions = table.text("decisions").map(|at| at.value);
    let matches = table.tables("match").iter().filter_map(|one| matched(one, &names)).collect();
    let sets = table.tables("set").iter().filter_map(|one| set(one, &names)).collect();
    table.finish();
    let title = Some(title?.value);
    Some(AcrossPlan {
        title,
        audience,
        language: language.to_owned(),
        decisions,
        matches,
        sets,
        ..AcrossPlan::of(projects)
    })
}

fn matched(table: &Table<'_>, names: &[&str]) -> Option<Match> {
    let code = table.code("code", |text| is_code(text).then(|| text.to_owned()));
    let title = table.required_text("title");
    let of = table.required_table("of").map(|of| indicators(&of, names));
    table.finish();
    Some(Match { code: code?.value, title: title?.value, of: of?.into_iter().collect() })
}

/// Folder = indicator, in the order in which they are written.
fn indicators(table: &Table<'_>, names: &[&str]) -> Vec<(String, IndicatorCode)> {
    let mut found: Vec<(usize, (String, IndicatorCode))> = Vec::new();
    for (name, value) in table.entries() {
        // What `..` is called is known when it is opened.
        if !names.contains(&name.value.as_str()) && !names.iter().any(|name| name.starts_with('.')) {
            let message = format!("`projects` has no folder called `{}`", name.value);
            let finding = table.error(&rules::UNKNOWN_KEY, &name.span, message);
            table.report(finding.suggest(nearest(&name.value, names.iter().copied())));
            continue;
        }
        match value.get_ref().as_str().and_then(IndicatorCode::new) {
            Some(code) => found.push((name.span.start, (name.value, code))),
            None => {
                table.bad(&value.span(), "the code of an indicator is needed here", "Write folder = \"indicator\".");
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, one)| one).collect()
}

fn set(table: &Table<'_>, names: &[&str]) -> Option<SetPlan> {
    let title = table.required_text("title");
    let by = table.required_text("by");
    let of = table.required_table("of").map(|of| (indicators(&of, names), of.span.clone()));
    let published = table.tables("published").iter().filter_map(published).collect();
    table.finish();
    let (of, span) = of?;
    let Ok([first, second]) = <[_; 2]>::try_from(of) else {
        table.bad(
            &span,
            "two programmes are compared",
            "Write of = { first_folder = \"indicator\", second_folder = \"indicator\" }.",
        );
        return None;
    };
    Some(SetPlan { title: title?.value, by: by?.value, first, second, published })
}

fn published(table: &Table<'_>) -> Option<(SetPart, Statement)> {
    let part = table.required_choice("of", &SetPart::NAMES);
    let value = table.required_decimal("value");
    let relation = table.choice("relation", &Relation::NAMES).map_or(Relation::Is, |at| at.value);
    let source = table.required_text("source");
    let note = table.text("note").map(|at| at.value);
    let rows = table.choice("rows", &Held::NAMES).map_or(Held::Real, |at| at.value);
    table.finish();
    let said = Statement {
        value: value?.value,
        relation,
        by: None,
        on: None,
        source: source?.value,
        note,
        rows,
        parts: Vec::new(),
    };
    Some((part?.value, said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(text: &str) -> Result<Vec<Decision>, Vec<Finding>> {
        decisions(&SourceFile { name: "decisions.toml".into(), text: format!("schema = 1\n{text}") })
    }

    #[test]
    fn decisions_have_the_form_of_a_projects_own() {
        let who = "by = \"A\"\nbecause = \"B\"\non = 2026-11-27\n";
        let same = format!("[[decision]]\npair = [\"Acme (LT)\", \"ACME Group (LT)\"]\nverdict = \"same\"\n{who}");
        assert_eq!(decided(&same).expect("sound")[0].keys.1, "acme group|LT");
        let both =
            format!("{same}[[decision]]\npair = [\"Acme (LT)\", \"ACME Group (LT)\"]\nverdict = \"different\"\n{who}");
        assert_eq!(decided(&both).expect_err("a contradiction")[0].rule.id, "decision-contradicts");
        let capitals = "[[decision]]\npair = [\"BioWin (BE)\", \"Biowin (BE)\"]\nverdict = \"different\"\n";
        assert_eq!(decided(&format!("{capitals}{who}")).expect("no contradiction").len(), 1);
        let country = format!("[[country]]\nwritten = \"AU\"\nis = \"AT\"\n{who}");
        let said = decided(&country).expect_err("of a programme");
        assert_eq!(said[0].message, "a country's code is decided in the programme whose rows have it");
    }

    fn read_text(text: &str) -> Result<AcrossPlan, Vec<Finding>> {
        read(&SourceFile { name: "across.toml".into(), text: text.into() })
    }

    #[test]
    fn a_file_says_what_is_put_side_by_side() {
        let plan = read_text(
            "schema = 1\n[across]\ntitle = \"Both\"\nprojects = [\"../a\", \"b/\"]\n[[across.match]]\ncode = \"smes\"\n\
             title = \"SMEs\"\nof = { b = \"smes_reached\", a = \"smes\" }\n[[across.set]]\ntitle = \"Markets\"\n\
             by = \"market\"\nof = { b = \"markets\", a = \"targets\" }\n",
        )
        .expect("sound");
        assert_eq!(plan.matches[0].of["a"].as_str(), "smes");
        assert_eq!((plan.sets[0].first.0.as_str(), plan.sets[0].second.0.as_str()), ("b", "a"), "as written");
    }

    #[test]
    fn every_mistake_is_told_with_what_was_meant() {
        let findings = read_text(
            "schema = 1\n[across]\ntitle = \"Both\"\nprojects = [\"alpha\", \"beta\"]\n[[across.match]]\ncode = \"smes\"\n\
             title = \"SMEs\"\nof = { alpa = \"smes\" }\n[[across.mach]]\n",
        )
        .expect_err("mistakes");
        let said: Vec<(&str, Option<&str>)> =
            findings.iter().map(|one| (one.message.as_str(), one.suggestion.as_deref())).collect();
        assert!(said.contains(&("`projects` has no folder called `alpa`", Some("alpha"))), "{said:?}");
        assert!(said.iter().any(|(_, suggestion)| *suggestion == Some("match")), "{said:?}");
    }
}
