//! Our estimates against R's `survey`: replays `tests/r/estimates.json`, which `tests/r/estimates.R` printed.
//!
//! The file holds the answers beside what R made of them, so R is not needed here. To renew it:
//! `Rscript tests/r/estimates.R > tests/r/estimates.json`.

#![allow(clippy::unwrap_used, reason = "a file that is not as it should be ends the test")]

use scoreboard::compute::estimate::{
    Answer, Change, Design, Estimate, Lonely, Margin, Note, Pair, Sensitivity, Stratum, Why, collapse, mean,
    paired_change, paired_total_change, quantile, ratio, sensitivity, share, student_quantile, total, unpaired_change,
};
use serde_json::Value;

const FILE: &str = include_str!("../r/estimates.json");
/// Relative, of every figure.
const TOLERANCE: f64 = 1e-9;
/// Of variances where several totals are known, and of what rests on them.
const RAKED_TOLERANCE: f64 = 1e-6;
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
    assert!(seen >= 150, "only {seen} designs in the file");
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
    let groups: Vec<Vec<String>> = case["collapse"].as_array().map_or_else(Vec::new, |groups| {
        groups.iter().map(|group| texts(group).into_iter().map(str::to_owned).collect()).collect()
    });
    let merged = collapse(&strata, &groups);
    let margins: Vec<Margin> = case["margins"].as_array().map_or_else(Vec::new, |all| all.iter().map(margin).collect());
    let minimum = case["minimum"].as_u64().map_or(1, |minimum| usize::try_from(minimum).unwrap());
    let design = Design { strata: &merged.strata, lonely, margins: &margins, minimum };
    let (rows, expected) = (&case["answers"], &case["expected"]);
    let found = match text(&case["estimator"]) {
        "points" => check_paired(case, &pairs(rows), &design, Change::Points),
        "percent" => check_paired(case, &pairs(rows), &design, Change::Percent),
        "unpaired_points" => check_unpaired(case, &answers(rows, &merged.of), &design, Change::Points),
        "unpaired_percent" => check_unpaired(case, &answers(rows, &merged.of), &design, Change::Percent),
        "sensitivity" => check_sensitivity(case, &answers(rows, &merged.of), &design),
        estimator => estimate(case, estimator, &answers(rows, &merged.of), &design)
            .map(|found| check(name, &found, expected, is_raked(case))),
    };
    if let Err(why) = found {
        check_refusal(case, &why);
    }
}

fn is_raked(case: &Value) -> bool {
    case["margins"].as_array().is_some_and(|margins| margins.len() > 1)
}

fn estimate(case: &Value, estimator: &str, answers: &[Answer], design: &Design) -> Result<Estimate, Why> {
    match estimator {
        "total" => total(answers, design),
        "ratio" => ratio(answers, design),
        "mean" => mean(answers, design),
        "share" => share(answers, design),
        "quantile" => quantile(answers, design, case["quantile"].as_f64().unwrap_or(0.5)),
        other => panic!("unknown estimator `{other}`"),
    }
}

fn check_paired(case: &Value, pairs: &[Pair], design: &Design, change: Change) -> Result<(), Why> {
    let (name, expected) = (text(&case["name"]), &case["expected"]);
    let of_totals = case["totals_of"].as_bool().unwrap_or(false);
    let found = if of_totals { paired_total_change } else { paired_change }(pairs, design, change)?;
    let raked = design.margins.len() > 1;
    check(&format!("{name}, baseline"), &found.baseline, &expected["baseline"], raked);
    check(&format!("{name}, follow-up"), &found.follow_up, &expected["follow_up"], raked);
    check(&format!("{name}, change"), &found.change, &expected["change"], raked);
    assert_eq!(Some(found.pairs as u64), expected["pairs"].as_u64(), "{name}: pairs");
    Ok(())
}

/// The answers of both waves stand in one list; a column says which wave each is of.
fn check_unpaired(case: &Value, answers: &[Answer], design: &Design, change: Change) -> Result<(), Why> {
    let (name, expected) = (text(&case["name"]), &case["expected"]);
    let wave = |wave: u64| -> Vec<Answer> {
        let of = list(&case["answers"]["wave"]).iter().map(|at| at.as_u64().unwrap() == wave);
        answers.iter().zip(of).filter(|(_, of)| *of).map(|(answer, _)| answer.clone()).collect()
    };
    let level = |at: u64| estimate(case, text(&case["what"]), &wave(at), design);
    let (before, after) = (level(0)?, level(1)?);
    check(&format!("{name}, baseline"), &before, &expected["baseline"], false);
    check(&format!("{name}, follow-up"), &after, &expected["follow_up"], false);
    check(&format!("{name}, change"), &unpaired_change(&before, &after, change)?, &expected["change"], false);
    Ok(())
}

