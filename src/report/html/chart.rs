//! Drawings: the trajectory with everything that it is held against, its small form for the overview, and intervals.

use chrono::NaiveDate;
use maud::{Markup, PreEscaped, html};
use rust_decimal::Decimal;

use super::page::{Page, percent};
use super::plot::{Frame, Span};
use crate::model::pace::{Pace, Projection};
use crate::model::scoreboard::{IndicatorResult, TrajectoryPoint};
use crate::report::language::own;
use crate::report::prose;
use crate::report::sheets::point_name;
use crate::report::style::NumberFormat;
use crate::report::words::{head, page as ours};

/// Names below the drawing stand at least so far apart, in hundredths of a per cent.
const APART: i64 = 1500;
/// Letters of a name there.
const LONGEST: usize = 10;

type Line = Vec<(NaiveDate, Decimal)>;

/// What is drawn of an indicator over the days.
struct Lines<'a> {
    actual: Line,
    expected: Line,
    original: Line,
    milestones: Line,
    target: Option<(NaiveDate, Decimal)>,
    pace: Option<&'a Pace>,
}

impl<'a> Lines<'a> {
    fn of(one: &'a IndicatorResult) -> Self {
        let line = |part: fn(&TrajectoryPoint) -> Option<Decimal>| {
            one.trajectory.iter().filter_map(|point| Some((point.on, part(point)?))).collect::<Line>()
        };
        let pace = match &one.pace {
            Some(Projection::Known(pace)) => Some(pace),
            _ => None,
        };
        Self {
            actual: line(|point| point.actual),
            expected: line(|point| point.expected),
            original: line(|point| point.original),
            milestones: line(|point| point.milestone),
            target: one.total.target.map(|target| (target.on, target.value)),
            pace,
        }
    }

    fn projected(&self) -> impl Iterator<Item = (NaiveDate, Decimal, Decimal, Decimal)> + Clone + '_ {
        let path = self.pace.into_iter().flat_map(|pace| &pace.path);
        path.map(|at| (at.on, at.value, at.lower, at.upper))
    }

    fn frame(&self) -> Option<Frame> {
        let lines = [&self.actual, &self.expected, &self.original, &self.milestones];
        let points = lines.into_iter().flatten().copied().chain(self.target);
        let band = self.projected().flat_map(|(on, value, lower, upper)| [(on, value), (on, lower), (on, upper)]);
        let all: Line = points.chain(band).collect();
        let values: Vec<Decimal> = all.iter().map(|(_, value)| *value).collect();
        Frame::new(all.iter().map(|(day, _)| *day), Span::of(&values, false)?)
    }
}

/// The trajectory; None where there is no line to draw.
pub fn trajectory(page: &Page, one: &IndicatorResult, number: NumberFormat) -> Option<Markup> {
    let lines = Lines::of(one);
    let frame = lines.frame().filter(|_| one.trajectory.len() > 1)?;
    let (title, about) = (format!("c-{}-title", one.code), format!("c-{}-about", one.code));
    Some(html! {
        svg.chart role="img" aria-labelledby=(format!("{title} {about}")) {
            title id=(title) { (page.say(prose::alt_trajectory(&own(&one.title)))) }
            desc id=(about) { (page.say(ours::TABLE_BELOW)) }
            (grid(page, &frame, number))
            @if let Some(day) = one.total.cut_off {
                (upright(page, &frame, day, "cut", ours::CUT_OFF))
            }
            @for one in &one.breaks { (upright(page, &frame, one.on, "break", ours::BREAK)) }
            (strokes(&lines, &frame))
            (marks(page, one, &lines, &frame, number))
            (names(page, one, &frame))
        }
    })
}

/// Lines across with their figures, which stand on them at the left.
fn grid(page: &Page, frame: &Frame, number: NumberFormat) -> Markup {
    html! {
        @for tick in &frame.up.ticks {
            @let y = frame.y(*tick);
            line.grid x1="0" x2="100%" y1=(format!("{y}%")) y2=(format!("{y}%")) {}
            text.tick x="0" y=(format!("{y}%")) dy="-4" { (page.number(*tick, number)) }
        }
    }
}

