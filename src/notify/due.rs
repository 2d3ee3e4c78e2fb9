//! Which steps of reminding have come: a function of what is expected, what came, the declared days and the day of today.
//!
//! Each step has a key, and each key is told once. A step that was missed while nothing ran is not told afterwards: of
//! several that have come only the latest counts, and it counts until the next one, or for `GRACE` days.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

/// So many days after the last step nobody is reminded of it any more: the report is asked for in the next period.
const GRACE: i64 = 31;

/// A report that one partner has to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub partner: String,
    pub collection: String,
    /// Its number, and how it is called.
    pub period: (i64, String),
    pub due_on: NaiveDate,
    /// A report of a later period holds this one too.
    pub cumulative: bool,
    pub received: bool,
}

/// A step of reminding that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub partner: String,
    pub collection: String,
    pub period: String,
    pub due_on: NaiveDate,
    /// Days after the due day; negative ones lie before it.
    pub days: i64,
    /// When it came, or will come.
    pub on: NaiveDate,
}

impl Step {
    /// By which it is known whether it was told.
    pub fn key(&self) -> String {
        let step = match self.days {
            0 => "due".to_owned(),
            days if days < 0 => format!("near-{}", -days),
            days => format!("late-{days}"),
        };
        format!("reminder/{}/{}/{}/{step}", self.partner, self.collection, self.period)
    }
}

/// A file of which something was refused or kept out, and which nothing has mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    pub partner: String,
    pub name: String,
    /// Its SHA-256.
    pub hash: String,
    pub came: NaiveDate,
}

/// A file that its partner is reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentBack {
    pub file: Returned,
    /// After so many days.
    pub days: i64,
}

impl SentBack {
    pub fn key(&self) -> String {
        let short: String = self.file.hash.chars().take(12).collect();
        format!("sent_back/{}/{short}/{}", self.file.partner, self.days)
    }
}

fn shifted(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) }
}

/// Of steps counted from a day, in their order, the latest that has come and is not over.
fn latest(from: NaiveDate, steps: &[i64], today: NaiveDate) -> Option<i64> {
    let passed = (today - from).num_days();
    let days = steps.iter().copied().rfind(|days| *days <= passed)?;
    // What is said before the day is wrong after it.
    let over = if days < 0 { passed > 0 } else { passed - days > GRACE };
    (!over).then_some(days)
}

/// Which reports are to be asked for now, in the order in which they are expected. Of a cumulative report only its
/// latest period that is late, and only the next one that will be due.
pub fn steps(expected: &[Expected], steps: &[i64], today: NaiveDate) -> Vec<Step> {
    let come = |one: &Expected| latest(one.due_on, steps, today).and_then(|days| step(one, days));
    fewest(expected, |one| come(one).is_some(), today).into_iter().filter_map(come).collect()
}

fn step(one: &Expected, days: i64) -> Option<Step> {
    Some(Step {
        partner: one.partner.clone(),
        collection: one.collection.clone(),
        period: one.period.1.clone(),
        due_on: one.due_on,
        days,
        on: shifted(one.due_on, days)?,
    })
}

/// Those that are not received, of a cumulative report one that is late and one that is not.
fn fewest(expected: &[Expected], wanted: impl Fn(&Expected) -> bool, today: NaiveDate) -> Vec<&Expected> {
    let open: Vec<&Expected> = expected.iter().filter(|one| !one.received && wanted(one)).collect();
    let is_late = |one: &Expected| one.due_on < today;
    let mut chosen: BTreeMap<(&str, &str, bool), i64> = BTreeMap::new();
    for one in open.iter().filter(|one| one.cumulative) {
        let late = is_late(one);
        let number = chosen.entry((&one.partner, &one.collection, late)).or_insert(one.period.0);
        *number = if late { one.period.0.max(*number) } else { one.period.0.min(*number) };
    }
    let kept = |one: &&Expected| {
        let place = (one.partner.as_str(), one.collection.as_str(), is_late(one));
        !one.cumulative || chosen.get(&place) == Some(&one.period.0)
    };
    open.into_iter().filter(kept).collect()
}

