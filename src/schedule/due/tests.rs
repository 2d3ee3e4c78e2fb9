//! Daylight saving, downtime, clocks that are wrong, and random schedules in random zones.

use proptest::prelude::*;

use super::*;
use crate::app::attempt::{Attempt, Outcome, Trigger};
use crate::model::code::ScheduleCode;
use crate::schedule::history::{History, since};
use crate::store::{Entry, Kind};

const VILNIUS: Tz = chrono_tz::Europe::Vilnius;
const LISBON: Tz = chrono_tz::Europe::Lisbon;
const KATHMANDU: Tz = chrono_tz::Asia::Kathmandu;

fn schedule(lines: &[&str], catch_up: CatchUp) -> Schedule {
    Schedule {
        code: ScheduleCode::new("weekly").expect("a code"),
        lines: lines.iter().map(|line| CronLine::parse(line).expect(line)).collect(),
        catch_up,
        steps: Vec::new(),
        sources: Vec::new(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// A ledger, and somebody who does what is due.
struct World {
    schedules: Vec<Schedule>,
    zone: Tz,
    entries: Vec<Entry>,
    /// What the entries say, read once after each.
    history: History,
    done: Vec<DateTime<Utc>>,
    let_be: Vec<DateTime<Utc>>,
    missed: Vec<usize>,
}

impl World {
    fn new(lines: &[&str], catch_up: CatchUp, zone: Tz) -> Self {
        let schedules = vec![schedule(lines, catch_up)];
        Self {
            schedules,
            zone,
            entries: Vec::new(),
            history: History::default(),
            done: Vec::new(),
            let_be: Vec::new(),
            missed: Vec::new(),
        }
    }

    fn due(&self, now: DateTime<Utc>) -> Vec<Due> {
        due(&self.schedules, self.zone, &|one| self.history.past(one.code.as_str()), now)
    }

    fn write(&mut self, attempt: &Attempt) {
        let seq = i64::try_from(self.entries.len()).expect("few") + 1;
        let entry = Entry { seq, at: attempt.began, kind: Kind::Attempt, body: attempt.to_json(), hash: String::new() };
        self.entries.push(entry);
        self.history = History::of(&self.entries);
    }

    fn attempt(&mut self, due: DateTime<Utc>, outcome: Outcome, now: DateTime<Utc>) {
        let trigger = Trigger::Schedule { schedule: "weekly".into(), due };
        let mut attempt = Attempt::begun(trigger, now);
        attempt.outcome = outcome;
        self.write(&attempt);
    }

    /// Wakes up, and does everything that is due, as the scheduler does: one, then looks again.
    fn wake(&mut self, now: DateTime<Utc>) {
        while let Some(first) = self.due(now).into_iter().next() {
            match first.act {
                Act::Begin => {
                    let times = self.schedules[0].times(self.zone);
                    self.write(&since("weekly", times, first.due));
                }
                Act::Work => {
                    self.attempt(first.due, Outcome::Begun, now);
                    self.attempt(first.due, Outcome::Published, now);
                    self.done.push(first.due);
                    self.missed.push(first.missed);
                }
                Act::LetBe => {
                    self.attempt(first.due, Outcome::Skipped, now);
                    self.let_be.push(first.due);
                }
                Act::GiveUp => self.attempt(first.due, Outcome::Failed, now),
            }
        }
    }

    /// Wakes every half a minute from one instant to another.
    fn awake(&mut self, from: &str, until: &str) -> &mut Self {
        let mut now = at(from);
        while now <= at(until) {
            self.wake(now);
            now += TimeDelta::seconds(30);
        }
        self
    }
}

fn instants(world: &World) -> Vec<String> {
    world.done.iter().map(|due| due.format("%m-%d %H:%M").to_string()).collect()
}

#[test]
fn an_hour_that_does_not_exist_is_done_once_behind_the_gap() {
    // On 27 March 2016 Vilnius goes from 03:00 to 04:00, which is 01:00 UTC; Lisbon from 01:00 to 02:00, at the same instant.
    let mut vilnius = World::new(&["30 3 * * *"], CatchUp::All, VILNIUS);
    vilnius.awake("2016-03-25T22:00:00Z", "2016-03-28T06:00:00Z");
    assert_eq!(instants(&vilnius), ["03-26 01:30", "03-27 01:00", "03-28 00:30"]);
    let mut lisbon = World::new(&["30 1 * * *", "45 1 * * *"], CatchUp::All, LISBON);
    lisbon.awake("2016-03-26T22:00:00Z", "2016-03-28T06:00:00Z");
    assert_eq!(instants(&lisbon), ["03-27 01:00", "03-28 00:30", "03-28 00:45"], "two of the missing hour are one");
}

#[test]
fn an_hour_that_comes_twice_is_done_once() {
    // On 30 October 2016 Vilnius goes from 04:00 back to 03:00, at 01:00 UTC.
    let mut world = World::new(&["30 3 * * *"], CatchUp::All, VILNIUS);
    world.awake("2016-10-28T22:00:00Z", "2016-10-31T06:00:00Z");
    assert_eq!(instants(&world), ["10-29 00:30", "10-30 00:30", "10-31 01:30"]);
}

#[test]
fn a_line_for_every_hour_is_a_distance_and_knows_no_daylight_saving() {
    for (from, until) in
        [("2016-03-26T23:00:00Z", "2016-03-27T05:00:00Z"), ("2016-10-29T23:00:00Z", "2016-10-30T05:00:00Z")]
    {
        let mut world = World::new(&["*/30 * * * *"], CatchUp::All, VILNIUS);
        world.awake(from, until);
        let distances: Vec<i64> = world.done.windows(2).map(|two| (two[1] - two[0]).num_minutes()).collect();
        assert_eq!(
            (world.done.len(), distances.iter().all(|minutes| *minutes == 30)),
            (13, true),
            "{:?}",
            instants(&world)
        );
    }
}

#[test]
fn zones_with_odd_offsets_and_days_of_the_calendar_are_right() {
    let mut world = World::new(&["0 6 * * MON"], CatchUp::All, KATHMANDU);
    world.awake("2016-02-28T00:00:00Z", "2016-03-08T00:00:00Z");
    assert_eq!(instants(&world), ["02-29 00:15", "03-07 00:15"]);
    let zone = VILNIUS;
    let next_after = |line: &str, after: &str| {
        next(&schedule(&[line], CatchUp::Latest), zone, at(after)).map(|next| next.to_rfc3339())
    };
    assert_eq!(next_after("0 0 29 2 *", "2016-03-01T00:00:00Z").as_deref(), Some("2020-02-28T22:00:00+00:00"));
    assert_eq!(next_after("0 12 31 * *", "2016-03-31T12:00:00Z").as_deref(), Some("2016-05-31T09:00:00+00:00"));
    assert_eq!(next_after("0 12 L * *", "2016-02-01T00:00:00Z").as_deref(), Some("2016-02-29T10:00:00+00:00"));
    // Samoa had no 30 December 2011: what is due on that day is due when the next one begins.
    let samoa = schedule(&["0 6 * * *"], CatchUp::All);
    let apia = chrono_tz::Pacific::Apia;
    assert_eq!(
        next(&samoa, apia, at("2011-12-29T16:00:00Z")).map(|next| next.to_rfc3339()).as_deref(),
        Some("2011-12-30T10:00:00+00:00")
    );
}

#[test]
fn downtime_is_caught_up_as_declared() {
    let after = |catch_up| {
        let mut world = World::new(&["0 6 * * *"], catch_up, VILNIUS);
        world.awake("2016-06-01T00:00:00Z", "2016-06-02T12:00:00Z");
        assert_eq!(instants(&world), ["06-01 03:00", "06-02 03:00"]);
        world.done.clear();
        world.missed.clear();
        world.awake("2016-06-06T12:00:00Z", "2016-06-07T12:00:00Z");
        world
    };
    let latest = after(CatchUp::Latest);
    assert_eq!((instants(&latest), latest.missed), (vec!["06-06 03:00".into(), "06-07 03:00".into()], vec![3, 0]));
    let all = after(CatchUp::All);
    assert_eq!(instants(&all), ["06-03 03:00", "06-04 03:00", "06-05 03:00", "06-06 03:00", "06-07 03:00"]);
    let none = after(CatchUp::None);
    assert_eq!((instants(&none), none.let_be.len()), (vec!["06-07 03:00".to_owned()], 1));
}

#[test]
fn what_is_caught_up_is_bounded() {
    let mut world = World::new(&["0 * * * *"], CatchUp::All, VILNIUS);
    world.awake("2016-06-01T00:00:30Z", "2016-06-01T01:00:00Z");
    world.done.clear();
    world.missed.clear();
    // Somebody set the clock forward by a year.
    world.wake(at("2017-06-01T00:30:00Z"));
    assert_eq!(world.done.len(), MOST);
    assert_eq!(world.done.last(), Some(&at("2017-06-01T00:00:00Z")), "the latest of them");
    assert_eq!((world.missed[0], world.missed[1]), (1, 0), "and that there were more is known");
}

#[test]
fn a_clock_that_was_wrong_does_nothing_twice_and_stops_nothing() {
    let mut world = World::new(&["0 6 * * *"], CatchUp::All, VILNIUS);
    world.awake("2016-06-01T00:00:00Z", "2016-06-03T12:00:00Z");
    assert_eq!(world.done.len(), 3);
    world.awake("2016-06-02T00:00:00Z", "2016-06-03T12:00:00Z");
    assert_eq!(world.done.len(), 3, "set back by a day and a half: all of it was done");
    world.wake(at("2017-06-03T12:00:00Z"));
    let wrong = world.done.len();
    world.awake("2016-06-03T12:00:00Z", "2016-06-05T12:00:00Z");
    assert_eq!(instants(&world)[wrong..], ["06-04 03:00", "06-05 03:00"], "set right again: the days go on");
    let before = world.done.len();
    world.awake("2017-06-03T00:00:00Z", "2017-06-03T12:00:00Z");
    assert_eq!(world.done.len(), before, "and what was done of the wrong year stays done");
}

#[test]
fn a_new_schedule_and_an_edited_line_have_no_past() {
    let mut world = World::new(&["0 6 * * *"], CatchUp::All, VILNIUS);
    world.awake("2016-06-01T12:00:00Z", "2016-06-01T13:00:00Z");
    assert_eq!(instants(&world), Vec::<String>::new());
    world.schedules = vec![schedule(&["0 9 * * *"], CatchUp::All)];
    world.awake("2016-06-02T08:00:00Z", "2016-06-03T08:00:00Z");
    assert_eq!(instants(&world), ["06-03 06:00"], "nothing for nine o'clock of the 2nd, which was not declared then");
    let mut woken = World::new(&["0 6 * * *"], CatchUp::Latest, VILNIUS);
    woken.wake(at("2016-06-01T03:00:20Z"));
    assert_eq!(instants(&woken), ["06-01 03:00"], "woken by a timer for the first time, at its minute");
}

#[test]
fn two_lines_that_fall_together_are_one_run() {
    let mut world = World::new(&["0 6 * * *", "0 6 * * WED"], CatchUp::All, VILNIUS);
    world.awake("2016-06-01T00:00:00Z", "2016-06-02T00:00:00Z");
    assert_eq!(instants(&world), ["06-01 03:00"]);
}

#[test]
fn what_was_cut_short_is_done_again_and_given_up_at_the_third_time() {
    let mut world = World::new(&["0 6 * * *"], CatchUp::Latest, VILNIUS);
    world.awake("2016-06-01T00:00:00Z", "2016-06-01T02:00:00Z");
    let (due, now) = (at("2016-06-01T03:00:00Z"), at("2016-06-01T03:00:10Z"));
    for act in [Act::Work, Act::Work, Act::Work, Act::GiveUp] {
        assert_eq!(world.due(now), [Due { at: 0, due, missed: 0, tried: 0, act }]);
        world.attempt(due, Outcome::Begun, now);
    }
    world.attempt(due, Outcome::Failed, now);
    assert_eq!(world.due(now), []);
    // Whoever stops it three times in a row has not broken it.
    let (due, now) = (at("2016-06-02T03:00:00Z"), at("2016-06-02T03:00:10Z"));
    for _ in 0..4 {
        assert_eq!(world.due(now).first().map(|one| one.act), Some(Act::Work));
        world.attempt(due, Outcome::Begun, now);
        world.attempt(due, Outcome::Abandoned, now);
    }
}

#[test]
fn a_time_that_failed_is_tried_again_after_a_quarter_of_an_hour_and_after_an_hour_and_then_let_be() {
    for catch_up in [CatchUp::Latest, CatchUp::All, CatchUp::None] {
        let mut world = World::new(&["0 6 * * *"], catch_up, VILNIUS);
        world.awake("2016-06-01T00:00:00Z", "2016-06-01T02:00:00Z");
        let due = at("2016-06-01T03:00:00Z");
        let one = |tried| [Due { at: 0, due, missed: 0, tried, act: Act::Work }];
        assert_eq!(world.due(at("2016-06-01T03:00:10Z")), one(0));
        // Each try takes five minutes; what comes counts from its end.
        world.attempt(due, Outcome::Begun, at("2016-06-01T03:00:10Z"));
        world.attempt(due, Outcome::Failed, at("2016-06-01T03:05:00Z"));
        assert_eq!(world.due(at("2016-06-01T03:19:59Z")), []);
        assert_eq!(world.due(at("2016-06-01T03:20:00Z")), one(1));
        assert_eq!(world.due(at("2016-06-01T03:04:00Z")), one(1), "a clock that was set back keeps nobody waiting");
        world.attempt(due, Outcome::Failed, at("2016-06-01T03:25:00Z"));
        assert_eq!(world.due(at("2016-06-01T04:24:59Z")), []);
        assert_eq!(world.due(at("2016-06-01T04:25:00Z")), one(2));
        // Killed in the middle of a try it is begun again, and stopped as asked, too.
        world.attempt(due, Outcome::Begun, at("2016-06-01T04:25:00Z"));
        assert_eq!(world.due(at("2016-06-01T04:26:00Z")), one(2));
        world.attempt(due, Outcome::Abandoned, at("2016-06-01T04:27:00Z"));
        assert_eq!(world.due(at("2016-06-01T04:28:00Z")), one(2));
        world.attempt(due, Outcome::Failed, at("2016-06-01T04:30:00Z"));
        assert_eq!(world.due(at("2016-06-01T23:00:00Z")), [], "three tries of one time");
        let next = Due { at: 0, due: at("2016-06-02T03:00:00Z"), missed: 0, tried: 0, act: Act::Work };
        assert_eq!(world.due(at("2016-06-02T03:00:00Z")), [next], "its next time has tries of its own");
    }
}

#[test]
fn what_went_right_at_another_try_is_done() {
    let mut world = World::new(&["0 6 * * *"], CatchUp::All, VILNIUS);
    world.awake("2016-06-01T00:00:00Z", "2016-06-01T02:00:00Z");
    world.attempt(at("2016-06-01T03:00:00Z"), Outcome::Failed, at("2016-06-01T03:00:10Z"));
    world.awake("2016-06-01T03:01:00Z", "2016-06-02T12:00:00Z");
    assert_eq!(instants(&world), ["06-01 03:00", "06-02 03:00"]);
    assert_eq!(world.missed, [0, 0]);
}

#[test]
fn a_newer_time_takes_the_place_of_one_that_failed() {
    for catch_up in [CatchUp::Latest, CatchUp::All, CatchUp::None] {
        let mut world = World::new(&["*/10 * * * *"], catch_up, VILNIUS);
        world.awake("2016-06-01T03:00:30Z", "2016-06-01T03:09:00Z");
        let (first, second) = (at("2016-06-01T03:10:00Z"), at("2016-06-01T03:20:00Z"));
        world.attempt(first, Outcome::Failed, at("2016-06-01T03:10:10Z"));
        assert_eq!(world.due(second), [Due { at: 0, due: second, missed: 0, tried: 0, act: Act::Work }]);
        world.attempt(second, Outcome::Published, at("2016-06-01T03:20:10Z"));
        assert_eq!(world.due(at("2016-06-01T03:29:00Z")), [], "and it does not come back");
    }
}

#[test]
fn another_try_that_was_missed_is_caught_up_as_declared() {
    for (catch_up, act) in [(CatchUp::Latest, Act::Work), (CatchUp::All, Act::Work), (CatchUp::None, Act::LetBe)] {
        let mut world = World::new(&["0 6 * * MON"], catch_up, VILNIUS);
        world.awake("2016-06-05T00:00:00Z", "2016-06-06T02:00:00Z");
        let due = at("2016-06-06T03:00:00Z");
        world.attempt(due, Outcome::Failed, at("2016-06-06T03:00:10Z"));
        // Switched off until the next day.
        assert_eq!(world.due(at("2016-06-07T08:00:00Z")), [Due { at: 0, due, missed: 0, tried: 1, act }]);
        world.wake(at("2016-06-07T08:00:00Z"));
        assert_eq!(world.due(at("2016-06-07T20:00:00Z")), []);
    }
}

fn lines() -> impl Strategy<Value = String> {
    let minute = prop_oneof![Just("0".to_owned()), (0u32..60).prop_map(|m| m.to_string()), Just("*/20".to_owned())];
    let hour = prop_oneof![
        Just("*".to_owned()),
        (0u32..24).prop_map(|h| h.to_string()),
        Just("*/6".to_owned()),
        Just("1-4".to_owned())
    ];
    let day =
        prop_oneof![3 => Just("*".to_owned()), 1 => (1u32..32).prop_map(|d| d.to_string()), 1 => Just("L".to_owned())];
    let weekday = prop_oneof![2 => Just("*".to_owned()), 1 => (0u32..7).prop_map(|d| d.to_string())];
    (minute, hour, day, weekday).prop_map(|(minute, hour, day, weekday)| format!("{minute} {hour} {day} * {weekday}"))
}

fn zones() -> impl Strategy<Value = Tz> {
    let all = [VILNIUS, LISBON, KATHMANDU, Tz::UTC, chrono_tz::America::Santiago, chrono_tz::Australia::Lord_Howe];
    prop::sample::select(all.to_vec())
}

/// Another way to the same instants: every minute of the time, asked on its own for its local hour.
fn by_the_minute(schedule: &Schedule, zone: Tz, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut found = Vec::new();
    let mut now = after + TimeDelta::minutes(1);
    while now <= until {
        let local = |instant: DateTime<Utc>| instant.with_timezone(&zone).naive_local();
        let is = |line: &CronLine, local: NaiveDateTime| {
            line.on(local.date())
                && line.times().any(|(hour, minute)| local.date().and_hms_opt(hour, minute, 0) == Some(local))
        };
        // The local minutes that this instant stands for: its own, and those of a gap right before it.
        let mut gap = Vec::new();
        let before = local(now - TimeDelta::minutes(1)) + TimeDelta::minutes(1);
        let mut skipped = before;
        while skipped < local(now) {
            gap.push(skipped);
            skipped += TimeDelta::minutes(1);
        }
        let second = matches!(zone.from_local_datetime(&local(now)), MappedLocalTime::Ambiguous(first, _) if first.to_utc() != now);
        let due = schedule.lines.iter().any(|line| {
            (is(line, local(now)) && (!second || line.every_hour()))
                || (!line.every_hour() && gap.iter().any(|at| is(line, *at)))
        });
        if due {
            found.push(now);
        }
        now += TimeDelta::minutes(1);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_time_is_dealt_with_once_however_one_wakes(
        line in lines(), zone in zones(), autumn in any::<bool>(), gaps in prop::collection::vec(1i64..1_500, 1..12)
    ) {
        let begin = at(if autumn { "2016-10-27T21:00:00Z" } else { "2016-03-24T21:00:00Z" });
        let mut all = World::new(&[&line], CatchUp::All, zone);
        let mut latest = World::new(&[&line], CatchUp::Latest, zone);
        let start = begin - TimeDelta::seconds(1);
        let mut now = begin;
        all.wake(now);
        latest.wake(now);
        let mut expected_latest = latest.done.clone();
        for gap in gaps {
            let before = now;
            now += TimeDelta::minutes(gap);
            all.wake(now);
            latest.wake(now);
            expected_latest.extend(by_the_minute(&all.schedules[0], zone, before, now).last());
        }
        let expected = by_the_minute(&all.schedules[0], zone, start - TimeDelta::seconds(59), now);
        // More than what is caught up in one go are let be, the oldest first; here no gap holds that many.
        prop_assert_eq!(&all.done, &expected);
        prop_assert_eq!(&latest.done, &expected_latest);
    }

    #[test]
    fn what_comes_next_is_the_first_that_will_be_due(line in lines(), zone in zones(), minutes in 0i64..600_000) {
        let after = at("2016-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
        let one = schedule(&[&line], CatchUp::All);
        let coming = next(&one, zone, after).expect("it comes");
        let until = (after + TimeDelta::days(3)).min(coming);
        let passed = by_the_minute(&one, zone, after, until);
        prop_assert_eq!(passed, if coming == until { vec![coming] } else { Vec::new() });
    }
}
