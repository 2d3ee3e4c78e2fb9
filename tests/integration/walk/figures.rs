//! Each number recomputed from its leaves by arithmetic of the test's own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use scoreboard::app::project::Project as Folder;
use scoreboard::define::catalog::{Collection, Estimate, Field, FieldKind, How, Indicator, Pairing, RowMeasure};
use scoreboard::model::code::IndicatorCode;
use scoreboard::model::scoreboard::{AnswerRow, EvidenceRow, IndicatorResult, Scoreboard, SourceSheet};
use scoreboard::model::trace::{AnswerPart, Bound, Brings, Counted, Estimated, Made, Number, Part, Standing, Taking};

use super::declared::Declared;
use super::estimates::{self, Kind, One, Strata};
use super::leaves::{Inbox, folded};
use super::once::{Joined, Reported};

type By = [(String, String)];
pub type Told = Result<f64, String>;

pub struct Ground<'a> {
    pub folder: &'a Folder,
    pub board: &'a Scoreboard,
    pub inbox: RefCell<Inbox>,
    pub declared: Declared,
    /// Organisations that are one.
    pub joined: Joined,
    pub reported: RefCell<BTreeMap<(String, String), Reported>>,
    /// What each row of the evidence brings, as its cells say: numerator, denominator.
    amounts: Vec<(Option<f64>, Option<f64>)>,
    /// Rows whose cells do not say what the trace says.
    pub wrong: Vec<String>,
    students: RefCell<BTreeMap<i64, f64>>,
    populations: RefCell<BTreeMap<(String, Option<String>), Told>>,
}

impl<'a> Ground<'a> {
    pub fn new(folder: &'a Folder, board: &'a Scoreboard, path: &Path) -> Self {
        let mut ground = Self {
            folder,
            board,
            inbox: RefCell::new(Inbox::new(&path.join("data/inbox"))),
            declared: Declared::read(path),
            joined: Joined::default(),
            reported: RefCell::default(),
            amounts: Vec::new(),
            wrong: Vec::new(),
            students: RefCell::default(),
            populations: RefCell::default(),
        };
        ground.joined = ground.join(board, path);
        for row in &board.evidence.rows {
            match ground.leaf(row) {
                Ok(amounts) => ground.amounts.push(amounts),
                Err(wrong) => {
                    ground
                        .wrong
                        .push(format!("{} {} › {} › {}: {wrong}", row.indicator, row.file, row.sheet, row.cell));
                    ground.amounts.push((None, None));
                }
            }
        }
        ground
    }

    /// As if one cell that counts held another number.
    pub fn add_to_an_amount(&mut self, code: &str, more: f64) {
        let counts = |row: &EvidenceRow| row.indicator.as_str() == code && row.standing == Standing::Counts;
        let at = self.board.evidence.rows.iter().position(counts).expect("a row");
        self.amounts[at].0 = self.amounts[at].0.map(|amount| amount + more);
    }

    fn indicator(&self, code: &IndicatorCode) -> &Indicator {
        self.folder.catalog.indicator(code).expect("a known indicator")
    }

    pub fn result(&self, code: &IndicatorCode) -> &IndicatorResult {
        self.board.indicators.iter().find(|one| one.code == *code).expect("a shown indicator")
    }

    // Leaves.

    /// Reads the cells of a row: its amounts; that its condition holds, and that it is counted under what stands there.
    fn leaf(&self, row: &EvidenceRow) -> Result<(Option<f64>, Option<f64>), String> {
        let indicator = self.indicator(&row.indicator);
        let How::Rows { from, measure } = &indicator.how else { return Err("no rows".into()) };
        let (from, measure) = match indicator.committed.as_ref().filter(|_| row.standing == Standing::Committed) {
            Some(committed) => (&committed.from, &committed.measure),
            None => (from, measure),
        };
        let from = from.iter().find(|from| from.collection.as_str() == row.collection).ok_or("no such collection")?;
        if let Some(condition) = &from.condition
            && self.holds(row, &condition.source) == Some(false)
        {
            return Err(format!("does not meet {}", condition.source));
        }
        let one = |measure: &scoreboard::sql::Measure, brings: &Brings| -> Result<Option<f64>, String> {
            let passes = measure.filter.as_ref().and_then(|filter| self.holds(row, &filter.source));
            if passes.is_some_and(|passes| passes != brings.counts) && brings.counts {
                return Err(format!("counts against {}", measure.source));
            }
            let Some(argument) = &measure.argument else { return Ok(None) };
            if measure.function == scoreboard::sql::Function::CountDistinct {
                self.identity(row, &argument.sql, brings)?;
                return Ok(None);
            }
            if measure.function == scoreboard::sql::Function::Count || !brings.counts {
                return Ok(None);
            }
            self.amount(row, &argument.sql).map(Some)
        };
        match measure {
            RowMeasure::One(measure) => Ok((one(measure, &row.brings)?, None)),
            RowMeasure::Ratio { of, to } | RowMeasure::Mean { of, to, .. } => {
                let below = row.below.as_ref().ok_or("no denominator")?;
                Ok((one(of, &row.brings)?, one(to, below)?))
            }
            RowMeasure::Median(field) => Ok((Some(self.amount(row, field.as_str())?), None)),
        }
    }

