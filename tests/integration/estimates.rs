//! Our estimates against R's `survey`: replays `tests/r/estimates.json`, which `tests/r/estimates.R` printed.
//!
//! The file holds the answers beside what R made of them, so R is not needed here. To renew it:
//! `Rscript tests/r/estimates.R > tests/r/estimates.json`.

#![allow(clippy::unwrap_used, reason = "a file that is not as it should be ends the test")]

use scoreboard::compute::estimate::{
    Answer, Change, Estimate, Lonely, Note, Pair, PairedChange, Stratum, Why, mean, paired_change, ratio, share,
    student_quantile, total,
};
use serde_json::Value;

const FILE: &str = include_str!("../r/estimates.json");
/// Relative, of every figure.
const TOLERANCE: f64 = 1e-9;
/// R's `qt` itself is off by up to 1e-14.
const QUANTILE_TOLERANCE: f64 = 1e-12;

#[test]
fn every_design_agrees_with_r() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    let mut seen = 0;
    for case in file["cases"].as_array().unwrap() {
        replay(case);
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} designs in the file");
}

#[test]
fn student_quantiles_agree_with_r() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    for row in file["student"].as_array().unwrap() {
        let found = student_quantile(number(&row["p"]), number(&row["degrees"]));
        let wanted = number(&row["quantile"]);
        assert!((found - wanted).abs() <= QUANTILE_TOLERANCE * wanted.abs(), "{row}: {found}");
    }
}

fn replay(case: &Value) {
    let name = text(&case["name"]);
    let strata: Vec<Stratum> = list(&case["strata"])
        .iter()
        .map(|stratum| Stratum { name: text(&stratum["name"]).to_owned(), population: stratum["population"].as_u64() })
        .collect();
    let lonely = match text(&case["lonely"]) {
        "fail" => Lonely::Fail,
        "certainty" => Lonely::Certainty,
        "adjust" => Lonely::Adjust,
        other => panic!("{name}: unknown lonely `{other}`"),
    };
    let rows = &case["answers"];
    match text(&case["estimator"]) {
        "points" => check_change(case, paired_change(&pairs(rows), &strata, Change::Points, lonely)),
        "percent" => check_change(case, paired_change(&pairs(rows), &strata, Change::Percent, lonely)),
        estimator => {
            let estimate = match estimator {
                "total" => total,
                "ratio" => ratio,
                "mean" => mean,
                "share" => share,
                other => panic!("{name}: unknown estimator `{other}`"),
            };
            match estimate(&answers(rows), &strata, lonely) {
                Ok(found) => check(name, &found, &case["expected"]),
                Err(why) => check_refusal(case, &why),
            }
        }
    }
}

fn check_change(case: &Value, found: Result<PairedChange, Why>) {
    let (name, expected) = (text(&case["name"]), &case["expected"]);
    match found {
        Ok(found) => {
            check(&format!("{name}, baseline"), &found.baseline, &expected["baseline"]);
            check(&format!("{name}, follow-up"), &found.follow_up, &expected["follow_up"]);
            check(&format!("{name}, change"), &found.change, &expected["change"]);
            assert_eq!(Some(found.pairs as u64), expected["pairs"].as_u64(), "{name}: pairs");
        }
        Err(why) => check_refusal(case, &why),
    }
}

fn check_refusal(case: &Value, why: &Why) {
    let (name, refused) = (text(&case["name"]), &case["refused"]);
    assert!(refused.is_object(), "{name}: refused with {why:?}, but R has a figure");
    let stratum = || text(&refused["stratum"]).to_owned();
    let expected = match text(&refused["why"]) {
        "not_weighted" => Why::NotWeighted,
        "lonely_stratum" => Why::LonelyStratum { stratum: stratum() },
        "empty_stratum" => Why::EmptyStratum { stratum: stratum() },
        other => panic!("{name}: unknown reason `{other}`"),
    };
    assert_eq!(*why, expected, "{name}");
}

