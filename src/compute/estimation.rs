//! Indicators estimated from a survey: which answers are used, the estimate, its interval, all in words.
//!
//! The estimators themselves are in [`super::estimate`]; answers are taken in the order of the frame, by stratum and
//! enterprise, so that every sum runs in the same order.

use polars::prelude::DataFrame;
use rust_decimal::Decimal;

use super::estimate::{self, Answer, Design, Note, Pair, paired_change};
use super::rows::{ResultParts, result};
use super::score::{Measured, against, figure, trajectory};
use super::status::{decimals, shown};
use super::survey::{Prepared, ends, truths};
use super::{Inputs, WaveInput};
use crate::define::catalog::{ChangeKind, Estimate, How, Indicator, Lonely, Survey};
use crate::model::number::{SCALE, display, from_estimate};
use crate::model::scoreboard::{ChangeFacts, EstimateFacts, Figure, IndicatorResult, WaveEstimate};
use crate::model::target::TargetValue;
use crate::model::value::{Coverage, Value, Why};
use crate::sql::frame::{Exact, exact, query, text};

fn lonely(survey: &Survey) -> estimate::Lonely {
    match survey.lonely {
        Lonely::Fail => estimate::Lonely::Fail,
        Lonely::Certainty => estimate::Lonely::Certainty,
        Lonely::Adjust => estimate::Lonely::Adjust,
    }
}

/// y and x of an answer; None if it cannot be used for this estimate.
type Pick<'a> = Box<dyn Fn(&WaveInput, usize) -> Option<(f64, f64)> + 'a>;

fn number(rows: &DataFrame, field: &str, row: usize) -> Option<f64> {
    let Exact::Number(mut number) = exact(rows, field, row) else { return None };
    number.rescale(SCALE);
    // One correctly rounded division of an integer: the nearest f64 to the exact value.
    Some(number.mantissa() as f64 / 1e6)
}

fn pick(estimate: &Estimate) -> Pick<'_> {
    match estimate {
        Estimate::Ratio { of, to } => Box::new(move |input, row| {
            Some((number(&input.rows, of.as_str(), row)?, number(&input.rows, to.as_str(), row)?))
        }),
        Estimate::Mean(of) => Box::new(move |input, row| Some((number(&input.rows, of.as_str(), row)?, 1.0))),
        Estimate::Share(condition) => Box::new(move |input, row| {
            let sql = format!("SELECT ({}) AS truth__ FROM wave__", condition.sql);
            let index = i64::try_from(row).ok()?;
            let one = input.rows.slice(index, 1);
            let answer = query(&[("wave__", &one)], &sql).ok()?;
            text(&answer, "truth__", 0).map(|truth| (f64::from(u8::from(truth == "true")), 1.0))
        }),
    }
}

/// An indicator estimated from a survey.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn compute(
    inputs: &Inputs<'_>,
    prepared: &[Prepared<'_>],
    indicator: &Indicator,
) -> Result<IndicatorResult, String> {
    let How::Survey { survey, estimate, population, change } = &indicator.how else {
        return Err(format!("{} is not estimated from a survey", indicator.code));
    };
    let prepared =
        prepared.iter().find(|one| one.survey.code == *survey).ok_or_else(|| format!("{survey} was not prepared"))?;
    let domain = truths(&prepared.frame.rows, population.as_ref(), true)?;
    let estimation =
        Estimation { prepared, estimate, pick: pick(estimate), domain, percent: indicator.unit.is_percent() };
    match change {
        Some(kind) => Ok(estimation.change(inputs, indicator, *kind)),
        None => Ok(estimation.level(inputs, indicator)),
    }
}

struct Estimation<'a> {
    prepared: &'a Prepared<'a>,
    estimate: &'a Estimate,
    pick: Pick<'a>,
    domain: Vec<bool>,
    percent: bool,
}

