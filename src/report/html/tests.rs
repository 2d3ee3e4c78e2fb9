//! Tests of the page as a whole, on the scoreboard of `report/tests.rs`.

use std::collections::BTreeSet;

use base64::Engine as _;
use rust_decimal::Decimal;
use sha2::Digest as _;

use super::html;
use crate::model::audience::Audience;
use crate::model::changes::{Aspect, Break, Cause, CauseKind, Changes, Due, Moved};
use crate::model::code::PartnerCode;
use crate::model::evidence::Evidence;
use crate::model::pace::{BackTest, Pace, Projected, Projection};
use crate::model::presentation::{Funnel, SheetKind};
use crate::model::scoreboard::{IndicatorResult, PartnerFacts, Scoreboard};
use crate::model::unit::Unit;
use crate::model::value::Value;
use crate::report::sheets::number_format;
use crate::report::tests::scoreboard;

fn page(board: &Scoreboard) -> String {
    String::from_utf8(html(board)).unwrap()
}

/// Every tag with its name and what stands in it; closing ones begin with a slash. Scripts and looks are no markup.
fn tags(page: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, from)) = rest.split_once('<') {
        let (tag, behind) = from.split_once('>').expect("a tag ends");
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        found.push((name, tag));
        rest = behind;
        if ["script", "style"].contains(&name) {
            rest = behind.split_once(&format!("</{name}>")).expect("closed").1;
        }
    }
    found
}

fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let wanted = format!(" {name}=\"");
    let inside = |tag: &'a str| tag.split(&wanted[..]).nth(1).and_then(|rest| rest.split('"').next());
    tags(page).into_iter().filter_map(|(_, tag)| inside(tag)).collect()
}

fn projected(on: &str, value: i64) -> Projected {
    let (value, off) = (Decimal::from(value), Decimal::from(40));
    Projected { on: on.parse().unwrap(), label: "P6".into(), value, lower: value - off, upper: value + off }
}

/// With everything that a scoreboard may have beside its figures.
fn full() -> Scoreboard {
    let mut board = scoreboard();
    let on = "2016-09-30";
    let one = &mut board.indicators[0];
    one.pace = Some(Projection::Known(Pace {
        periods: 5,
        recent: Decimal::from(20),
        required: Some(Decimal::from(190)),
        left: 2,
        on: on.parse().unwrap(),
        projected: projected(on, 160),
        path: vec![projected("2016-08-31", 140), projected(on, 160)],
        back_test: Some(BackTest { held: 3, of: 4 }),
        says: "At this pace it will not arrive.".into(),
    }));
    one.trajectory[1].original = Some(Decimal::from(250));
    one.trajectory[2].original = Some(Decimal::from(400));
    one.breaks = vec![Break { on: "2016-01-31".parse().unwrap(), says: "Only signed agreements count.".into() }];
    let mut committed = one.total.clone();
    committed.value = Value::Known(Decimal::from(333));
    one.committed = Some(committed);
    let code = one.code.clone();
    board.presentation.funnels = vec![Funnel { title: "From volume to silence".into(), steps: vec![code.clone()] }];
    let cause = |kind, says: &str| Cause { kind, partner: Some("litek".into()), says: says.into() };
    board.changes = Some(Changes {
        since: "beef00".into(),
        since_as_of: "2016-03-31".parse().unwrap(),
        causes: vec![cause(CauseKind::Correction, "a.xlsx came again"), cause(CauseKind::Target, "400 became 500")],
        moved: vec![Moved {
            indicator: code,
            title: "Volume of cooperation projects between members".into(),
            by: Vec::new(),
            name: String::new(),
            unit: Unit::new("EUR"),
            aspect: Aspect::Value,
            before: Value::Known(Decimal::from(100)),
            after: Value::Known(Decimal::new(1205, 1)),
            difference: Some(Decimal::new(205, 1)),
            status: None,
            due: vec![Due { cause: 0, amount: Some(Decimal::new(205, 1)) }],
        }],
        notes: Vec::new(),
    });
    board
}

