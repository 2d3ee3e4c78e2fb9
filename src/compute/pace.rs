//! Pace and projection: how a figure moved in its last complete periods, where that leads to on the target's day, and how
//! often such a projection held before. Formulas: docs/methods.md, section 7.
//!
//! Pure: from a course of values. `f64` in one place, on one thread, over at most eight numbers in their order.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::estimate::student_quantile;
use super::status::shown;
use crate::model::number::{display, from_estimate, quotient};
use crate::model::pace::{BackTest, Pace, Projected, Projection};
use crate::model::period::{Calendar, Period};
use crate::model::target::{Direction, ResolvedTarget};
use crate::model::unit::Unit;

/// Fewer periods tell no spread worth an interval; more tell of another time.
const FEWEST: usize = 4;
const MOST: usize = 8;
/// An interval of 80 %.
const UPPER_TAIL: f64 = 0.9;

/// How a figure went: the state at the end of each period up to the cut-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// What counts is what each period added; else the levels.
    pub flow: bool,
    /// The state before the first period; of flows only.
    pub before: Option<Decimal>,
    /// From the first period on, in their order.
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub period: Period,
    pub value: Option<Decimal>,
    /// Somebody has reported this period.
    pub reported: bool,
}

impl Course {
    /// Days with what stood there.
    pub fn actuals(&self) -> Vec<(NaiveDate, String, Option<Decimal>)> {
        self.points.iter().map(|point| (point.period.last, point.period.label.clone(), point.value)).collect()
    }
}

/// What a figure is on its way to.
#[derive(Debug, Clone, Copy)]
pub struct Aim<'a> {
    pub unit: &'a Unit,
    pub direction: Direction,
    pub target: Option<ResolvedTarget>,
    pub to_be_declared: bool,
}

/// A period that the pace can be taken from.
#[derive(Debug, Clone, Copy)]
struct Usable {
    number: i64,
    /// At the period's end.
    level: Decimal,
    /// What the period added; of a level the level itself.
    moved: Decimal,
}

/// Periods ahead: whole ones, and of a last one that is cut short its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ahead {
    whole: i64,
    days: i64,
    of: i64,
}

/// Pace and projection at the cut-off, which the course ends at.
pub fn project(course: &Course, calendar: &Calendar, aim: &Aim<'_>) -> Projection {
    known(course, calendar, aim).map_or_else(Projection::Refused, Projection::Known)
}

