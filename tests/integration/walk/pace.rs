//! Pace and projection written out again, over the values at the ends of periods as they come out of the cells.

use chrono::NaiveDate;
use scoreboard::model::code::IndicatorCode;
use scoreboard::model::pace::Projection;
use scoreboard::model::period::Period;
use scoreboard::model::scoreboard::Accumulation;
use scoreboard::model::target::Direction;
use scoreboard::model::trace::{Number, Paced, Part};

use super::estimates::quantile;
use super::figures::{Ground, Told};

pub fn paced(ground: &Ground<'_>, code: &IndicatorCode, wanted: Paced) -> Told {
    let one = ground.result(code);
    let Some(Projection::Known(pace)) = &one.pace else { return Err("no pace".into()) };
    let calendar = &ground.folder.catalog.programme.calendar;
    let figure = |part| ground.number(&Number::Figure { indicator: code.clone(), by: Vec::new(), part });
    let cut_off = one.total.cut_off.ok_or("no cut-off")?;
    let all: Vec<Period> = (1..400).map_while(|number| calendar.period(number)).collect();
    let passed: Vec<&Period> = all.iter().filter(|period| period.last <= cut_off).collect();
    let later: Vec<&Period> = all.iter().filter(|period| period.last > cut_off && period.first <= pace.on).collect();
    // Periods ahead of a day: whole ones, and the days of one that the day cuts short.
    let ahead = |on: NaiveDate| -> Result<f64, String> {
        let at = later.iter().position(|period| period.first <= on && on <= period.last).ok_or("no such period")?;
        // The last period may be cut short by the programme's end: its length is that of a whole one.
        let (days, of) = calendar.part(later[at].number, on).ok_or("no such period")?;
        Ok(at as f64 + days as f64 / of as f64)
    };
    let flow = one.accumulation == Accumulation::Flow;
    // The band begins at the figure of the cut-off.
    if let Paced::Value(on) | Paced::Lower(on) | Paced::Upper(on) = wanted
        && on == cut_off
    {
        return figure(Part::Value);
    }
    let levels: Vec<f64> = passed.iter().filter_map(|period| ground.actual(code, period.last).ok()).collect();
    if levels.len() != passed.len() && flow {
        return Err("a period without a figure".into());
    }
    let level = *levels.last().ok_or("no period")?;
    let from = levels.len().saturating_sub(pace.periods);
    let before = passed.first().and_then(|first| first.first.pred_opt()).ok_or("no day before")?;
    let before = ground.actual(code, before).unwrap_or(0.0);
    let moved: Vec<f64> = if flow {
        let earlier = std::iter::once(before).chain(levels.iter().copied());
        levels.iter().zip(earlier).map(|(now, then)| now - then).collect()
    } else {
        levels.clone()
    };
    let moved = &moved[from..];
    let k = moved.len() as f64;
    let mean = moved.iter().sum::<f64>() / k;
    // The line of least squares through the levels, by period.
    let xs: Vec<f64> = (0..moved.len()).map(|at| at as f64).collect();
    let mean_x = xs.iter().sum::<f64>() / k;
    let sxx: f64 = xs.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
    let slope = xs.iter().zip(moved).map(|(x, y)| (x - mean_x) * (y - mean)).sum::<f64>() / sxx;
    let degrees = |fitted: usize| i64::try_from(moved.len() - fitted).expect("few periods");
    let interval = |m: f64| {
        if flow {
            let s = (moved.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (k - 1.0)).sqrt();
            let half = quantile(degrees(1), 0.9) * s * (m + m * m / k).sqrt();
            return (level + m * mean, half);
        }
        let rest = xs.iter().zip(moved).map(|(x, y)| y - mean - slope * (x - mean_x));
        let s = (rest.map(|rest| rest * rest).sum::<f64>() / (k - 2.0)).sqrt();
        let away = k - 1.0 + m - mean_x;
        let half = quantile(degrees(2), 0.9) * s * (1.0 + 1.0 / k + away * away / sxx).sqrt();
        (mean + slope * away, half)
    };
    Ok(match wanted {
        Paced::Left => later.len() as f64,
        Paced::Recent => {
            if flow {
                mean
            } else {
                slope
            }
        }
        Paced::Required => {
            let gap = figure(Part::Target)? - figure(Part::Value)?;
            let missing = match one.direction {
                Direction::Increase => gap.max(0.0),
                Direction::Decrease => gap.min(0.0),
                Direction::Maintain { tolerance } => {
                    gap.signum() * (gap.abs() - super::figures::number(tolerance)).max(0.0)
                }
            };
            missing / ahead(pace.on)?
        }
        Paced::Value(on) => interval(ahead(on)?).0,
        Paced::Lower(on) => interval(ahead(on)?).0 - interval(ahead(on)?).1,
        Paced::Upper(on) => interval(ahead(on)?).0 + interval(ahead(on)?).1,
    })
}
