//! Metrics as Prometheus reads them, made anew of what is known each time somebody asks.

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::Board;
use super::facts::Facts;
use crate::clock;

/// Seconds: a refresh with nothing new takes a tenth of one, a slow server minutes.
const BUCKETS: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0];

type Labels = Vec<(&'static str, String)>;
type Decimal = Gauge<f64, AtomicU64>;

/// All of them, in the text form of `OpenMetrics`.
pub fn text(board: &Board) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("scoreboard");
    registry.register("build", "The program", Info::new(vec![("version", env!("CARGO_PKG_VERSION").to_owned())]));
    let reasons = board.reasons();
    count(
        &mut registry,
        "scheduler_ready",
        "Whether what comes due would be done (1) or not (0)",
        u64::from(reasons.is_empty()),
    );
    if let Some(facts) = board.facts() {
        of_work(&mut registry, &facts);
        of_data(&mut registry, &facts);
    }
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn count(registry: &mut Registry, name: &str, help: &str, value: impl TryInto<i64>) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value.try_into().unwrap_or(i64::MAX));
    registry.register(name, help, gauge);
}

fn of_work(registry: &mut Registry, facts: &Facts) {
    let attempts: Family<Labels, Counter> = Family::default();
    for ((schedule, outcome), count) in &facts.attempts {
        let labels = vec![("schedule", schedule.clone()), ("outcome", (*outcome).to_owned())];
        attempts.get_or_create(&labels).inc_by(*count);
    }
    registry.register("attempts", "Work that ended, by schedule and outcome; `-` is work by command", attempts);

    let durations: Family<Labels, Histogram, fn() -> Histogram> =
        Family::new_with_constructor(|| Histogram::new(BUCKETS));
    for (schedule, seconds) in &facts.seconds {
        let histogram = durations.get_or_create_owned(&vec![("schedule", schedule.clone())]);
        for one in seconds {
            histogram.observe(*one);
        }
    }
    registry.register_with_unit("attempt_duration", "How long work took", Unit::Seconds, durations);

    let (success, next): (Family<Labels, Gauge>, Family<Labels, Gauge>) = (Family::default(), Family::default());
    for one in &facts.standing {
        let labels = vec![("schedule", one.code.clone())];
        if let Some(at) = one.success {
            success.get_or_create(&labels).set(at.timestamp());
        }
        if let Some(at) = one.next_work() {
            next.get_or_create(&labels).set(at.timestamp());
        }
    }
    let help = "When work last ended with a scoreboard that is published";
    registry.register_with_unit("last_success_timestamp", help, Unit::Seconds, success);
    registry.register_with_unit("next_due_timestamp", "When work is due or tried next", Unit::Seconds, next);

    let delivered: Family<Labels, Counter> = Family::default();
    for (destination, count) in &facts.delivered {
        delivered.get_or_create(&vec![("destination", destination.clone())]).inc_by(*count);
    }
    registry.register("deliveries", "Outputs that destinations received", delivered);
    let notices: Family<Labels, Counter> = Family::default();
    for (state, count) in &facts.notices {
        notices.get_or_create(&vec![("state", state.clone())]).inc_by(*count);
    }
    registry.register("notices", "Messages to people, by what became of them", notices);
}

fn of_data(registry: &mut Registry, facts: &Facts) {
    let findings: Family<Labels, Gauge> = Family::default();
    for (severity, count) in facts.findings {
        let labels = vec![("severity", severity.to_owned())];
        findings.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    registry.register("findings", "Findings of the last run", findings);
    count(registry, "rows_kept_out", "Rows that the last run kept out", facts.kept_out);

    let ages: Family<Labels, Decimal> = Family::default();
    let now = clock::now();
    for (source, at) in &facts.fetched {
        let seconds = i32::try_from((now - *at).num_seconds()).unwrap_or(i32::MAX);
        ages.get_or_create(&vec![("source", source.clone())]).set(f64::from(seconds));
    }
    registry.register_with_unit("source_age", "How long ago a source was last fetched", Unit::Seconds, ages);
    count(
        registry,
        "files_waiting",
        "Files of the inbox that were never read",
        u64::try_from(facts.waiting).unwrap_or(0),
    );
    count(registry, "reports_due", "Reports that were due", u64::try_from(facts.due).unwrap_or(0));
    count(registry, "reports_received", "Reports that were due and came", u64::try_from(facts.received).unwrap_or(0));
}
