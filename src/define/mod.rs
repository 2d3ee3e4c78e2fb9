//! Definitions: TOML text → one immutable, fully resolved [`Catalog`], or every problem of every file.
//!
//! Start with [`load`]. Nothing here reads a file: the texts come in as [`SourceFile`]s, forms as [`form::FormFile`]s. Nothing stops at the first
//! problem: each reader reports what it finds and goes on with what it has.

pub mod across;
mod asked;
mod asking;
pub mod catalog;
mod chain;
mod collection;
mod compare;
mod currency;
mod decided;
mod decisions;
mod declared;
mod destination;
mod example;
mod export;
mod files;
mod folders;
pub mod form;
mod freshness;
mod group_check;
mod illustrative;
mod indicator;
mod layout;
mod linked;
mod matrix;
mod measure;
mod notify;
pub mod observe;
pub mod picture;
mod place;
mod presentation;
mod programme;
mod published;
mod reader;
mod refine;
mod report;
mod schedule;
mod secret;
mod server;
mod source;
pub mod standard;
mod survey;
mod target;
mod theme;
mod used;
mod weighting;

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use catalog::Catalog;
pub use folders::{STORE, store_of};
use form::{FormFault, OpenForm};
use picture::OpenPicture;
pub use source::SourceFile;

use crate::finding::{Finding, Place, rules};
use crate::model::hash::{hash_of, hex};
use crate::model::schedule::Schedule;
use crate::model::source::Source;
use observe::Observed;
use reader::{Findings, Table};
use standard::OpenEntry;

/// Which folder a definition file lies in decides what it may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Programme,
    Indicators,
    Pipelines,
    Reports,
    Decisions,
}

impl Part {
    fn as_str(self) -> &'static str {
        match self {
            Self::Programme => "scoreboard",
            Self::Indicators => "indicators",
            Self::Pipelines => "pipelines",
            Self::Reports => "reports",
            Self::Decisions => "decisions",
        }
    }
}

/// What opens the files that definitions name, and the entries of the catalogue that they use.
#[derive(Clone, Copy)]
pub struct Open<'a> {
    pub form: OpenForm<'a>,
    pub picture: OpenPicture<'a>,
    pub entry: OpenEntry<'a>,
}

/// The catalogue, if no definition is in error; and all findings. Of texts alone: no form can be opened.
pub fn load(files: &[SourceFile]) -> (Option<Catalog>, Vec<Finding>) {
    let none = |_: &str| {
        let help = "Open the project's folder instead.".to_owned();
        FormFault { message: "cannot be read here: there is no folder".to_owned(), help }
    };
    let open = Open { form: &|name| Err(none(name)), picture: &|name| Err(none(name)), entry: &standard::text };
    load_with(files, open)
}

/// The same, with the forms that surveys name, the pictures that reports name, and the entries that indicators use.
pub fn load_with(files: &[SourceFile], open: Open<'_>) -> (Option<Catalog>, Vec<Finding>) {
    let findings = Findings::default();
    let (catalog, declared) = read(files, open, &findings);
    let mut findings = findings.into_inner();
    without_echoes(&mut findings, &declared);
    let broken = findings.iter().any(Finding::is_error);
    (catalog.filter(|_| !broken), findings)
}

/// What these files are asked for, table by table.
pub fn observe_with(files: &[SourceFile], open: Open<'_>) -> Observed {
    let findings = Findings::observing();
    read(files, open, &findings);
    findings.into_observed()
}

