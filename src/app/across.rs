//! `scoreboard across`: several project folders side by side. Each is computed as `run` would, and left as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::project::Project;
use super::refresh::{self, Options};
use super::{Progress, Stopped, fault};
use crate::compute::across::{Asked, Side, compare, of_programme};
use crate::define::SourceFile;
use crate::define::across::{self as definition, AcrossPlan, name_of};
use crate::define::catalog::{Decision, Report};
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::across::{Across, Found};
use crate::model::audience::Audience;
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::Scoreboard;
use crate::publish::folder::deliver;
use crate::report;

/// So that organisations can be looked for in all rows: as many as a report may ask for.
const ROWS: usize = 1_000_000;
/// So many programmes are computed at once: each needs room for all its rows, and has workers that read.
const AT_ONCE: usize = 4;

/// What is put side by side.
#[derive(Debug, Clone)]
pub struct Request {
    /// Project folders, or one file that names them.
    pub paths: Vec<PathBuf>,
    pub as_of: Option<NaiveDate>,
    /// None: as the file says, else internal.
    pub audience: Option<Audience>,
}

/// The report, as values.
pub struct Answered {
    pub across: Across,
    /// Decisions that fit nothing.
    pub findings: Vec<Finding>,
}

impl Answered {
    pub fn json(&self) -> serde_json::Value {
        report::across_json(&self.across)
    }
}

/// Puts programmes side by side.
///
/// # Errors
/// What keeps one of them from being computed, or a declaration that does not fit them.
pub fn run(request: &Request, progress: Progress<'_>) -> Result<Answered, Stopped> {
    let (plan, base) = plan(&request.paths)?;
    let audience = request.audience.or(plan.audience).unwrap_or_default();
    let decisions = match &plan.decisions {
        Some(file) => decisions(&base, file)?,
        None => Vec::new(),
    };
    let done = AtomicUsize::new(0);
    let mut projects = Vec::new();
    for some in plan.projects.chunks(AT_ONCE) {
        let computed: Vec<Result<Computed, Stopped>> = some
            .par_iter()
            .map(|path| {
                progress("computing", done.fetch_add(1, Ordering::Relaxed) + 1, plan.projects.len());
                one(&base, path, audience, request.as_of)
            })
            .collect();
        projects.extend(computed.into_iter().collect::<Result<Vec<Computed>, Stopped>>()?);
    }
    fits(&plan, &projects)?;
    if !audience.is_restricted() {
        agree(&decisions, &projects)?;
    }
    let sides: Vec<Side<'_>> = projects
        .iter()
        .map(|one| Side {
            name: &one.name,
            catalog: &one.project.catalog,
            as_of: one.as_of,
            board: one.board.as_ref(),
            found: &one.found,
        })
        .collect();
    let title = plan.title.clone().unwrap_or_else(|| report::across_title(&plan.language));
    let (across, findings) = compare(&sides, &Asked { plan: &plan, decisions: &decisions, title, audience });
    Ok(Answered { across, findings })
}

/// Writes the report: as a page or as JSON where the name says so, else as a workbook. Where it went, which may be beside a
/// file that is held open.
///
/// # Errors
/// What the disk refuses.
pub fn write(path: &Path, answered: &Answered) -> Result<PathBuf, Stopped> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map_or_else(|| "across.xlsx".to_owned(), |name| name.to_string_lossy().into_owned());
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = match ending.as_str() {
        "json" => format!("{:#}\n", answered.json()).into_bytes(),
        "html" | "htm" => report::across_page(&answered.across),
        _ => {
            report::across_workbook(&answered.across).map_err(|error| fault("the workbook cannot be written", error))?
        }
    };
    Ok(deliver(folder, &name, &bytes)?.path)
}

/// Decisions on organisations in several programmes.
fn decisions(base: &Path, file: &str) -> Result<Vec<Decision>, Stopped> {
    let path = base.join(file);
    let text = fs::read_to_string(&path).map_err(|error| {
        let place = Place::File { file: path.display().to_string() };
        let finding = Finding::error(&rules::FILE_UNREADABLE, place, format!("cannot be read: {error}"));
        Stopped::one(finding.help("`decisions` names a file with [[decision]]: see docs/across.md."))
    })?;
    definition::decisions(&SourceFile { name: file.to_owned(), text }).map_err(Stopped)
}

/// What is decided here and in each programme does not contradict itself.
fn agree(own: &[Decision], projects: &[Computed]) -> Result<(), Stopped> {
    let mut all = own.to_vec();
    for one in projects {
        all.extend(one.project.catalog.decisions.iter().map(|decision| of_programme(&one.name, decision)));
    }
    let findings = definition::contradictions(&all);
    if findings.is_empty() { Ok(()) } else { Err(Stopped(findings)) }
}

