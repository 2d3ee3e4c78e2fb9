//! What moved since another run, and why: two states of things compared, and the difference of each figure shared out
//! among its causes. docs/methods.md, "What changed, and why", has the rules.
//!
//! Start with `Comparison::changes`. The figures of both ends are at hand: those of before were kept by their run,
//! those of now have just been computed. Only what lies between is computed: the definitions of now over the files of
//! before, and, where several causes act on one figure, the files of now without some of them.

mod arrivals;
mod causes;
mod facts;
mod history;
mod kept;
mod scenario;
mod since;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Stopped;
use crate::define::Catalog;
use crate::define::catalog::{How, RowMeasure};
use crate::model::changes::{Aspect, Cause, Changes, Due, Moved};
use crate::model::code::{IndicatorCode, ReportCode};
use crate::model::scoreboard::IndicatorResult;
use crate::model::share::{self, Coalition, amounts, everyone, matters, needed};
use crate::model::value::Value;
use crate::sql::Function;
use arrivals::{Arrival, arrivals};
use causes::{Defined, Grain, Player, defined, files_with};

use facts::{Facts, differences};
pub use history::History;
pub use kept::Shown;
use kept::{Figures, Kept, Key, Numbers, figures};
pub use scenario::made_of;
use scenario::{Files, Stage};
pub use since::Earlier;

/// As the JSON of a report tells it.
pub fn json(changes: &Changes) -> serde_json::Value {
    crate::report::changes_json(changes)
}

/// So many states of things are computed beyond the two that are compared; of many rows fewer.
const SCENARIOS: usize = 64;
const SCENARIOS_OF_MANY: usize = 8;
const MANY_ROWS: u64 = 200_000;

/// Two states of things.
struct Comparison<'a> {
    stage: Stage<'a>,
    /// The code of the earlier run.
    since: &'a str,
    before: &'a Kept,
    now: Files,
    as_of: NaiveDate,
    facts: &'a Facts,
}

/// One figure between the two ends.
struct Between<'a> {
    key: &'a Key,
    first: Option<&'a Numbers>,
    /// The definitions of now over the data of before.
    redefined: Option<&'a Numbers>,
    last: Option<&'a Numbers>,
    absent: Value,
}

