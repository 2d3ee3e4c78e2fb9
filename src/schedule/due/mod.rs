//! What is due: a pure function of cron lines, zone, what the ledger says was done, and the hour.
//!
//! croner says which local days a line falls on; from local time to instants is decided here. Where a day has no such
//! hour (spring), the work is done once, at the first instant behind the gap. Where a day has the hour twice (autumn), it
//! is done once, at the first of the two. A line for every hour means a distance and not an hour of the day: it has
//! nothing to make up for in a gap, and both of the two hours.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::history::{Failed, Past};
use crate::model::cron::CronLine;
use crate::model::schedule::{CatchUp, Schedule};

/// Of more missed times than these `all` catches up with the latest; and no more are counted.
pub const MOST: usize = 100;
/// `none` lets be what could not begin within this time.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);
/// After as many beginnings without an end a time is given up: what kills the program would kill it for ever.
pub const BEGINNINGS: u32 = 3;
/// Every line comes within these days, the 29th of February on a Monday too.
const AHEAD: u64 = 41 * 366;

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The work.
    Work,
    /// Nothing, and that is written down: the schedule does not catch up.
    LetBe,
    /// It began several times and never ended.
    GiveUp,
    /// The schedule is new, or its times are: they count from now on.
    Begin,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its place among the schedules.
    pub at: usize,
    /// The instant that it stands for.
    pub due: DateTime<Utc>,
    /// How many earlier times it stands for besides, at most [`MOST`].
    pub missed: usize,
    /// How often it was tried and failed.
    pub tried: u32,
    pub act: Act,
}

/// What is to be done now, in the order in which it was due.
pub fn due(schedules: &[Schedule], zone: Tz, past: &dyn Fn(&Schedule) -> Past, now: DateTime<Utc>) -> Vec<Due> {
    let mut found: Vec<Due> =
        schedules.iter().enumerate().flat_map(|(at, one)| of_one(at, one, zone, &past(one), now)).collect();
    found.sort_by_key(|due| (due.due, due.at));
    found
}

fn of_one(at: usize, schedule: &Schedule, zone: Tz, past: &Past, now: DateTime<Utc>) -> Vec<Due> {
    // Whoever is woken at six for the first time means this six o'clock.
    let since = now - TimeDelta::seconds(now.timestamp().rem_euclid(60) + 1);
    let begin = Due { at, due: since, missed: 0, tried: 0, act: Act::Begin };
    if past.times.as_deref() != Some(schedule.times(zone).as_str()) {
        return vec![begin];
    }
    // What was done at a later hour than now was done while the clock was wrong: it is not done again when its hour
    // comes, and keeps nothing else from being done.
    let Some(done) = past.ended.range(..=now).next_back() else { return vec![begin] };
    // A newer time takes the place of one that failed.
    let failed = past.failed.range(..=now).next_back().filter(|(due, _)| *due > done);
    let missed = between(schedule, zone, failed.map_or(*done, |(due, _)| *due), now);
    let act = |due: &DateTime<Utc>| {
        if past.begun.get(due).is_some_and(|begun| *begun >= BEGINNINGS) { Act::GiveUp } else { Act::Work }
    };
    let Some(latest) = missed.last().copied() else {
        let once_more = failed.filter(|(_, failed)| is_time(failed, now)).map(|(due, failed)| {
            // Like every other time it can begin late by so much and no more.
            let late = failed.again().is_some_and(|again| now - again > PATIENCE);
            let act = if schedule.catch_up == CatchUp::None && late { Act::LetBe } else { act(due) };
            Due { at, due: *due, missed: 0, tried: failed.tries, act }
        });
        return once_more.into_iter().collect();
    };
    match schedule.catch_up {
        CatchUp::Latest => vec![Due { at, due: latest, missed: missed.len() - 1, tried: 0, act: act(&latest) }],
        CatchUp::None => {
            let act = if now - latest <= PATIENCE { act(&latest) } else { Act::LetBe };
            vec![Due { at, due: latest, missed: missed.len() - 1, tried: 0, act }]
        }
        CatchUp::All => {
            let first = missed.len().saturating_sub(MOST);
            let of = |(n, due): (usize, &DateTime<Utc>)| Due {
                at,
                due: *due,
                missed: if n == 0 { first } else { 0 },
                tried: 0,
                act: act(due),
            };
            missed.iter().skip(first).enumerate().map(of).collect()
        }
    }
}

/// Whether the time has come to try once more. A clock that was set back behind the last try keeps nobody waiting.
fn is_time(failed: &Failed, now: DateTime<Utc>) -> bool {
    failed.again().is_some_and(|again| again <= now || now < failed.last)
}

/// The instants of a schedule after one and up to another: of more than [`MOST`] the latest, and one more.
fn between(schedule: &Schedule, zone: Tz, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut found = BTreeSet::new();
    let local = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
    let first = local(after) - Days::new(2);
    let mut day = local(until) + Days::new(1);
    let mut enough = false;
    while day >= first && !enough {
        // A gap may move the last hour of a day into the next one, so one day more is looked at.
        enough = found.len() > MOST;
        found.extend(of_day(schedule, zone, day).into_iter().filter(|instant| *instant > after && *instant <= until));
        day = day - Days::new(1);
    }
    let surplus = found.len().saturating_sub(MOST + 1);
    found.into_iter().skip(surplus).collect()
}

/// The first instant of a schedule after another.
pub fn next(schedule: &Schedule, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let first = after.with_timezone(&zone).date_naive() - Days::new(1);
    let mut days = first.iter_days().take(usize::try_from(AHEAD).unwrap_or(usize::MAX));
    days.find_map(|day| {
        let of = |day: NaiveDate| of_day(schedule, zone, day).into_iter().find(|instant| *instant > after);
        of(day)
    })
}

/// The instants that a local day has.
fn of_day(schedule: &Schedule, zone: Tz, day: NaiveDate) -> BTreeSet<DateTime<Utc>> {
    let lines = schedule.lines.iter().filter(|line| line.on(day));
    lines
        .flat_map(|line| line.times().flat_map(move |(hour, minute)| instants(line, zone, day, hour, minute)))
        .collect()
}

fn instants(line: &CronLine, zone: Tz, day: NaiveDate, hour: u32, minute: u32) -> Vec<DateTime<Utc>> {
    let Some(local) = day.and_hms_opt(hour, minute, 0) else { return Vec::new() };
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(instant) => vec![instant.to_utc()],
        MappedLocalTime::Ambiguous(first, second) if line.every_hour() => vec![first.to_utc(), second.to_utc()],
        MappedLocalTime::Ambiguous(first, _) => vec![first.to_utc()],
        MappedLocalTime::None if line.every_hour() => Vec::new(),
        MappedLocalTime::None => behind_the_gap(zone, local).into_iter().collect(),
    }
}

/// The first instant behind an hour that does not exist. No gap is longer than a day.
fn behind_the_gap(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    (1..=24 * 60 + 1).find_map(|minutes| {
        let later = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&later).earliest().map(|instant| instant.to_utc())
    })
}

#[cfg(test)]
mod tests;