impl Estimation<'_> {
    fn scaled(&self, value: f64) -> Option<Decimal> {
        // A ratio or a share is a fraction; a mean is in its own unit.
        let fraction = !matches!(self.estimate, Estimate::Mean(_));
        from_estimate(if self.percent && fraction { value * 100.0 } else { value })
    }

    fn known(&self, value: f64) -> Value {
        self.scaled(value).map_or(Value::NotComputable(Why::Overflow), Value::Known)
    }

    /// The usable answers of a wave, in the order of the frame.
    fn answers(&self, wave: usize) -> Vec<Answer> {
        let (_, input, matched) = &self.prepared.waves[wave];
        let Some(input) = input else { return Vec::new() };
        let usable = matched.answers.iter().filter_map(|(member, row)| {
            let member = &self.prepared.frame.members[*member];
            let (y, x) = (self.pick)(input, *row)?;
            let eligible = member.asked && !member.ineligible;
            eligible.then(|| Answer { stratum: member.stratum, weight: None, y, x, in_domain: self.domain[member.row] })
        });
        usable.collect()
    }

    fn pairs(&self, first: usize, last: usize) -> Vec<Pair> {
        let (waves, members) = (&self.prepared.waves, &self.prepared.frame.members);
        let (Some(before), Some(after)) = (waves[first].1, waves[last].1) else { return Vec::new() };
        let both = waves[first].2.answers.iter().filter_map(|(at, row)| {
            let later = waves[last].2.answers.get(at)?;
            let member = &members[*at];
            let ((y0, x0), (y1, x1)) = ((self.pick)(before, *row)?, (self.pick)(after, *later)?);
            let eligible = member.asked && !member.ineligible;
            eligible.then(|| Pair {
                stratum: member.stratum,
                weight: None,
                y0,
                x0,
                y1,
                x1,
                in_domain: self.domain[member.row],
            })
        });
        both.collect()
    }

    fn design(&self) -> Design<'_> {
        Design::of(&self.prepared.frame.strata, lonely(self.prepared.survey))
    }

    fn at(&self, wave: usize) -> Result<estimate::Estimate, estimate::Why> {
        let answers = self.answers(wave);
        match self.estimate {
            Estimate::Ratio { .. } => estimate::ratio(&answers, &self.design()),
            Estimate::Mean(_) => estimate::mean(&answers, &self.design()),
            Estimate::Share(_) => estimate::share(&answers, &self.design()),
        }
    }

    fn coverage(&self, wave: usize) -> Coverage {
        let all = self.prepared.result.waves[wave].strata.last();
        Coverage { reported: all.map_or(0, |all| all.complete), due: all.map_or(0, |all| all.asked - all.ineligible) }
    }

    fn wave_estimate(
        &self,
        title: String,
        wave: usize,
        estimate: &Result<estimate::Estimate, estimate::Why>,
    ) -> WaveEstimate {
        let bound = |pick: fn((f64, f64)) -> f64| {
            estimate.as_ref().ok().and_then(|one| one.interval).and_then(|both| self.scaled(pick(both)))
        };
        WaveEstimate {
            title,
            on: self.prepared.waves[wave].0.on,
            value: estimate
                .as_ref()
                .map_or_else(|why| Value::NotComputable(Why::Estimate(told(why))), |one| self.known(one.value)),
            lower: bound(|both| both.0),
            upper: bound(|both| both.1),
            answers: estimate.as_ref().map_or(0, |one| one.answers),
        }
    }

    fn title(&self, wave: usize) -> String {
        self.prepared.result.waves[wave].title.clone()
    }

    fn level(&self, inputs: &Inputs<'_>, indicator: &Indicator) -> IndicatorResult {
        // The last wave that somebody answered.
        let Some(wave) = self.prepared.waves.iter().rposition(|(_, input, _)| input.is_some()) else {
            return self.absent(inputs, indicator, Value::NotReported, "no wave has answers yet");
        };
        let estimate = self.at(wave);
        let waves: Vec<WaveEstimate> = (0..=wave)
            .filter(|at| self.prepared.waves[*at].1.is_some())
            .map(|at| self.wave_estimate(self.title(at), at, &self.at(at)))
            .collect();
        let measured = self.measured(&estimate);
        let held = against(indicator, None, Some(inputs.as_of));
        let mut total = figure(inputs, indicator, Vec::new(), measured, self.coverage(wave), &held);
        let last = waves.last().cloned();
        if let Some(wave) = &last {
            total.reason.push_str(&against_interval(wave, &total, indicator));
        }
        let facts = EstimateFacts {
            survey: self.prepared.result.title.clone(),
            method: format!(
                "Estimated from {} answers of {}.",
                last.as_ref().map_or(0, |one| one.answers),
                self.title(wave)
            ),
            lower: last.as_ref().and_then(|one| one.lower),
            upper: last.as_ref().and_then(|one| one.upper),
            standard_error: estimate
                .as_ref()
                .ok()
                .and_then(|one| one.standard_error)
                .and_then(|error| self.scaled(error)),
            answers: last.map_or(0, |one| one.answers),
            degrees: estimate.as_ref().map_or(0, |one| one.degrees),
            waves,
            change: None,
            notes: estimate.as_ref().map_or_else(|why| vec![told(why)], |one| notes(&one.notes)),
        };
        self.finish(inputs, indicator, total, facts, &held)
    }

    fn change(&self, inputs: &Inputs<'_>, indicator: &Indicator, kind: ChangeKind) -> IndicatorResult {
        let Some((first, last)) = ends(&self.prepared.waves) else {
            return self.absent(
                inputs,
                indicator,
                Value::NotReported,
                "the baseline or the follow-up has not been held yet",
            );
        };
        if self.prepared.waves[first].1.is_none() || self.prepared.waves[last].1.is_none() {
            return self.absent(
                inputs,
                indicator,
                Value::NotReported,
                "the answers of the baseline or the follow-up have not come yet",
            );
        }
        let pairs = self.pairs(first, last);
        let of = match kind {
            ChangeKind::PercentagePoints => estimate::Change::Points,
            ChangeKind::Percent => estimate::Change::Percent,
        };
        let changed = match paired_change(&pairs, &self.design(), of) {
            Ok(changed) => changed,
            Err(why) => {
                let value =
                    if pairs.is_empty() { Value::NotReported } else { Value::NotComputable(Why::Estimate(told(&why))) };
                return self.absent(inputs, indicator, value, &told(&why));
            }
        };
        let baseline = self.scaled(changed.baseline.value);
        let follow_up = Ok(changed.follow_up.clone());
        let held = against(indicator, baseline, Some(inputs.as_of));
        let population = self.coverage(last).due;
        let coverage = Coverage { reported: self.prepared.result.pairs, due: population };
        let mut total = figure(inputs, indicator, Vec::new(), self.measured(&follow_up), coverage, &held);
        // A change in per cent is a percentage whatever the unit; in points it is on the scale of the level.
        let scale =
            |value: f64| if kind == ChangeKind::Percent { from_estimate(value * 100.0) } else { self.scaled(value) };
        let unit = if kind == ChangeKind::Percent {
            "%".to_owned()
        } else if self.percent {
            "points".to_owned()
        } else {
            indicator.unit.to_string()
        };
        let sign = |value: Decimal| format!("{}{}", if value.is_sign_negative() { "" } else { "+" }, display(value, 1));
        let change = scale(changed.change.value);
        let interval = changed.change.interval.and_then(|(low, high)| scale(low).zip(scale(high)));
        let sentence = change.zip(interval).map_or_else(String::new, |(change, (low, high))| {
            format!("{} {unit} since the baseline, 95 % interval {} to {}", sign(change), sign(low), sign(high))
        });
        let wanted = indicator.targets.current().and_then(|target| match (&target.value, kind) {
            (TargetValue::Increase(by), ChangeKind::PercentagePoints)
            | (TargetValue::IncreasePercent(by), ChangeKind::Percent) => Some(*by),
            _ => None,
        });
        if let Some(((low, high), wanted)) = interval.zip(wanted) {
            let inside = low <= wanted && wanted <= high;
            let word = if inside { "does not exclude" } else { "excludes" };
            total.reason.push_str(&format!(" {sentence}: the interval {word} the target of {} {unit}.", sign(wanted)));
        } else if !sentence.is_empty() {
            total.reason.push_str(&format!(" {sentence}."));
        }
        let both = |wave: usize, one: &estimate::Estimate| {
            self.wave_estimate(format!("{}, on the pairs", self.title(wave)), wave, &Ok(one.clone()))
        };
        let mut waves = vec![both(first, &changed.baseline), both(last, &changed.follow_up)];
        if wanted.is_none() {
            total.reason.push_str(&against_interval(&waves[1], &total, indicator));
        }
        for wave in [first, last] {
            waves.push(self.wave_estimate(format!("{}, all answers", self.title(wave)), wave, &self.at(wave)));
        }
        let domain = changed.change.answers;
        let method = format!(
            "{} of {population} enterprises answered both waves{}. Baseline, follow-up, change and progress all rest on these pairs; \
             the figures of each wave by itself stand beside them and are never mixed with them.",
            pairs.len(),
            if domain == pairs.len() {
                String::new()
            } else {
                format!(", {domain} of them in the population asked for")
            },
        );
        let facts = EstimateFacts {
            survey: self.prepared.result.title.clone(),
            method,
            lower: waves[1].lower,
            upper: waves[1].upper,
            standard_error: changed.follow_up.standard_error.and_then(|error| self.scaled(error)),
            answers: domain,
            degrees: changed.change.degrees,
            waves,
            change: change.map(|value| ChangeFacts {
                value,
                lower: interval.map(|both| both.0),
                upper: interval.map(|both| both.1),
                standard_error: changed.change.standard_error.and_then(scale),
                unit: unit.clone(),
            }),
            notes: {
                let all = [&changed.change, &changed.baseline, &changed.follow_up];
                let mut told: Vec<String> = all.iter().flat_map(|one| notes(&one.notes)).collect();
                let mut seen = std::collections::BTreeSet::new();
                told.retain(|note| seen.insert(note.clone()));
                told
            },
        };
        self.finish(inputs, indicator, total, facts, &held)
    }

    fn measured(&self, estimate: &Result<estimate::Estimate, estimate::Why>) -> Measured {
        match estimate {
            Ok(one) => Measured {
                numerator: from_estimate(one.numerator),
                denominator: from_estimate(one.denominator),
                rows: one.answers as u64,
                ..Measured::absent(self.known(one.value))
            },
            Err(estimate::Why::NoAnswers) => Measured::absent(Value::NotReported),
            Err(why) => Measured::absent(Value::NotComputable(Why::Estimate(told(why)))),
        }
    }

    fn absent(&self, inputs: &Inputs<'_>, indicator: &Indicator, value: Value, why: &str) -> IndicatorResult {
        let held = against(indicator, None, Some(inputs.as_of));
        let coverage = self
            .prepared
            .waves
            .len()
            .checked_sub(1)
            .map_or(Coverage { reported: 0, due: 0 }, |last| self.coverage(last));
        let mut total = figure(inputs, indicator, Vec::new(), Measured::absent(value), coverage, &held);
        total.reason = format!("No data: {why}.");
        // A target above an unknown baseline is not known either.
        let relative = indicator
            .targets
            .current()
            .is_some_and(|target| matches!(target.value, TargetValue::Increase(_) | TargetValue::IncreasePercent(_)));
        if relative && indicator.baseline.is_none() {
            (total.baseline, total.target, total.expected) = (None, None, None);
        }
        let facts = EstimateFacts {
            survey: self.prepared.result.title.clone(),
            method: format!("Nothing could be estimated: {why}."),
            lower: None,
            upper: None,
            standard_error: None,
            answers: 0,
            degrees: 0,
            waves: Vec::new(),
            change: None,
            notes: Vec::new(),
        };
        self.finish(inputs, indicator, total, facts, &held)
    }

    fn finish(
        &self,
        inputs: &Inputs<'_>,
        indicator: &Indicator,
        total: Figure,
        facts: EstimateFacts,
        held: &super::score::Against<'_>,
    ) -> IndicatorResult {
        let on_pairs = facts.change.is_some();
        let actuals: Vec<_> = facts
            .waves
            .iter()
            .take(if on_pairs { 2 } else { usize::MAX })
            .map(|wave| (wave.on, wave.title.clone(), wave.value.known()))
            .collect();
        let trajectory = trajectory(inputs, indicator, held, &actuals);
        let what = match self.estimate {
            Estimate::Ratio { of, to } => format!("The ratio of the totals of {of} and {to}"),
            Estimate::Mean(of) => format!("The mean of {of}"),
            Estimate::Share(condition) => format!("The share of those where {}", condition.source),
        };
        let domain = match &indicator.how {
            How::Survey { population: Some(condition), .. } => format!(", for enterprises where {}", condition.source),
            _ => String::new(),
        };
        let method = vec![
            format!("Survey {}: {what}{domain}.", self.prepared.result.title),
            "Weighted by stratum, with a finite population; 95 % interval by Student's t (docs/methods.md).".to_owned(),
        ];
        let parts = ResultParts { since_then: None, breakdowns: Vec::new(), trajectory, sql: Vec::new(), method };
        IndicatorResult { estimate: Some(facts), ..result(indicator, total, parts) }
    }
}