/// A day that is marked.
fn upright(page: &Page, frame: &Frame, day: NaiveDate, class: &str, word: &str) -> Markup {
    let x = frame.x(day);
    let anchor = if frame.across(day) > 6000 { "end" } else { "start" };
    let shift = if anchor == "end" { "-5" } else { "5" };
    html! {
        line.(class) x1=(format!("{x}%")) x2=(format!("{x}%")) y1="3%" y2="88%" {}
        text.tick x=(format!("{x}%")) y="3%" dy="8" dx=(shift) text-anchor=(anchor) { (page.say(word)) }
    }
}

/// Everything with corners: stretched to the width of the drawing, with lines of an even width.
fn strokes(lines: &Lines, frame: &Frame) -> Markup {
    let last = lines.actual.last().copied();
    let middle: Line = last.into_iter().chain(lines.projected().map(|(on, value, ..)| (on, value))).collect();
    let upper = last.into_iter().chain(lines.projected().map(|(on, _, _, upper)| (on, upper)));
    let mut lower: Line = last.into_iter().chain(lines.projected().map(|(on, _, lower, _)| (on, lower))).collect();
    lower.reverse();
    let band: Line = upper.chain(lower).collect();
    let stroke = |class: &str, line: &Line| {
        html! { @if line.len() > 1 { polyline.(class) points=(frame.points(line)) {} } }
    };
    html! {
        svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" {
            @if middle.len() > 1 { polygon.band points=(frame.points(&band)) {} }
            (stroke("original", &lines.original))
            (stroke("expected", &lines.expected))
            (stroke("projected", &middle))
            (stroke("actual", &lines.actual))
        }
    }
}

fn marks(page: &Page, one: &IndicatorResult, lines: &Lines, frame: &Frame, number: NumberFormat) -> Markup {
    let place = |(day, value): (NaiveDate, Decimal)| (format!("{}%", frame.x(day)), format!("{}%", frame.y(value)));
    // Beside the mark, on the side where there is room.
    let beside = |day: NaiveDate| if frame.across(day) > 6000 { ("end", "-8") } else { ("start", "8") };
    let last = lines.actual.last().copied();
    html! {
        @for milestone in &lines.milestones {
            @let (x, y) = place(*milestone);
            svg.mark x=(x) y=(y) { path.milestone d="M0-5 5 0 0 5-5 0Z" {} }
        }
        @if let Some(target) = lines.target {
            @let (x, y) = place(target);
            @let (anchor, shift) = beside(target.0);
            svg.mark x=(x) y=(y) { path.target d="M-7-7V7M-7-6H5L1-2 5 2H-7" {} }
            text.said x=(x) y=(y) dx=(shift) dy="-9" text-anchor=(anchor) {
                (page.say(head::TARGET)) " " (page.number(target.1, number))
            }
        }
        @for (at, point) in lines.actual.iter().enumerate() {
            @let (x, y) = place(*point);
            circle.dot cx=(x) cy=(y) r=(if at + 1 == lines.actual.len() { "5" } else { "3" }) {
                title { (page.say(point_name(label(one, point.0)))) ": " (page.number(point.1, number)) }
            }
        }
        @if let Some(point) = last {
            @let (x, y) = place(point);
            @let (anchor, shift) = beside(point.0);
            text.said.strong x=(x) y=(y) dx=(shift) dy="18" text-anchor=(anchor) { (page.number(point.1, number)) }
        }
    }
}

fn label(one: &IndicatorResult, day: NaiveDate) -> &str {
    one.trajectory.iter().find(|point| point.on == day).map_or("", |point| &point.label)
}

