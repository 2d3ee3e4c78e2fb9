//! The estimators written out again, over answers with their weights: ratio, mean, share, total and median, their
//! variance over strata, Student's t by numerical integration, and changes on pairs.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// One answer: y and x are zero outside the domain.
#[derive(Debug, Clone, Copy)]
pub struct One {
    pub weight: f64,
    pub y: f64,
    pub x: f64,
    pub inside: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ratio,
    Mean,
    Share,
    Total,
    Median,
}

/// By stratum: name, enterprises of the frame.
pub type Strata = BTreeMap<String, (Option<u64>, Vec<One>)>;

fn all(strata: &Strata) -> impl Iterator<Item = &One> {
    strata.values().flat_map(|(_, answers)| answers)
}

fn parts(kind: Kind, one: &One) -> (f64, f64) {
    if !one.inside {
        return (0.0, 0.0);
    }
    match kind {
        Kind::Ratio => (one.y, one.x),
        _ => (one.y, 1.0),
    }
}

pub fn sums(kind: Kind, strata: &Strata) -> (f64, f64) {
    all(strata).fold((0.0, 0.0), |(n, d), one| {
        let (y, x) = parts(kind, one);
        (n + one.weight * y, d + one.weight * x)
    })
}

pub fn value(kind: Kind, strata: &Strata) -> f64 {
    let (n, d) = sums(kind, strata);
    match kind {
        Kind::Total => n,
        Kind::Median => {
            let mut values: Vec<(f64, f64)> =
                all(strata).filter(|one| one.inside).map(|one| (one.y, one.weight)).collect();
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            let half: f64 = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
            let mut below = 0.0;
            for (value, weight) in values {
                below += weight;
                if below >= half * (1.0 - 1e-12) {
                    return value;
                }
            }
            f64::NAN
        }
        _ => n / d,
    }
}

/// The linearised variable of an answer.
pub fn influence(kind: Kind, strata: &Strata) -> impl Fn(&One) -> f64 + use<> {
    let (n, d) = sums(kind, strata);
    move |one| {
        let (y, x) = parts(kind, one);
        if kind == Kind::Total { y } else { (y - n / d * x) / d }
    }
}

/// `Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)²` and the degrees n − H, of z = w·u given by stratum.
pub fn variance(z: &BTreeMap<String, (Option<u64>, Vec<f64>)>) -> (f64, i64) {
    let (mut variance, mut answers, mut strata) = (0.0, 0, 0);
    for (population, z) in z.values().filter(|(_, z)| !z.is_empty()) {
        let n = z.len() as f64;
        answers += i64::try_from(z.len()).expect("few");
        strata += 1;
        let f = population.map_or(0.0, |all| n / all as f64);
        if z.len() > 1 {
            let mean = z.iter().sum::<f64>() / n;
            variance += (1.0 - f) * n / (n - 1.0) * z.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>();
        }
    }
    (variance, answers - strata)
}

pub fn error(kind: Kind, strata: &Strata) -> (f64, i64) {
    let u = influence(kind, strata);
    let z = strata.iter().map(|(name, (population, answers))| {
        (name.clone(), (*population, answers.iter().map(|one| one.weight * u(one)).collect()))
    });
    let (variance, degrees) = variance(&z.collect());
    (variance.sqrt(), degrees)
}

/// The t that 97.5 % of Student's distribution lie below: Simpson's rule over the density, then halving.
pub fn student(degrees: i64) -> f64 {
    quantile(degrees, 0.975)
}

/// The t that a share of the distribution lies below, from a half up.
pub fn quantile(degrees: i64, share: f64) -> f64 {
    static KNOWN: Mutex<BTreeMap<(i64, u64), f64>> = Mutex::new(BTreeMap::new());
    let key = (degrees, share.to_bits());
    if let Some(known) = KNOWN.lock().expect("not poisoned").get(&key) {
        return *known;
    }
    let found = solve(degrees, share);
    KNOWN.lock().expect("not poisoned").insert(key, found);
    found
}

fn solve(degrees: i64, share: f64) -> f64 {
    let nu = degrees as f64;
    let density = |t: f64| (1.0 + t * t / nu).powf(-f64::midpoint(nu, 1.0));
    // The constant comes out of the whole area, taken in u = t/(1 + t) up to infinity.
    let area = |to: f64| {
        let steps = 4_000;
        let h = to / f64::from(steps);
        let term = |i: i32| {
            let u = h * f64::from(i);
            if u >= 1.0 { 0.0 } else { density(u / (1.0 - u)) / ((1.0 - u) * (1.0 - u)) }
        };
        let inner: f64 = (1..steps).map(|i| if i % 2 == 1 { 4.0 * term(i) } else { 2.0 * term(i) }).sum();
        (term(0) + inner + term(steps)) * h / 3.0
    };
    let whole = area(1.0);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if area(middle) < (2.0 * share - 1.0) * whole { low = middle } else { high = middle }
    }
    low / (1.0 - low)
}

/// Lower and upper end of the 95 % interval.
pub fn interval(kind: Kind, strata: &Strata, student: &dyn Fn(i64) -> f64) -> (f64, f64) {
    let p = value(kind, strata);
    let (error, degrees) = error(kind, strata);
    let t = student(degrees);
    let answers = all(strata).filter(|one| one.inside).count();
    let edge = !(0.1 - 1e-12..=0.9 + 1e-12).contains(&p) || answers < 30;
    let census =
        strata.values().all(|(population, answers)| answers.is_empty() || *population == Some(answers.len() as u64));
    if kind == Kind::Share && !census && (edge || error == 0.0) {
        let n = if error == 0.0 {
            let weights = || all(strata).filter(|one| one.inside).map(|one| one.weight);
            weights().sum::<f64>().powi(2) / weights().map(|w| w * w).sum::<f64>()
        } else {
            p * (1.0 - p) / (error * error)
        };
        let square = t * t / n;
        let centre = (p + square / 2.0) / (1.0 + square);
        let reach = t / (1.0 + square) * ((p * (1.0 - p) + square / 4.0) / n).sqrt();
        return (
            if p <= 0.0 { 0.0 } else { (centre - reach).max(0.0) },
            if p >= 1.0 { 1.0 } else { (centre + reach).min(1.0) },
        );
    }
    if census { (p, p) } else { (p - t * error, p + t * error) }
}

/// The change on pairs: value and interval. Both waves hold the same enterprises in the same order.
pub fn paired(
    kind: Kind,
    before: &Strata,
    after: &Strata,
    percent: bool,
    student: &dyn Fn(i64) -> f64,
) -> (f64, f64, f64) {
    let (r0, r1) = (value(kind, before), value(kind, after));
    let (u0, u1) = (influence(kind, before), influence(kind, after));
    let change = |u0: f64, u1: f64| if percent { u1 / r0 - r1 * u0 / (r0 * r0) } else { u1 - u0 };
    let z = before.iter().map(|(name, (population, answers))| {
        let later = &after[name].1;
        let z = answers.iter().zip(later).map(|(one, two)| one.weight * change(u0(one), u1(two)));
        (name.clone(), (*population, z.collect()))
    });
    let (variance, degrees) = variance(&z.collect());
    let value = if percent { (r1 - r0) / r0 } else { r1 - r0 };
    let reach = student(degrees) * variance.sqrt();
    (value, value - reach, value + reach)
}