fn check(name: &str, found: &Estimate, expected: &Value) {
    assert!(expected.is_object(), "{name}: should have been refused");
    let scale = number(&expected["value"]).abs();
    let near = |what: &str, found: f64, expected: &Value| {
        let expected = number(expected);
        // Where the true figure is zero, R is left with the rounding of the value.
        let tolerance = TOLERANCE * expected.abs() + 1e-15 * scale;
        assert!((found - expected).abs() <= tolerance, "{name}: {what} is {found}, R says {expected}");
    };
    let (lower, upper) = found.interval.unwrap();
    near("value", found.value, &expected["value"]);
    near("standard error", found.standard_error.unwrap(), &expected["standard_error"]);
    near("lower end", lower, &expected["interval"][0]);
    near("upper end", upper, &expected["interval"][1]);
    near("numerator", found.numerator, &expected["numerator"]);
    near("denominator", found.denominator, &expected["denominator"]);
    assert_eq!(Some(found.degrees), expected["degrees"].as_i64(), "{name}: degrees");
    assert_eq!(Some(found.answers as u64), expected["answers"].as_u64(), "{name}: answers");
    assert_eq!(found.design_effect.is_some(), expected["design_effect"].is_number(), "{name}: design effect");
    if let Some(effect) = found.design_effect {
        near("design effect", effect, &expected["design_effect"]);
    }
    check_notes(name, &found.notes, expected);
}

fn check_notes(name: &str, notes: &[Note], expected: &Value) {
    let strata = |pick: fn(&Note) -> Option<&str>| notes.iter().filter_map(pick).collect::<Vec<_>>();
    let lonely = strata(|note| if let Note::LonelyStratum { stratum, .. } = note { Some(stratum) } else { None });
    let empty = strata(|note| if let Note::EmptyStratum { stratum, .. } = note { Some(stratum) } else { None });
    assert_eq!(lonely, texts(&expected["lonely"]), "{name}: lonely strata");
    assert_eq!(empty, texts(&expected["empty"]), "{name}: empty strata");
    let share = notes.iter().find_map(|note| if let Note::UncoveredShare(share) = note { Some(*share) } else { None });
    check_number(&format!("{name}: uncovered share"), share, &expected["uncovered_share"]);
    for (of, key) in [("numerator", "skewed_numerator"), ("denominator", "skewed_denominator")] {
        let found = notes.iter().find_map(|note| match note {
            Note::Skewed { of: what, skewness } if *what == of => Some(*skewness),
            _ => None,
        });
        check_number(&format!("{name}: skewness of the {of}"), found, &expected[key]);
    }
    assert_eq!(notes.contains(&Note::Wilson), expected["wilson"].as_bool().unwrap_or(false), "{name}: Wilson");
}

fn check_number(what: &str, found: Option<f64>, expected: &Value) {
    let expected = expected.as_f64();
    let agree = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE * expected.abs(),
        (found, expected) => found.is_none() && expected.is_none(),
    };
    assert!(agree, "{what} is {found:?}, R says {expected:?}");
}

fn answers(columns: &Value) -> Vec<Answer> {
    (0..list(&columns["stratum"]).len())
        .map(|i| Answer {
            stratum: stratum(&columns["stratum"][i]),
            weight: columns["weight"][i].as_f64(),
            y: number(&columns["y"][i]),
            x: number(&columns["x"][i]),
            in_domain: columns["in_domain"][i].as_bool().unwrap(),
        })
        .collect()
}

fn pairs(columns: &Value) -> Vec<Pair> {
    (0..list(&columns["stratum"]).len())
        .map(|i| Pair {
            stratum: stratum(&columns["stratum"][i]),
            weight: columns["weight"][i].as_f64(),
            y0: number(&columns["y0"][i]),
            x0: number(&columns["x0"][i]),
            y1: number(&columns["y1"][i]),
            x1: number(&columns["x1"][i]),
            in_domain: columns["in_domain"][i].as_bool().unwrap(),
        })
        .collect()
}

fn stratum(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().map(text).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}