    pub fn field(&self, row: &EvidenceRow, name: &str) -> Option<&Field> {
        let collection = self.folder.catalog.collections.iter().find(|one| one.code.as_str() == row.collection)?;
        collection.field(name)
    }

    fn text(&self, row: &EvidenceRow, field: &str) -> Option<String> {
        let source = self.board.evidence.source(row)?;
        let at = source.cell(field, row.cell.row)?;
        Some(self.inbox.borrow_mut().text(&row.file, &row.sheet, at))
    }

    fn locale(&self, partner: &str) -> String {
        let partners = &self.folder.catalog.partners;
        partners.iter().find(|one| one.code.as_str() == partner).map_or_else(String::new, |one| one.locale.clone())
    }

    fn amount(&self, row: &EvidenceRow, field: &str) -> Result<f64, String> {
        let source = self.board.evidence.source(row).ok_or("no source")?;
        let at = source.cell(field, row.cell.row).ok_or_else(|| format!("no cell of {field}"))?;
        let locale = self.locale(&row.partner);
        let read = self.inbox.borrow_mut().number(&row.file, &row.sheet, at, &locale);
        read.ok_or_else(|| format!("no number in {at}"))
    }

    /// The code of an option, from what stands in the cell.
    fn option(field: &Field, text: &str) -> Option<String> {
        let found = field.options.iter().find(|option| {
            let labels = option.label.all().chain(option.also_called.iter().map(String::as_str));
            std::iter::once(option.code.as_str()).chain(labels).any(|label| folded(label) == folded(text))
        });
        found.map(|option| option.code.clone())
    }

    fn value_of(&self, row: &EvidenceRow, name: &str) -> Option<String> {
        let text = self.text(row, name)?;
        match self.field(row, name) {
            Some(field) if field.kind == FieldKind::Choice => Self::option(field, &text),
            _ => Some(text),
        }
    }

    /// Conditions of the forms that definitions use most; None where it is another.
    fn holds(&self, row: &EvidenceRow, condition: &str) -> Option<bool> {
        let mut all = true;
        for part in condition.split(" AND ") {
            let part = part.trim();
            let holds = if let Some(field) = part.strip_suffix(" IS NOT NULL") {
                !self.text(row, field)?.is_empty()
            } else if let Some((field, list)) = part.split_once(" IN (") {
                let list: Vec<&str> =
                    list.trim_end_matches(')').split(',').map(|one| one.trim().trim_matches('\'')).collect();
                list.contains(&self.value_of(row, field)?.as_str())
            } else {
                let (field, value) = part.split_once(" = '")?;
                let kind = self.field(row, field)?.kind;
                if kind != FieldKind::Choice {
                    return None;
                }
                self.value_of(row, field)? == value.trim_end_matches('\'')
            };
            all &= holds;
        }
        Some(all)
    }

    /// Whether somebody decided that a code stands for this country.
    fn is_meant(&self, row: &EvidenceRow, field: &str, text: &str, country: &str) -> bool {
        let meant = self.field(row, field).map(|field| &field.meant);
        meant.is_some_and(|meant| meant.get(&text.to_lowercase()).is_some_and(|code| code == country))
    }

    /// Whether what stands in the row is one with this organisation, by a country's rule or by decision.
    fn is_joined(&self, row: &EvidenceRow, field: &str, identity: &str) -> bool {
        let here = self.board.evidence.source(row).zip(self.field(row, field));
        let here = here.and_then(|(source, field)| self.organisation(source, field, row.cell.row));
        here.is_some_and(|here| self.joined.is_one(&here, identity))
    }

    /// What is counted once is what stands in the cell.
    fn identity(&self, row: &EvidenceRow, field: &str, brings: &Brings) -> Result<(), String> {
        let Some(identity) = &brings.identity else { return Ok(()) };
        if field == "partner" {
            return if *identity == row.partner { Ok(()) } else { Err(format!("{identity} is another partner")) };
        }
        let Some(text) = self.value_of(row, field) else { return Ok(()) };
        let kind = self.field(row, field).map(|field| field.kind);
        let bare = match kind {
            // The kind of number stands before it: `vat:LT300123456`.
            Some(FieldKind::Enterprise) => identity.rsplit(':').next().unwrap_or(identity),
            _ => identity,
        };
        let (seen, known) = (folded(&text), folded(bare));
        let same = match kind {
            _ if brings.by_name => true,
            Some(FieldKind::Country) => {
                // The EU writes two countries in its own way.
                let of_the_eu = matches!((seen.as_str(), known.as_str()), ("EL", "GR") | ("UK", "GB"));
                seen.len() != 2 || seen == known || of_the_eu || self.is_meant(row, field, &text, identity)
            }
            // A number without its country gets it from the column beside it.
            Some(FieldKind::Enterprise) => known.ends_with(&seen) || seen.ends_with(&known),
            _ => seen == known,
        };
        if same || self.is_joined(row, field, identity) {
            return Ok(());
        }
        Err(format!("{identity} is not what stands there: {text}"))
    }

    // Which rows.

