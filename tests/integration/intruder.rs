//! Somebody who wants to know: all numbers of two public outputs as one linear system, and how far each number that is
//! withheld can be told from it. Shares no code with the program: another tableau, another way to write the relations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A number: output (0 before, 1 now), indicator, which part of the figure, where.
pub type Key = (usize, String, &'static str, String);

/// What two outputs say, and what is true.
#[derive(Default)]
pub struct Intruder {
    truth: BTreeMap<Key, f64>,
    told: BTreeSet<Key>,
    counts: BTreeSet<Key>,
    /// `Σ a·x = 0`, or `≤ 0`.
    relations: Vec<(Vec<(Key, f64)>, bool)>,
}

fn number(value: &Value) -> Option<f64> {
    value.as_number().and_then(|number| number.to_string().parse().ok())
}

fn place(figure: &Value) -> String {
    let by = figure["by"].as_object().expect("by");
    by.iter().map(|(field, value)| format!("{field}={}", value.as_str().expect("a text"))).collect::<Vec<_>>().join(",")
}

const PARTS: [&str; 3] = ["value", "numerator", "denominator"];

impl Intruder {
    /// Reads one output: the internal one for what is true, the public one for what is told.
    pub fn read(&mut self, output: usize, internal: &Value, public: &Value) {
        let ratio = |code: &Value| {
            let figures = internal["figures"].as_array().expect("figures");
            figures.iter().any(|figure| figure["indicator"] == *code && !figure["denominator"].is_null())
        };
        for (board, told) in [(internal, false), (public, true)] {
            for figure in board["figures"].as_array().expect("figures") {
                let code = figure["indicator"].as_str().expect("a code").to_owned();
                let parts = if ratio(&figure["indicator"]) { &PARTS[1..] } else { &PARTS[..1] };
                for part in parts {
                    let key = (output, code.clone(), *part, place(figure));
                    self.add(key, number(&figure[*part]), told, figure["unit"] != "EUR");
                }
            }
            for one in board["indicators"].as_array().expect("indicators") {
                if ratio(&one["code"]) {
                    continue;
                }
                for point in one["trajectory"].as_array().expect("points") {
                    let at = format!("until {}", point["label"].as_str().expect("a label"));
                    let key = (output, one["code"].as_str().expect("a code").to_owned(), "value", at);
                    self.add(key, number(&point["actual"]), told, one["unit"] != "EUR");
                }
            }
        }
        for one in internal["indicators"].as_array().expect("indicators") {
            self.relate(output, one, ratio(&one["code"]));
        }
    }

    fn add(&mut self, key: Key, value: Option<f64>, told: bool, count: bool) {
        let Some(value) = value else { return };
        if told {
            assert!(self.truth.contains_key(&key), "{key:?} is told to the public and not inside");
            self.told.insert(key.clone());
        }
        if count && value.fract() == 0.0 {
            self.counts.insert(key.clone());
        }
        self.truth.insert(key, value);
    }

    fn relate(&mut self, output: usize, one: &Value, ratio: bool) {
        let code = one["code"].as_str().expect("a code").to_owned();
        let key = |part: &'static str, place: String| (output, code.clone(), part, place);
        let has = |this: &Self, key: &Key| this.truth.contains_key(key);
        for part in if ratio { &PARTS[1..] } else { &PARTS[..1] } {
            let total = key(part, String::new());
            let mut in_time: Vec<(Key, Key)> = Vec::new();
            for breakdown in one["breakdowns"].as_array().expect("breakdowns") {
                let field = breakdown["field"].as_str().expect("a field");
                let values = breakdown["values"].as_array().expect("values");
                let lines: Vec<Key> = values
                    .iter()
                    .map(|line| key(part, format!("{field}={}", line["value"].as_str().expect("a value"))))
                    .filter(|key| has(self, key))
                    .collect();
                // Parts of a ratio are counts: they add up whatever the ratio does.
                if breakdown["additive"] == true || ratio {
                    self.sum(&total, &lines);
                    if field == "period" {
                        let until = |at: &Key| key(part, at.3.replace("period=", "until "));
                        in_time =
                            lines.iter().map(|at| (at.clone(), until(at))).filter(|(_, k)| has(self, k)).collect();
                    }
                } else if one["accumulation"] == "flow" {
                    self.overlap(&total, &lines);
                }
            }
            let mut before: Option<Key> = None;
            for (own, until) in in_time {
                let mut terms = vec![(until.clone(), 1.0), (own, -1.0)];
                terms.extend(before.map(|before| (before, -1.0)));
                self.hold(terms, true);
                before = Some(until);
            }
            // A flow does not fall, and its last point is its total.
            let points: Vec<Key> = one["trajectory"]
                .as_array()
                .expect("points")
                .iter()
                .filter_map(|point| Some(key("value", format!("until {}", point["label"].as_str()?))))
                .filter(|key| has(self, key) && *part == "value")
                .collect();
            if one["accumulation"] == "flow" {
                for two in points.windows(2) {
                    self.hold(vec![(two[0].clone(), 1.0), (two[1].clone(), -1.0)], false);
                }
                if let Some(last) = points.last() {
                    self.hold(vec![(last.clone(), 1.0), (total.clone(), -1.0)], true);
                }
            }
        }
        if ratio {
            let places: Vec<String> = self
                .truth
                .keys()
                .filter(|(o, c, part, _)| *o == output && *c == code && *part == "denominator")
                .map(|key| key.3.clone())
                .collect();
            for place in places {
                self.hold(vec![(key("numerator", place.clone()), 1.0), (key("denominator", place), -1.0)], false);
            }
        }
    }

    fn sum(&mut self, total: &Key, lines: &[Key]) {
        let terms = lines.iter().map(|line| (line.clone(), 1.0)).chain([(total.clone(), -1.0)]).collect();
        self.hold(terms, true);
    }

    /// Lines that share what they count.
    fn overlap(&mut self, total: &Key, lines: &[Key]) {
        self.hold(lines.iter().map(|line| (line.clone(), -1.0)).chain([(total.clone(), 1.0)]).collect(), false);
        for line in lines {
            self.hold(vec![(line.clone(), 1.0), (total.clone(), -1.0)], false);
        }
    }

    /// A relation that is true; one that is not tells nothing.
    fn hold(&mut self, terms: Vec<(Key, f64)>, equal: bool) {
        let Some(sum) = terms.iter().map(|(key, a)| self.truth.get(key).map(|value| value * a)).sum::<Option<f64>>()
        else {
            return;
        };
        if if equal { sum.abs() < 1e-6 } else { sum < 1e-6 } {
            self.relations.push((terms, equal));
        }
    }

    /// Two names of one number.
    pub fn same(&mut self, one: &str, part: &'static str, other: &str, other_part: &'static str) {
        let pairs: Vec<(Key, Key)> = self
            .truth
            .keys()
            .filter(|key| key.1 == one && key.2 == part)
            .map(|key| (key.clone(), (key.0, other.to_owned(), other_part, key.3.clone())))
            .collect();
        for (one, other) in pairs {
            if !self.truth.contains_key(&other) {
                continue;
            }
            assert!((self.truth[&one] - self.truth[&other]).abs() < 1e-6, "{one:?} is not {other:?}");
            // Told by the one is told by the other.
            for (told, too) in [(&one, &other), (&other, &one)] {
                if self.told.contains(told) {
                    self.told.insert(too.clone());
                }
            }
            self.hold(vec![(one, 1.0), (other, -1.0)], true);
        }
    }

    /// What did not change between the outputs is one number; of a flow no line falls.
    pub fn across(&mut self) {
        let now: Vec<Key> = self.truth.keys().filter(|key| key.0 == 1).cloned().collect();
        for key in now {
            let before = (0, key.1.clone(), key.2, key.3.clone());
            let pair = vec![(before, 1.0), (key, -1.0)];
            let known = self.relations.len();
            self.hold(pair.clone(), true);
            if self.relations.len() == known {
                self.hold(pair, false);
            }
        }
    }

    /// Says a number that was withheld.
    pub fn tell(&mut self, indicator: &str, place: &str) {
        self.told.insert((1, indicator.into(), "value", place.into()));
    }

    /// How many numbers that are not nothing the last output tells.
    pub fn told(&self) -> usize {
        self.told.iter().filter(|key| key.0 == 1 && self.truth[*key] != 0.0).count()
    }

    /// What the last output does not tell, and the one before did not tell already.
    pub fn withheld(&self) -> Vec<&Key> {
        let out_before = |key: &Key| {
            let before = (0, key.1.clone(), key.2, key.3.clone());
            self.told.contains(&before) && (self.truth[&before] - self.truth[key]).abs() < 1e-9
        };
        self.truth.keys().filter(|key| key.0 == 1 && !self.told.contains(*key) && !out_before(key)).collect()
    }

    pub fn truth(&self, key: &Key) -> f64 {
        self.truth[key]
    }

    /// What is withheld now and can be told to less than ± 20 %: with the interval.
    pub fn found(&self) -> Vec<(Key, f64, f64)> {
        let mut found = Vec::new();
        for key in self.withheld() {
            let value = self.truth[key];
            let (low, high) = self.interval(key);
            // Counts are whole, and a reader knows that.
            let (low, high) =
                if self.counts.contains(key) { ((low - 1e-6).ceil(), (high + 1e-6).floor()) } else { (low, high) };
            if value != 0.0 && high - low < 0.4 * value - 1e-6 {
                found.push((key.clone(), low, high));
            }
        }
        found
    }

    /// The smallest and the largest value that a number can have.
    fn interval(&self, aim: &Key) -> (f64, f64) {
        // Only what hangs together with it, by numbers that are not told.
        let hidden = |key: &Key| !self.told.contains(key);
        let mut inside = BTreeSet::from([aim.clone()]);
        let mut rows: BTreeSet<usize> = BTreeSet::new();
        loop {
            let before = inside.len();
            for (at, (terms, _)) in self.relations.iter().enumerate() {
                if terms.iter().any(|(key, _)| inside.contains(key)) {
                    rows.insert(at);
                    inside.extend(terms.iter().map(|(key, _)| key).filter(|key| hidden(key)).cloned());
                }
            }
            if inside.len() == before {
                break;
            }
        }
        let columns: Vec<&Key> = inside.iter().collect();
        let at = |key: &Key| columns.iter().position(|other| *other == key);
        // In moves away from the truth: up, then down; a move down ends at zero.
        let mut table: Vec<(Vec<f64>, f64)> = Vec::new();
        let blank = || vec![0.0; columns.len() * 2];
        for (column, key) in columns.iter().enumerate() {
            let mut row = blank();
            row[2 * column + 1] = 1.0;
            table.push((row, self.truth[*key].max(0.0)));
        }
        for row in rows {
            let (terms, equal) = &self.relations[row];
            let mut move_of = blank();
            for (key, a) in terms {
                if let Some(column) = at(key) {
                    move_of[2 * column] += a;
                    move_of[2 * column + 1] -= a;
                }
            }
            let stands: f64 = terms.iter().map(|(key, a)| self.truth[key] * a).sum();
            table.push((move_of.clone(), if *equal { 0.0 } else { (-stands).max(0.0) }));
            if *equal {
                table.push((move_of.iter().map(|a| -a).collect(), 0.0));
            }
        }
        let own = at(aim).expect("a column");
        let value = self.truth[aim];
        let width = columns.len() * 2;
        (
            value - farthest(&table, (2 * own + 1, 2 * own), width),
            value + farthest(&table, (2 * own, 2 * own + 1), width),
        )
    }
}

/// The largest value of one column less another, all of them from zero up, under `row · x ≤ limit`.
fn farthest(rows: &[(Vec<f64>, f64)], (aim, back): (usize, usize), width: usize) -> f64 {
    let slack = rows.len();
    let mut table: Vec<Vec<f64>> = rows
        .iter()
        .enumerate()
        .map(|(at, (row, limit))| {
            let mut line = row.clone();
            line.extend((0..slack).map(|other| f64::from(u8::from(other == at))));
            line.push(*limit);
            line
        })
        .collect();
    let mut basis: Vec<usize> = (width..width + slack).collect();
    let mut goal = vec![0.0; width + slack + 1];
    (goal[aim], goal[back]) = (1.0, -1.0);
    for _ in 0..20_000 {
        // Bland: the first that helps, and of equals the first that leaves.
        let Some(column) = (0..width + slack).find(|column| goal[*column] > 1e-9) else { break };
        let ratio = |row: usize| table[row][width + slack] / table[row][column];
        let leaving = (0..slack)
            .filter(|row| table[*row][column] > 1e-9)
            .min_by(|a, b| ratio(*a).total_cmp(&ratio(*b)).then(basis[*a].cmp(&basis[*b])));
        let Some(row) = leaving else { return f64::INFINITY };
        let pivot = table[row][column];
        table[row].iter_mut().for_each(|cell| *cell /= pivot);
        let line = table[row].clone();
        for (at, other) in table.iter_mut().enumerate() {
            let times = other[column];
            if at != row && times != 0.0 {
                other.iter_mut().zip(&line).for_each(|(cell, from)| *cell -= times * from);
            }
        }
        let times = goal[column];
        goal.iter_mut().zip(&line).for_each(|(cell, from)| *cell -= times * from);
        basis[row] = column;
    }
    -goal[width + slack]
}
