//! Who has reported, what was found in what they sent, and which rows no figure counts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};

use super::page::{Head, Page, folded, table, theirs};
use crate::finding::{Finding, Place, Rule, Severity};
use crate::model::presentation::SheetKind;
use crate::model::scoreboard::Reporting;
use crate::report::language::own;
use crate::report::prose;
use crate::report::sheets::told;
use crate::report::style::Tone;
use crate::report::words::{self, head, label, page as ours, part};

/// Findings of one rule that are named, and rows kept out: the workbook names all.
const MOST: usize = 40;
const ROWS: usize = 200;

pub fn section(page: &Page) -> Markup {
    let about = if page.restricted() { prose::QUALITY_RESTRICTED } else { prose::QUALITY };
    html! {
        p { (page.say(about)) }
        h3 { (page.say(part::REPORTED)) }
        (reported(page))
        h3 { (page.say(part::BY_RULE)) }
        (by_rule(page))
        @if !page.board.findings.is_empty() || !page.board.kept_out.is_empty() {
            h3 { (page.say(part::BY_PARTNER)) }
            (by_partner(page))
        }
    }
}

/// Partners down, collections across.
fn reported(page: &Page) -> Markup {
    let mut collections: Vec<(&str, &str)> = Vec::new();
    for line in &page.board.reporting {
        if !collections.iter().any(|(code, _)| *code == line.collection) {
            collections.push((&line.collection, &line.collection_title));
        }
    }
    let mut heads = vec![Head::left(page.say(head::PARTNER))];
    heads.extend(collections.iter().map(|(_, title)| Head::theirs(title)));
    let find = |partner: &crate::model::code::PartnerCode, code: &str| {
        page.board.reporting.iter().find(|line| line.collection == code && line.partner == *partner)
    };
    let body = html! {
        @for partner in &page.board.programme.partners {
            tr {
                th scope="row" { (theirs(&partner.name)) }
                @for (code, _) in &collections {
                    td { @if let Some(line) = find(&partner.code, code) { (state(page, line)) } }
                }
            }
        }
    };
    table("reported-table", &html! { (page.say(part::REPORTED)) }, true, &heads, &body, None)
}

fn state(page: &Page, line: &Reporting) -> Markup {
    let latest = match (&line.latest, line.reporting_date, &line.due) {
        (Some(latest), Some(day), _) => html! { (theirs(latest)) ", " (page.day(day)) },
        (Some(latest), None, _) => theirs(latest),
        (None, Some(day), _) => page.day(day),
        (None, None, Some(due)) => html! { (page.say(prose::is_due(&own(due)))) },
        (None, None, None) => html! {},
    };
    html! {
        (page.mark(words::reporting(line.state), Tone::of_reporting(line.state)))
        small { (latest) }
        @if !page.restricted() {
            @if line.rows > 0 || line.kept_out > 0 { small { (page.say(ours::rows_of(line.rows, line.kept_out))) } }
            @if let Some(file) = &line.file { small { (theirs(file)) } }
        }
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Fair,
        Severity::Info => Tone::Quiet,
    }
}

/// A rule with what was found of it.
type Of<'a> = (&'static Rule, Vec<&'a Finding>);

/// Findings by weight and rule, the gravest first, each with the cells that it is about.
fn by_rule(page: &Page) -> Markup {
    let mut rules: BTreeMap<(Reverse<Severity>, &str), Of<'_>> = BTreeMap::new();
    for finding in &page.board.findings {
        let key = (Reverse(finding.severity), finding.rule.id);
        rules.entry(key).or_insert((finding.rule, Vec::new())).1.push(finding);
    }
    if rules.is_empty() {
        return html! { p { (page.say(prose::NO_FINDING)) } };
    }
    let named = !page.restricted() && page.board.presentation.sheets.contains(&SheetKind::Findings);
    html! {
        ul.rules {
            @for ((severity, _), (rule, all)) in &rules {
                li {
                    p {
                        (page.mark(words::severity(severity.0), tone(severity.0))) " "
                        strong { (page.count(all.len())) " × " (page.tongue.rule(rule).title) }
                    }
                    p.note { (page.tongue.rule(rule).fix) }
                    @if named {
                        (folded(None, &html! { (page.say(ours::CELLS)) }, &cells(page, rule, all)))
                    }
                }
            }
        }
    }
}

fn cells(page: &Page, rule: &'static Rule, all: &[&Finding]) -> Markup {
    let heads = [
        Head::left(page.say(head::PARTNER)),
        Head::left(page.say(head::FILE)),
        Head::left(page.say(head::SHEET)),
        Head::left(page.say(head::CELL)),
        Head::left(page.say(head::MESSAGE)),
        Head::left(page.say(head::FOUND)),
        Head::left(page.say(head::TO_DO)),
    ];
    let body = html! { @for finding in all.iter().take(MOST) { (line(page, finding)) } };
    let severity = all.first().map_or("", |finding| finding.severity.as_str());
    html! {
        (table(&format!("rule-{severity}-{}", rule.id), &html! { (page.tongue.rule(rule).title) }, true, &heads, &body, None))
        @if all.len() > MOST { p.note { (page.say(ours::first_findings(MOST, all.len()))) } }
    }
}