/// The names of the points below the drawing, as many as there is room for; the last always.
fn names(page: &Page, one: &IndicatorResult, frame: &Frame) -> Markup {
    let mut kept: Vec<(i64, &TrajectoryPoint)> = Vec::new();
    for point in one.trajectory.iter().rev() {
        let x = frame.across(point.on);
        if kept.last().is_none_or(|(last, _)| last - x >= APART) {
            kept.push((x, point));
        }
    }
    html! {
        @for (at, point) in &kept {
            @let anchor = if *at > 9000 { "end" } else if *at < 1000 { "start" } else { "middle" };
            text.tick x=(format!("{}%", frame.x(point.on))) y="97%" text-anchor=(anchor) {
                (short(page, point)) @if point.withheld { " ⊘" }
            }
        }
    }
}

/// A point's name, or its day where the name is long.
fn short(page: &Page, point: &TrajectoryPoint) -> String {
    let label = page.say(point_name(&point.label));
    if label.chars().count() > LONGEST { page.short_day(point.on) } else { label }
}

/// What the lines of the drawing are.
pub fn legend(page: &Page, one: &IndicatorResult) -> Markup {
    let lines = Lines::of(one);
    let entries = [
        (!lines.actual.is_empty(), "actual", head::ACTUAL),
        (!lines.expected.is_empty(), "expected", head::EXPECTED_THEN),
        (!lines.original.is_empty(), "original", head::ORIGINAL),
        (lines.projected().next().is_some(), "projected", head::PROJECTED),
        (!lines.milestones.is_empty(), "milestone", head::MILESTONE),
        (lines.target.is_some(), "target", head::TARGET),
    ];
    html! {
        ul.legend {
            @for (_, class, word) in entries.into_iter().filter(|(present, ..)| *present) {
                li { (swatch(class)) (page.say(word)) }
            }
        }
    }
}

fn swatch(class: &str) -> Markup {
    let drawn = match class {
        "milestone" => "<path class=\"milestone\" d=\"M12 3 17 8 12 13 7 8Z\"/>",
        "target" => "<path class=\"target\" d=\"M6 1V15M6 2H18L14 6 18 10H6\"/>",
        _ => "",
    };
    html! {
        svg.swatch aria-hidden="true" width="24" height="16" {
            @if drawn.is_empty() {
                @if class == "projected" { rect.band x="0" y="2" width="24" height="12" {} }
                line.(class) x1="0" x2="24" y1="8" y2="8" {}
            } @else { (PreEscaped(drawn)) }
        }
    }
}

/// The actual figures as a line as high as a row of the overview.
pub fn trend(one: &IndicatorResult) -> Option<Markup> {
    let lines = Lines::of(one);
    let (last, values) = (lines.actual.last()?, lines.actual.iter().map(|(_, value)| *value).collect::<Vec<_>>());
    let frame = Frame::new(lines.actual.iter().map(|(day, _)| *day), Span::of(&values, false)?)?;
    Some(html! {
        svg.trend aria-hidden="true" {
            svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" {
                polyline.actual points=(frame.points(&lines.actual)) {}
            }
            circle.dot cx=(format!("{}%", frame.x(last.0))) cy=(format!("{}%", frame.y(last.1))) r="3" {}
        }
    })
}

/// A figure with how far its interval reaches, on a scale that its table shares.
pub fn interval(span: &Span, value: Option<Decimal>, bounds: Option<(Decimal, Decimal)>) -> Markup {
    let at = |value| span.share(value).map_or_else(|| "0%".to_owned(), |share| format!("{}%", percent(share)));
    html! {
        svg.interval aria-hidden="true" {
            line.grid x1="0" x2="100%" y1="50%" y2="50%" {}
            @if let Some((lower, upper)) = bounds {
                line.reach x1=(at(lower)) x2=(at(upper)) y1="50%" y2="50%" {}
                @for end in [lower, upper] { line.reach x1=(at(end)) x2=(at(end)) y1="25%" y2="75%" {} }
            }
            @if let Some(value) = value { circle.dot cx=(at(value)) cy="50%" r="4" {} }
        }
    }
}