impl Comparison<'_> {
    /// What moved of the figures of a report.
    fn changes(&self, report: &ReportCode, indicators: &[IndicatorResult]) -> Result<Changes, Stopped> {
        let catalog = &self.stage.project.catalog;
        let mut notes = Vec::new();
        let both = self.both(indicators, &mut notes);
        let now = figures(indicators);
        let mut causes: Vec<Cause> = Vec::new();
        let program = (self.before.program != env!("CARGO_PKG_VERSION"))
            .then(|| format!("the program was version {} and is {}.", self.before.program, env!("CARGO_PKG_VERSION")));
        let differences = differences(&self.before.facts, self.facts);
        let found = defined(catalog, &both, &differences, program, &mut causes);
        let redefined = self.redefined(&both, &found)?;
        let gone = self.before.files.keys().filter(|hash| !self.now.contains_key(*hash)).cloned().collect();
        let day = causes::as_of(catalog, (self.before.as_of, self.as_of), gone, &mut causes);
        let came = arrivals(&self.stage, &self.before.files, &self.now)?;
        let parts: BTreeMap<&IndicatorCode, BTreeSet<String>> =
            both.iter().map(|code| (code, made_of(catalog, code))).collect();
        let moved_by_data = moved_by_data(&both, &redefined, &now);
        let players = self.players(day.as_ref(), &came, &parts, &moved_by_data, &mut causes, &mut notes);
        let outcomes = self.outcomes(&players, &groups(&players, &parts, &moved_by_data))?;
        let mut moved = Vec::new();
        let mut unexplained = BTreeSet::new();
        for one in indicators.iter().filter(|one| both.contains(&one.code)) {
            let acting = acting(&players, &parts[&one.code]);
            let of_group = outcomes.get(&acting).filter(|_| moved_by_data.contains(&&one.code));
            for (key, name) in self.keys(one) {
                let between = Between {
                    key: &key,
                    first: self.before.figures.get(&key),
                    redefined: redefined.get(&key),
                    last: now.get(&key),
                    absent: absent(catalog, &one.code),
                };
                for aspect in [Aspect::Value, Aspect::Target] {
                    let Some(mut one_moved) = between.moved(one, &name, aspect) else { continue };
                    let target = (aspect == Aspect::Target).then_some(&one.code);
                    let cause = found.of(&parts[&one.code], target);
                    let at = |coalition: Coalition| of_group.and_then(|all| all.get(&coalition));
                    let acting: Vec<&Player> = acting.iter().map(|at| &players[*at]).collect();
                    if !between.share(&mut one_moved, cause, &acting, &at) {
                        unexplained.insert(one.title.clone());
                    }
                    if aspect == Aspect::Value && key.1.is_empty() {
                        let then = self.before.statuses.get(report.as_str()).and_then(|of| of.get(one.code.as_str()));
                        one_moved.status = Some((then.copied(), one.total.status));
                    }
                    moved.push(one_moved);
                }
            }
        }
        for title in unexplained {
            notes.push(format!("{title}: part of the difference is due to none of the causes that were found."));
        }
        Ok(Changes { since: self.since.to_owned(), since_as_of: self.before.as_of, causes, moved, notes })
    }

    /// The causes that act on data: as finely told apart as can be computed.
    fn players(
        &self,
        day: Option<&Player>,
        came: &[Arrival],
        parts: &BTreeMap<&IndicatorCode, BTreeSet<String>>,
        codes: &[&IndicatorCode],
        causes: &mut Vec<Cause>,
        notes: &mut Vec<String>,
    ) -> Vec<Player> {
        let catalog = &self.stage.project.catalog;
        let (budget, settled) = (self.budget(), causes.len());
        let mut players: Vec<Player> = Vec::new();
        for (grain, note) in [
            (Grain::File, None),
            (Grain::PartnerAndKind, Some("So many files came that those of one kind of each partner are one cause.")),
            (Grain::Kind, Some("So many files came that those of one kind are one cause.")),
        ] {
            causes.truncate(settled);
            players = day.into_iter().cloned().collect();
            players.extend(causes::files(catalog, came, grain, causes));
            let groups = groups(&players, parts, codes);
            let cost: usize = groups.keys().map(|acting| needed(acting.len()).len()).sum();
            if grain == Grain::Kind || (cost <= budget && groups.keys().all(|acting| acting.len() <= share::MOST)) {
                notes.extend(note.map(str::to_owned));
                break;
            }
        }
        players
    }

    /// The figures of every state in between that the sharing needs.
    fn outcomes(&self, players: &[Player], groups: &Groups) -> Result<Outcomes, Stopped> {
        let mut outcomes = Outcomes::new();
        for (acting, codes) in groups {
            let mut of_group = BTreeMap::new();
            for coalition in needed(acting.len()) {
                of_group.insert(coalition, self.outcome(players, acting, coalition, codes)?);
            }
            outcomes.insert(acting.clone(), of_group);
        }
        Ok(outcomes)
    }

    /// The indicators that both have, in the order of now; the others are told.
    fn both(&self, indicators: &[IndicatorResult], notes: &mut Vec<String>) -> Vec<IndicatorCode> {
        let known: BTreeSet<&str> = self.before.figures.keys().map(|(code, _)| code.as_str()).collect();
        let (both, new): (Vec<_>, Vec<_>) = indicators.iter().partition(|one| known.contains(one.code.as_str()));
        notes.extend(new.into_iter().map(|one| format!("{} was not there before.", one.title)));
        let declared = &self.stage.project.catalog.indicators;
        let gone = known.into_iter().filter(|code| !declared.iter().any(|one| one.code.as_str() == *code));
        notes.extend(gone.map(|code| format!("{code} is not there any more.")));
        both.into_iter().map(|one| one.code.clone()).collect()
    }

    /// The figures under the definitions of now over the files and the day of before.
    fn redefined(&self, both: &[IndicatorCode], found: &Defined) -> Result<Figures, Stopped> {
        let catalog = &self.stage.project.catalog;
        let touched = |code: &&IndicatorCode| found.of(&made_of(catalog, code), Some(code)).is_some();
        let wanted: BTreeSet<IndicatorCode> = both.iter().filter(touched).cloned().collect();
        let of_others = |((code, _), _): &(&Key, &Numbers)| both.contains(code) && !wanted.contains(code);
        let mut all: Figures =
            self.before.figures.iter().filter(of_others).map(|(key, numbers)| (key.clone(), numbers.clone())).collect();
        if !wanted.is_empty() {
            all.extend(self.stage.figures(&wanted, &self.before.files, self.before.as_of)?);
        }
        Ok(all)
    }

    fn budget(&self) -> usize {
        let files = self.now.keys().filter_map(|hash| self.stage.pool.files.get(hash));
        let rows: u64 =
            files.flat_map(|file| file.read.iter().flat_map(|read| &read.tables)).map(|table| table.accepted).sum();
        if rows > MANY_ROWS { SCENARIOS_OF_MANY } else { SCENARIOS }
    }

    /// The figures once some of the acting players have acted.
    fn outcome(
        &self,
        players: &[Player],
        acting: &[usize],
        coalition: Coalition,
        codes: &BTreeSet<IndicatorCode>,
    ) -> Result<Figures, Stopped> {
        let acted: Vec<&Player> =
            (0..acting.len()).filter(|bit| coalition & (1 << bit) != 0).map(|bit| &players[acting[bit]]).collect();
        let files = files_with(&self.before.files, &self.now, &acted);
        let moved = acted.iter().any(|player| player.moves_as_of);
        self.stage.figures(codes, &files, if moved { self.as_of } else { self.before.as_of })
    }

    /// The total and all lines of an indicator, those that are gone last.
    fn keys(&self, one: &IndicatorResult) -> Vec<(Key, String)> {
        let mut keys = vec![((one.code.clone(), Vec::new()), String::new())];
        // A breakdown that is new has not moved.
        let then = self.before.fields.get(one.code.as_str());
        let known = |field: &str| then.is_some_and(|fields| fields.contains(field));
        for breakdown in one.breakdowns.iter().filter(|breakdown| known(&breakdown.field)) {
            let lines = breakdown.figures.iter().zip(&breakdown.names);
            keys.extend(lines.map(|(line, name)| ((one.code.clone(), line.by.clone()), name.clone())));
        }
        let fields: BTreeSet<&str> = one.breakdowns.iter().map(|breakdown| breakdown.field.as_str()).collect();
        let gone: Vec<(Key, String)> = self
            .before
            .figures
            .keys()
            .filter(|key| key.0 == one.code && !keys.iter().any(|(known, _)| known == *key))
            .filter_map(|key| {
                let (field, value) = key.1.last()?;
                fields.contains(field.as_str()).then(|| (key.clone(), value.clone()))
            })
            .collect();
        keys.extend(gone);
        keys
    }
}