fn known(course: &Course, calendar: &Calendar, aim: &Aim<'_>) -> Result<Pace, String> {
    let last = course.points.last().ok_or("no report is due yet")?;
    let actual = last.value.ok_or_else(|| format!("the figure is not known at the end of {}", last.period.label))?;
    let on = aim.target.map_or(calendar.end, |target| target.on);
    let cut_off = last.period.last;
    if on <= cut_off {
        let whose = if aim.target.is_some() { "the target's day" } else { "the programme's end" };
        return Err(format!("{whose}, {}, has come: nothing is left to project", day(on)));
    }
    let (usable, left_out) = usable(course, calendar);
    let window = last_of(&usable);
    if window.len() < FEWEST {
        let because = if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) };
        return Err(format!(
            "only {} complete periods up to {}, and {FEWEST} are needed{because}",
            window.len(),
            day(cut_off)
        ));
    }
    let too_large = || "the numbers are too large to project".to_owned();
    let from = window.last().map_or(last.period.number, |one| one.number);
    let last_period = calendar.number_of(on);
    let at = |number: i64, on: NaiveDate, label: String| {
        let ahead = Ahead::between(calendar, from, number, on)?;
        let (value, lower, upper) = interval(course.flow, window, ahead)?;
        Some(Projected { on, label, value, lower, upper })
    };
    let path = (last.period.number + 1..=last_period)
        .map(|number| {
            let period = calendar.period(number)?;
            at(number, if number == last_period { on } else { period.last.min(on) }, period.label)
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(too_large)?;
    let projected = path.last().cloned().ok_or_else(too_large)?;
    let left = Ahead::between(calendar, last.period.number, last_period, on).ok_or_else(too_large)?;
    let recent = recent(course.flow, window).ok_or_else(too_large)?;
    let missing = match aim.target {
        None => None,
        Some(target) => Some(missing(actual, target, aim.direction).ok_or_else(too_large)?),
    };
    let required = match missing {
        None => None,
        Some(missing) => Some(left.a_period(missing).ok_or_else(too_large)?),
    };
    let back_test = back_test(course.flow, &usable).ok_or_else(too_large)?;
    let back_test = Some(back_test).filter(|test| test.of >= FEWEST);
    let first = window.first().map_or(0, |one| one.number);
    let inside = left_out_since(course, calendar, first);
    let mut pace = Pace {
        periods: window.len(),
        recent,
        required,
        left: path.len(),
        on,
        projected,
        path,
        back_test,
        says: String::new(),
    };
    pace.says = says(&pace, course.flow, calendar, aim, left, &inside);
    Ok(pace)
}

/// Periods whose figure is there whole, and the others by name with the reason.
fn usable(course: &Course, calendar: &Calendar) -> (Vec<Usable>, Vec<String>) {
    let (mut usable, mut left_out) = (Vec::new(), Vec::new());
    let mut before = course.before.or(course.flow.then_some(Decimal::ZERO));
    for point in &course.points {
        let added = point.value.zip(before).and_then(|(value, before)| value.checked_sub(before));
        match why_not(course, calendar, point) {
            Some(why) => left_out.push(format!("{} ({why})", point.period.label)),
            None => {
                if let Some((level, moved)) = point.value.zip(if course.flow { added } else { point.value }) {
                    usable.push(Usable { number: point.period.number, level, moved });
                }
            }
        }
        if point.value.is_some() {
            before = point.value;
        }
    }
    (usable, left_out)
}

/// Why a period tells nothing of the pace.
fn why_not(course: &Course, calendar: &Calendar, point: &Point) -> Option<&'static str> {
    if !point.reported {
        Some("nobody reported")
    } else if course.flow && !calendar.holds_whole(point.period.number) {
        Some("cut short")
    } else if point.value.is_none() {
        Some("no figure")
    } else {
        None
    }
}

/// Those from a period on that tell nothing: what a reader of the pace must know.
fn left_out_since(course: &Course, calendar: &Calendar, first: i64) -> Vec<String> {
    let of = course.points.iter().filter(|point| point.period.number >= first);
    of.filter_map(|point| Some(format!("{} ({})", point.period.label, why_not(course, calendar, point)?))).collect()
}

fn last_of(usable: &[Usable]) -> &[Usable] {
    &usable[usable.len().saturating_sub(MOST)..]
}

impl Ahead {
    /// From the end of one period to a day in a later one.
    fn between(calendar: &Calendar, from: i64, to: i64, on: NaiveDate) -> Option<Self> {
        let (days, of) = calendar.part(to, on)?;
        Some(if days == of { Self { whole: to - from, days: 0, of } } else { Self { whole: to - from - 1, days, of } })
    }

    fn as_f64(self) -> f64 {
        self.whole as f64 + self.days as f64 / self.of as f64
    }

    /// An amount for each period: divided once.
    fn a_period(self, amount: Decimal) -> Option<Decimal> {
        let all = Decimal::from(self.whole.checked_mul(self.of)?.checked_add(self.days)?);
        quotient(amount.checked_mul(Decimal::from(self.of))?, all)
    }
}

/// What is missing to the nearest value that meets the target; zero where it is met.
fn missing(actual: Decimal, target: ResolvedTarget, direction: Direction) -> Option<Decimal> {
    let gap = target.value.checked_sub(actual)?;
    Some(match direction {
        Direction::Increase => gap.max(Decimal::ZERO),
        Direction::Decrease => gap.min(Decimal::ZERO),
        Direction::Maintain { tolerance } if gap.abs() <= tolerance => Decimal::ZERO,
        Direction::Maintain { tolerance } if gap.is_sign_negative() => gap.checked_add(tolerance)?,
        Direction::Maintain { tolerance } => gap.checked_sub(tolerance)?,
    })
}