    fn rows(&self, code: &IndicatorCode, by: &By) -> Vec<usize> {
        let one = self.result(code);
        let stock = one.accumulation == scoreboard::model::scoreboard::Accumulation::Stock;
        if let (true, [(field, label)]) = (stock, by)
            && field == "period"
        {
            let calendar = &self.folder.catalog.programme.calendar;
            let period = (-40..400).filter_map(|number| calendar.period(number)).find(|period| period.label == *label);
            return self.rows_on(code, period.expect("a period").last);
        }
        let partner = by.iter().any(|(field, _)| field == "partner");
        let matches = |row: &EvidenceRow| {
            by.iter().all(|(field, value)| {
                let place = one.breakdowns.iter().position(|breakdown| breakdown.field == *field);
                place.is_some_and(|place| row.by[place] == *value)
            })
        };
        let stands = |row: &EvidenceRow| match row.standing {
            Standing::Counts => true,
            Standing::Record => !partner,
            Standing::Partner => partner,
            _ => false,
        };
        let all = self.board.evidence.rows.iter().enumerate();
        all.filter(|(_, row)| row.indicator == *code && stands(row) && matches(row)).map(|(at, _)| at).collect()
    }

    fn rows_on(&self, code: &IndicatorCode, day: NaiveDate) -> Vec<usize> {
        let stock = self.result(code).accumulation == scoreboard::model::scoreboard::Accumulation::Stock;
        let mut latest: BTreeMap<(&str, &str), NaiveDate> = BTreeMap::new();
        for source in self.board.evidence.sources.iter().filter(|_| stock) {
            if let Some(covers) = source.covers.filter(|covers| *covers <= day) {
                let known = latest.entry((&source.partner, &source.collection)).or_insert(covers);
                *known = covers.max(*known);
            }
        }
        let counts = |row: &EvidenceRow| {
            let Some(from) = row.from_day else { return true };
            let newest = latest.get(&(row.partner.as_str(), row.collection.as_str()));
            from <= day && newest.is_none_or(|newest| from == *newest)
        };
        let stands =
            |row: &EvidenceRow| !matches!(row.standing, Standing::Partner | Standing::After | Standing::Committed);
        let all = self.board.evidence.rows.iter().enumerate();
        all.filter(|(_, row)| row.indicator == *code && stands(row) && counts(row)).map(|(at, _)| at).collect()
    }

    fn taken(&self, taking: Taking, rows: &[usize], below: bool) -> Told {
        let brings = |at: &usize| {
            let row = &self.board.evidence.rows[*at];
            if below { row.below.as_ref() } else { Some(&row.brings) }
        };
        let counting: Vec<usize> =
            rows.iter().copied().filter(|at| brings(at).is_some_and(|brings| brings.counts)).collect();
        let amounts = || {
            let amount = |at: &usize| if below { self.amounts[*at].1 } else { self.amounts[*at].0 };
            counting.iter().map(amount).collect::<Option<Vec<f64>>>().ok_or("a cell without an amount".to_owned())
        };
        match taking {
            Taking::Count => Ok(counting.len() as f64),
            Taking::Sum => Ok(amounts()?.iter().sum()),
            Taking::Least => amounts()?.into_iter().reduce(f64::min).ok_or("no row".into()),
            Taking::Greatest => amounts()?.into_iter().reduce(f64::max).ok_or("no row".into()),
            Taking::Median => {
                let mut values = amounts()?;
                values.sort_by(f64::total_cmp);
                values.get(values.len().div_ceil(2).wrapping_sub(1)).copied().ok_or("no row".into())
            }
            Taking::Distinct => {
                let (numbers, names) = self.identities(&counting, below);
                Ok(if numbers == 0 && names > 0 { 1.0 } else { numbers as f64 })
            }
        }
    }

    /// Different numbers, and different names of those without one.
    fn identities(&self, rows: &[usize], below: bool) -> (usize, usize) {
        let (mut numbers, mut names) = (BTreeSet::new(), BTreeSet::new());
        for at in rows {
            let row = &self.board.evidence.rows[*at];
            let Some(brings) = (if below { row.below.as_ref() } else { Some(&row.brings) }) else { continue };
            if let Some(identity) = brings.identity.as_ref().filter(|_| brings.counts) {
                if brings.by_name {
                    names.insert(identity)
                } else {
                    numbers.insert(identity)
                };
            }
        }
        (numbers.len(), names.len())
    }

    // Figures.

    fn value(&self, code: &IndicatorCode, by: &By, rows: &[usize]) -> Told {
        let one = self.result(code);
        let percent = if one.unit.is_percent() { 100.0 } else { 1.0 };
        match &one.made {
            Made::Rows(taking) => self.taken(*taking, rows, false),
            Made::Ratio { of, to } => Ok(percent * self.taken(*of, rows, false)? / self.taken(*to, rows, true)?),
            Made::Mean => Ok(self.taken(Taking::Sum, rows, false)? / self.taken(Taking::Count, rows, true)?),
            Made::Quotient { of, to } => Ok(percent * self.total(of)? / self.total(to)?),
            Made::Sum(parts) => parts.iter().map(|part| self.total(part)).sum(),
            Made::Answers => self.estimate(code, by, Estimated { of_change: false, wave: None, bound: Bound::Value }),
        }
    }

    fn total(&self, code: &IndicatorCode) -> Told {
        self.value(code, &[], &self.rows(code, &[]))
    }

    fn baseline(&self, code: &IndicatorCode, by: &By) -> Told {
        if let Some(value) = self.declared.baseline(code.as_str()) {
            return Ok(if by.is_empty() { value } else { 0.0 });
        }
        let paired = self.result(code).estimate.as_ref().is_some_and(|facts| facts.change.is_some());
        if paired {
            let first = Estimated { of_change: false, wave: Some(0), bound: Bound::Value };
            return self.estimate(code, &[], first);
        }
        Ok(0.0)
    }

