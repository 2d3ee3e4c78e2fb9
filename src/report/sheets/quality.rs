//! The data-quality sheet: who has reported what, and which rules found how much, with the ways to each finding.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Context, TOP, heading, heads, live, section};
use crate::finding::{Rule as FindingRule, Severity};
use crate::model::scoreboard::Reporting;
use crate::model::trace::{Counted, Number};
use crate::report::book::{Area, Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::{Tongue, own};
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule, Tone};
use crate::report::words::{self, head, label, part};

const FIRST: u16 = 1;
const LAST: u16 = 10;
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

pub fn sheet(context: Context) -> Sheet {
    let collections = collections(context);
    let mut widths = vec![MARGIN, between(150, 230)];
    let columns = collections.len().max(usize::from(LAST) - 1);
    widths.extend(std::iter::repeat_n(between(104, 150), columns));
    // The names of files.
    if let Some(last) = widths.get_mut(usize::from(LAST)) {
        *last = between(104, 270);
    }
    let mut canvas = Canvas::new(context.tongue, words::QUALITY, widths);
    let board = context.scoreboard;
    let restricted = board.audience.is_restricted();
    let about = if restricted { prose::QUALITY_RESTRICTED } else { prose::QUALITY };
    heading(&mut canvas, context, LAST, words::QUALITY, about);
    super::frozen(&mut canvas, 3, 0);
    let kept_out = usize::try_from(board.kept_out_total).unwrap_or(usize::MAX);
    if restricted {
        canvas.text(FIRST, prose::kept_out_of(kept_out), Look::Text).end();
    } else {
        for (name, text) in [
            (words::FINDINGS, prose::findings(board.findings.len())),
            (words::KEPT_OUT, prose::rows_kept_out(kept_out)),
        ] {
            canvas.put(FIRST, Cell::link(name, TOP, text), Look::BackLink.plain()).end();
        }
    }
    canvas.gap(12);
    matrix(&mut canvas, context, &collections);
    counts(&mut canvas, context);
    partners(&mut canvas, context);
    details(&mut canvas, context);
    canvas.finish()
}

/// Code and title of each collection, in the order of the reports.
fn collections(context: Context<'_>) -> Vec<(&str, &str)> {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for line in &context.scoreboard.reporting {
        if !all.iter().any(|(code, _)| *code == line.collection) {
            all.push((&line.collection, &line.collection_title));
        }
    }
    all
}

/// Partners down, collections across.
fn matrix(canvas: &mut Canvas, context: Context, collections: &[(&str, &str)]) {
    let start = canvas.at();
    section(canvas, LAST, part::REPORTED);
    let mut names = vec![(head::PARTNER, Look::Head)];
    let titles: Vec<String> = collections.iter().map(|(_, title)| own(title)).collect();
    names.extend(titles.iter().map(|title| (title.as_str(), Look::Head)));
    heads(canvas, FIRST, &names);
    let last = u16::try_from(collections.len()).unwrap_or(LAST) + FIRST;
    for partner in &context.scoreboard.programme.partners {
        canvas.verbatim(FIRST, &partner.name, Look::Strong);
        for (column, (code, _)) in (FIRST + 1..).zip(collections) {
            let line = context
                .scoreboard
                .reporting
                .iter()
                .find(|line| line.collection == *code && line.partner == partner.code);
            if let Some(line) = line {
                let text = format!("{}\n{}", words::reporting(line.state), latest(line));
                let look = Look::Stamp(Tone::of_reporting(line.state));
                canvas.put(column, Cell::lines(text.trim_end()), look.plain());
            }
        }
        canvas.end_ruled(FIRST, last, Rule::Hair);
    }
    canvas.gap(18);
    canvas.keep_from(start);
}

/// The latest period that was reported, else what is due.
fn latest(line: &Reporting) -> String {
    match (&line.latest, line.reporting_date, &line.due) {
        (Some(latest), Some(day), _) => prose::latest(&own(latest), day),
        (Some(latest), None, _) => own(latest),
        (None, Some(day), _) => words::short_day(day),
        (None, None, Some(due)) => prose::is_due(&own(due)),
        (None, None, None) => String::new(),
    }
}