/// The catalogue as far as it can be read, and every code that is declared.
fn read(files: &[SourceFile], open: Open<'_>, findings: &Findings) -> (Option<Catalog>, Vec<String>) {
    let mut parsed: Vec<(Part, &SourceFile, Spanned<DeTable<'_>>)> = Vec::new();
    for file in files {
        let (document, errors) = DeTable::parse_recoverable(&file.text);
        for error in &errors {
            let place = file.place(error.span().unwrap_or(0..1));
            let message = error.message().lines().next().unwrap_or("not valid TOML").to_owned();
            let help = if message.contains("duplicate key") {
                "The name was used above already; several tables of one name are written [[name]] each time."
            } else {
                "Text stands in double quotes; dates and numbers do not."
            };
            findings.borrow_mut().push(Finding::error(&rules::TOML_SYNTAX, place, message).help(help));
        }
        // What TOML recovered from a broken file is not looked at further: it would only repeat the same trouble.
        if errors.is_empty() {
            parsed.push((part(&file.name), file, document));
        }
    }
    (assemble(&parsed, files, open, findings), declared(&parsed))
}

fn part(name: &str) -> Part {
    match name.split('/').next() {
        Some("indicators") => Part::Indicators,
        Some("pipelines") => Part::Pipelines,
        Some("reports") => Part::Reports,
        Some("decisions" | "decisions.toml") => Part::Decisions,
        _ => Part::Programme,
    }
}

fn assemble(
    parsed: &[(Part, &SourceFile, Spanned<DeTable<'_>>)],
    files: &[SourceFile],
    open: Open<'_>,
    findings: &Findings,
) -> Option<Catalog> {
    let roots: Vec<(Part, Table<'_>)> = parsed
        .iter()
        .map(|(part, file, document)| {
            let named = (file.name.clone(), part.as_str());
            let root = Table::new(file, document.get_ref(), 0..1, named, findings);
            schema_version(&root);
            (*part, root)
        })
        .collect();
    let of = |wanted: Part| roots.iter().filter(move |(part, _)| *part == wanted).map(|(_, root)| root);

    let head = of(Part::Programme).next().and_then(programme::read);
    let rates = of(Part::Programme).next().and_then(|root| currency::read(root, open.form));
    let (mut decided, mut countries) = (Vec::new(), Vec::new());
    for root in of(Part::Decisions) {
        let (more, of_countries) = decisions::read(root);
        decided.extend(more);
        countries.extend(of_countries);
    }
    decisions::check(&decided, &countries, &|finding| findings.borrow_mut().push(finding));
    let mut collections = Vec::new();
    let mut surveys = Vec::new();
    let mut sources = Vec::new();
    let mut ages = Vec::new();
    let mut schedules = Vec::new();
    for root in of(Part::Pipelines) {
        collections.extend(root.tables("collection").iter().filter_map(collection::read));
        surveys.extend(root.tables("survey"));
        sources.extend(root.tables("source"));
        ages.extend(root.tables("freshness"));
        schedules.extend(root.tables("schedule"));
    }
    unique(collections.iter().map(|(at, collection)| (collection.code.as_str(), at)), "collection", findings);
    let mut collections: Vec<catalog::Collection> = collections.into_iter().map(|(_, collection)| collection).collect();
    for one in &mut collections {
        catalog::CountryDecision::put_into(&countries, one.code.as_str(), &mut one.fields);
    }
    chain::check(&collections, findings);
    let fed: Vec<(String, String)> = sources.iter().filter_map(server::feeds).collect();
    let surveys: Vec<_> =
        surveys.iter().filter_map(|table| survey::read(table, &collections, &fed, open.form)).collect();
    unique(surveys.iter().map(|(at, survey)| (survey.code.as_str(), at)), "survey", findings);
    let mut surveys: Vec<catalog::Survey> = surveys.into_iter().map(|(_, survey)| survey).collect();
    for one in &mut surveys {
        catalog::CountryDecision::put_into(&countries, one.code.as_str(), &mut one.questions);
    }
    let (programme, partners) = head.map_or((None, Vec::new()), |(programme, partners)| (programme, partners));
    let hosts = programme.as_ref().map_or(&[][..], |programme| &programme.hosts);
    let sources: Vec<_> = sources.iter().filter_map(|table| server::read(table, &surveys, &partners, hosts)).collect();
    unique(sources.iter().map(|(at, source)| (source.code().as_str(), at)), "source", findings);
    let sources: Vec<Source> = sources.into_iter().map(|(_, source)| source).collect();
    let freshness = ages.iter().filter_map(|table| freshness::read(table, &collections, &sources)).collect();
    let fetched: Vec<_> = sources.iter().map(Source::code).collect();
    let schedules: Vec<_> = schedules.iter().filter_map(|table| schedule::read(table, &fetched)).collect();
    unique(schedules.iter().map(|(at, schedule)| (schedule.code.as_str(), at)), "schedule", findings);
    let schedules: Vec<Schedule> = schedules.into_iter().map(|(_, schedule)| schedule).collect();

    if let Some(programme) = &programme {
        programme::check_partners(&partners, &collections, findings);
        let context = indicator::Context {
            programme,
            partners: &partners.iter().map(|(_, partner)| partner.clone()).collect::<Vec<_>>(),
            collections: &collections,
            surveys: &surveys,
            entry: open.entry,
        };
        for root in of(Part::Pipelines) {
            for table in root.tables("collection") {
                currency::check(&table, &collections, &programme.currency, rates.as_ref());
            }
        }
        let mut indicators = Vec::new();
        for root in of(Part::Indicators) {
            indicators.extend(root.tables("indicator").iter().filter_map(|table| indicator::read(table, &context)));
        }
        unique(indicators.iter().map(|(at, indicator)| (indicator.code.as_str(), at)), "indicator", findings);
        indicator::check_derived(&indicators, findings);
        compare::check(&indicators, findings);
        linked::check(&indicators, open.entry, findings);
        let indicators: Vec<catalog::Indicator> = indicators.into_iter().map(|(_, indicator)| indicator).collect();

        let mut reports = Vec::new();
        let places: Vec<Place> = partners.iter().map(|(place, _)| place.clone()).collect();
        let partners: Vec<catalog::Partner> = partners.into_iter().map(|(_, partner)| partner).collect();
        for root in of(Part::Reports) {
            let tables = root.tables("report");
            let read = |table| report::read(table, programme, (&indicators, &partners, &collections), open.picture);
            reports.extend(tables.iter().filter_map(read));
        }
        unique(reports.iter().map(|(at, report)| (report.code.as_str(), at)), "report", findings);
        let mut reports: Vec<catalog::Report> = reports.into_iter().map(|(_, report)| report).collect();
        let codes = reports.iter().flat_map(|report| {
            let places = report.destinations.iter().map(|one| &one.code);
            places.chain(report.mailings.iter().map(|one| &one.code))
        });
        destination::unique(codes, findings);
        if reports.is_empty() {
            reports.extend(report::standard(programme, &indicators));
        }
        let pipelines: Vec<&Table<'_>> = of(Part::Pipelines).collect();
        let placed: Vec<(Place, &catalog::Partner)> = places.into_iter().zip(&partners).collect();
        let telling = notify::read(&pipelines, programme, &placed, &reports);
        for (_, root) in &roots {
            root.finish();
        }
        let declared = roots.iter().any(|(part, root)| *part == Part::Indicators && root.has("indicator"));
        if !declared {
            let finding =
                Finding::error(&rules::NO_INDICATOR, Place::Project, "no indicator is declared in indicators/");
            findings.borrow_mut().push(finding.help("Write indicators/NAME.toml; README.md shows one."));
        }
        let mut other: Vec<&(String, String)> = surveys.iter().flat_map(|survey| &survey.forms).collect();
        other.extend(rates.iter().map(|rates| &rates.file));
        other.extend(reports.iter().filter_map(|report| report.logo_file.as_ref()));
        let used: Vec<(String, String)> = indicators.iter().filter_map(|one| used(one, open.entry)).collect();
        other.extend(&used);
        let hash = files_hash(files, &other);
        let reading_hash = reading_hash(programme, &partners, &collections, &surveys, &sources);
        return Some(Catalog {
            programme: programme.clone(),
            partners,
            collections,
            surveys,
            sources,
            freshness,
            schedules,
            rates,
            indicators,
            reports,
            decisions: decided,
            countries,
            telling,
            hash,
            reading_hash,
        });
    }
    for (part, root) in &roots {
        // Without a programme nobody has asked for these yet; they are known all the same.
        let keys: &[&'static str] = match part {
            Part::Programme | Part::Decisions => &[],
            Part::Indicators => &["indicator"],
            Part::Pipelines => {
                &["collection", "survey", "source", "freshness", "schedule", "mail", "channel", "reminders"]
            }
            Part::Reports => &["report"],
        };
        for key in keys {
            root.has(key);
        }
        root.finish();
    }
    None
}

/// The entry of the catalogue that an indicator uses, and the hash of its text.
fn used(indicator: &catalog::Indicator, open: OpenEntry<'_>) -> Option<(String, String)> {
    let name = indicator.catalogue.as_ref()?;
    Some((standard::file(name), hash_of(open(name)?.as_bytes())))
}

/// Takes out what only repeats another trouble: a name that is declared, but in a definition that is in error itself.
fn without_echoes(findings: &mut Vec<Finding>, declared: &[String]) {
    let echoing = ["unknown-collection", "unknown-survey", "unknown-indicator", "unknown-field"];
    let echo = |finding: &Finding| {
        echoing.contains(&finding.rule.id) && declared.iter().any(|code| finding.message.contains(&format!("`{code}`")))
    };
    // Where nothing else is wrong the name is truly unknown here: a field of another collection, say.
    if findings.iter().any(|finding| finding.is_error() && !echo(finding)) {
        findings.retain(|finding| !echo(finding));
    }
}

/// Every code that some definition declares, sound or not.
fn declared(parsed: &[(Part, &SourceFile, Spanned<DeTable<'_>>)]) -> Vec<String> {
    let mut codes = Vec::new();
    let mut tables: Vec<&DeTable<'_>> = parsed.iter().map(|(_, _, document)| document.get_ref()).collect();
    while let Some(table) = tables.pop() {
        for (key, value) in table {
            match value.get_ref() {
                DeValue::String(text) if key.get_ref() == "code" => codes.push(text.to_string()),
                DeValue::Table(inner) => tables.push(inner),
                DeValue::Array(items) => tables.extend(items.iter().filter_map(|item| item.get_ref().as_table())),
                _ => {}
            }
        }
    }
    codes
}

fn schema_version(root: &Table<'_>) {
    match root.integer("schema") {
        Some(version) if version.value == 1 => {}
        Some(version) => {
            let message = format!("schema {} is not known to this program", version.value);
            root.report(root.error(&rules::SCHEMA_VERSION, &version.span, message).help("Write schema = 1."));
        }
        None if root.has("schema") => {}
        None => root.report(
            root.error(&rules::SCHEMA_VERSION, &(0..1), "the file does not say which schema it follows")
                .help("Write schema = 1 as its first line."),
        ),
    }
}

/// Reports the second of two equal codes, with the place of the first.
fn unique<'a>(codes: impl Iterator<Item = (&'a str, &'a Place)>, what: &str, findings: &Findings) {
    let mut seen: Vec<(&str, &Place)> = Vec::new();
    for (code, place) in codes {
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == code) {
            let message = format!("the {what} `{code}` is defined twice");
            let finding = Finding::error(&rules::DUPLICATE_CODE, place.clone(), message);
            findings.borrow_mut().push(finding.help(format!("The first stands at {first}.")));
        } else {
            seen.push((code, place));
        }
    }
}

fn files_hash(files: &[SourceFile], other: &[&(String, String)]) -> String {
    let mut hasher = Sha256::new();
    for file in files {
        // Lengths keep two neighbours from running into each other.
        hasher.update((file.name.len() as u64).to_le_bytes());
        hasher.update(file.name.as_bytes());
        hasher.update((file.text.len() as u64).to_le_bytes());
        hasher.update(file.text.as_bytes());
    }
    for (name, hash) in other {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(hash.as_bytes());
    }
    hex(&hasher.finalize())
}

/// The version of how files are read: raised whenever the same bytes would be read differently.
const READER_VERSION: u32 = 4;

fn reading_hash(
    programme: &catalog::Programme,
    partners: &[catalog::Partner],
    collections: &[catalog::Collection],
    surveys: &[catalog::Survey],
    sources: &[Source],
) -> String {
    let collections: Vec<_> = collections.iter().map(catalog::Collection::for_reading).collect();
    let surveys: Vec<_> = surveys.iter().map(catalog::Survey::for_reading).collect();
    // Of a source only what its answers belong to: another address reads nothing differently.
    let of = |source: &Source| match source {
        Source::Survey(one) => format!("{:?} {:?} {:?}", one.code, one.survey, one.wave),
        Source::Files(one) => format!("{:?} {:?}", one.code, one.partner),
    };
    let sources: Vec<String> = sources.iter().map(of).collect();
    // The Debug text of what matters to reading: any change in it reads the files again, which is never wrong.
    let facts = format!(
        "{READER_VERSION} {:?} {} {} {:?} {:?} {partners:?} {collections:?} {surveys:?} {sources:?}",
        programme.calendar, programme.currency, programme.language, programme.submission, programme.limits
    );
    hash_of(facts.as_bytes())
}