/// Players by position → the indicators on which just these act.
type Groups = BTreeMap<Vec<usize>, BTreeSet<IndicatorCode>>;
/// The same → what comes of each coalition of them.
type Outcomes = BTreeMap<Vec<usize>, BTreeMap<Coalition, Figures>>;

/// The indicators of which data moved some figure: only there need anything be shared out.
fn moved_by_data<'a>(both: &'a [IndicatorCode], redefined: &Figures, now: &Figures) -> Vec<&'a IndicatorCode> {
    let of = |figures: &Figures, code: &IndicatorCode| -> BTreeMap<Key, Numbers> {
        let own = figures.iter().filter(|((one, _), _)| one == code);
        own.map(|(key, numbers)| (key.clone(), numbers.clone())).collect()
    };
    both.iter().filter(|code| of(redefined, code) != of(now, code)).collect()
}

/// The players that act on an indicator, by position.
fn acting(players: &[Player], made_of: &BTreeSet<String>) -> Vec<usize> {
    players.iter().enumerate().filter(|(_, player)| player.acts_on(made_of)).map(|(at, _)| at).collect()
}

/// Indicators by the players that act on them.
fn groups(players: &[Player], parts: &BTreeMap<&IndicatorCode, BTreeSet<String>>, codes: &[&IndicatorCode]) -> Groups {
    let mut groups = Groups::new();
    for code in codes {
        groups.entry(acting(players, &parts[*code])).or_default().insert((*code).clone());
    }
    groups
}