/// The nearest `f64`.
fn float(value: Decimal) -> Option<f64> {
    value.to_string().parse().ok()
}

/// Mean increment, or slope.
fn recent(flow: bool, window: &[Usable]) -> Option<Decimal> {
    if flow {
        let sum = window.iter().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(one.moved))?;
        return quotient(sum, Decimal::from(window.len()));
    }
    Line::through(window)?.slope_rounded()
}

/// A value so many periods after the last one, with its 80 % prediction interval.
fn interval(flow: bool, window: &[Usable], ahead: Ahead) -> Option<(Decimal, Decimal, Decimal)> {
    let m = ahead.as_f64();
    let (value, half) = if flow {
        let level = float(window.last()?.level)?;
        let (added, half) = increments(window, m)?;
        (level + added, half)
    } else {
        Line::through(window)?.at(window.last()?.number as f64 + m)
    };
    Some((from_estimate(value)?, from_estimate(value - half)?, from_estimate(value + half)?))
}

/// What m periods add, and half the width of its interval: m·x̄ and t·s·√(m + m²/k).
fn increments(window: &[Usable], m: f64) -> Option<(f64, f64)> {
    let moved: Vec<f64> = window.iter().map(|one| float(one.moved)).collect::<Option<_>>()?;
    let k = moved.len() as f64;
    let mean = moved.iter().sum::<f64>() / k;
    let squares: f64 = moved.iter().map(|x| (x - mean) * (x - mean)).sum();
    let s = libm::sqrt(squares / (k - 1.0));
    Some((m * mean, student_quantile(UPPER_TAIL, k - 1.0) * s * libm::sqrt(m + m * m / k)))
}

/// The line of least squares through values by period number.
struct Line {
    k: f64,
    mean_x: f64,
    mean_y: f64,
    sxx: f64,
    slope: f64,
    s: f64,
}

impl Line {
    fn through(window: &[Usable]) -> Option<Self> {
        let points: Vec<(f64, f64)> =
            window.iter().map(|one| Some((one.number as f64, float(one.moved)?))).collect::<Option<_>>()?;
        let k = points.len() as f64;
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / k;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / k;
        let sxx: f64 = points.iter().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum();
        let sxy: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let slope = sxy / sxx;
        let rest = |(x, y): &(f64, f64)| y - mean_y - slope * (x - mean_x);
        let squares: f64 = points.iter().map(|point| rest(point) * rest(point)).sum();
        Some(Self { k, mean_x, mean_y, sxx, slope, s: libm::sqrt(squares / (k - 2.0)) })
    }

    fn slope_rounded(&self) -> Option<Decimal> {
        from_estimate(self.slope)
    }

    /// The value at a period number, and half the width of its prediction interval.
    fn at(&self, x: f64) -> (f64, f64) {
        let away = x - self.mean_x;
        let spread = libm::sqrt(1.0 + 1.0 / self.k + away * away / self.sxx);
        (self.mean_y + self.slope * away, student_quantile(UPPER_TAIL, self.k - 2.0) * self.s * spread)
    }
}

/// From each earlier period with four before it, the next complete one: was it inside the interval projected then?
fn back_test(flow: bool, usable: &[Usable]) -> Option<BackTest> {
    let mut test = BackTest { held: 0, of: 0 };
    for at in FEWEST..usable.len() {
        let (window, next) = (last_of(&usable[..at]), usable[at]);
        let (value, half) = if flow { increments(window, 1.0)? } else { Line::through(window)?.at(next.number as f64) };
        let (lower, upper) = (from_estimate(value - half)?, from_estimate(value + half)?);
        test.of += 1;
        test.held += usize::from((lower..=upper).contains(&from_estimate(float(next.moved)?)?));
    }
    Some(test)
}

