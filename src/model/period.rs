//! Reporting periods: weeks to years, counted from the programme's start or as the calendar has them.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodUnit {
    Week,
    Month,
    Quarter,
    HalfYear,
    Year,
}

impl PeriodUnit {
    pub const NAMES: [(&'static str, Self); 5] = [
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("half_year", Self::HalfYear),
        ("year", Self::Year),
    ];

    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, unit)| *unit == self).map_or("", |(name, _)| name)
    }

    /// As it stands in a sentence: `2.4 a half-year`.
    pub fn in_words(self) -> &'static str {
        if self == Self::HalfYear { "half-year" } else { self.as_str() }
    }

    fn months(self) -> u32 {
        match self {
            Self::Week => 0,
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// A period: its number counts from one, its days are both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub number: i64,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// `P5` counted from the start, else `2016-Q2`, `2016-05`, `2016-H1`, `2016`, `2016-W22`.
    pub label: String,
}

/// The programme's periods, from the one that holds its first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub unit: PeriodUnit,
    /// Counted from `start`; the last period ends with the programme.
    pub from_start: bool,
}

impl Calendar {
    /// The first day of the period with this number; numbers below one lie before the programme.
    fn first_day(&self, number: i64) -> Option<NaiveDate> {
        let steps = number - 1;
        if self.unit == PeriodUnit::Week {
            let anchor =
                if self.from_start { self.start } else { self.start.week(Weekday::Mon).checked_first_day()? };
            let days = Days::new(steps.unsigned_abs().checked_mul(7)?);
            return if steps < 0 { anchor.checked_sub_days(days) } else { anchor.checked_add_days(days) };
        }
        let months = self.unit.months();
        let anchor = if self.from_start {
            self.start
        } else {
            NaiveDate::from_ymd_opt(self.start.year(), self.start.month0() / months * months + 1, 1)?
        };
        let shift = Months::new(u32::try_from(steps.unsigned_abs()).ok()?.checked_mul(months)?);
        if steps < 0 { anchor.checked_sub_months(shift) } else { anchor.checked_add_months(shift) }
    }

    /// The period with this number. None beyond the calendar's years.
    pub fn period(&self, number: i64) -> Option<Period> {
        let first = self.first_day(number)?;
        let mut last = self.first_day(number + 1)?.pred_opt()?;
        // A programme that ends in mid-period reports once more, up to its end.
        if self.from_start && first <= self.end && self.end < last {
            last = self.end;
        }
        Some(Period { number, first, last, label: self.label(number, first) })
    }

    /// Whether all days that a period of this length has lie within the programme.
    pub fn holds_whole(&self, number: i64) -> bool {
        let ends = self.first_day(number + 1).and_then(|next| next.pred_opt());
        self.first_day(number).is_some_and(|first| first >= self.start) && ends.is_some_and(|last| last <= self.end)
    }

    /// How many days of a period have passed at the end of a day, and how many a period of this length has there.
    pub fn part(&self, number: i64, day: NaiveDate) -> Option<(i64, i64)> {
        let (first, next) = (self.first_day(number)?, self.first_day(number + 1)?);
        let all = (next - first).num_days();
        Some((((day - first).num_days() + 1).clamp(0, all), all))
    }

    fn label(&self, number: i64, first: NaiveDate) -> String {
        if self.from_start {
            return format!("P{number}");
        }
        match self.unit {
            PeriodUnit::Week => format!("{}-W{:02}", first.iso_week().year(), first.iso_week().week()),
            PeriodUnit::Month => format!("{}-{:02}", first.year(), first.month()),
            PeriodUnit::Quarter => format!("{}-Q{}", first.year(), first.month0() / 3 + 1),
            PeriodUnit::HalfYear => format!("{}-H{}", first.year(), first.month0() / 6 + 1),
            PeriodUnit::Year => first.year().to_string(),
        }
    }