/// Whether the interval of a level excludes the target, in a sentence; empty where there is no target or no interval.
fn against_interval(wave: &WaveEstimate, total: &Figure, indicator: &Indicator) -> String {
    let (Some(target), Some((low, high))) = (total.target, wave.lower.zip(wave.upper)) else { return String::new() };
    let word = if low <= target.value && target.value <= high { "does not exclude" } else { "excludes" };
    let digits = decimals(&indicator.unit).max(1);
    format!(
        " 95 % interval {} to {}: it {word} the target of {}.",
        display(low, digits),
        display(high, digits),
        shown(target.value, &indicator.unit)
    )
}

/// Why there is no estimate, in words.
fn told(why: &estimate::Why) -> String {
    match why {
        estimate::Why::NoAnswers => "no answer can be used".into(),
        estimate::Why::ZeroDenominator => "the denominator is zero".into(),
        estimate::Why::LonelyStratum { stratum } => {
            format!("the stratum {stratum} has a single answer; declare `lonely`, or merge strata")
        }
        estimate::Why::EmptyStratum { stratum } => format!("the stratum {stratum} has no answer"),
        estimate::Why::NoDegrees => "there are too few answers to measure their spread".into(),
        other => format!("the answers do not allow it ({other:?})"),
    }
}

/// What stands beside an estimate, in words.
fn notes(notes: &[Note]) -> Vec<String> {
    notes
        .iter()
        .map(|note| match note {
            Note::LonelyStratum { stratum, treated_as } => {
                format!("The stratum {stratum} has a single answer, treated as `{}`.", format!("{treated_as:?}").to_lowercase())
            }
            Note::EmptyStratum { stratum, population } => {
                format!("Nobody answered in the stratum {stratum} ({population} enterprises): the figure does not speak of it.")
            }
            Note::UncoveredShare(share) => {
                let percent = from_estimate(share * 100.0).map_or_else(String::new, |share| display(share, 1));
                format!("{percent} % of the population lies in strata without answers.")
            }
            Note::MoreAnswersThanFrame { stratum, answers, population } => {
                format!("The stratum {stratum} has {answers} answers but {population} enterprises in the frame.")
            }
            Note::Skewed { of, skewness } => {
                let skewness = from_estimate(*skewness).map_or_else(String::new, |skewness| display(skewness, 1));
                format!("Caution: the {of} is skewed ({skewness}); intervals of skewed totals cover less than they say.")
            }
            Note::Wilson => "The interval is Wilson's: the share is near 0 or 1, or the answers are few.".into(),
        })
        .collect()
}