fn day(on: NaiveDate) -> String {
    on.format("%-d %b %Y").to_string()
}

/// A pace, as far as a reader wants its digits.
fn amount(value: Decimal, unit: &Unit) -> String {
    let size = value.abs();
    let digits =
        if value.fract().is_zero() || size >= Decimal::ONE_HUNDRED { 0 } else { 1 + u32::from(size < Decimal::ONE) };
    let number = display(value, digits);
    match (unit.is_money(), unit.is_percent()) {
        (true, _) => format!("{unit} {number}"),
        (_, true) => format!("{number} points"),
        _ => format!("{number} {unit}"),
    }
}

/// A projected value, as far as a reader wants its digits: what is projected is not known to the cent.
fn about(value: Decimal, unit: &Unit) -> String {
    let digits = u32::from(value.abs() < Decimal::ONE_HUNDRED);
    shown(value.round_dp(digits), unit)
}

fn says(result: &Pace, flow: bool, calendar: &Calendar, aim: &Aim<'_>, left: Ahead, left_out: &[String]) -> String {
    let (unit, period) = (aim.unit, calendar.unit.in_words());
    let on = day(result.on);
    let how = if flow { "" } else { " on a straight line" };
    let mut text =
        format!("{} a {period} over the last {} complete periods{how}", amount(result.recent, unit), result.periods);
    match (aim.target, result.required) {
        (Some(target), Some(required)) if required.is_zero() => {
            text.push_str(&format!("; the target of {} is met already", goal(target, aim)));
        }
        (Some(target), Some(required)) => {
            text.push_str(&format!(
                "; {} a {period} would reach {} by {on}",
                amount(required, unit),
                goal(target, aim)
            ));
        }
        _ if aim.to_be_declared => text.push_str("; the target is still to be declared"),
        _ => text.push_str("; no target is declared"),
    }
    let then = &result.projected;
    text.push_str(&format!(
        ". At this pace {} on {on}, with 80 % probability between {} and {}.",
        about(then.value, unit),
        about(then.lower, unit),
        about(then.upper, unit)
    ));
    if left.days > 0 {
        let last = then.label.as_str();
        text.push_str(&format!(" {last} counts with {} of its {} days.", left.days, left.of));
    }
    if !left_out.is_empty() {
        text.push_str(&format!(" Left out: {}.", left_out.join(", ")));
    }
    if let Some(BackTest { held, of }) = result.back_test {
        text.push_str(&format!(" Of {of} earlier projections by one period {held} held."));
    }
    text
}