    fn target(&self, code: &IndicatorCode, by: &By) -> Told {
        if let [(field, partner)] = by
            && field == "partner"
        {
            return self.declared.partner_target(code.as_str(), partner).ok_or("no partner target".into());
        }
        self.declared.target(code.as_str(), self.baseline(code, by)?).map(|(_, value)| value)
    }

    fn expected(&self, code: &IndicatorCode, by: &By, day: NaiveDate) -> Told {
        let (on, _) = self.declared.target(code.as_str(), 0.0)?;
        let path = self.declared.path(code.as_str(), self.baseline(code, by)?, by.is_empty());
        Ok(super::declared::along(path, (on, self.target(code, by)?), self.declared.steps(code.as_str()), day))
    }

    fn figure(&self, code: &IndicatorCode, by: &By, part: Part) -> Told {
        let one = self.result(code);
        let rows = || self.rows(code, by);
        match part {
            Part::Value => self.value(code, by, &rows()),
            Part::Upper | Part::Lower if matches!(one.made, Made::Quotient { .. } | Made::Sum(_)) => {
                self.derived_end(&one.made, one.unit.is_percent(), part)
            }
            Part::Upper => {
                let (numbers, names) = self.identities(&rows(), false);
                Ok((numbers + names) as f64)
            }
            Part::Lower => {
                let How::Rows { measure: RowMeasure::One(measure), .. } = &self.indicator(code).how else {
                    return Err("nothing is counted once".into());
                };
                self.least(&rows(), measure.distinct_field().ok_or("no field")?)
            }
            Part::Numerator | Part::Denominator => self.part(code, by, part),
            Part::Rows if one.made == Made::Answers => {
                self.estimate(code, by, Estimated { of_change: false, wave: None, bound: Bound::Answers })
            }
            Part::Rows if matches!(one.made, Made::Rows(Taking::Median)) => {
                Ok(rows().iter().filter(|at| self.amounts[**at].0.is_some()).count() as f64)
            }
            Part::Rows => Ok(rows().len() as f64),
            Part::Baseline => self.baseline(code, by),
            Part::Target => self.target(code, by),
            Part::Expected => {
                let lines = one.breakdowns.iter().flat_map(|breakdown| &breakdown.figures).chain([&one.total]);
                let figure = lines.into_iter().find(|figure| figure.by == by).ok_or("no figure")?;
                self.expected(code, by, figure.cut_off.ok_or("no cut-off")?)
            }
            Part::ExpectedOn(on) => self.expected(code, by, on),
            Part::Milestone(on) => self.declared.milestone(code.as_str(), on).ok_or("no milestone".into()),
            Part::Progress => {
                let (a, b, t) = (self.figure(code, by, Part::Value)?, self.baseline(code, by)?, self.target(code, by)?);
                Ok((a - b) / (t - b))
            }
            Part::Achievement => Ok(self.figure(code, by, Part::Value)? / self.target(code, by)?),
            Part::Actual(on) => self.actual(code, on),
            Part::SinceThen => {
                let after = |row: &EvidenceRow| row.standing == Standing::After && row.indicator == *code;
                let rows: Vec<usize> = self
                    .board
                    .evidence
                    .rows
                    .iter()
                    .enumerate()
                    .filter(|(_, row)| after(row))
                    .map(|(at, _)| at)
                    .collect();
                let then = self.rows(code, &[]);
                let all: Vec<usize> = then.iter().chain(&rows).copied().collect();
                Ok(self.value(code, by, &all)? - self.value(code, by, &then)?)
            }
            Part::Estimate(estimated) => self.estimate(code, by, estimated),
            Part::Committed => self.committed(code),
            Part::OriginalOn(on) => self.original(code, on),
            Part::Pace(paced) => super::pace::paced(self, code, paced),
        }
    }

    /// An end of what is derived: of a quotient over the other end of its denominator. All walked figures are positive.
    fn derived_end(&self, made: &Made, percent: bool, part: Part) -> Told {
        let end = |code: &IndicatorCode, part: Part| {
            let total = &self.result(code).total;
            let is_range = if part == Part::Upper { total.upper.is_some() } else { total.lower.is_some() };
            self.figure(code, &[], if is_range { part } else { Part::Value })
        };
        match made {
            Made::Quotient { of, to } => {
                let other = if part == Part::Upper { Part::Lower } else { Part::Upper };
                Ok(if percent { 100.0 } else { 1.0 } * end(of, part)? / end(to, other)?)
            }
            Made::Sum(parts) => parts.iter().map(|code| end(code, part)).sum(),
            _ => Err("it is made of no others".into()),
        }
    }

    fn committed(&self, code: &IndicatorCode) -> Told {
        let committed = self.indicator(code).committed.as_ref().ok_or("nothing is committed")?;
        let RowMeasure::One(measure) = &committed.measure else { return Err("not recomputed here".into()) };
        let own = |row: &EvidenceRow| row.indicator == *code && row.standing == Standing::Committed;
        let rows: Vec<usize> =
            self.board.evidence.rows.iter().enumerate().filter(|(_, row)| own(row)).map(|(at, _)| at).collect();
        let taking = match measure.function {
            scoreboard::sql::Function::Sum => Taking::Sum,
            scoreboard::sql::Function::Count => Taking::Count,
            scoreboard::sql::Function::CountDistinct => Taking::Distinct,
            scoreboard::sql::Function::Min => Taking::Least,
            scoreboard::sql::Function::Max => Taking::Greatest,
        };
        self.taken(taking, &rows, false)
    }

