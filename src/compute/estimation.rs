//! Indicators estimated from a survey: which answers are used, the estimate, its interval, all in words.
//!
//! The estimators themselves are in [`super::estimate`]; answers are taken in the order of the frame, by stratum and
//! enterprise, so that every sum runs in the same order.

use rust_decimal::Decimal;

use super::Inputs;
use super::derived::{ResultParts, result};
use super::estimate::{
    self, Answer, Change, Margin, Pair, PairedChange, Sensitivity, paired_change, paired_sensitivity,
    paired_total_change, sensitivity, unpaired_change,
};
use super::pick::{Pick, pick};
use super::population::truths;
use super::score::{Measured, against, figure, trajectory};
use super::survey::{Prepared, ends};
use super::told::{against_interval, changed_by, notes, told};
use super::wave::Matched;
use super::weighting::{Place, weight};
use crate::define::catalog::{ChangeKind, Estimate, How, Indicator, Pairing};
use crate::model::number::from_estimate;
use crate::model::scoreboard::{
    AnswerRow, ChangeFacts, EstimateFacts, Figure, IndicatorResult, WaveEstimate, WithoutLargest,
};
use crate::model::target::TargetValue;
use crate::model::value::{Coverage, Value, Why};

/// An indicator estimated from a survey.
///
/// # Errors
/// What the SQL engine refuses, as text.
pub fn compute(
    inputs: &Inputs<'_>,
    prepared: &[Prepared<'_>],
    indicator: &Indicator,
) -> Result<IndicatorResult, String> {
    let How::Survey { change, .. } = &indicator.how else {
        return Err(format!("{} is not estimated from a survey", indicator.code));
    };
    with_estimation(prepared, indicator, |estimation| {
        let result = match change {
            Some((kind, pairing)) => estimation.change(inputs, indicator, *kind, *pairing),
            None => estimation.level(inputs, indicator),
        };
        IndicatorResult { breakdowns: estimation.breakdowns(inputs, indicator, *change), ..result }
    })
}

/// The answers that an indicator is estimated from, with their weights.
///
/// # Errors
/// As [`compute`].
pub fn evidence(
    inputs: &Inputs<'_>,
    prepared: &[Prepared<'_>],
    indicator: &Indicator,
) -> Result<Vec<AnswerRow>, String> {
    with_estimation(prepared, indicator, |estimation| {
        let groups: Vec<_> = indicator.by.iter().map(|name| estimation.grouping(inputs, name).values).collect();
        estimation.evidence(indicator, &groups)
    })
}

fn with_estimation<T>(
    prepared: &[Prepared<'_>],
    indicator: &Indicator,
    then: impl FnOnce(&Estimation<'_>) -> T,
) -> Result<T, String> {
    let How::Survey { survey, estimate, population, .. } = &indicator.how else {
        return Err(format!("{} is not estimated from a survey", indicator.code));
    };
    let prepared =
        prepared.iter().find(|one| one.survey.code == *survey).ok_or_else(|| format!("{survey} was not prepared"))?;
    let domains = prepared.waves.iter().map(|(.., matched)| {
        let rows = truths(&matched.frame.rows, population.as_ref(), true)?;
        Ok(matched.frame.members.iter().map(|member| rows[member.row]).collect())
    });
    let domains = domains.collect::<Result<Vec<Vec<bool>>, String>>()?;
    let pick = pick(estimate, prepared)?;
    let estimation = Estimation { prepared, estimate, pick: &pick, domains, percent: indicator.unit.is_percent() };
    Ok(then(&estimation))
}

/// Usable answers, or pairs, with their margins.
pub(super) struct Usable<T> {
    pub(super) rows: Vec<T>,
    pub(super) margins: Vec<Margin>,
}

/// Both levels and the change, with what is said of them.
pub(super) struct Changed {
    pub(super) baseline: estimate::Estimate,
    pub(super) follow_up: estimate::Estimate,
    pub(super) change: estimate::Estimate,
    without_largest: Option<Sensitivity>,
    answers: usize,
    coverage: Coverage,
    method: String,
    /// Put after the title of each level.
    levels: &'static str,
}

/// From what the estimators give to what is shown.
type Scale<'a> = &'a dyn Fn(f64) -> Option<Decimal>;

pub(super) struct Estimation<'a> {
    pub(super) prepared: &'a Prepared<'a>,
    pub(super) estimate: &'a Estimate,
    pub(super) pick: &'a Pick<'a>,
    /// Of each wave, by member of its frame: whether the figure speaks of it.
    pub(super) domains: Vec<Vec<bool>>,
    pub(super) percent: bool,
}

impl Estimation<'_> {
    pub(super) fn scaled(&self, value: f64) -> Option<Decimal> {
        // A ratio or a share is a fraction; all else is in its own unit.
        let fraction = matches!(self.estimate, Estimate::Ratio { .. } | Estimate::Share(_));
        from_estimate(if self.percent && fraction { value * 100.0 } else { value })
    }

    fn known(&self, value: f64) -> Value {
        self.scaled(value).map_or(Value::NotComputable(Why::Overflow), Value::Known)
    }

    /// With the margins of the wave whose population they stand for.
    fn usable<T>(&self, wave: usize, found: Vec<(T, Place<'_>)>) -> Usable<T> {
        let Matched { frame, weights, .. } = &self.prepared.waves[wave].2;
        let (rows, places): (Vec<T>, Vec<Place<'_>>) = found.into_iter().unzip();
        Usable { rows, margins: weights.margins(self.prepared.survey, frame, &places) }
    }

    /// The usable answers of a wave, in the order of the frame.
    pub(super) fn answers(&self, wave: usize) -> Usable<Answer> {
        let Prepared { survey, waves, .. } = self.prepared;
        let (_, input, matched) = &waves[wave];
        let Some(input) = input else { return self.usable(wave, Vec::new()) };
        let usable = matched.complete().filter_map(|(at, row)| {
            let member = &matched.frame.members[at];
            let (y, x) = (self.pick)(input, row)?;
            let place = Place { frame_row: member.row, wave: &input.rows, row };
            let answer = Answer {
                stratum: matched.weights.stratum(member),
                weight: weight(survey, &matched.frame, place),
                y,
                x,
                in_domain: self.domains[wave][at],
            };
            Some((answer, place))
        });
        self.usable(wave, usable.collect())
    }

    /// Answers to both waves, with the population, the weight and the margins of the first.
    pub(super) fn pairs(&self, first: usize, last: usize) -> Usable<Pair> {
        let Prepared { survey, waves, pairs, .. } = self.prepared;
        let (Some(before), Some(after)) = (waves[first].1, waves[last].1) else {
            return self.usable(first, Vec::new());
        };
        let Matched { frame, weights, .. } = &waves[first].2;
        let both = pairs.iter().filter_map(|(at, row, later)| {
            let member = &frame.members[*at];
            let ((y0, x0), (y1, x1)) = ((self.pick)(before, *row)?, (self.pick)(after, *later)?);
            let place = Place { frame_row: member.row, wave: &before.rows, row: *row };
            let pair = Pair {
                stratum: weights.stratum(member),
                weight: weight(survey, frame, place),
                y0,
                x0,
                y1,
                x1,
                in_domain: self.domains[first][*at],
            };
            Some((pair, place))
        });
        self.usable(first, both.collect())
    }

    fn estimator(&self) -> fn(&[Answer], &estimate::Design) -> Result<estimate::Estimate, estimate::Why> {
        match self.estimate {
            Estimate::Ratio { .. } => estimate::ratio,
            Estimate::Total(_) => estimate::total,
            Estimate::Mean(_) => estimate::mean,
            Estimate::Share(_) => estimate::share,
            Estimate::Median(_) => estimate::median,
        }
    }

    pub(super) fn design<'d>(&'d self, wave: usize, margins: &'d [Margin]) -> estimate::Design<'d> {
        self.prepared.waves[wave].2.weights.design(self.prepared.survey, margins)
    }

    pub(super) fn at(&self, wave: usize) -> Result<estimate::Estimate, estimate::Why> {
        let usable = self.answers(wave);
        self.estimator()(&usable.rows, &self.design(wave, &usable.margins))
    }

    /// Only an amount can hang on one enterprise.
    fn is_amount(&self) -> bool {
        matches!(self.estimate, Estimate::Ratio { .. } | Estimate::Total(_) | Estimate::Mean(_))
    }

    /// The level of a wave without its largest enterprise.
    fn without_largest(&self, wave: usize) -> Option<Sensitivity> {
        let usable = self.answers(wave);
        let design = self.design(wave, &usable.margins);
        self.is_amount().then(|| sensitivity(&usable.rows, &design, self.estimator()).ok()).flatten()
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
            without_largest: self
                .without_largest(wave)
                .map(|one| Self::without(&one, false, &|value| self.scaled(value))),
            notes: estimate.as_ref().map_or_else(|why| vec![told(why)], |one| notes(&one.notes)),
        };
        self.finish(inputs, indicator, total, facts, &held)
    }

    fn without(sensitivity: &Sensitivity, of_change: bool, scale: Scale<'_>) -> WithoutLargest {
        let known = |value| scale(value).map_or(Value::NotComputable(Why::Overflow), Value::Known);
        let interval = sensitivity.without.as_ref().ok().and_then(|one| one.interval);
        WithoutLargest {
            of_change,
            value: match &sensitivity.without {
                Ok(one) => known(one.value),
                Err(why) => Value::NotComputable(Why::Estimate(told(why))),
            },
            lower: interval.and_then(|both| scale(both.0)),
            upper: interval.and_then(|both| scale(both.1)),
        }
    }

    /// On the enterprises that answered both waves.
    pub(super) fn paired(&self, first: usize, last: usize, change: Change) -> Result<Changed, (estimate::Why, bool)> {
        let usable = self.pairs(first, last);
        let design = self.design(first, &usable.margins);
        let estimator = if matches!(self.estimate, Estimate::Total(_)) { paired_total_change } else { paired_change };
        let found = estimator(&usable.rows, &design, change).map_err(|why| (why, usable.rows.is_empty()))?;
        let PairedChange { baseline, follow_up, change: moved, pairs: domain } = found;
        let population = self.coverage(first).due;
        let inside = if domain == usable.rows.len() {
            String::new()
        } else {
            format!(", {domain} of them in the population asked for")
        };
        Ok(Changed {
            without_largest: self
                .is_amount()
                .then(|| paired_sensitivity(&usable.rows, &design, change, estimator).ok())
                .flatten(),
            answers: domain,
            coverage: Coverage { reported: self.prepared.result.pairs, due: population },
            method: format!(
                "{} of {population} enterprises answered both waves{inside}. Baseline, follow-up, change and progress all rest on these pairs; \
                 the figures of each wave by itself stand beside them and are never mixed with them.",
                usable.rows.len(),
            ),
            levels: ", on the pairs",
            baseline,
            follow_up,
            change: moved,
        })
    }

    /// Each wave by itself, as if they were two samples.
    pub(super) fn unpaired(&self, first: usize, last: usize, change: Change) -> Result<Changed, (estimate::Why, bool)> {
        let level = |wave: usize| self.at(wave).map_err(|why| (why, self.answers(wave).rows.is_empty()));
        let (baseline, follow_up) = (level(first)?, level(last)?);
        let moved = unpaired_change(&baseline, &follow_up, change).map_err(|why| (why, false))?;
        Ok(Changed {
            without_largest: None,
            answers: follow_up.answers,
            coverage: self.coverage(last),
            method: format!(
                "{} answers of {} against {} of {}, taken for two separate samples.",
                follow_up.answers,
                self.title(last),
                baseline.answers,
                self.title(first)
            ),
            levels: "",
            baseline,
            follow_up,
            change: moved,
        })
    }

    /// A change in per cent is a percentage whatever the unit; in points it is on the scale of the level.
    fn scaled_change(&self, kind: ChangeKind, value: f64) -> Option<Decimal> {
        if kind == ChangeKind::Percent { from_estimate(value * 100.0) } else { self.scaled(value) }
    }

    /// A change with its interval, in its unit.
    pub(super) fn moved(
        &self,
        indicator: &Indicator,
        kind: ChangeKind,
        change: &estimate::Estimate,
    ) -> Option<ChangeFacts> {
        let scale = |value: f64| self.scaled_change(kind, value);
        let interval = change.interval.and_then(|(low, high)| scale(low).zip(scale(high)));
        Some(ChangeFacts {
            value: scale(change.value)?,
            lower: interval.map(|both| both.0),
            upper: interval.map(|both| both.1),
            standard_error: change.standard_error.and_then(scale),
            unit: match kind {
                ChangeKind::Percent => "%".to_owned(),
                ChangeKind::PercentagePoints if self.percent => "points".to_owned(),
                ChangeKind::PercentagePoints => indicator.unit.to_string(),
            },
        })
    }

    fn change(
        &self,
        inputs: &Inputs<'_>,
        indicator: &Indicator,
        kind: ChangeKind,
        pairing: Pairing,
    ) -> IndicatorResult {
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
        let of = match kind {
            ChangeKind::PercentagePoints => Change::Points,
            ChangeKind::Percent => Change::Percent,
        };
        let changed = match pairing {
            Pairing::Paired => self.paired(first, last, of),
            Pairing::Unpaired => self.unpaired(first, last, of),
        };
        let changed = match changed {
            Ok(changed) => changed,
            Err((why, is_empty)) => {
                let value = if is_empty { Value::NotReported } else { Value::NotComputable(Why::Estimate(told(&why))) };
                return self.absent(inputs, indicator, value, &told(&why));
            }
        };
        let baseline = self.scaled(changed.baseline.value);
        let follow_up = Ok(changed.follow_up.clone());
        let held = against(indicator, baseline, Some(inputs.as_of));
        let mut total = figure(inputs, indicator, Vec::new(), self.measured(&follow_up), changed.coverage, &held);
        let change = self.moved(indicator, kind, &changed.change);
        let wanted = indicator.targets.current().and_then(|target| match (&target.value, kind) {
            (TargetValue::Increase(by), ChangeKind::PercentagePoints)
            | (TargetValue::IncreasePercent(by), ChangeKind::Percent) => Some(*by),
            _ => None,
        });
        if let Some(change) = &change {
            let interval = change.lower.zip(change.upper);
            total.reason.push_str(&changed_by(change.value, interval, wanted, &change.unit));
        }
        let level = |wave: usize, one: &estimate::Estimate| {
            self.wave_estimate(format!("{}{}", self.title(wave), changed.levels), wave, &Ok(one.clone()))
        };
        let mut waves = vec![level(first, &changed.baseline), level(last, &changed.follow_up)];
        if wanted.is_none() {
            total.reason.push_str(&against_interval(&waves[1], &total, indicator));
        }
        if pairing == Pairing::Paired {
            for wave in [first, last] {
                waves.push(self.wave_estimate(format!("{}, all answers", self.title(wave)), wave, &self.at(wave)));
            }
        }
        let facts = EstimateFacts {
            survey: self.prepared.result.title.clone(),
            lower: waves[1].lower,
            upper: waves[1].upper,
            standard_error: changed.follow_up.standard_error.and_then(|error| self.scaled(error)),
            answers: changed.answers,
            degrees: changed.change.degrees,
            waves,
            change,
            without_largest: match &changed.without_largest {
                Some(one) => Some(Self::without(one, true, &|value| self.scaled_change(kind, value))),
                None => self.without_largest(last).map(|one| Self::without(&one, false, &|value| self.scaled(value))),
            },
            notes: {
                let all = [&changed.change, &changed.baseline, &changed.follow_up];
                let mut told: Vec<String> = all.iter().flat_map(|one| notes(&one.notes)).collect();
                let mut seen = std::collections::BTreeSet::new();
                told.retain(|note| seen.insert(note.clone()));
                told
            },
            method: changed.method,
        };
        self.finish(inputs, indicator, total, facts, &held)
    }

    pub(super) fn measured(&self, estimate: &Result<estimate::Estimate, estimate::Why>) -> Measured {
        match estimate {
            Ok(one) => {
                // A total and a median are no quotient.
                let parts = !matches!(self.estimate, Estimate::Total(_) | Estimate::Median(_));
                Measured {
                    numerator: from_estimate(one.numerator).filter(|_| parts),
                    denominator: from_estimate(one.denominator).filter(|_| parts),
                    rows: one.answers as u64,
                    ..Measured::absent(self.known(one.value))
                }
            }
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
            without_largest: None,
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
            Estimate::Total(of) => format!("The total of {of}"),
            Estimate::Mean(of) => format!("The mean of {of}"),
            Estimate::Median(of) => {
                format!("The median of {of}: the smallest value that half of the enterprises do not exceed")
            }
            Estimate::Share(condition) => format!("The share of those where {}", condition.source),
        };
        let domain = match &indicator.how {
            How::Survey { population: Some(condition), .. } => format!(", for enterprises where {}", condition.source),
            _ => String::new(),
        };
        let weighted = &self.prepared.survey.weighting;
        let by = match (&weighted.weights, weighted.margins.as_slice()) {
            (None, []) => "by stratum".to_owned(),
            (Some(column), []) => format!("by `{}`", column.code()),
            (None, _) => "by stratum and by known numbers".to_owned(),
            (Some(column), _) => format!("by `{}` and by known numbers", column.code()),
        };
        let interval = if matches!(self.estimate, Estimate::Median(_)) { "Woodruff's method" } else { "Student's t" };
        let method = vec![
            format!("Survey {}: {what}{domain}.", self.prepared.result.title),
            format!("Weighted {by}, with a finite population; 95 % interval by {interval} (docs/methods.md)."),
        ];
        let parts = ResultParts {
            since_then: None,
            breakdowns: Vec::new(),
            trajectory,
            pace: None,
            committed: None,
            sql: Vec::new(),
            method,
        };
        IndicatorResult { estimate: Some(facts), ..result(indicator, total, parts) }
    }
}