/// The next step of each report, if it comes by a day, in the order of days.
pub fn upcoming(expected: &[Expected], steps: &[i64], today: NaiveDate, until: NaiveDate) -> Vec<Step> {
    let next = |one: &Expected| {
        let passed = (today - one.due_on).num_days();
        steps.iter().copied().find(|days| *days > passed).and_then(|days| step(one, days))
    };
    let open = expected.iter().filter(|one| !one.received);
    let mut steps: Vec<Step> = open.filter_map(next).filter(|step| step.on <= until).collect();
    steps.sort_by(|a, b| (a.on, &a.partner, &a.collection).cmp(&(b.on, &b.partner, &b.collection)));
    steps
}

/// Which files are to be asked for again now.
pub fn sent_back(returned: &[Returned], days: &[i64], today: NaiveDate) -> Vec<SentBack> {
    let come = |file: &Returned| Some(SentBack { file: file.clone(), days: latest(file.came, days, today)? });
    returned.iter().filter_map(come).collect()
}

/// Reports of one collection and period that those who run the programme are told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub collection: String,
    pub period: String,
    pub due_on: NaiveDate,
    /// Who has not reported.
    pub partners: Vec<String>,
    /// Of a day that is near: how many days before it; None: it has passed.
    pub near: Option<i64>,
}

impl Deadline {
    pub fn key(&self) -> String {
        match self.near {
            Some(days) => format!("deadline_near/{}/{}/{days}", self.collection, self.period),
            None => format!("deadline_missed/{}/{}", self.collection, self.period),
        }
    }
}