    /// On the way to the target as it was decided first.
    fn original(&self, code: &IndicatorCode, day: NaiveDate) -> Told {
        let baseline = self.baseline(code, &[])?;
        let first = self.declared.first_target(code.as_str(), baseline)?;
        let path = self.declared.path(code.as_str(), baseline, true);
        let path = path.into_iter().filter(|(on, _)| *on < first.0).collect();
        Ok(super::declared::along(path, first, self.declared.steps(code.as_str()), day))
    }

    fn part(&self, code: &IndicatorCode, by: &By, part: Part) -> Told {
        let of = part == Part::Numerator;
        match &self.result(code).made {
            Made::Ratio { of: above, to } => {
                let rows = self.rows(code, by);
                if of { self.taken(*above, &rows, false) } else { self.taken(*to, &rows, true) }
            }
            Made::Mean => {
                let rows = self.rows(code, by);
                if of { self.taken(Taking::Sum, &rows, false) } else { self.taken(Taking::Count, &rows, true) }
            }
            Made::Quotient { of: above, to } => self.total(if of { above } else { to }),
            Made::Answers => {
                let (n, d) = estimates::sums(self.kind(code)?, &self.strata(code, by, None));
                Ok(if of { n } else { d })
            }
            _ => Err("no ratio".into()),
        }
    }

    pub fn actual(&self, code: &IndicatorCode, on: NaiveDate) -> Told {
        let one = self.result(code);
        match &one.made {
            Made::Answers => {
                let facts = one.estimate.as_ref().ok_or("no estimate")?;
                let wave = facts.waves.iter().position(|wave| wave.on == on).ok_or("no wave on that day")?;
                self.estimate(code, &[], Estimated { of_change: false, wave: Some(wave), bound: Bound::Value })
            }
            Made::Quotient { of, to } => {
                let percent = if one.unit.is_percent() { 100.0 } else { 1.0 };
                Ok(percent * self.actual(of, on)? / self.actual(to, on)?)
            }
            Made::Sum(parts) => parts.iter().map(|part| self.actual(part, on)).sum(),
            _ => self.value(code, &[], &self.rows_on(code, on)),
        }
    }

    // Estimates.

    fn kind(&self, code: &IndicatorCode) -> Result<Kind, String> {
        let How::Survey { estimate, .. } = &self.indicator(code).how else { return Err("no survey".into()) };
        Ok(match estimate {
            Estimate::Ratio { .. } => Kind::Ratio,
            Estimate::Total(_) => Kind::Total,
            Estimate::Mean(_) => Kind::Mean,
            Estimate::Median(_) => Kind::Median,
            Estimate::Share(_) => Kind::Share,
        })
    }

    /// The answers of one of the estimate's waves, or of the figure itself.
    fn strata(&self, code: &IndicatorCode, by: &By, wave: Option<usize>) -> Strata {
        let one = self.result(code);
        let paired = self.board.evidence.answers.iter().any(|row| row.indicator == *code && row.paired);
        let facts = one.estimate.as_ref().expect("an estimate");
        let of = |row: &&AnswerRow| row.indicator == *code;
        let all = || self.board.evidence.answers.iter().filter(of);
        // Waves of a paired change: both on the pairs, then both by themselves.
        let (on_pairs, on) = match wave {
            None => (paired, facts.waves.get(usize::from(paired)).map(|wave| wave.on)),
            Some(at) => (paired && at < 2, facts.waves.get(at).map(|wave| wave.on)),
        };
        let on = if paired || wave.is_some() { on } else { all().map(|row| row.on).max() };
        let mut strata = Strata::new();
        for row in all().filter(|row| row.paired == on_pairs && Some(row.on) == on) {
            let inside = row.inside
                && by.iter().all(|(field, value)| {
                    let place = one.breakdowns.iter().position(|breakdown| breakdown.field == *field);
                    place.is_some_and(|place| row.by[place] == *value)
                });
            let (y, x) = self.answer(row);
            let entry = strata.entry(row.stratum.clone()).or_insert((row.population, Vec::new()));
            entry.1.push(One { weight: number(row.weight), y, x, inside });
        }
        strata
    }

    /// y and x from their cells; of shares and filtered answers what the trace says.
    fn answer(&self, row: &AnswerRow) -> (f64, f64) {
        let survey = self.folder.catalog.surveys.iter().find(|survey| {
            matches!(&self.indicator(&row.indicator).how, How::Survey { survey: code, .. } if *code == survey.code)
        });
        let locale = survey.map_or_else(String::new, |survey| survey.locale.clone());
        let share = self.kind(&row.indicator) == Ok(Kind::Share);
        let read = |at: usize| {
            let (_, cell) = row
                .cells
                .get(at)
                .filter(|_| !share && Path::new(&row.file).extension().is_none_or(|extension| extension != "json"))?;
            self.inbox.borrow_mut().number(&row.file, &row.sheet, *cell, &locale)
        };
        let x = row.x.map_or(1.0, |x| read(1).unwrap_or(number(x)));
        (read(0).unwrap_or(number(row.y)), x)
    }