/// What a line is worth that is not there: nothing, where rows are counted or added up.
fn absent(catalog: &Catalog, code: &IndicatorCode) -> Value {
    match catalog.indicator(code).map(|one| &one.how) {
        Some(How::Rows { measure: RowMeasure::One(measure), .. })
            if !matches!(measure.function, Function::Min | Function::Max) =>
        {
            Value::Known(Decimal::ZERO)
        }
        _ => Value::NotReported,
    }
}

impl<'a> Between<'a> {
    fn value(&self, numbers: Option<&Numbers>, aspect: Aspect) -> Value {
        match aspect {
            Aspect::Value => numbers.map_or_else(|| self.absent.clone(), |numbers| numbers.value.clone()),
            Aspect::Target => numbers.and_then(|numbers| numbers.target).map_or(Value::NotApplicable, Value::Known),
        }
    }

    /// A figure that moved, without its causes.
    fn moved(&self, one: &IndicatorResult, name: &str, aspect: Aspect) -> Option<Moved> {
        let (before, after) = (self.value(self.first, aspect), self.value(self.last, aspect));
        let difference = before.known().zip(after.known()).and_then(|(before, after)| after.checked_sub(before));
        (before != after).then(|| Moved {
            indicator: one.code.clone(),
            title: one.title.clone(),
            by: self.key.1.clone(),
            name: name.to_owned(),
            unit: one.unit.clone(),
            aspect,
            before,
            after,
            difference: difference.map(|difference| difference.normalize()),
            status: None,
            due: Vec::new(),
        })
    }

    /// Shares the move out: first what definitions did, then among those who acted on data. False where some of it is
    /// due to nobody.
    fn share(
        &self,
        moved: &mut Moved,
        defined: Option<usize>,
        acting: &[&Player],
        outcome: &dyn Fn(Coalition) -> Option<&'a Figures>,
    ) -> bool {
        let all = everyone(acting.len());
        let value = |coalition: Coalition| match coalition {
            0 => Some(self.value(self.redefined, moved.aspect)),
            _ if coalition == all => Some(moved.after.clone()),
            _ => outcome(coalition).map(|all| self.value(all.get(self.key), moved.aspect)),
        };
        let redefined = self.value(self.redefined, moved.aspect);
        let (Some(first), Some(difference)) = (moved.before.known(), moved.difference) else {
            // Told without amounts: whatever made any difference to whether it is known.
            let mut due: Vec<Due> = Vec::new();
            if redefined != moved.before {
                due.extend(defined.map(|cause| Due { cause, amount: None }));
            }
            let acted = (0..acting.len()).filter(|at| matters(acting.len(), *at, &value));
            due.extend(acted.map(|at| Due { cause: acting[at].cause, amount: None }));
            moved.due = due;
            return !moved.due.is_empty();
        };
        // What the definitions of now cannot give for the data of before counts as it was.
        let second = redefined.known().unwrap_or(first);
        let number = |coalition: Coalition| if coalition == 0 { Some(second) } else { value(coalition)?.known() };
        let mut due: Vec<(usize, Decimal)> = Vec::new();
        if let (Some(cause), Some(step)) = (defined, second.checked_sub(first)) {
            due.push((cause, step));
        }
        if !acting.is_empty()
            && let Some(shared) = amounts(acting.len(), &number)
        {
            due.extend(acting.iter().map(|player| player.cause).zip(shared));
        }
        due.retain(|(_, amount)| !amount.is_zero());
        let sum = due.iter().try_fold(Decimal::ZERO, |sum, (_, amount)| sum.checked_add(*amount));
        moved.due = due.into_iter().map(|(cause, amount)| Due { cause, amount: Some(amount.normalize()) }).collect();
        sum == Some(difference)
    }
}