fn line(page: &Page, finding: &Finding) -> Markup {
    let code = finding.partner.as_deref();
    let (file, sheet, cell) = match &finding.place {
        Place::Project => (String::new(), String::new(), String::new()),
        Place::File { file } => (file.clone(), String::new(), String::new()),
        Place::Definition { file, line, column, .. } => (file.clone(), String::new(), format!("{line}:{column}")),
        Place::Cell { file, sheet, cell } => {
            (file.clone(), sheet.clone(), cell.map_or(String::new(), |cell| cell.to_string()))
        }
    };
    let finding = told(page.tongue, finding);
    let mut to_do = page.say(finding.help.as_deref().unwrap_or(finding.rule.fix));
    if let Some(suggestion) = &finding.suggestion {
        to_do = page.say(prose::suggest(&own(suggestion), &own(&to_do)));
    }
    html! {
        tr {
            td { @match code { Some(code) => (theirs(page.partner(code))), None => (page.absent(words::NONE)) } }
            td { (theirs(file)) }
            td { (theirs(sheet)) }
            td { strong { (cell) } }
            td.long { (page.say(&finding.message)) }
            td { (theirs(finding.found.as_deref().unwrap_or_default())) }
            td.long { (to_do) }
        }
    }
}

/// Findings and rows kept out, by partner. Rows of a partner are told to nobody else.
fn by_partner(page: &Page) -> Markup {
    let board = page.board;
    let partners = &board.programme.partners;
    let known = |code: &&str| partners.iter().any(|one| one.code.as_str() == *code);
    let mut heads = vec![Head::left(page.say(head::PARTNER))];
    heads.extend([label::ERRORS, label::WARNINGS, label::NOTES].map(|word| Head::right(page.say(word))));
    if !page.restricted() {
        heads.push(Head::right(page.say(label::ROWS_KEPT_OUT)));
    }
    let counts = |code: Option<&str>| {
        let found = |severity| {
            let own = |one: &&Finding| one.severity == severity && one.partner.as_deref().filter(known) == code;
            board.findings.iter().filter(own).count()
        };
        let mut all = [Severity::Error, Severity::Warning, Severity::Info].map(found).to_vec();
        if !page.restricted() {
            all.push(board.kept_out.iter().filter(|row| row.partner.as_deref().filter(known) == code).count());
        }
        all
    };
    let row = |name: &Markup, counts: Vec<usize>| {
        html! { tr { th scope="row" { (name) } @for count in counts { td.num { (page.count(count)) } } } }
    };
    let body = html! {
        @for one in partners { (row(&theirs(&one.name), counts(Some(one.code.as_str())))) }
        (row(&html! { (page.say(label::NOBODYS)) }, counts(None)))
    };
    table("by-partner-table", &html! { (page.say(part::BY_PARTNER)) }, true, &heads, &body, None)
}

/// Rows that no figure counts, each as it came.
pub fn kept_out(page: &Page) -> Markup {
    let all = &page.board.kept_out;
    if all.is_empty() {
        return html! { p { (page.say(prose::NO_KEPT_OUT)) } };
    }
    let heads = [
        Head::left(page.say(head::PARTNER)),
        Head::left(page.say(head::COLLECTION)),
        Head::left(page.say(head::FILE)),
        Head::left(page.say(head::SHEET)),
        Head::right(page.say(head::ROW)),
        Head::left(page.say(head::REASONS)),
        Head::left(page.say(head::ITS_CELLS)),
    ];
    let body = html! {
        @for row in all.iter().take(ROWS) {
            tr {
                td { @match row.partner.as_deref() { Some(code) => (theirs(page.partner(code))), None => (page.absent(words::NONE)) } }
                td { (theirs(page.collection(&row.collection))) }
                td { (theirs(&row.file)) }
                td { (theirs(&row.sheet)) }
                td.num { strong { (row.row) } }
                td.long { @for (rule, message) in &row.reasons { div { (page.say(message)) " " code { (rule) } } } }
                td.long { @for (label, text) in &row.cells { span.cell { b { (theirs(label)) } ": " (theirs(text)) } " " } }
            }
        }
    };
    let total = usize::try_from(page.board.kept_out_total).unwrap_or(usize::MAX);
    html! {
        p { (page.say(prose::KEPT_OUT)) }
        (table("kept-out-table", &html! { (page.say(part::KEPT_OUT)) }, true, &heads, &body, None))
        @if total > all.len().min(ROWS) { p.note { (page.say(ours::first_rows(all.len().min(ROWS), total))) } }
    }
}
