//! A programme as large as they come, for tests: 30 partners, 25 indicators, long German words, very large numbers,
//! figures below zero, and nothing where nothing is known.

use rust_decimal::Decimal;

use super::tests::{d, day, figure, scoreboard, volume};
use crate::model::changes::{Aspect, Break, Cause, CauseKind, Changes, Due, Moved};
use crate::model::code::{IndicatorCode, PartnerCode};
use crate::model::organisations::{CountryDecided, Decided, List, Named, Organisations, Pair};
use crate::model::pace::{BackTest, Pace, Projected, Projection};
use crate::model::presentation::Funnel;
use crate::model::scoreboard::*;
use crate::model::target::{ResolvedTarget, Targets};
use crate::model::unit::Unit;
use crate::model::value::{Value, Why};

const PARTNERS: usize = 30;
const INDICATORS: usize = 25;

const TITLES: [&str; 5] = [
    "Kooperationsvereinbarungen zwischen Clustermitgliedern mit Internationalisierungsschwerpunkt",
    "Share of turnover from international activities",
    "Innovationsförderungsinanspruchnahme",
    "Contacts",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaften in der Gesundheitsphotonik",
];

const COUNTRIES: [(&str, &str); 6] = [
    ("AT", "Austria"),
    ("BA", "Bosnia and Herzegovina"),
    ("GB", "United Kingdom of Great Britain and Northern Ireland"),
    ("LT", "Lithuania"),
    ("US", "United States"),
    ("(not given)", "(not given)"),
];

fn lines(field: &str, values: &[(&str, Value, Option<&str>)]) -> (Vec<Figure>, String) {
    let line = |(value, known, progress): &(&str, Value, Option<&str>)| Figure {
        by: vec![(field.to_owned(), (*value).to_owned())],
        progress: progress.map(d),
        target: progress.map(|_| ResolvedTarget { value: d("40"), to: None, on: day("2016-09-30") }),
        ..figure(known.clone())
    };
    (values.iter().map(line).collect(), field.to_owned())
}

fn breakdown(field: &str, label: &str, names: Vec<String>, figures: Vec<Figure>, additive: bool) -> Breakdown {
    Breakdown { field: field.into(), label: label.into(), figures, additive, note: None, names, estimates: Vec::new() }
}

