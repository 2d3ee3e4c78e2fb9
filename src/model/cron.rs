//! A cron line: five fields, checked one by one, and the minutes of local days on which it falls.
//!
//! croner reads the fields and knows which days match. Time zones and daylight saving are none of its business here: they
//! are decided in `schedule/due.rs`.

use chrono::{Datelike as _, NaiveDate};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// The fields in their order, and what may stand in each.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12, or JAN to DEC"),
    (
        "day of the week",
        "0 to 7 (0 and 7 are Sunday), or MON to SUN; MON#1 is the first Monday of a month, 5L its last Friday",
    ),
];
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const WEEKDAY_NAMES: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A line that is one.
#[derive(Debug, Clone)]
pub struct CronLine {
    text: String,
    cron: Cron,
    minutes: Vec<u32>,
    hours: Vec<u32>,
}

/// Which characters of a line are wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronFault {
    pub start: usize,
    pub width: usize,
    pub message: String,
    pub help: String,
}

impl CronLine {
    /// Reads five fields.
    ///
    /// # Errors
    /// The first field that cannot be read, or that the line has not five.
    pub fn parse(text: &str) -> Result<Self, CronFault> {
        let fields = fields(text);
        let whole = |message: String, help: &str| CronFault {
            start: 0,
            width: text.chars().count().max(1),
            message,
            help: help.to_owned(),
        };
        if fields.len() != 5 {
            let message = format!("a cron line has five fields, this one has {}", fields.len());
            return Err(whole(
                message,
                "They are minute, hour, day of the month, month, day of the week: \"0 6 * * MON\".",
            ));
        }
        for (at, (start, field)) in fields.iter().enumerate() {
            let alone: Vec<&str> = (0..5).map(|other| if other == at { *field } else { "*" }).collect();
            if !letters_fit(at, field) || parse(&alone.join(" ")).is_none() {
                let (name, range) = FIELDS[at];
                return Err(CronFault {
                    start: *start,
                    width: field.chars().count(),
                    message: format!("`{field}` is no {name} of a cron line"),
                    help: format!(
                        "Write {range}; * for every one, 1-5 for a range, 1,3 for several, */2 for every second."
                    ),
                });
            }
        }
        let joined = fields.iter().map(|(_, field)| *field).collect::<Vec<_>>().join(" ");
        let cron = parse(&joined)
            .ok_or_else(|| whole("the cron line cannot be read".to_owned(), "Write it as in \"0 6 * * MON\"."))?;
        let minutes = (0..60).filter(|minute| cron.pattern.minute_match(*minute).unwrap_or(false)).collect();
        let hours = (0..24).filter(|hour| cron.pattern.hour_match(*hour).unwrap_or(false)).collect();
        let line = Self { text: joined, cron, minutes, hours };
        if line.never() {
            return Err(whole(
                "the cron line never comes: no month has such a day".to_owned(),
                "Write L for the last day of a month.",
            ));
        }
        Ok(line)
    }

    /// With one space between fields.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it falls on this day.
    pub fn on(&self, day: NaiveDate) -> bool {
        let pattern = &self.cron.pattern;
        pattern.month_match(day.month()).unwrap_or(false)
            && pattern.day_match(day.year(), day.month(), day.day()).unwrap_or(false)
    }

    /// Hours and minutes of such a day, in their order.
    pub fn times(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.hours.iter().flat_map(|hour| self.minutes.iter().map(|minute| (*hour, *minute)))
    }

    /// Whether it means a distance rather than times of the day: an hour that comes twice counts twice.
    pub fn every_hour(&self) -> bool {
        self.hours.len() == 24
    }

    /// Eight years hold every day of the calendar; with the week's days, twenty-eight do, and forty across a century.
    fn never(&self) -> bool {
        let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
        !first.iter_days().take(40 * 366).any(|day| self.on(day))
    }