    fn estimate(&self, code: &IndicatorCode, by: &By, wanted: Estimated) -> Told {
        let kind = self.kind(code)?;
        let How::Survey { change, .. } = &self.indicator(code).how else { return Err("no survey".into()) };
        let percent =
            if self.result(code).unit.is_percent() && matches!(kind, Kind::Ratio | Kind::Share) { 100.0 } else { 1.0 };
        let strata = self.strata(code, by, wanted.wave);
        let (value, lower, upper, percent) = if wanted.of_change {
            let Some((kind_of_change, pairing)) = change else { return Err("no change".into()) };
            let relative = *kind_of_change == scoreboard::define::catalog::ChangeKind::Percent;
            if *pairing != Pairing::Paired {
                return Err("changes of separate samples are not recomputed here".into());
            }
            let before = self.strata_of_first(code, by);
            let (value, lower, upper) = estimates::paired(kind, &before, &strata, relative, &|nu| self.student(nu));
            (value, lower, upper, if relative { 100.0 } else { percent })
        } else {
            let (lower, upper) =
                if kind == Kind::Median || wanted.bound == Bound::Value || wanted.bound == Bound::Answers {
                    (f64::NAN, f64::NAN)
                } else {
                    let on_pairs = self.board.evidence.answers.iter().any(|row| row.indicator == *code && row.paired)
                        && wanted.wave.is_none_or(|wave| wave < 2);
                    // The levels of a paired share have the plain interval.
                    let kind = if on_pairs && kind == Kind::Share { Kind::Mean } else { kind };
                    estimates::interval(kind, &strata, &|nu| self.student(nu))
                };
            (estimates::value(kind, &strata), lower, upper, percent)
        };
        let found = match wanted.bound {
            Bound::Value => value * percent,
            Bound::Lower => lower * percent,
            Bound::Upper => upper * percent,
            Bound::Below => (value - lower) * percent,
            Bound::Above => (upper - value) * percent,
            Bound::Answers => strata.values().flat_map(|(_, all)| all).filter(|one| one.inside).count() as f64,
        };
        if found.is_nan() { Err("not recomputed here".into()) } else { Ok(found) }
    }

    fn strata_of_first(&self, code: &IndicatorCode, by: &By) -> Strata {
        self.strata(code, by, Some(0))
    }

    fn student(&self, degrees: i64) -> f64 {
        *self.students.borrow_mut().entry(degrees).or_insert_with(|| estimates::student(degrees))
    }

    // Everything.

    pub fn number(&self, of: &Number) -> Told {
        match of {
            Number::Figure { indicator, by, part } => self.figure(indicator, by, *part),
            Number::Evidence { row, below } => {
                let amounts = self.amounts.get(*row).ok_or("no such row")?;
                (if *below { amounts.1 } else { amounts.0 }).ok_or("no amount in its cell".into())
            }
            Number::Answer { row, part } => self.answer_part(*row, *part),
            Number::Share { above, below } => Ok(self.number(above)? / self.number(below)?),
            Number::Counted(counted) => self.counted(counted),
        }
    }

    fn answer_part(&self, row: usize, part: AnswerPart) -> Told {
        let row = self.board.evidence.answers.get(row).ok_or("no such answer")?;
        let (y, x) = self.answer(row);
        match part {
            AnswerPart::Y => Ok(y),
            AnswerPart::X => Ok(x),
            AnswerPart::Population => self.population(row),
            AnswerPart::Weight => {
                let survey = self.survey_of(row);
                if survey.weighting.weights.is_some() || !survey.weighting.margins.is_empty() {
                    return Ok(number(row.weight));
                }
                let same = |other: &&AnswerRow| {
                    other.indicator == row.indicator
                        && other.paired == row.paired
                        && other.wave == row.wave
                        && other.stratum == row.stratum
                };
                let answers = self.board.evidence.answers.iter().filter(same).count();
                Ok(self.population(row)? / answers as f64)
            }
        }
    }

    fn survey_of(&self, row: &AnswerRow) -> &scoreboard::define::catalog::Survey {
        let How::Survey { survey, .. } = &self.indicator(&row.indicator).how else { panic!("a survey") };
        self.folder.catalog.survey(survey).expect("a survey")
    }

    /// Members of the frame in the stratum, counted in the lists that partners sent.
    fn population(&self, row: &AnswerRow) -> Told {
        let survey = self.survey_of(row);
        self.members(survey, Some(&row.stratum))
    }

    fn members(&self, survey: &scoreboard::define::catalog::Survey, stratum: Option<&str>) -> Told {
        let key = (survey.code.to_string(), stratum.map(str::to_owned));
        if let Some(known) = self.populations.borrow().get(&key) {
            return known.clone();
        }
        let counted = self.count_members(survey, stratum);
        self.populations.borrow_mut().insert(key, counted.clone());
        counted
    }