/// Findings by weight and rule, the gravest first.
fn counts(canvas: &mut Canvas, context: Context) {
    let start = canvas.at();
    section(canvas, LAST, part::BY_RULE);
    let mut rules: BTreeMap<(std::cmp::Reverse<Severity>, &str), (&FindingRule, usize)> = BTreeMap::new();
    for finding in &context.scoreboard.findings {
        let key = (std::cmp::Reverse(finding.severity), finding.rule.id);
        rules.entry(key).or_insert((finding.rule, 0)).1 += 1;
    }
    if rules.is_empty() {
        canvas.span(FIRST, LAST, Cell::text(prose::NO_FINDING), Look::Prose.plain()).end();
        canvas.gap(18);
        return;
    }
    canvas.text(FIRST, head::SEVERITY, Look::Head).text(2, head::COUNT, Look::HeadRight);
    canvas.span(3, 5, Cell::text(head::RULE), Look::Head.plain());
    canvas.span(6, LAST, Cell::text(head::TO_DO), Look::Head.plain());
    canvas.end_ruled(FIRST, LAST, Rule::Below);
    let first = canvas.at();
    for ((severity, _), (rule, count)) in &rules {
        canvas.text(FIRST, words::severity(severity.0), Look::Mark(tone(severity.0)));
        let of =
            Number::Counted(Counted::Findings { rule: rule.id.to_owned(), severity: severity.0.as_str().to_owned() });
        canvas.put(2, Cell::count(*count), Look::Figure.with(NumberFormat::WHOLE)).of(of);
        let texts = canvas.tongue().rule(rule);
        canvas.span(3, 5, Cell::text(Tongue::marked(texts.title, rule.title)), Look::Text.plain());
        canvas.span(6, LAST, Cell::text(Tongue::marked(texts.fix, rule.fix)), Look::Text.plain());
        canvas.end_ruled(FIRST, LAST, Rule::Hair);
    }
    let total = Decimal::from(context.scoreboard.findings.len());
    let text = format!("=SUM({})", Area::column(2, first, canvas.at().saturating_sub(1)));
    canvas.text(FIRST, words::TOTAL, Look::Strong);
    canvas.put(2, Cell::Formula { text, cached: total }, Look::StrongFigure.with(NumberFormat::WHOLE));
    canvas.of(Number::Counted(Counted::Findings { rule: String::new(), severity: String::new() }));
    canvas.end_ruled(FIRST, LAST, Rule::Above);
    canvas.gap(18);
    canvas.keep_from(start);
}

pub fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Fair,
        Severity::Info => Tone::Quiet,
    }
}

/// Findings and rows kept out, by partner.
fn partners(canvas: &mut Canvas, context: Context) {
    let board = context.scoreboard;
    if board.findings.is_empty() && board.kept_out.is_empty() {
        return;
    }
    let start = canvas.at();
    section(canvas, LAST, part::BY_PARTNER);
    // Rows of a partner are told to nobody else.
    let restricted = board.audience.is_restricted();
    let last = if restricted { 4 } else { 5 };
    let all = [
        (head::PARTNER, Look::Head),
        (label::ERRORS, Look::HeadRight),
        (label::WARNINGS, Look::HeadRight),
        (label::NOTES, Look::HeadRight),
        (label::ROWS_KEPT_OUT, Look::HeadRight),
    ];
    heads(canvas, FIRST, &all[..usize::from(last)]);
    let mut lines: Vec<(Option<&str>, String)> =
        board.programme.partners.iter().map(|one| (Some(one.code.as_str()), own(&one.name))).collect();
    lines.push((None, label::NOBODYS.to_owned()));
    let is_known = |code: &&str| board.programme.partners.iter().any(|one| one.code.as_str() == *code);
    let first = canvas.at();
    let mut sums = [0usize; 4];
    for (code, name) in lines {
        let mut row = SEVERITIES
            .map(|s| {
                board
                    .findings
                    .iter()
                    .filter(|f| f.severity == s && f.partner.as_deref().filter(is_known) == code)
                    .count()
            })
            .to_vec();
        if !restricted {
            row.push(board.kept_out.iter().filter(|out| out.partner.as_deref().filter(is_known) == code).count());
        }
        canvas.text(FIRST, name, Look::Text);
        for ((column, count), sum) in (2..).zip(row).zip(&mut sums) {
            *sum += count;
            canvas.put(column, Cell::count(count), Look::Figure.with(NumberFormat::WHOLE));
            canvas.of(Number::Counted(of_partner(column, Whose::One(code))));
        }
        canvas.end_ruled(FIRST, last, Rule::Hair);
    }
    let end = canvas.at().saturating_sub(1);
    canvas.text(FIRST, words::TOTAL, Look::Strong);
    for (column, sum) in (2..=last).zip(sums) {
        let sum = Decimal::from(sum);
        let cell = live(format!("=SUM({})", Area::column(column, first, end)), sum, Some(sum));
        canvas.put(column, cell, Look::StrongFigure.with(NumberFormat::WHOLE));
        canvas.of(Number::Counted(of_partner(column, Whose::All)));
    }
    canvas.end_ruled(FIRST, last, Rule::Above);
    canvas.gap(18);
    canvas.keep_from(start);
}