/// Deadlines that are near, by the first of the declared steps that has come, and deadlines that were missed.
pub fn deadlines(expected: &[Expected], steps: &[i64], today: NaiveDate) -> Vec<Deadline> {
    let mut near: Vec<i64> = steps.iter().copied().filter(|days| *days < 0).collect();
    if near.is_empty() {
        near.push(-7);
    }
    near.push(1);
    let come = |one: &Expected| latest(one.due_on, &near, today);
    let mut found: Vec<Deadline> = Vec::new();
    for one in fewest(expected, |one| come(one).is_some(), today) {
        let Some(days) = come(one) else { continue };
        let days = (days < 0).then_some(-days);
        let same = |known: &&mut Deadline| {
            known.collection == one.collection && known.period == one.period.1 && known.near == days
        };
        match found.iter_mut().find(same) {
            Some(known) => known.partners.push(one.partner.clone()),
            None => found.push(Deadline {
                collection: one.collection.clone(),
                period: one.period.1.clone(),
                due_on: one.due_on,
                partners: vec![one.partner.clone()],
                near: days,
            }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [i64; 4] = [-7, 0, 3, 10];

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn expected(number: i64, due_on: &str) -> Expected {
        Expected {
            partner: "litek".into(),
            collection: "agreements".into(),
            period: (number, format!("P{number}")),
            due_on: day(due_on),
            cumulative: true,
            received: false,
        }
    }

    fn keys(all: &[Expected], today: &str) -> Vec<String> {
        steps(all, &STEPS, day(today)).iter().map(Step::key).collect()
    }

    #[test]
    fn each_step_comes_on_its_day_and_stays_until_the_next() {
        let all = [expected(5, "2016-06-15")];
        let of = |today: &str| keys(&all, today);
        assert_eq!(of("2016-06-07"), [] as [&str; 0]);
        assert_eq!(of("2016-06-08"), ["reminder/litek/agreements/P5/near-7"]);
        assert_eq!(of("2016-06-14"), ["reminder/litek/agreements/P5/near-7"]);
        assert_eq!(of("2016-06-15"), ["reminder/litek/agreements/P5/due"]);
        assert_eq!(of("2016-06-18"), ["reminder/litek/agreements/P5/late-3"]);
        assert_eq!(of("2016-07-20"), ["reminder/litek/agreements/P5/late-10"]);
        assert_eq!(of("2016-07-27"), [] as [&str; 0], "the grace has passed");
    }

    #[test]
    fn what_was_said_before_the_day_is_not_said_after_it() {
        let all = [expected(5, "2016-06-15")];
        assert_eq!(steps(&all, &[-7], day("2016-06-15")).len(), 1);
        assert_eq!(steps(&all, &[-7], day("2016-06-16")), []);
        assert_eq!(steps(&all, &[], day("2016-06-15")), []);
    }

    #[test]
    fn a_report_that_came_ends_its_reminders() {
        let mut all = [expected(5, "2016-06-15")];
        all[0].received = true;
        assert_eq!(keys(&all, "2016-06-18"), [] as [&str; 0]);
        assert_eq!(upcoming(&all, &STEPS, day("2016-06-01"), day("2016-12-31")), []);
    }

    #[test]
    fn of_a_cumulative_report_the_latest_late_period_stands_for_those_before() {
        let all = [
            expected(3, "2016-06-01"),
            expected(4, "2016-06-08"),
            expected(5, "2016-06-15"),
            expected(6, "2016-06-17"),
        ];
        assert_eq!(
            keys(&all, "2016-06-12"),
            ["reminder/litek/agreements/P4/late-3", "reminder/litek/agreements/P5/near-7"]
        );
        let by_period: Vec<Expected> = all.into_iter().map(|one| Expected { cumulative: false, ..one }).collect();
        assert_eq!(keys(&by_period, "2016-06-12").len(), 4);
    }

    #[test]
    fn what_comes_next_is_told_with_its_day() {
        let all = [expected(5, "2016-06-15"), expected(6, "2016-09-15")];
        let next: Vec<_> = upcoming(&all, &STEPS, day("2016-06-15"), day("2016-09-08"))
            .iter()
            .map(|step| (step.on.to_string(), step.key()))
            .collect();
        assert_eq!(
            next,
            [
                ("2016-06-18".to_owned(), "reminder/litek/agreements/P5/late-3".to_owned()),
                ("2016-09-08".to_owned(), "reminder/litek/agreements/P6/near-7".to_owned()),
            ]
        );
    }

    #[test]
    fn a_file_that_was_sent_back_is_asked_for_again_after_days() {
        let file =
            Returned { partner: "litek".into(), name: "a.xlsx".into(), hash: "ab".repeat(32), came: day("2016-06-01") };
        let of = |today: &str| {
            sent_back(std::slice::from_ref(&file), &[3, 10], day(today)).iter().map(SentBack::key).collect::<Vec<_>>()
        };
        assert_eq!(of("2016-06-03"), [] as [&str; 0]);
        assert_eq!(of("2016-06-05"), ["sent_back/litek/abababababab/3"]);
        assert_eq!(of("2016-06-30"), ["sent_back/litek/abababababab/10"]);
        assert_eq!(of("2016-08-30"), [] as [&str; 0]);
    }

    #[test]
    fn a_deadline_is_told_with_all_who_miss_it() {
        let other = Expected { partner: "hts".into(), ..expected(5, "2016-06-15") };
        let reported = Expected { partner: "optics".into(), received: true, ..expected(5, "2016-06-15") };
        let all = [expected(5, "2016-06-15"), other, reported];
        let of = |today: &str| deadlines(&all, &STEPS, day(today));
        assert_eq!(of("2016-06-07"), []);
        let near = of("2016-06-10");
        assert_eq!((near.len(), near[0].key().as_str()), (1, "deadline_near/agreements/P5/7"));
        assert_eq!(near[0].partners, ["litek", "hts"]);
        let missed = of("2016-06-16");
        assert_eq!((missed.len(), missed[0].key().as_str()), (1, "deadline_missed/agreements/P5"));
        // On the day itself it is neither.
        assert_eq!(of("2016-06-15").iter().map(Deadline::key).collect::<Vec<_>>(), ["deadline_near/agreements/P5/7"]);
    }
}