    /// In words, such as `every Monday at 06:00`.
    pub fn words(&self) -> String {
        let fields = fields(&self.text);
        let [(_, minute), (_, hour), (_, day), (_, month), (_, weekday)] = fields.as_slice() else {
            return self.text.clone();
        };
        let Some(days) = days_in_words(day, month, weekday) else { return format!("by the cron line {}", self.text) };
        let step = |field: &str| field.strip_prefix("*/").and_then(|step| step.parse::<u32>().ok());
        let times = match (step(minute), *hour) {
            (Some(step), "*") => format!("every {step} minutes"),
            _ if *minute == "*" && *hour == "*" => "every minute".to_owned(),
            _ if *hour == "*" && self.minutes.len() == 1 => {
                format!("every hour at minute {:02}", self.minutes.first().copied().unwrap_or(0))
            }
            _ if self.hours.len() * self.minutes.len() <= 6 => {
                let times: Vec<String> = self.times().map(|(hour, minute)| format!("{hour:02}:{minute:02}")).collect();
                format!("at {}", listed(&times))
            }
            _ => return format!("by the cron line {}", self.text),
        };
        format!("{days} {times}")
    }
}

fn parse(text: &str) -> Option<Cron> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(text).ok()
}

/// Each field with the character at which it begins.
fn fields(text: &str) -> Vec<(usize, &str)> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    let mut rest = text;
    let mut before = 0;
    loop {
        let trimmed = rest.trim_start();
        before += rest.chars().count() - trimmed.chars().count();
        if trimmed.is_empty() {
            return found;
        }
        let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        let (field, after) = trimmed.split_at(end);
        found.push((before, field));
        before += field.chars().count();
        rest = after;
    }
}

/// Names stand for numbers in every field where croner reads them: `MON` as a day of the month would be the first.
fn letters_fit(at: usize, field: &str) -> bool {
    let mut rest = field.to_ascii_uppercase();
    let names: &[&str] = match at {
        3 => &MONTHS,
        4 => &WEEKDAYS,
        _ => &[],
    };
    for name in names {
        rest = rest.replace(name, "");
    }
    let allowed: &[char] = match at {
        2 => &['L', 'W'],
        4 => &['L'],
        _ => &[],
    };
    rest.chars().all(|c| c.is_ascii_digit() || "*,-/#".contains(c) || allowed.contains(&c))
}

fn days_in_words(day: &str, month: &str, weekday: &str) -> Option<String> {
    let months = match month {
        "*" => None,
        _ => Some(named(month, &MONTHS, &MONTH_NAMES, 1)?),
    };
    let of = |every: &str| months.as_ref().map_or_else(|| every.to_owned(), |months| format!(" of {}", listed(months)));
    match (day, weekday) {
        ("*", "*") => Some(match &months {
            None => "every day".to_owned(),
            Some(months) => format!("every day of {}", listed(months)),
        }),
        ("*", weekday) => {
            let days = match weekday.to_ascii_uppercase().as_str() {
                "1-5" | "MON-FRI" => "from Monday to Friday".to_owned(),
                _ => format!("every {}", listed(&named(weekday, &WEEKDAYS, &WEEKDAY_NAMES, 0)?)),
            };
            Some(match months {
                None => days,
                Some(months) => format!("{days} in {}", listed(&months)),
            })
        }
        ("L", "*") => Some(format!("on the last day{}", of(" of every month"))),
        (day, "*") => {
            let days: Vec<String> = day
                .split(',')
                .map(|one| one.parse::<u32>().map(|day| day.to_string()))
                .collect::<Result<_, _>>()
                .ok()?;
            Some(format!("on day {}{}", listed(&days), of(" of every month")))
        }
        _ => None,
    }
}