#[test]
fn every_figure_stands_on_the_page() {
    let board = full();
    let page = page(&board);
    let mut looked = 0;
    for one in &board.indicators {
        let number = number_format(one);
        let lines = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures);
        let values = lines.chain([&one.total]).filter_map(|figure| figure.value.known());
        let points = one.trajectory.iter().flat_map(|point| [point.actual, point.expected, point.original]);
        for value in values.chain(points.flatten()) {
            assert!(page.contains(&number.shown(value)), "{value}");
            looked += 1;
        }
    }
    assert!(looked > 6, "{looked}");
    for text in ["333", "beef00", "a.xlsx came again", "+20.50", "3 of 4", "not reported", "to be declared"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn places_are_named_once_and_every_link_has_its_place() {
    let page = page(&full());
    let ids = attributes(&page, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len());
    let links = attributes(&page, "href");
    assert!(links.len() > 15);
    for link in links {
        assert!(link.strip_prefix('#').is_some_and(|id| known.contains(id)), "{link}");
    }
    for named in attributes(&page, "aria-labelledby").iter().flat_map(|ids| ids.split(' ')) {
        assert!(known.contains(named), "{named}");
    }
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let page = page(&full());
    for (name, tag) in tags(&page) {
        assert!(
            !["link", "img", "iframe", "object", "embed", "base", "form", "input", "use"].contains(&name),
            "<{tag}>"
        );
        for bad in [" src=", " srcset=", " action=", "url(", "@import", "javascript:"] {
            assert!(!tag.contains(bad), "<{tag}>");
        }
        assert!(!tag.contains("://"), "<{tag}>");
        // Nothing acts but the one script, whose hash the policy names.
        assert!(!tag.split_whitespace().skip(1).any(|part| part.starts_with("on")), "<{tag}>");
    }
    assert!(page.contains("default-src 'none'"));
    let script = page.rsplit_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(script.as_bytes()));
    assert!(page.contains(&format!("script-src 'sha256-{hash}'")));
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    let page = page(&full());
    let levels: Vec<usize> = tags(&page).iter().filter_map(|(name, _)| name.strip_prefix('h')?.parse().ok()).collect();
    assert!(levels.len() > 10 && levels[0] == 1 && levels.iter().filter(|level| **level == 1).count() == 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
fn tables_have_captions_and_heads_with_a_scope() {
    let page = page(&full());
    let all = tags(&page);
    let count = |wanted: &str| all.iter().filter(|(name, _)| *name == wanted).count();
    assert!(count("table") > 5 && count("table") == count("caption"));
    assert!(all.iter().all(|(name, tag)| *name != "th" || tag.contains(" scope=")));
    let drawings = all.iter().filter(|(name, tag)| *name == "svg" && tag.contains("role=\"img\""));
    assert_eq!(drawings.count(), 1);
    // Each drawing is told, or hidden from those who would only hear that there is one, or lies within such a one.
    assert!(all.iter().all(|(name, tag)| {
        *name != "svg"
            || ["role=\"img\"", "aria-hidden", "viewBox", "class=\"mark\""].iter().any(|way| tag.contains(way))
    }));
}

/// A scoreboard in which everybody who can write something writes the same.
fn hostile(text: &str) -> Scoreboard {
    let mut board = full();
    (board.title, board.programme.title) = (text.to_owned(), text.to_owned());
    for partner in &mut board.programme.partners {
        partner.name = text.to_owned();
    }
    for one in &mut board.indicators {
        (one.title, one.definition) = (text.to_owned(), text.to_owned());
        one.source = Some(text.to_owned());
        for breakdown in &mut one.breakdowns {
            breakdown.label = text.to_owned();
            breakdown.names.iter_mut().for_each(|name| name.clone_from(&text.to_owned()));
        }
    }
    for row in &mut board.evidence.rows {
        (row.key, row.says, row.file, row.sheet) = (text.to_owned(), text.to_owned(), text.to_owned(), text.to_owned());
    }
    board.findings[0].found = Some(text.to_owned());
    board.kept_out[0].cells = vec![(text.to_owned(), text.to_owned())];
    board.inputs[0].name = text.to_owned();
    board
}

#[test]
fn what_partners_wrote_is_text_and_never_markup() {
    let harmless: BTreeSet<String> =
        tags(&page(&hostile("harmless"))).into_iter().map(|(name, _)| name.to_owned()).collect();
    let shape = |text: &str| tags(&page(&hostile(text))).len();
    let wanted = shape("harmless");
    for text in [
        "<script>alert(1)</script>",
        "</script></style></title><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onclick='alert(1)",
        "<!-- --> ]]> &lt;b&gt; &#x22;",
        "{{7*7}} ${7*7} `x`",
        "a\u{202e}b\u{2066}c\u{7}d\u{0}e",
        "javascript:alert(1)",
        &"w".repeat(900),
    ] {
        let board = hostile(text);
        let page = page(&board);
        let names: BTreeSet<String> = tags(&page).into_iter().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, harmless, "{text}");
        assert_eq!(tags(&page).len(), wanted, "{text}");
        assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{7}', '\u{0}']), "{text}");
        assert_eq!(page.matches("<script").count(), 2, "{text}");
    }
    assert!(page(&hostile("a < b & c")).contains("<bdi>a &lt; b &amp; c</bdi>"));
}

#[test]
fn a_figure_leads_to_its_rows_which_give_it_once_more() {
    let page = page(&scoreboard());
    assert!(page.contains("data-rows=\"volume\""), "{page}");
    assert!(page.contains("✓ 2 rows, sum 120.50"), "the sum is made once more");
    assert!(page.contains("a.xlsx › S › C5"));
}

#[test]
fn a_public_page_has_no_rows_and_says_what_is_suppressed() {
    let mut board = scoreboard();
    board.audience = Audience::Public;
    board.indicators[0].total.value = Value::Suppressed;
    board.indicators[0].trajectory[0].actual = None;
    board.indicators[0].trajectory[0].withheld = true;
    let page = page(&board);
    assert!(page.contains("⊘ suppressed") && page.contains("P4 ⊘"));
    for absent in ["data-rows", "a.xlsx", "status = signed", "application/json", "ca. 40", "HYPERLINK"] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn the_page_stays_small_whatever_stands_behind_it() {
    let mut board = scoreboard();
    let row = board.evidence.rows[0].clone();
    board.evidence.rows = (0..50_000)
        .map(|at| {
            let mut row = row.clone();
            (row.key, row.says) = (format!("LG-{at}"), "word ".repeat(400));
            row
        })
        .collect();
    let page = page(&board);
    assert!(page.len() < 4_000_000, "{} bytes", page.len());
    assert!(page.contains("40000 rows more in the workbook"));
}

#[test]
fn equal_scoreboards_give_equal_pages() {
    assert_eq!(html(&full()), html(&full()));
}

#[test]
fn a_report_chooses_what_the_page_shows() {
    let mut board = full();
    board.presentation.sheets = vec![SheetKind::Method, SheetKind::Summary];
    let page = page(&board);
    let (method, overview) = (page.find("id=\"method\"").unwrap(), page.find("id=\"overview\"").unwrap());
    assert!(method < overview);
    for absent in ["id=\"quality\"", "id=\"changes\"", "data-rows", "status = signed", "ca. 40"] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn an_empty_scoreboard_is_a_page_too() {
    let mut board = scoreboard();
    (board.indicators, board.findings, board.kept_out) = (Vec::new(), Vec::new(), Vec::new());
    (board.reporting, board.inputs, board.evidence) = (Vec::new(), Vec::new(), Evidence::default());
    assert!(page(&board).contains("No indicator is declared"));
}

#[test]
fn many_partners_are_all_on_the_page() {
    let mut board = scoreboard();
    let one: &mut IndicatorResult = &mut board.indicators[0];
    let line = one.breakdowns[0].figures[0].clone();
    for at in 0..60 {
        let code = format!("partner{at}");
        let mut line = line.clone();
        line.by = vec![("partner".into(), code.clone())];
        one.breakdowns[0].figures.push(line);
        one.breakdowns[0].names.push(format!("Partner number {at}"));
        let (code, name) = (PartnerCode::new(&code).unwrap(), format!("Partner number {at}"));
        board.programme.partners.push(PartnerFacts { code, name, country: "FR".into() });
    }
    let page = page(&board);
    assert!((0..60).all(|at| page.contains(&format!("Partner number {at}<"))));
    assert!(page.contains("62 lines"));
}

#[test]
fn every_text_of_ours_is_told_in_every_language() {
    for language in ["de", "fr", "nl"] {
        for audience in [Audience::Internal, Audience::Public] {
            for mut board in [scoreboard(), full()] {
                board.audience = audience;
                language.clone_into(&mut board.presentation.language);
                let page = super::page::Page::new(&board);
                super::bytes(&page);
                // Of the fixture's own invention.
                let invented = ["will not arrive", "Only signed", "came again", "became 500"];
                let ours = |text: &&String| !invented.iter().any(|other| text.contains(other));
                let untold = page.untold.borrow();
                let untold: Vec<&String> = untold.iter().filter(ours).collect();
                assert!(untold.is_empty(), "{language}: put these into src/report/translations: {untold:#?}");
            }
        }
    }
}
