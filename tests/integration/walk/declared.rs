//! What the definition files say of baselines, milestones and targets, read as plain TOML.

use std::path::Path;

use chrono::NaiveDate;
use toml::{Table, Value};

pub struct Declared {
    start: NaiveDate,
    end: NaiveDate,
    indicators: Vec<Table>,
}

fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().and_then(|whole| i32::try_from(whole).ok()).map(f64::from))
}

fn day(value: Option<&Value>) -> Option<NaiveDate> {
    value?.as_datetime()?.to_string().parse().ok()
}

impl Declared {
    pub fn read(project: &Path) -> Self {
        let table =
            |path: &Path| -> Table { std::fs::read_to_string(path).expect("a definition").parse().expect("TOML") };
        let programme = table(&project.join("scoreboard.toml"));
        let at = |key: &str| day(programme["programme"].get(key)).expect("a day");
        let mut files: Vec<_> = std::fs::read_dir(project.join("indicators"))
            .expect("indicators")
            .map(|entry| entry.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
            .collect();
        files.sort();
        let of = |path: &std::path::PathBuf| -> Vec<Table> {
            let all = table(path);
            let list = all.get("indicator").and_then(Value::as_array).cloned().unwrap_or_default();
            list.into_iter().filter_map(|one| one.as_table().cloned()).collect()
        };
        Self { start: at("start"), end: at("end"), indicators: files.iter().flat_map(of).collect() }
    }

    fn of(&self, code: &str) -> &Table {
        let found = self.indicators.iter().find(|one| one.get("code").and_then(Value::as_str) == Some(code));
        found.unwrap_or_else(|| panic!("{code} is declared nowhere"))
    }

    pub fn baseline(&self, code: &str) -> Option<f64> {
        self.of(code).get("baseline").and_then(|baseline| number(baseline.get("value")?))
    }

    pub fn steps(&self, code: &str) -> bool {
        self.of(code).get("trajectory").and_then(Value::as_str) == Some("steps")
    }

    /// Day and value of the version decided last.
    pub fn target(&self, code: &str, baseline: f64) -> Result<(NaiveDate, f64), String> {
        self.version(code, baseline, true)
    }

    /// Of the version decided first.
    pub fn first_target(&self, code: &str, baseline: f64) -> Result<(NaiveDate, f64), String> {
        self.version(code, baseline, false)
    }

    fn version(&self, code: &str, baseline: f64, last: bool) -> Result<(NaiveDate, f64), String> {
        let target = self.of(code).get("target").ok_or("no target is declared")?;
        let mut versions: Vec<&Value> = match target {
            Value::Array(versions) => versions.iter().collect(),
            one => vec![one],
        };
        versions.sort_by_key(|one| day(one.get("decided")));
        let one = if last { versions.last() } else { versions.first() };
        let one = *one.ok_or("no target")?;
        let get = |key: &str| one.get(key).and_then(number);
        let value = get("value")
            .or_else(|| get("increase").map(|by| baseline + by))
            .or_else(|| get("increase_percent").map(|by| baseline * (1.0 + by / 100.0)))
            .or_else(|| get("from"));
        Ok((day(one.get("on")).unwrap_or(self.end), value.ok_or("no value")?))
    }

    pub fn partner_target(&self, code: &str, partner: &str) -> Option<f64> {
        self.of(code).get("partner_target").and_then(|targets| number(targets.get(partner)?))
    }

    fn milestones(&self, code: &str) -> Vec<(NaiveDate, f64)> {
        let list = match self.of(code).get("milestone") {
            Some(Value::Array(all)) => all.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        list.iter().filter_map(|one| Some((day(one.get("on"))?, number(one.get("value")?)?))).collect()
    }

    pub fn milestone(&self, code: &str, on: NaiveDate) -> Option<f64> {
        self.milestones(code).into_iter().find(|(day, _)| *day == on).map(|(_, value)| value)
    }

    /// From the baseline over the milestones.
    pub fn path(&self, code: &str, baseline: f64, milestones: bool) -> Vec<(NaiveDate, f64)> {
        let start = self.of(code).get("baseline").and_then(|baseline| day(baseline.get("on"))).unwrap_or(self.start);
        let mut path = vec![(start, baseline)];
        if milestones {
            path.extend(self.milestones(code));
        }
        path
    }
}

/// Where the path stands on a day: straight between its points, or at the last point passed.
pub fn along(mut path: Vec<(NaiveDate, f64)>, target: (NaiveDate, f64), steps: bool, on: NaiveDate) -> f64 {
    path.push(target);
    let Some(after) = path.iter().position(|(day, _)| *day > on) else { return target.1 };
    if after == 0 {
        return path[0].1;
    }
    let ((from, low), (to, high)) = (path[after - 1], path[after]);
    if steps {
        return low;
    }
    low + (high - low) * (on - from).num_days() as f64 / (to - from).num_days() as f64
}