fn indicator(at: usize) -> IndicatorResult {
    let mut one = volume();
    one.code = IndicatorCode::new(&format!("one_{at}")).unwrap();
    one.title = format!("{} {at}", TITLES[at % TITLES.len()]);
    let scale = [d("1"), d("1000000"), d("0.01"), d("-3"), d("987654321")][at % 5];
    one.unit = Unit::new(["contacts", "EUR", "EUR", "FTE", "EUR"][at % 5]);
    let values = (0..PARTNERS).map(|partner| {
        let value = match (partner + at) % 9 {
            0 => Value::NotReported,
            1 => Value::NotApplicable,
            2 => Value::NotComputable(Why::ZeroDenominator),
            n => Value::Known(Decimal::from(n * (partner + 1)) * scale),
        };
        let progress =
            value.known().filter(|_| at.is_multiple_of(2)).map(|_| ["0.1", "0.3", "0.6", "0.8", "1.2"][partner % 5]);
        (format!("partner_{partner}"), value, progress)
    });
    let values: Vec<(String, Value, Option<&str>)> = values.collect();
    let sum: Decimal = values.iter().filter_map(|(_, value, _)| value.known()).sum();
    let by_partner: Vec<(&str, Value, Option<&str>)> =
        values.iter().map(|(code, value, progress)| (code.as_str(), value.clone(), *progress)).collect();
    let (figures, field) = lines("partner", &by_partner);
    let mut all = vec![breakdown(&field, "Partner", names(), figures, true)];
    if at.is_multiple_of(3) {
        let known: Vec<(&str, Value, Option<&str>)> = COUNTRIES
            .iter()
            .map(|(code, _)| (*code, Value::Known(sum / Decimal::from(COUNTRIES.len())), None))
            .collect();
        let (figures, field) = lines("country", &known);
        let names = COUNTRIES.iter().map(|(_, name)| (*name).to_owned()).collect();
        all.push(breakdown(&field, "Country of the member", names, figures, false));
    }
    one.breakdowns = all;
    one.total = Figure { target: one.total.target, ..figure(Value::Known(sum)) };
    one.total.reason =
        "At risk: 12 of 30 expected on 31 May 2016, which is 40 % of the way that should be behind; it needs \
        12 more by 30 September 2016, 2.4 a month against 1.1 now, and that is more than in any month so far."
            .into();
    one.total.unit = one.unit.clone();
    one.total.status = Some(Status::NAMES[at % Status::NAMES.len()].1);
    if at % 4 == 3 {
        (one.total.target, one.target, one.targets) = (None, None, Targets::ToBeDeclared);
    } else {
        one.total.target = Some(ResolvedTarget { value: sum * d("1.5") + d("10"), to: None, on: day("2016-09-30") });
        one.total.expected = Some(sum * d("1.1"));
        one.total.progress = Some(d("0.654"));
    }
    for (point, share) in one.trajectory.iter_mut().zip(["0.6", "1", "0"]) {
        point.actual = point.actual.map(|_| sum * d(share));
        point.expected = Some(sum * d(share));
        point.original = (at.is_multiple_of(2)).then(|| sum * d("0.9"));
    }
    one.pace = match at % 5 {
        4 => Some(Projection::Refused("a pace needs four complete periods, and there are two".into())),
        _ => Some(Projection::Known(pace(sum))),
    };
    one.committed = (at.is_multiple_of(2)).then(|| figure(Value::Known(sum * d("1.25"))));
    if at == 2 {
        one.breaks =
            vec![Break { on: day("2016-01-01"), says: "from then on vouchers are counted when they are paid".into() }];
    }
    one
}

fn pace(sum: Decimal) -> Pace {
    let at = |on: &str, label: &str, share: &str| {
        let value = sum * d(share);
        let reach = value.abs() * d("0.2");
        Projected { on: day(on), label: label.into(), value, lower: value - reach, upper: value + reach }
    };
    Pace {
        periods: 5,
        recent: sum * d("0.07"),
        required: Some(sum * d("0.2")),
        left: 2,
        on: day("2016-09-30"),
        projected: at("2016-09-30", "Target", "1.3"),
        path: vec![at("2016-08-31", "P6", "1.2")],
        back_test: Some(BackTest { held: 5, of: 6 }),
        says: "At the pace of the last 5 quarters it arrives at 130 on 30 September 2016 (80 % interval 104 to 156)."
            .into(),
    }
}

fn names() -> Vec<String> {
    (0..PARTNERS).map(|at| format!("Landesentwicklungsgesellschaft Nordrhein Nr. {at}")).collect()
}

fn changes(indicators: &[IndicatorResult]) -> Changes {
    let cause = |kind, says: &str| Cause { kind, partner: Some("partner_3".into()), says: says.into() };
    let moved = |one: &IndicatorResult, at: usize| {
        let after = one.total.value.known().unwrap();
        let part = after * d("0.1");
        Moved {
            indicator: one.code.clone(),
            title: one.title.clone(),
            by: if at.is_multiple_of(2) { Vec::new() } else { vec![("partner".into(), "partner_3".into())] },
            name: if at.is_multiple_of(2) { String::new() } else { names()[3].clone() },
            unit: one.unit.clone(),
            aspect: if at == 5 { Aspect::Target } else { Aspect::Value },
            before: if at == 4 { Value::NotReported } else { Value::Known(after - part * Decimal::TWO) },
            after: Value::Known(after),
            difference: (at != 4).then(|| part * Decimal::TWO),
            status: (at.is_multiple_of(2)).then_some((Some(Status::AtRisk), Some(Status::OffTrack))),
            due: [0, 1].map(|cause| Due { cause, amount: (at != 4).then_some(part) }).into(),
        }
    };
    Changes {
        since: "0123456789ab".into(),
        since_as_of: day("2016-05-31"),
        causes: vec![
            cause(CauseKind::Correction, "LASER-GO_partner_3_P5_2016-06-20_rev2.xlsx took the place of revision 1."),
            cause(CauseKind::LateData, "LASER-GO_partner_3_P4_2016-06-20_rev1.xlsx came 96 days after its day."),
            Cause { kind: CauseKind::Waiver, partner: None, says: "A waiver ended, and moved nothing.".into() },
        ],
        moved: indicators.iter().take(8).enumerate().map(|(at, one)| moved(one, at)).collect(),
        notes: vec!["One 24 is new: the run before did not have it.".into()],
    }
}

