//! Two long tables that are filtered and mended from: every finding with its cell, and every row kept out.

use super::quality::tone;
use super::{Context, heading, heads, repeat};
use crate::finding::{Finding, Place, Severity, rules};
use crate::model::scoreboard::KeptOut;
use crate::model::trace::{Counted, Number};
use crate::report::book::{Area, Cell, Sheet};
use crate::report::canvas::{Canvas, MARGIN, between};
use crate::report::language::{Tongue, own};
use crate::report::prose;
use crate::report::style::{Look, NumberFormat, Rule};
use crate::report::words::{self, head, part};

pub fn findings(context: Context) -> Sheet {
    let widths = vec![
        MARGIN,
        between(84, 100),
        between(90, 170),
        between(150, 250),
        between(80, 150),
        between(48, 60),
        between(110, 190),
        between(200, 330),
        between(90, 190),
        between(200, 330),
    ];
    let last = 9;
    let mut canvas = Canvas::new(context.tongue, words::FINDINGS, widths);
    let all = &context.scoreboard.findings;
    let counts = [Severity::Error, Severity::Warning, Severity::Info]
        .map(|severity| words::severities(severity, all.iter().filter(|finding| finding.severity == severity).count()))
        .join(" · ");
    heading(&mut canvas, context, last, words::FINDINGS, &counts);
    canvas.gap(8);
    let top = heads(
        &mut canvas,
        1,
        &[
            (head::SEVERITY, Look::Head),
            (head::PARTNER, Look::Head),
            (head::FILE, Look::Head),
            (head::SHEET, Look::Head),
            (head::CELL, Look::Head),
            (head::RULE, Look::Head),
            (head::MESSAGE, Look::Head),
            (head::FOUND, Look::Head),
            (head::TO_DO, Look::Head),
        ],
    );
    for finding in all {
        line(&mut canvas, context, finding);
    }
    if all.is_empty() {
        canvas.span(1, last, Cell::text(prose::NO_FINDING), Look::Prose.plain()).end();
    }
    table(canvas, top, last, !all.is_empty())
}

fn line(canvas: &mut Canvas, context: Context, finding: &Finding) {
    let (file, sheet, cell) = match &finding.place {
        Place::Project => (String::new(), String::new(), String::new()),
        Place::File { file } => (file.clone(), String::new(), String::new()),
        Place::Definition { file, line, column, .. } => (file.clone(), String::new(), format!("{line}:{column}")),
        Place::Cell { file, sheet, cell } => {
            (file.clone(), sheet.clone(), cell.map_or(String::new(), |cell| cell.to_string()))
        }
    };
    let finding = &told(canvas.tongue(), finding);
    let mut to_do = finding.help.clone().unwrap_or_else(|| finding.rule.fix.to_owned());
    if let Some(suggestion) = &finding.suggestion {
        to_do = prose::suggest(&own(suggestion), &to_do);
    }
    canvas.text(1, words::severity(finding.severity), Look::Mark(tone(finding.severity)));
    canvas.verbatim(2, finding.partner.as_deref().map_or(words::NONE, |code| context.partner(code)), Look::Text);
    canvas.verbatim(3, file, Look::Text).verbatim(4, sheet, Look::Text).verbatim(5, cell, Look::Strong);
    canvas.verbatim(6, finding.rule.id, Look::Note);
    canvas.text(7, &finding.message, Look::Text);
    canvas.verbatim(8, finding.found.as_deref().unwrap_or_default(), Look::Text);
    canvas.text(9, to_do, Look::Text);
    canvas.end_ruled(1, 9, Rule::Hair);
}

/// The finding in the language of the report: what has been translated already is left as it is. A declared check speaks in
/// the words of its definition.
pub fn told(tongue: Tongue, finding: &Finding) -> Finding {
    let mut told = tongue.finding(finding);
    told.message = if finding.rule.id == rules::CHECK_FAILED.id {
        own(&told.message)
    } else {
        Tongue::marked(&told.message, &finding.message)
    };
    if let (Some(help), Some(english)) = (&told.help, &finding.help) {
        told.help = Some(Tongue::marked(help, english));
    }
    told
}

pub fn kept_out(context: Context) -> Sheet {
    let widths = vec![
        MARGIN,
        between(90, 170),
        between(110, 170),
        between(150, 250),
        between(80, 150),
        between(48, 60),
        between(260, 360),
        between(300, 560),
    ];
    let last = 7;
    let mut canvas = Canvas::new(context.tongue, words::KEPT_OUT, widths);
    let all = &context.scoreboard.kept_out;
    let about = if all.is_empty() { prose::NO_KEPT_OUT } else { prose::KEPT_OUT };
    heading(&mut canvas, context, last, part::KEPT_OUT, about);
    canvas.gap(8);
    let top = heads(
        &mut canvas,
        1,
        &[
            (head::PARTNER, Look::Head),
            (head::COLLECTION, Look::Head),
            (head::FILE, Look::Head),
            (head::SHEET, Look::Head),
            (head::ROW, Look::HeadFilter),
            (head::REASONS, Look::Head),
            (head::ITS_CELLS, Look::Head),
        ],
    );
    for row in all {
        kept_out_line(&mut canvas, context, row);
    }
    table(canvas, top, last, !all.is_empty())
}

fn kept_out_line(canvas: &mut Canvas, context: Context, row: &KeptOut) {
    let titles = &context.scoreboard.reporting;
    let title =
        titles.iter().find(|line| line.collection == row.collection).map_or(&row.collection, |l| &l.collection_title);
    let reason = |(rule, message): &(String, String)| {
        let message = if rule == rules::CHECK_FAILED.id { own(message) } else { canvas.say(message) };
        format!("{message} {}", own(format!("({rule})")))
    };
    let reasons: Vec<String> = row.reasons.iter().map(reason).collect();
    let cells: Vec<String> = row.cells.iter().map(|(label, text)| format!("{label}: {text}")).collect();
    canvas.verbatim(1, row.partner.as_deref().map_or(words::NONE, |code| context.partner(code)), Look::Text);
    canvas.verbatim(2, title, Look::Text);
    canvas.verbatim(3, &row.file, Look::Text).verbatim(4, &row.sheet, Look::Text);
    canvas.put(5, Cell::Number(row.row.into()), Look::StrongFigure.with(NumberFormat::GENERAL));
    canvas.of(Number::Counted(Counted::Place));
    canvas.put(6, Cell::verbatim_lines(reasons.join("\n")), Look::Text.plain());
    canvas.verbatim(7, cells.join("  ·  "), Look::Note);
    canvas.end_ruled(1, 7, Rule::Hair);
}

/// A table to the end of the sheet: heads frozen, filtered, and printed again on every page.
fn table(mut canvas: Canvas, top: u32, last: u16, any: bool) -> Sheet {
    super::frozen(&mut canvas, top + 1, 0);
    let end = canvas.at().saturating_sub(1);
    let sheet = canvas.sheet();
    repeat(sheet, top);
    sheet.filter = any.then(|| Area::new((top, 1), (end, last)));
    canvas.finish()
}