fn check_sensitivity(case: &Value, answers: &[Answer], design: &Design) -> Result<(), Why> {
    let (name, expected) = (text(&case["name"]), &case["expected"]);
    let estimator: fn(&[Answer], &Design) -> Result<Estimate, Why> = match text(&case["what"]) {
        "total" => total,
        "ratio" => ratio,
        "mean" => mean,
        other => panic!("{name}: unknown estimator `{other}`"),
    };
    let Sensitivity { with, without, left_out } = sensitivity(answers, design, estimator)?;
    check(&format!("{name}, with"), &with, &expected["with"], is_raked(case));
    check(&format!("{name}, without"), &without?, &expected["without"], is_raked(case));
    assert_eq!(Some(left_out as u64), expected["left_out"].as_u64(), "{name}: left out");
    Ok(())
}

fn check_refusal(case: &Value, why: &Why) {
    let (name, refused) = (text(&case["name"]), &case["refused"]);
    assert!(refused.is_object(), "{name}: refused with {why:?}, but R has a figure");
    let stratum = || text(&refused["stratum"]).to_owned();
    let expected = match text(&refused["why"]) {
        "not_weighted" => Why::NotWeighted,
        "lonely_stratum" => Why::LonelyStratum { stratum: stratum() },
        "empty_stratum" => Why::EmptyStratum { stratum: stratum() },
        "empty_category" => Why::EmptyCategory {
            margin: text(&refused["margin"]).to_owned(),
            category: text(&refused["category"]).to_owned(),
        },
        "not_converged" => Why::NotConverged { rounds: count(&refused["rounds"]) },
        "too_few_answers" => {
            Why::TooFewAnswers { answers: count(&refused["answers"]), minimum: count(&refused["minimum"]) }
        }
        other => panic!("{name}: unknown reason `{other}`"),
    };
    assert_eq!(*why, expected, "{name}");
}

fn check(name: &str, found: &Estimate, expected: &Value, raked: bool) {
    assert!(expected.is_object(), "{name}: should have been refused");
    let scale = number(&expected["value"]).abs();
    let near = |what: &str, found: f64, expected: &Value, tolerance: f64| {
        let expected = number(expected);
        // Where the true figure is zero, R is left with the rounding of the value.
        let tolerance = tolerance * expected.abs() + 1e-15 * scale;
        assert!((found - expected).abs() <= tolerance, "{name}: {what} is {found}, R says {expected}");
    };
    let of_variance = if raked { RAKED_TOLERANCE } else { TOLERANCE };
    near("value", found.value, &expected["value"], TOLERANCE);
    assert_eq!(found.interval.is_some(), expected["interval"].is_array(), "{name}: interval");
    assert_eq!(found.standard_error.is_some(), expected["standard_error"].is_number(), "{name}: standard error");
    if let Some((lower, upper)) = found.interval {
        near("lower end", lower, &expected["interval"][0], of_variance);
        near("upper end", upper, &expected["interval"][1], of_variance);
    }
    if let Some(error) = found.standard_error {
        near("standard error", error, &expected["standard_error"], of_variance);
    }
    near("numerator", found.numerator, &expected["numerator"], TOLERANCE);
    near("denominator", found.denominator, &expected["denominator"], TOLERANCE);
    assert_eq!(Some(found.degrees), expected["degrees"].as_i64(), "{name}: degrees");
    assert_eq!(Some(found.answers as u64), expected["answers"].as_u64(), "{name}: answers");
    assert_eq!(found.design_effect.is_some(), expected["design_effect"].is_number(), "{name}: design effect");
    if let Some(effect) = found.design_effect {
        near("design effect", effect, &expected["design_effect"], of_variance);
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
    for (note, key) in
        [(Note::Wilson, "wilson"), (Note::OverlapIgnored, "overlap_ignored"), (Note::NoInterval, "no_interval")]
    {
        assert_eq!(notes.contains(&note), expected[key].as_bool().unwrap_or(false), "{name}: {key}");
    }
}

fn check_number(what: &str, found: Option<f64>, expected: &Value) {
    let expected = expected.as_f64();
    let agree = match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE * expected.abs(),
        (found, expected) => found.is_none() && expected.is_none(),
    };
    assert!(agree, "{what} is {found:?}, R says {expected:?}");
}

fn answers(columns: &Value, merged: &[usize]) -> Vec<Answer> {
    (0..list(&columns["stratum"]).len())
        .map(|i| Answer {
            stratum: merged[count(&columns["stratum"][i])],
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
            stratum: count(&columns["stratum"][i]),
            weight: columns["weight"][i].as_f64(),
            y0: number(&columns["y0"][i]),
            x0: number(&columns["x0"][i]),
            y1: number(&columns["y1"][i]),
            x1: number(&columns["x1"][i]),
            in_domain: columns["in_domain"][i].as_bool().unwrap(),
        })
        .collect()
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn margin(value: &Value) -> Margin {
    let category = |category: &Value| (text(&category["name"]).to_owned(), category["total"].as_u64().unwrap());
    Margin {
        name: text(&value["name"]).to_owned(),
        categories: list(&value["categories"]).iter().map(category).collect(),
        of: list(&value["of"]).iter().map(count).collect(),
    }
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