fn goal(target: ResolvedTarget, aim: &Aim<'_>) -> String {
    match aim.direction {
        Direction::Maintain { tolerance } => {
            format!("{} ± {}", shown(target.value, aim.unit), display(tolerance, super::status::decimals(aim.unit)))
        }
        _ => shown(target.value, aim.unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::period::PeriodUnit;

    fn d(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// Quarters of 2010 to 2014, so that there are twenty whole ones.
    fn quarters() -> Calendar {
        Calendar { start: date("2010-01-01"), end: date("2014-12-31"), unit: PeriodUnit::Quarter, from_start: false }
    }

    fn course(calendar: &Calendar, flow: bool, values: &[&str]) -> Course {
        let points = values.iter().enumerate().map(|(at, value)| Point {
            period: calendar.period(i64::try_from(at).expect("small") + 1).expect("a period"),
            value: value.parse().ok(),
            reported: *value != "-",
        });
        Course { flow, before: flow.then_some(Decimal::ZERO), points: points.collect() }
    }

    /// The running total of what each period added.
    fn adding(calendar: &Calendar, increments: &[&str]) -> Course {
        let mut sum = Decimal::ZERO;
        let totals: Vec<String> = increments
            .iter()
            .map(|one| {
                sum += d(one);
                sum.to_string()
            })
            .collect();
        course(calendar, true, &totals.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn aim<'a>(unit: &'a Unit, target: Option<(&str, &str)>) -> Aim<'a> {
        let target = target.map(|(value, on)| ResolvedTarget { value: d(value), to: None, on: date(on) });
        Aim { unit, direction: Direction::Increase, target, to_be_declared: false }
    }

    fn pace_of(course: &Course, calendar: &Calendar, aim: &Aim<'_>) -> Pace {
        match project(course, calendar, aim) {
            Projection::Known(pace) => pace,
            Projection::Refused(why) => panic!("refused: {why}"),
        }
    }

    fn refused(course: &Course, calendar: &Calendar, aim: &Aim<'_>) -> String {
        match project(course, calendar, aim) {
            Projection::Refused(why) => why,
            Projection::Known(pace) => panic!("{}", pace.says),
        }
    }

    #[track_caller]
    fn near(value: Decimal, expected: &str) {
        let (value, expected) = (float(value).expect("a number"), expected.parse::<f64>().expect("a number"));
        assert!((value - expected).abs() <= expected.abs() * 2e-11, "{value} is not {expected}");
    }

    #[track_caller]
    fn interval_is(one: &Projected, [value, lower, upper]: [&str; 3]) {
        near(one.value, value);
        near(one.lower, lower);
        near(one.upper, upper);
    }

    /// R: `x <- c(64000,328500,578500,1538050,1540050); k <- 5; m <- 1+30/91;
    /// 4049100 + m*mean(x) + c(0,-1,1)*qt(.9,k-1)*sd(x)*sqrt(m+m^2/k)`; the first point the same with `m <- 1`.
    #[test]
    fn a_flow_goes_on_by_its_mean_increment_and_a_period_cut_short_counts_by_its_days() {
        let calendar = Calendar {
            start: date("2015-03-01"),
            end: date("2016-09-30"),
            unit: PeriodUnit::Quarter,
            from_start: true,
        };
        let unit = Unit::new("EUR");
        let volume = adding(&calendar, &["64000", "328500", "578500", "1538050", "1540050"]);
        let pace = pace_of(&volume, &calendar, &aim(&unit, Some(("5000000", "2016-09-30"))));
        assert_eq!((pace.periods, pace.left, pace.recent), (5, 2, d("809820")));
        near(pace.required.expect("a target"), "715139.669421488");
        assert_eq!(pace.path.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["P6", "P7"]);
        interval_is(&pace.path[0], ["4858920", "3699858.60315378", "6017981.39684622"]);
        interval_is(&pace.projected, ["5125893.62637363", "3753137.62500491", "6498649.62774234"]);
        assert_eq!(pace.projected.on, date("2016-09-30"));
        assert_eq!(pace.back_test, None);
        assert_eq!(
            pace.says.replace('\u{202f}', " "),
            "EUR 809 820 a quarter over the last 5 complete periods; EUR 715 140 a quarter would reach EUR 5 000 000 by \
             30 Sep 2016. At this pace EUR 5 125 894 on 30 Sep 2016, with 80 % probability between EUR 3 753 138 and \
             EUR 6 498 650. P7 counts with 30 of its 91 days."
        );
    }

    /// R: `d <- data.frame(n=1:6, y=c(3.5,4,4.2,5.1,5.0,5.7));
    /// predict(lm(y~n,d), data.frame(n=7:9), interval="prediction", level=.8)`.
    #[test]
    fn a_stock_goes_on_along_its_line_of_least_squares() {
        let (calendar, unit) = (quarters(), Unit::new("FTE"));
        let staff = course(&calendar, false, &["3.5", "4", "4.2", "5.1", "5.0", "5.7"]);
        let pace = pace_of(&staff, &calendar, &aim(&unit, Some(("7", "2012-03-31"))));
        near(pace.recent, "0.425714285714286");
        near(pace.required.expect("a target"), "0.433333333333");
        interval_is(&pace.path[0], ["6.07333333333333", "5.63298301497920", "6.51368365168747"]);
        interval_is(&pace.path[1], ["6.49904761904762", "6.00772677173179", "6.99036846636344"]);
        interval_is(&pace.path[2], ["6.92476190476190", "6.37634975120144", "7.47317405832237"]);
        assert!(pace.says.starts_with("0.43 FTE a quarter over the last 6 complete periods on a straight line"));
    }

    /// R, for each j in 5:10: `w <- y[max(1,j-8):(j-1)]; k <- length(w); mean(w) + c(-1,1)*qt(.9,k-1)*sd(w)*sqrt(1+1/k)`
    /// with `y <- c(5,7,4,9,6,8,30,7,5,6)`: 30 lies outside, the other five inside. The projection from the last eight
    /// with `m <- 2` as above.
    #[test]
    fn earlier_projections_are_held_against_what_came() {
        let (calendar, unit) = (quarters(), Unit::new("SMEs"));
        let flow = adding(&calendar, &["5", "7", "4", "9", "6", "8", "30", "7", "5", "6"]);
        let pace = pace_of(&flow, &calendar, &aim(&unit, Some(("100", "2012-12-31"))));
        assert_eq!((pace.periods, pace.back_test), (8, Some(BackTest { held: 5, of: 6 })));
        interval_is(&pace.projected, ["105.75", "86.7691577017021", "124.730842298298"]);
        assert!(pace.says.ends_with("Of 6 earlier projections by one period 5 held."), "{}", pace.says);
        let seven = adding(&calendar, &["5", "7", "4", "9", "6", "8", "30"]);
        assert_eq!(pace_of(&seven, &calendar, &aim(&unit, None)).back_test, None, "three are too few to show");
    }

    /// R, for each j in 5:9: `i <- max(1,j-8):(j-1); predict(lm(r[i]~i), data.frame(i=j), interval="prediction",
    /// level=.8)` with `r <- c(60,62,61,64,66,65,69,40,70)`: 40 lies outside. The projection from 2:9 for 11.5.
    #[test]
    fn a_rate_is_projected_to_a_day_within_a_period() {
        let (calendar, unit) = (quarters(), Unit::new("%"));
        let rate = course(&calendar, false, &["60", "62", "61", "64", "66", "65", "69", "40", "70"]);
        // 46 of the 92 days of the twelfth quarter.
        let pace = pace_of(&rate, &calendar, &aim(&unit, Some(("75", "2012-11-15"))));
        assert_eq!(pace.back_test, Some(BackTest { held: 4, of: 5 }));
        near(pace.recent, "-0.416666666666662");
        near(pace.required.expect("a target"), "2");
        interval_is(&pace.projected, ["59.6250000000000", "39.0267400357361", "80.2232599642639"]);
        assert_eq!((pace.left, pace.on, pace.path[2].on), (3, date("2012-11-15"), date("2012-11-15")));
        assert!(pace.says.starts_with("-0.42 points a quarter"), "{}", pace.says);
        assert!(pace.says.contains("2 points a quarter would reach 75.0 % by 15 Nov 2012"), "{}", pace.says);
    }

    #[test]
    fn what_is_met_needs_nothing_more_and_less_may_be_better() {
        let (calendar, unit) = (quarters(), Unit::new("days"));
        let days = course(&calendar, false, &["40", "35", "30", "25"]);
        let falling = Aim { direction: Direction::Decrease, ..aim(&unit, Some(("15", "2011-06-30"))) };
        let pace = pace_of(&days, &calendar, &falling);
        assert_eq!((pace.recent, pace.required, pace.projected.value), (d("-5"), Some(d("-5")), d("15")));
        assert_eq!((pace.projected.lower, pace.projected.upper), (d("15"), d("15")), "no spread, no width");
        let met = Aim { direction: Direction::Decrease, ..aim(&unit, Some(("25", "2011-06-30"))) };
        let pace = pace_of(&days, &calendar, &met);
        assert_eq!(pace.required, Some(Decimal::ZERO));
        assert!(pace.says.contains("; the target of 25 days is met already."), "{}", pace.says);
    }

    #[test]
    fn maintain_needs_the_way_back_to_its_band_and_a_range_its_lower_end() {
        let (calendar, unit) = (quarters(), Unit::new("days"));
        let level = course(&calendar, false, &["10", "11", "12", "13"]);
        let target = Some(("10", "2011-06-30"));
        let keep =
            |tolerance: &str| Aim { direction: Direction::Maintain { tolerance: d(tolerance) }, ..aim(&unit, target) };
        assert_eq!(pace_of(&level, &calendar, &keep("1")).required, Some(d("-1")));
        assert_eq!(pace_of(&level, &calendar, &keep("3")).required, Some(Decimal::ZERO));
        let range = ResolvedTarget { value: d("15"), to: Some(d("20")), on: date("2011-06-30") };
        let aim = Aim { target: Some(range), ..aim(&unit, None) };
        assert_eq!(pace_of(&level, &calendar, &aim).required, Some(d("1")));
    }

    #[test]
    fn a_target_to_be_declared_leaves_a_pace_without_a_requirement() {
        let (calendar, unit) = (quarters(), Unit::new("SMEs"));
        let flow = adding(&calendar, &["1", "2", "3", "2"]);
        let pace = pace_of(&flow, &calendar, &Aim { to_be_declared: true, ..aim(&unit, None) });
        assert_eq!((pace.recent, pace.required, pace.on), (d("2"), None, date("2014-12-31")));
        assert!(pace.says.contains("; the target is still to be declared."), "{}", pace.says);
        assert_eq!(pace.path.len(), 16);
    }

    #[test]
    fn a_period_that_nobody_reported_is_left_out_and_named() {
        let (calendar, unit) = (quarters(), Unit::new("SMEs"));
        let level = course(&calendar, false, &["1", "2", "-", "4", "5"]);
        let pace = pace_of(&level, &calendar, &aim(&unit, Some(("10", "2011-12-31"))));
        assert_eq!((pace.periods, pace.recent), (4, d("1")));
        assert!(pace.says.contains(" Left out: 2010-Q3 (nobody reported)."), "{}", pace.says);
        let few = course(&calendar, false, &["1", "-", "3", "4"]);
        assert_eq!(
            refused(&few, &calendar, &aim(&unit, None)),
            "only 3 complete periods up to 31 Dec 2010, and 4 are needed; left out: 2010-Q2 (nobody reported)"
        );
    }

    #[test]
    fn a_first_period_that_began_before_the_programme_tells_no_pace_of_a_flow() {
        let unit = Unit::new("SMEs");
        let late = Calendar { start: date("2010-02-10"), ..quarters() };
        let five = adding(&late, &["9", "1", "1", "1", "1"]);
        let pace = pace_of(&five, &late, &aim(&unit, None));
        assert_eq!((pace.periods, pace.recent), (4, d("1")));
        let level = course(&late, false, &["9", "9", "9", "9"]);
        assert_eq!(pace_of(&level, &late, &aim(&unit, None)).periods, 4, "of a level only its end counts");
    }

    #[test]
    fn nothing_is_projected_without_a_figure_or_a_day_to_come() {
        let (calendar, unit) = (quarters(), Unit::new("SMEs"));
        let none = course(&calendar, true, &[]);
        assert_eq!(refused(&none, &calendar, &aim(&unit, None)), "no report is due yet");
        let unknown = course(&calendar, false, &["1", "2", "3", "4", "?"]);
        assert_eq!(refused(&unknown, &calendar, &aim(&unit, None)), "the figure is not known at the end of 2011-Q1");
        let over = adding(&calendar, &["1", "2", "3", "4"]);
        assert_eq!(
            refused(&over, &calendar, &aim(&unit, Some(("9", "2010-12-31")))),
            "the target's day, 31 Dec 2010, has come: nothing is left to project"
        );
    }
}