/// What is asked for, and the folder that paths are relative to.
fn plan(paths: &[PathBuf]) -> Result<(AcrossPlan, PathBuf), Stopped> {
    let is_file = |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if let [file] = paths
        && is_file(file)
    {
        let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let plan = definition::read(&SourceFile { name, text }).map_err(Stopped)?;
        let base = file.parent().map(Path::to_owned).unwrap_or_default();
        return Ok((plan, base));
    }
    let projects: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let refuse = |message: String, help: &str| {
        Stopped::one(Finding::error(&rules::BAD_VALUE, Place::Project, message).help(help))
    };
    if projects.len() < 2 {
        let help = "Name two project folders or more, or one file that lists them: see docs/across.md.";
        return Err(refuse("a report across programmes needs at least two of them".into(), help));
    }
    for (at, path) in projects.iter().enumerate() {
        if projects[..at].iter().any(|other| name_of(other) == name_of(path)) {
            let message = format!("two folders are called `{}`", name_of(path));
            return Err(refuse(message, "Rename one of them: figures are told by the folder's name."));
        }
    }
    Ok((AcrossPlan::of(projects), PathBuf::new()))
}

fn unreadable(file: &Path, error: &std::io::Error) -> Stopped {
    let place = Place::File { file: file.display().to_string() };
    let finding = Finding::error(&rules::FILE_UNREADABLE, place, format!("cannot be read: {error}"));
    Stopped::one(finding.help("Name a file that lists project folders, or the folders themselves."))
}

/// A programme as computed.
struct Computed {
    name: String,
    project: Project,
    as_of: NaiveDate,
    board: Option<Scoreboard>,
    found: BTreeMap<IndicatorCode, Found>,
}

fn one(base: &Path, path: &str, audience: Audience, as_of: Option<NaiveDate>) -> Result<Computed, Stopped> {
    let root = base.join(path);
    let called = name_of(path).to_owned();
    let told = |Stopped(findings): Stopped| {
        // Places are those of its own folder.
        let named = |finding: Finding| Finding { message: format!("{called}: {}", finding.message), ..finding };
        Stopped(findings.into_iter().map(named).collect())
    };
    let mut project = Project::open(&root).map_err(told)?.reading_apart();
    // A folder such as `.` or `..` has no name of its own.
    let unnamed = called.is_empty() || called.starts_with('.');
    let name = if unnamed { project.catalog.programme.code.clone() } else { called.clone() };
    let chosen = project.catalog.reports.iter().find(|report| report.audience == audience).map(|one| one.code.clone());
    let day = project.as_of(as_of);
    let Some(chosen) = chosen else {
        return Ok(Computed { name, project, as_of: day, board: None, found: BTreeMap::new() });
    };
    if !audience.is_restricted() {
        // What is withheld from one audience depends on all its reports; an internal one depends on nothing else.
        project.catalog.reports.retain(|report| report.code == chosen);
    }
    for report in &mut project.catalog.reports {
        *report = Report { evidence_rows: ROWS, copies: 0, per_partner: false, ..report.clone() };
    }
    let options = Options { as_of, dry_run: true, anew: true, figures_alone: true, ..Options::default() };
    let refreshed = refresh::run(&project, &options, &|_, _, _| {}).map_err(told)?;
    let boards = refreshed.published.into_iter().filter_map(|published| published.scoreboard);
    let mut board = boards.into_iter().find(|board| board.report == chosen);
    let found = board.as_mut().map(found).unwrap_or_default();
    Ok(Computed { name, project, as_of: refreshed.as_of, board, found })
}

/// Where each figure stands in the workbook that the programme's own run writes.
fn found(board: &mut Scoreboard) -> BTreeMap<IndicatorCode, Found> {
    // Its rows move no figure, and may be a million.
    let evidence = std::mem::take(&mut board.evidence);
    let cells = report::cells_of_figures(board);
    board.evidence = evidence;
    let file = format!("{}.xlsx", board.report);
    let found = |(sheet, cell)| Found { file: file.clone(), sheet, cell };
    cells.into_iter().map(|(code, place)| (code, found(place))).collect()
}

/// Every indicator and breakdown that the file names is there.
fn fits(plan: &AcrossPlan, projects: &[Computed]) -> Result<(), Stopped> {
    let mut findings = Vec::new();
    let mut known = |name: &str, code: &IndicatorCode, by: Option<&str>| {
        let Some(one) = projects.iter().find(|one| one.name == name) else {
            let message = format!("no folder is called `{name}` here");
            findings.push(Finding::error(&rules::UNKNOWN_KEY, Place::Project, message).help("See `projects`."));
            return;
        };
        let all = &one.project.catalog.indicators;
        let Some(indicator) = all.iter().find(|indicator| indicator.code == *code) else {
            let message = format!("`{name}` has no indicator `{code}`");
            let names = all.iter().map(|indicator| indicator.code.as_str());
            let finding = Finding::error(&rules::UNKNOWN_INDICATOR, Place::Project, message);
            findings.push(finding.suggest(nearest(code.as_str(), names)));
            return;
        };
        if let Some(by) = by.filter(|by| !indicator.by.iter().any(|own| own == by)) {
            let message = format!("`{code}` of `{name}` has no breakdown by `{by}`");
            let finding = Finding::error(&rules::UNKNOWN_FIELD, Place::Project, message);
            findings.push(finding.suggest(nearest(by, indicator.by.iter().map(String::as_str))));
        }
    };
    for one in &plan.matches {
        for (name, code) in &one.of {
            known(name, code, None);
        }
    }
    for set in &plan.sets {
        for (name, code) in [&set.first, &set.second] {
            known(name, code, Some(&set.by));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Stopped(findings)) }
}
