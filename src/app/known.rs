//! `--known-at`: the instant up to which receipts are known.

use std::str::FromStr;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

/// As it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownAt {
    Instant(DateTime<Utc>),
    /// All of that day, in the programme's zone.
    Day(NaiveDate),
}

impl KnownAt {
    pub fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Instant(instant) => instant,
            Self::Day(day) => {
                let next = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN);
                // Where clocks are set forward at midnight the day begins an hour later.
                let begins = [0, 1]
                    .iter()
                    .find_map(|hours| zone.from_local_datetime(&(next + Duration::hours(*hours))).earliest());
                begins.map_or_else(|| next.and_utc(), |begins| begins.to_utc()) - Duration::seconds(1)
            }
        }
    }
}

impl FromStr for KnownAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        let instant = DateTime::parse_from_rfc3339(text);
        instant.map(|instant| Self::Instant(instant.to_utc())).map_err(|_| {
            "write a day, such as 2016-05-31, or an instant with its zone, such as 2016-05-31T18:00:00+02:00".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_known_to_its_end_where_the_programme_is() {
        let at = |text: &str, zone: Tz| text.parse::<KnownAt>().map(|known| known.instant(zone).to_rfc3339());
        assert_eq!(at("2016-05-31", chrono_tz::Europe::Vilnius).as_deref(), Ok("2016-05-31T20:59:59+00:00"));
        assert_eq!(at("2016-05-31T18:00:00+02:00", chrono_tz::UTC).as_deref(), Ok("2016-05-31T16:00:00+00:00"));
        // Midnight of 18 October 2015 did not exist there.
        assert_eq!(at("2015-10-17", chrono_tz::America::Sao_Paulo).as_deref(), Ok("2015-10-18T02:59:59+00:00"));
        assert!(at("yesterday", chrono_tz::UTC).is_err());
    }
}