/// What the table of partners counts in a column.
fn of_partner(column: u16, whose: Whose<'_>) -> Counted {
    let partner = match whose {
        Whose::All => None,
        Whose::One(code) => Some(code.unwrap_or_default().to_owned()),
    };
    match SEVERITIES.get(usize::from(column - 2)) {
        Some(severity) => Counted::FindingsOf { partner, severity: severity.as_str().to_owned() },
        None => Counted::Rows { partner, collection: None, kept_out: true },
    }
}

/// A partner's findings, nobody's, or all.
#[derive(Clone, Copy)]
enum Whose<'a> {
    All,
    One(Option<&'a str>),
}

/// Every partner and collection with its dates, rows and file.
fn details(canvas: &mut Canvas, context: Context) {
    // The heading stays with its first line.
    let mut start = canvas.at();
    section(canvas, LAST, part::DETAIL);
    let all = [
        (head::PARTNER, Look::Head),
        (head::COLLECTION, Look::Head),
        (head::STATE, Look::Head),
        (head::DUE, Look::Head),
        (head::DUE_ON, Look::HeadRight),
        (head::LATEST, Look::Head),
        (head::REPORTED_ON, Look::HeadRight),
        (head::ROWS, Look::HeadRight),
        (head::KEPT_OUT, Look::HeadRight),
        (head::FILE, Look::Head),
    ];
    let restricted = context.scoreboard.audience.is_restricted();
    let last = if restricted { 7 } else { LAST };
    heads(canvas, FIRST, &all[..usize::from(last)]);
    for line in &context.scoreboard.reporting {
        canvas.verbatim(1, context.partner(line.partner.as_str()), Look::Text);
        canvas.verbatim(2, &line.collection_title, Look::Text);
        canvas.text(3, words::reporting(line.state), Look::Mark(Tone::of_reporting(line.state)));
        canvas.verbatim(4, line.due.as_deref().unwrap_or(words::NONE), Look::Text);
        for (column, day) in [(5, line.due_on), (7, line.reporting_date)] {
            match day {
                Some(day) => canvas.put(column, Cell::Date(day), Look::Figure.with(NumberFormat::DAY)),
                None => canvas.text(column, words::NONE, Look::Absent),
            };
        }
        canvas.verbatim(6, line.latest.as_deref().unwrap_or(words::NONE), Look::Text);
        if !restricted {
            let of = |kept_out| {
                let partner = Some(line.partner.to_string());
                Number::Counted(Counted::Rows { partner, collection: Some(line.collection.clone()), kept_out })
            };
            canvas.put(8, Cell::Number(line.rows.into()), Look::Figure.with(NumberFormat::WHOLE)).of(of(false));
            canvas.put(9, Cell::Number(line.kept_out.into()), Look::Figure.with(NumberFormat::WHOLE)).of(of(true));
            canvas.verbatim(10, line.file.as_deref().unwrap_or(words::NONE), Look::Text);
        }
        canvas.end_ruled(FIRST, last, Rule::Hair);
        canvas.keep_from(start);
        start = canvas.at();
    }
}