    fn count_members(&self, survey: &scoreboard::define::catalog::Survey, stratum: Option<&str>) -> Told {
        let frame = self.folder.catalog.collection(&survey.frame).ok_or("no frame")?;
        let mut seen = BTreeSet::new();
        for source in self.board.evidence.sources.iter().filter(|source| source.collection == frame.code.as_str()) {
            let key = frame.key.first().map_or(survey.match_on.as_str(), |code| code.as_str());
            let column = *source.columns.get(key).ok_or("no key column")?;
            let names: BTreeSet<String> = frame.field(key).ok_or("no key")?.names().map(folded).collect();
            let filled = self.inbox.borrow_mut().filled(&source.file, &source.sheet, column);
            let text = |row, field: &str| {
                let at = source.cell(field, row)?;
                Some(self.inbox.borrow_mut().text(&source.file, &source.sheet, at))
            };
            let head = filled.iter().position(|row| names.contains(&folded(&text(*row, key).unwrap_or_default())));
            for row in filled.iter().skip(head.ok_or("no header")? + 1) {
                let own: Vec<String> = survey
                    .strata
                    .iter()
                    .filter_map(|field| {
                        let text = text(*row, field.as_str())?;
                        let field = frame.field(field.as_str())?;
                        Some(if field.kind == FieldKind::Choice { Self::option(field, &text)? } else { text })
                    })
                    .collect();
                let kept_out = self
                    .board
                    .kept_out
                    .iter()
                    .any(|out| out.file == source.file && out.sheet == source.sheet && out.row == row + 1);
                if !kept_out && stratum.is_none_or(|stratum| own.join(" · ") == stratum) {
                    seen.insert(folded(&text(*row, key).unwrap_or_default()));
                }
            }
        }
        Ok(seen.len() as f64)
    }

    fn counted(&self, counted: &Counted) -> Told {
        let board = self.board;
        let known = |partner: &Option<String>| {
            board.programme.partners.iter().any(|one| Some(one.code.as_str()) == partner.as_deref())
        };
        let whose = |own: &Option<String>, wanted: &Option<String>| match wanted.as_deref() {
            None => true,
            Some("") => !known(own),
            Some(code) => own.as_deref() == Some(code),
        };
        Ok(match counted {
            Counted::Status(status) => {
                board.indicators.iter().filter(|one| one.total.status.is_some_and(|own| own.as_str() == status)).count()
            }
            Counted::Findings { rule, severity } => {
                let own =
                    |one: &&scoreboard::finding::Finding| one.rule.id == rule && one.severity.as_str() == severity;
                board.findings.iter().filter(|one| rule.is_empty() || own(one)).count()
            }
            Counted::FindingsOf { partner, severity } => board
                .findings
                .iter()
                .filter(|one| one.severity.as_str() == severity && whose(&one.partner, partner))
                .count(),
            Counted::Rows { partner, collection, kept_out: true } => {
                let of = |collection: &Option<String>, own: &str| collection.as_ref().is_none_or(|code| code == own);
                board
                    .kept_out
                    .iter()
                    .filter(|out| whose(&out.partner, partner) && of(collection, &out.collection))
                    .count()
            }
            Counted::Rows { partner, collection, .. } => {
                return self.accepted(partner.as_deref(), collection.as_deref());
            }
            Counted::Change { .. } => return Err("changes are not recomputed here".into()),
            Counted::Response { survey, wave, line, what } => return self.response(survey, *wave, *line, what),
            Counted::Comparison { at, what } => return self.comparison(*at, what),
            Counted::Evidence { amount: false } => board.evidence.rows.len(),
            Counted::Evidence { amount: true } => {
                return Ok(self.amounts.iter().filter_map(|amounts| amounts.0).sum());
            }
            Counted::Organisations { list, what } => return self.listed(*list, what),
            Counted::Likely { .. } | Counted::Place | Counted::Original => return Err("exempt".into()),
        } as f64)
    }

    fn comparison(&self, at: usize, what: &str) -> Told {
        let one = self.board.comparisons.get(at).ok_or("no such comparison")?;
        let bound =
            |bound| self.estimate(&one.estimated, &[], Estimated { of_change: one.of_change, wave: None, bound });
        let (count, estimate) = (self.total(&one.counted)?, bound(Bound::Value)?);
        match what {
            "count" => Ok(count),
            "estimate" => Ok(estimate),
            "lower" => bound(Bound::Lower),
            "upper" => bound(Bound::Upper),
            "difference" => Ok(count - estimate),
            _ => Ok((count - estimate) / estimate * 100.0),
        }
    }

    /// Rows of a partner's table: those that hold something below the header, less those that were kept out.
    fn accepted(&self, partner: Option<&str>, collection: Option<&str>) -> Told {
        let (Some(partner), Some(code)) = (partner, collection) else { return Err("whose rows?".into()) };
        let collection =
            self.folder.catalog.collections.iter().find(|one| one.code.as_str() == code).ok_or("no collection")?;
        let sources = self.board.evidence.sources.iter();
        let own = sources.filter(|one| one.partner == partner && one.collection == code);
        Ok(own.map(|source| self.accepted_rows(source, collection).len()).sum::<usize>() as f64)
    }