/// More partners than fit beside each other, more pairs than are shown, and decisions with long words.
fn organisations() -> Organisations {
    let all = PARTNERS + 15;
    let both = |one: usize, other: usize| match (one == other, (one + other) % 5) {
        (true, _) => 12_345,
        (false, 0) => 1_234,
        _ => 0,
    };
    let overlap: Vec<Vec<usize>> = (0..all).map(|one| (0..all).map(|other| both(one, other)).collect()).collect();
    let named = |name: &str, at: usize| Named {
        identity: format!("{} {at} (AT)", TITLES[4]),
        names: vec![name.to_owned()],
        partners: vec![format!("partner_{}", at % PARTNERS), "partner_1".into()],
        place: None,
    };
    let pair = |at: usize| Pair {
        one: named("one", at),
        other: named("other", at),
        probability: d("0.987"),
        bits: d("12.5"),
        reasons: vec!["one name is a part of the other", "same country"],
    };
    let decided = |same| Decided {
        one: TITLES[4].into(),
        other: TITLES[0].into(),
        same,
        by: "Die Geschäftsstelle der Clusterpartnerschaft".into(),
        because: "The register has one number for both.".into(),
        on: day("2016-05-02"),
    };
    let list = List {
        collection: "members".into(),
        field: "vat".into(),
        title: TITLES[0].into(),
        label: TITLES[2].into(),
        written: 123_456,
        once: 123_450,
        least: 123_400,
        by_name: 7,
        partners: (0..all).map(|at| format!("partner_{at}")).collect(),
        shared: (0..all).collect(),
        overlap,
        counted_by: vec![IndicatorCode::new("one_0").unwrap()],
    };
    let country = CountryDecided {
        written: "SBR".into(),
        is: "RS".into(),
        of: None,
        by: "A. Lead".into(),
        because: "RS is Serbia".into(),
        on: day("2016-05-02"),
    };
    Organisations {
        lists: vec![list],
        pairs: (0..120).map(pair).collect(),
        decisions: vec![decided(true), decided(false)],
        countries: vec![country],
    }
}

/// All of it.
///
/// # Panics
/// Never: it is a fixture.
pub fn large() -> Scoreboard {
    let mut board = scoreboard();
    board.title = "Gesamtfortschrittsanzeiger der Europäischen strategischen Clusterpartnerschaft".into();
    board.programme.partners = names()
        .into_iter()
        .enumerate()
        .map(|(at, name)| PartnerFacts {
            code: PartnerCode::new(&format!("partner_{at}")).unwrap(),
            name,
            country: "AT".into(),
        })
        .collect();
    board.indicators = (0..INDICATORS).map(indicator).collect();
    board.changes = Some(changes(&board.indicators));
    board.organisations = Some(organisations());
    let steps = [0, 5, 10, 15].map(|at| board.indicators[at].code.clone()).into();
    board.presentation.funnels = vec![Funnel { title: "Vom Erstkontakt zur Kooperationsvereinbarung".into(), steps }];
    board
}