/// A list of single names or numbers, in full.
fn named(field: &str, short: &[&str], long: &[&str], first: usize) -> Option<Vec<String>> {
    let one = |part: &str| {
        let upper = part.to_ascii_uppercase();
        let at = match part.parse::<usize>() {
            Ok(number) => number.checked_sub(first)? % if first == 0 { 7 } else { 12 },
            Err(_) => short.iter().position(|name| *name == upper)?,
        };
        long.get(at).map(|name| (*name).to_owned())
    };
    field.split(',').map(one).collect()
}

/// `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (usize, usize, String) {
        let fault = CronLine::parse(text).expect_err(text);
        (fault.start, fault.width, fault.message)
    }

    #[test]
    fn the_field_that_is_wrong_is_named_at_its_place() {
        assert_eq!(fault("0 25 * * MON"), (2, 2, "`25` is no hour of a cron line".into()));
        assert_eq!(fault("60 6 * * *"), (0, 2, "`60` is no minute of a cron line".into()));
        assert_eq!(fault("0 6 0 * *"), (4, 1, "`0` is no day of the month of a cron line".into()));
        assert_eq!(fault("0  6  *  13  *"), (9, 2, "`13` is no month of a cron line".into()));
        assert_eq!(fault("0 6 * * MOON"), (8, 4, "`MOON` is no day of the week of a cron line".into()));
        assert_eq!(fault("0 6 MON * *").2, "`MON` is no day of the month of a cron line");
        assert_eq!(fault("0 6 * MON *").2, "`MON` is no month of a cron line");
        assert_eq!(fault("0 6 * *").2, "a cron line has five fields, this one has 4");
        assert_eq!(fault("0 0 6 * * MON").2, "a cron line has five fields, this one has 6");
        assert_eq!(fault("@daily").2, "a cron line has five fields, this one has 1");
        assert_eq!(fault("").0, 0);
        assert_eq!(fault("0 6 30 2 *").2, "the cron line never comes: no month has such a day");
        for good in [
            "0 6 * * MON",
            "*/15 6-8 1,15 jan-mar *",
            "0 0 29 2 *",
            "0 6 L * *",
            "0 6 * * MON#1",
            "0 6 * * 5L",
            "0 6 * * 7",
        ] {
            assert!(CronLine::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let on = |line: &str, day: &str| CronLine::parse(line).expect(line).on(day.parse().expect("a day"));
        assert!(on("0 6 29 2 *", "2016-02-29") && !on("0 6 29 2 *", "2015-02-28"));
        assert!(on("0 6 L * *", "2015-02-28") && !on("0 6 L * *", "2016-02-28") && on("0 6 L * *", "2016-04-30"));
        assert!(on("0 6 * * 7", "2016-07-03") && on("0 6 * * 0", "2016-07-03") && !on("0 6 * * 0", "2016-07-04"));
        assert!(on("0 6 * * MON#1", "2016-07-04") && !on("0 6 * * MON#1", "2016-07-11"));
        assert!(
            on("0 6 13 * FRI", "2016-07-13") && on("0 6 13 * FRI", "2016-07-15"),
            "either of the two, as cron has it"
        );
    }

    #[test]
    fn a_line_is_told_in_words() {
        let words = |line: &str| CronLine::parse(line).expect(line).words();
        assert_eq!(words("0 6 * * MON"), "every Monday at 06:00");
        assert_eq!(words("30 2 * * *"), "every day at 02:30");
        assert_eq!(words("0 6,18 * * 1,5"), "every Monday and Friday at 06:00 and 18:00");
        assert_eq!(words("0 6 * * 1-5"), "from Monday to Friday at 06:00");
        assert_eq!(words("0 0 L * *"), "on the last day of every month at 00:00");
        assert_eq!(words("0 0 1,15 3 *"), "on day 1 and 15 of March at 00:00");
        assert_eq!(words("*/15 * * * *"), "every day every 15 minutes");
        assert_eq!(words("5 * * * 7"), "every Sunday every hour at minute 05");
        assert_eq!(words("0 6 * * MON#1"), "by the cron line 0 6 * * MON#1");
    }
}
