//! A message as a page: one column that fits a telephone, nothing loaded from anywhere, light and dark.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::note::{Note, Section};

/// Mail readers know little of style sheets: each element has its own, and the sheet adds the dark colours alone.
const DARK: &str = "@media (prefers-color-scheme:dark){body,.b{background:#16181c!important;color:#e6e6e6!important}\
    .c{background:#1f2329!important}.q{color:#a8b0ba!important}td{border-color:#3a4048!important}}";
const BODY: &str = "margin:0;padding:0;background:#f3f4f6;color:#1f2328;\
    font:16px/1.5 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const OUTER: &str = "background:#f3f4f6;padding:16px";
const CARD: &str = "max-width:600px;margin:0 auto;background:#ffffff;border-radius:8px;padding:20px 24px";
const TITLE: &str = "font-size:16px;margin:24px 0 6px";
const TABLE: &str = "width:100%;border-collapse:collapse;font-size:15px";
const CELL: &str = "padding:6px 8px 6px 0;border-bottom:1px solid #d8dce1;vertical-align:top;text-align:left";
const BELOW: &str = "color:#57606a;font-size:14px";
const QUIET: &str = "color:#57606a;font-size:13px;margin:24px 0 0";

/// The whole page.
pub fn page(note: &Note) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(note.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (note.subject) }
                style { (PreEscaped(DARK)) }
            }
            body style=(BODY) {
                div.b style=(OUTER) {
                    div.c style=(CARD) {
                        p style="margin:0 0 12px;font-weight:600" { bdi { (note.heading) } }
                        @for line in &note.lines { p style="margin:0 0 12px" { bdi { (line) } } }
                        @for part in &note.sections { (section(part)) }
                        @if !note.closing.is_empty() {
                            p style="margin:24px 0 0" {
                                @for (at, line) in note.closing.iter().enumerate() {
                                    @if at > 0 { br; }
                                    bdi { (line) }
                                }
                            }
                        }
                        @if !note.footer.is_empty() { p.q style=(QUIET) { bdi { (note.footer) } } }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn section(section: &Section) -> Markup {
    html! {
        h2 style=(TITLE) { bdi { (section.title) } }
        table role="presentation" style=(TABLE) {
            @for row in &section.rows { tr { (cells(row)) } }
        }
        @if !section.more.is_empty() { p.q style=(QUIET) { (section.more) } }
    }
}

/// What it is about and what is said of it, one below the other; of three cells the last stands beside them.
fn cells(row: &[String]) -> Markup {
    let (below, beside) = match row {
        [_, below, beside] => (Some(below), Some(beside)),
        [_, below] => (Some(below), None),
        _ => (None, None),
    };
    let whole = if beside.is_none() { Some("2") } else { None };
    html! {
        td style=(CELL) colspan=[whole] {
            @if let Some(about) = row.first() { bdi { (about) } }
            @if let Some(below) = below.filter(|below| !below.is_empty()) {
                div.q style=(BELOW) { bdi { (below) } }
            }
        }
        @if let Some(beside) = beside { td style={ (CELL) ";white-space:nowrap;text-align:right" } { bdi { (beside) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_are_text_and_nothing_is_loaded() {
        let note = Note {
            language: "en".into(),
            heading: "Dear <script>alert(1)</script>".into(),
            sections: vec![Section {
                title: "T".into(),
                rows: vec![vec!["<img src=https://x.example/a.png>".into(), "\" onload=\"x".into()]],
                more: "and 2 more".into(),
            }],
            ..Note::default()
        };
        let page = page(&note);
        assert!(page.contains("Dear &lt;script&gt;") && page.contains("&lt;img src="), "{page}");
        for word in ["<script", "<img", "src=\"", "href=", "url(", "@import"] {
            assert!(!page.contains(word), "{word} in {page}");
        }
    }
}