    /// Rows of a sheet that hold something below the header, less those that were kept out.
    pub fn accepted_rows(&self, source: &SourceSheet, collection: &Collection) -> BTreeSet<u32> {
        let mut filled: BTreeSet<u32> = BTreeSet::new();
        let mut head = None;
        for (field, column) in &source.columns {
            let names: BTreeSet<String> =
                collection.field(field).into_iter().flat_map(Field::names).map(folded).collect();
            let rows = self.inbox.borrow_mut().filled(&source.file, &source.sheet, *column);
            for row in rows {
                let at = scoreboard::finding::CellRef::new(row, *column);
                let text = self.inbox.borrow_mut().text(&source.file, &source.sheet, at);
                if names.contains(&folded(&text)) {
                    head = head.max(Some(row));
                }
                // Totals below a table have no key.
                if collection.key.is_empty() || collection.key.iter().any(|key| key.as_str() == field) {
                    filled.insert(row);
                }
            }
        }
        let out = self.board.kept_out.iter().filter(|out| out.file == source.file && out.sheet == source.sheet);
        let out: BTreeSet<u32> = out.map(|out| out.row - 1).collect();
        // Of a sheet with rows of several partners those that name this one.
        let sharing = self.board.evidence.sources.iter().filter(|other| {
            (&other.file, &other.sheet, &other.collection) == (&source.file, &source.sheet, &source.collection)
        });
        let shared = sharing.count() > 1;
        let names: Vec<String> = self
            .folder
            .catalog
            .partners
            .iter()
            .filter(|one| one.code.as_str() == source.partner)
            .flat_map(|one| [one.code.to_string(), one.name.clone()].into_iter().chain(one.also_called.clone()))
            .map(|name| folded(&name))
            .collect();
        let own = |row: &u32| !shared || self.inbox.borrow_mut().row_says(&source.file, &source.sheet, *row, &names);
        // A total below a table, or a remark, fills a few of its columns only.
        let is_row = |row: &u32| {
            let at = |column: &u16| scoreboard::finding::CellRef::new(*row, *column);
            let filled = source
                .columns
                .values()
                .filter(|column| !self.inbox.borrow_mut().text(&source.file, &source.sheet, at(column)).is_empty());
            filled.count() * 3 >= source.columns.len()
        };
        let counts =
            |row: &&u32| head.is_none_or(|head| **row > head) && !out.contains(*row) && own(row) && is_row(row);
        filled.iter().filter(counts).copied().collect()
    }

    /// Who was asked and who answered, from the lists of members and the answers that estimates used.
    fn response(&self, survey: &str, wave: usize, line: usize, what: &str) -> Told {
        let result = self.board.surveys.iter().find(|one| one.code == survey).ok_or("no such survey")?;
        let definition =
            self.folder.catalog.surveys.iter().find(|one| one.code.as_str() == survey).ok_or("no such survey")?;
        let held = result.waves.get(wave).ok_or("no such wave")?;
        let stratum = held.strata.get(line).map(|one| one.name.as_str()).filter(|name| *name != "all");
        let complete = |stratum: Option<&str>, at: usize| {
            let codes = self.board.indicators.iter().filter(|one| one.made == Made::Answers).map(|one| &one.code);
            // The estimate that could use most answers used all that are complete.
            codes
                .map(|code| {
                    let own = |row: &&AnswerRow| {
                        row.indicator == *code
                            && !row.paired
                            && row.wave == at
                            && stratum.is_none_or(|stratum| row.stratum == stratum)
                    };
                    self.board.evidence.answers.iter().filter(own).count()
                })
                .max()
                .unwrap_or(0) as f64
        };
        match what {
            "population" | "asked" => self.members(definition, stratum),
            "complete" => Ok(complete(stratum, wave)),
            "rate" => Ok(complete(stratum, wave) / self.members(definition, stratum)?),
            "item_answered" => Ok(complete(None, wave)),
            "ineligible" | "item_left_out" | "item_rate" => Ok(0.0),
            _ => self.panel(result, wave, line, what),
        }
    }

    fn panel(
        &self,
        result: &scoreboard::model::scoreboard::SurveyResult,
        wave: usize,
        line: usize,
        what: &str,
    ) -> Told {
        let panel = result.panel.as_ref().ok_or("no panel")?;
        // Waves of the panel are those with answers: here all.
        let who = |at: usize, stratum: Option<&str>| -> BTreeSet<&str> {
            let own = |row: &&AnswerRow| {
                !row.paired && row.wave == at && stratum.is_none_or(|stratum| row.stratum == stratum)
            };
            self.board.evidence.answers.iter().filter(own).map(|row| row.enterprise.as_str()).collect()
        };
        let earlier: BTreeSet<&str> = (0..wave).flat_map(|at| who(at, None)).collect();
        let before = if wave == 0 { BTreeSet::new() } else { who(wave - 1, None) };
        let now = who(wave, None);
        let stratum = panel.strata.get(line).map(|one| one.name.as_str()).filter(|name| *name != "all");
        let kept = |at: usize| who(panel.first, stratum).intersection(&who(at, None)).count() as f64;
        Ok(match what {
            "panel_answered" => now.len() as f64,
            "panel_again" => now.intersection(&before).count() as f64,
            "panel_rejoined" => now.intersection(&earlier).filter(|one| !before.contains(*one)).count() as f64,
            "panel_new" => now.difference(&earlier).count() as f64,
            "panel_dropped" => before.difference(&now).count() as f64,
            "kept" => kept(panel.first + wave),
            "kept_rate" => kept(panel.first + wave) / who(panel.first, stratum).len() as f64,
            other => return Err(format!("not recomputed here: {other}")),
        })
    }
}

pub fn number(value: rust_decimal::Decimal) -> f64 {
    value.to_string().parse().expect("a number")
}