    /// The number of the period that holds a day; below one before the programme.
    pub fn number_of(&self, day: NaiveDate) -> i64 {
        // A first guess by days, then one step at a time: months differ in length.
        let length = i64::from(self.unit.months()) * 30;
        let anchor = self.first_day(1).unwrap_or(self.start);
        let days = day.signed_duration_since(anchor).num_days();
        let mut number = days.div_euclid(if length == 0 { 7 } else { length }) + 1;
        while self.first_day(number).is_some_and(|first| first > day) {
            number -= 1;
        }
        while self.first_day(number + 1).is_some_and(|first| first <= day) {
            number += 1;
        }
        number
    }

    /// Reads `P3`, `3`, `2015-Q3`, `2015-11`, `2015-H2`, `2015`, `2015-W22`; capitals and `-`, `_`, `.`, space make no
    /// difference. A calendar label is taken where the period that holds its days is that one alone.
    pub fn parse(&self, text: &str) -> Option<i64> {
        let folded: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let digits = folded.strip_prefix('p').unwrap_or(&folded);
        if digits.len() <= 3 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return digits.parse().ok().filter(|number| (1..=self.number_of(self.end)).contains(number));
        }
        if self.from_start {
            return None;
        }
        (1..=self.number_of(self.end)).map_while(|number| self.period(number)).find_map(|period| {
            let label: String = period.label.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
            (label == folded).then_some(period.number)
        })
    }

    /// The end of the latest period whose reports are due by a day, `due_days` after its end. None before the first.
    pub fn latest_due(&self, day: NaiveDate, due_days: u64) -> Option<Period> {
        // Nobody reports on periods after the programme.
        let mut number = self.number_of(day).min(self.number_of(self.end));
        while number >= 1 {
            let period = self.period(number)?;
            if period.last.checked_add_days(Days::new(due_days)).is_some_and(|due| due <= day) {
                return Some(period);
            }
            number -= 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn laser_go() -> Calendar {
        Calendar { start: day("2015-03-01"), end: day("2016-09-30"), unit: PeriodUnit::Quarter, from_start: true }
    }

    #[test]
    fn quarters_counted_from_the_start_end_with_the_programme() {
        let calendar = laser_go();
        let p5 = calendar.period(5).expect("a period");
        assert_eq!((p5.first, p5.last, p5.label.as_str()), (day("2016-03-01"), day("2016-05-31"), "P5"));
        assert_eq!(calendar.period(7).expect("a period").last, day("2016-09-30"));
        assert_eq!(calendar.number_of(day("2015-02-28")), 0);
        assert_eq!(calendar.number_of(day("2015-03-01")), 1);
        assert_eq!(calendar.number_of(day("2016-09-30")), 7);
    }

    #[test]
    fn the_cut_off_is_the_end_of_the_latest_period_whose_reports_are_due() {
        let calendar = laser_go();
        assert_eq!(calendar.latest_due(day("2016-06-30"), 15).map(|p| p.last), Some(day("2016-05-31")));
        assert_eq!(calendar.latest_due(day("2016-06-15"), 15).map(|p| p.number), Some(5));
        assert_eq!(calendar.latest_due(day("2016-06-14"), 15).map(|p| p.number), Some(4));
        assert_eq!(calendar.latest_due(day("2015-04-01"), 15), None);
    }

    #[test]
    fn every_day_lies_in_exactly_the_period_that_says_so() {
        for (_, unit) in PeriodUnit::NAMES {
            for from_start in [true, false] {
                let calendar = Calendar { start: day("2015-01-31"), end: day("2030-12-31"), unit, from_start };
                for offset in 0..2000 {
                    let day = calendar.start + Days::new(offset);
                    let period = calendar.period(calendar.number_of(day)).expect("a period");
                    assert!(period.first <= day && day <= period.last, "{unit:?} {day} {period:?}");
                }
            }
        }
    }

    #[test]
    fn a_period_is_read_as_people_write_it() {
        assert_eq!(laser_go().parse("P5"), Some(5));
        assert_eq!(laser_go().parse("2016-Q2"), None);
        let calendar =
            Calendar { start: day("2015-02-10"), end: day("2018-01-01"), unit: PeriodUnit::Quarter, from_start: false };
        assert_eq!(calendar.parse("2015 q3"), Some(3));
        assert_eq!(calendar.period(3).map(|p| p.label), Some("2015-Q3".into()));
    }
}
