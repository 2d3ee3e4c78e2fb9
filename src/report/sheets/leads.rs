//! From every number the way to what it is made of: to the indicator's sheet, from there to its rows or to where it is
//! declared, from a row to the cell as it came. Worked out here for all sheets at once, from what each number is.

use std::collections::BTreeMap;

use super::{Context, TOP, answers, evidence};
use crate::finding::{CellRef, Place};
use crate::model::code::IndicatorCode;
use crate::model::scoreboard::{IndicatorResult, Scoreboard};
use crate::model::trace::{Counted, Made, Number, Part, Standing};
use crate::report::book::{Cell, Lead, Placed, Sheet};
use crate::report::language::{Tongue, own};
use crate::report::prose;
use crate::report::words;

/// More links than this a spreadsheet refuses to open in one sheet.
const MOST: usize = 60_000;

/// Puts the links into the sheets. `copies` are the names of the copies, in their order.
pub fn put(context: Context, sheets: &mut [Sheet], copies: &[String]) {
    let index = Index::new(context, sheets, copies);
    for sheet in sheets.iter_mut() {
        let name = sheet.name.clone();
        let numbers = sheet.rows.iter_mut().flat_map(|row| &mut row.cells);
        let wanted = numbers.filter(|placed| placed.of.is_some() && !matches!(placed.cell, Cell::Link { .. }));
        let mut put = 0;
        for placed in wanted {
            placed.to = if put < MOST { index.lead(placed, &name) } else { None };
            put += usize::from(placed.to.is_some());
        }
    }
}

/// First row and how many there are.
#[derive(Clone, Copy)]
struct Block {
    first: usize,
    count: usize,
}

/// An indicator, and a field of its with a value; None for the total.
type Group<'a> = (&'a IndicatorCode, Option<(&'a str, &'a str)>);

struct Index<'a> {
    board: &'a Scoreboard,
    /// Where a number stands on its indicator's sheet.
    homes: BTreeMap<Number, (String, CellRef)>,
    /// Where what is declared is told.
    anchors: BTreeMap<Number, (String, CellRef)>,
    rows: BTreeMap<Group<'a>, Block>,
    answers: BTreeMap<Group<'a>, Block>,
    /// Sheets of copies, by file and sheet.
    copies: BTreeMap<(&'a str, &'a str), &'a str>,
    has: Vec<String>,
    tongue: Tongue,
}

impl<'a> Index<'a> {
    fn new(context: Context<'a>, sheets: &[Sheet], copies: &'a [String]) -> Self {
        let board = context.scoreboard;
        let (mut homes, mut anchors) = (BTreeMap::new(), BTreeMap::new());
        for sheet in sheets.iter().filter(|sheet| context.names.contains(&sheet.name)) {
            for (at, placed) in sheet.cells() {
                if let (Some(number), Cell::Number(_) | Cell::Formula { .. }) = (&placed.of, &placed.cell) {
                    homes.entry(number.clone()).or_insert_with(|| (sheet.name.clone(), at));
                }
            }
            anchors.extend(sheet.anchors.iter().map(|(number, at)| (number.clone(), (sheet.name.clone(), *at))));
        }
        let named = board.evidence.copies.iter().zip(copies);
        Self {
            board,
            homes,
            anchors,
            rows: rows(board),
            answers: answers_by_group(board),
            copies: named.map(|(copy, name)| ((copy.file.as_str(), copy.sheet.as_str()), name.as_str())).collect(),
            has: sheets.iter().map(|sheet| sheet.name.clone()).collect(),
            tongue: context.tongue,
        }
    }

    fn lead(&self, placed: &Placed, sheet: &str) -> Option<Lead> {
        match placed.of.as_ref()? {
            _ if matches!(placed.cell, Cell::Blank | Cell::Date(_)) => None,
            Number::Figure { indicator, by, part } => {
                if !matches!(placed.cell, Cell::Number(_) | Cell::Formula { .. }) {
                    return None;
                }
                let own = self.homes.get(placed.of.as_ref()?);
                match own.filter(|(home, _)| home != sheet) {
                    Some((home, cell)) => Some(Lead { sheet: home.clone(), cell: *cell, tip: home.clone() }),
                    None => self.sources(indicator, by, *part),
                }
            }
            Number::Evidence { row, .. } => {
                let row = self.board.evidence.rows.get(*row)?;
                self.copy(&row.file, &row.sheet, row.cell)
            }
            Number::Answer { row, .. } => {
                let row = self.board.evidence.answers.get(*row)?;
                self.copy(&row.file, &row.sheet, row.cells.first()?.1)
            }
            Number::Share { above, .. } => {
                let (home, cell) = self.homes.get(above)?;
                Some(Lead { sheet: home.clone(), cell: *cell, tip: home.clone() })
            }
            Number::Counted(counted) => {
                let to = match counted {
                    Counted::Findings { .. } | Counted::FindingsOf { .. } => words::FINDINGS,
                    Counted::Rows { kept_out: true, .. } => words::KEPT_OUT,
                    Counted::Rows { partner, collection, .. } => {
                        return self.reported(partner.as_deref()?, collection.as_deref()?);
                    }
                    Counted::Response { .. } => words::ANSWERS,
                    Counted::Change { at, .. } => return self.moved(*at),
                    Counted::Comparison { at, what } => return self.compared(*at, what),
                    Counted::Likely { pair } => return self.first_cell(*pair),
                    Counted::Status(_)
                    | Counted::Evidence { .. }
                    | Counted::Organisations { .. }
                    | Counted::Place
                    | Counted::Original => return None,
                };
                let to = self.sheet(to)?;
                (to != sheet).then(|| Lead { tip: to.clone(), sheet: to, cell: TOP })
            }
        }
    }

    /// One of our sheets as it is called here, if it is there.
    fn sheet(&self, name: &str) -> Option<String> {
        let name = words::sheet_name(self.tongue, name);
        self.has.contains(&name).then_some(name)
    }

    fn copy(&self, file: &str, sheet: &str, cell: CellRef) -> Option<Lead> {
        let name = self.copies.get(&(file, sheet))?;
        let tip = format!("{file} › {sheet} › {cell}");
        Some(Lead { sheet: (*name).to_owned(), cell, tip })
    }

    fn reported(&self, partner: &str, collection: &str) -> Option<Lead> {
        let mut sources = self.board.evidence.sources.iter().rev();
        let source = sources.find(|source| source.partner == partner && source.collection == collection)?;
        self.copy(&source.file, &source.sheet, TOP)
    }

    /// Where the first of a pair stands as it came.
    fn first_cell(&self, pair: usize) -> Option<Lead> {
        let place = self.board.organisations.as_ref()?.pairs.get(pair)?.one.place.as_ref()?;
        let Place::Cell { file, sheet, cell } = place else { return None };
        self.copy(file, sheet, (*cell)?)
    }

    fn compared(&self, at: usize, what: &str) -> Option<Lead> {
        let comparison = self.board.comparisons.get(at)?;
        let code = if what == "count" { &comparison.counted } else { &comparison.estimated };
        let home = self.home(code)?;
        Some(Lead { sheet: home.0.clone(), cell: home.1, tip: home.0.clone() })
    }

    /// What moved stands on the indicator's sheet as it is now.
    fn moved(&self, at: usize) -> Option<Lead> {
        let moved = self.board.changes.as_ref()?.moved.get(at)?;
        let number = Number::Figure { indicator: moved.indicator.clone(), by: moved.by.clone(), part: Part::Value };
        let (home, cell) = self.homes.get(&number)?;
        Some(Lead { sheet: home.clone(), cell: *cell, tip: home.clone() })
    }

    fn home(&self, code: &IndicatorCode) -> Option<&(String, CellRef)> {
        self.homes.get(&Number::Figure { indicator: code.clone(), by: Vec::new(), part: Part::Value })
    }

    /// On an indicator's own sheet: to its rows, its parts, or its definition.
    fn sources(&self, code: &IndicatorCode, by: &[(String, String)], part: Part) -> Option<Lead> {
        let one = self.board.indicators.iter().find(|one| one.code == *code)?;
        match part {
            Part::Value
            | Part::Upper
            | Part::Lower
            | Part::Numerator
            | Part::Denominator
            | Part::Rows
            | Part::SinceThen
            | Part::Committed
            | Part::Actual(_)
            | Part::Estimate(_)
            | Part::Pace(_) => self.counted(one, by, part),
            Part::Baseline => self.declared(one, Part::Baseline).or_else(|| self.counted(one, &[], part)),
            Part::Milestone(on) => self.declared(one, Part::Milestone(on)),
            Part::Target
            | Part::Expected
            | Part::ExpectedOn(_)
            | Part::OriginalOn(_)
            | Part::Progress
            | Part::Achievement => self.declared(one, Part::Target),
        }
    }

    fn declared(&self, one: &IndicatorResult, part: Part) -> Option<Lead> {
        let (sheet, cell) = self.anchors.get(&Number::total(one, part))?;
        let tip = self.tongue.say(&prose::declared_in(&own(&one.declared.file)));
        Some(Lead { sheet: sheet.clone(), cell: *cell, tip })
    }

    fn counted(&self, one: &IndicatorResult, by: &[(String, String)], part: Part) -> Option<Lead> {
        let group = by.first().map(|(field, value)| (field.as_str(), value.as_str()));
        let filter = by.iter().map(|(field, value)| format!("{field} = {value}")).collect::<Vec<_>>().join(", ");
        match &one.made {
            Made::Quotient { of, .. } => self.home(of).map(|(sheet, cell)| lead(sheet, *cell, sheet.clone())),
            Made::Sum(parts) => self.home(parts.first()?).map(|(sheet, cell)| lead(sheet, *cell, sheet.clone())),
            Made::Answers => {
                let block = self.answers.get(&(&one.code, group)).or_else(|| self.answers.get(&(&one.code, None)))?;
                let cell = CellRef::new(answers::TOP + 1 + u32::try_from(block.first).ok()?, 7);
                let tip = self.tongue.say(&prose::behind(block.count, "answer", &own(filter)));
                Some(lead(&self.sheet(words::ANSWERS)?, cell, tip))
            }
            Made::Rows(_) | Made::Ratio { .. } | Made::Mean => {
                let block = self.rows.get(&(&one.code, group)).or_else(|| self.rows.get(&(&one.code, None)))?;
                let tip = match part {
                    Part::Actual(on) => prose::dated_to(on),
                    _ => prose::behind(block.count, "row", &own(filter)),
                };
                let tip = self.tongue.say(&tip);
                let cell = CellRef::new(evidence::TOP + 1 + u32::try_from(block.first).ok()?, 1);
                Some(lead(&self.sheet(words::EVIDENCE)?, cell, tip))
            }
        }
    }
}

fn lead(sheet: &str, cell: CellRef, tip: String) -> Lead {
    Lead { sheet: sheet.to_owned(), cell, tip }
}

fn add<'a>(blocks: &mut BTreeMap<Group<'a>, Block>, group: Group<'a>, at: usize) {
    blocks.entry(group).or_insert(Block { first: at, count: 0 }).count += 1;
}

/// The rows of the evidence by indicator and group.
fn rows(board: &Scoreboard) -> BTreeMap<Group<'_>, Block> {
    let results: BTreeMap<&IndicatorCode, &IndicatorResult> =
        board.indicators.iter().map(|one| (&one.code, one)).collect();
    let mut blocks = BTreeMap::new();
    for (at, row) in board.evidence.rows.iter().enumerate() {
        let Some(one) = results.get(&row.indicator) else { continue };
        let (counted, own) = match row.standing {
            Standing::Counts => (true, true),
            Standing::Record => (true, false),
            Standing::Partner => (false, true),
            Standing::After | Standing::Earlier | Standing::Committed => (false, false),
        };
        if counted {
            add(&mut blocks, (&row.indicator, None), at);
        }
        for (breakdown, value) in one.breakdowns.iter().zip(&row.by) {
            if if breakdown.field == "partner" { own } else { counted } {
                add(&mut blocks, (&row.indicator, Some((breakdown.field.as_str(), value.as_str()))), at);
            }
        }
    }
    blocks
}

/// The answers by indicator and group: of the pairs where the figure rests on them.
fn answers_by_group(board: &Scoreboard) -> BTreeMap<Group<'_>, Block> {
    let mut blocks = BTreeMap::new();
    for one in &board.indicators {
        let own = board.evidence.answers.iter().enumerate().filter(|(_, row)| row.indicator == one.code);
        let paired = own.clone().any(|(_, row)| row.paired);
        let last = own.clone().map(|(_, row)| row.wave).max();
        for (at, row) in own.filter(|(_, row)| row.paired == paired && Some(row.wave) == last && row.inside) {
            add(&mut blocks, (&one.code, None), at);
            for (breakdown, value) in one.breakdowns.iter().zip(&row.by) {
                add(&mut blocks, (&one.code, Some((breakdown.field.as_str(), value.as_str()))), at);
            }
        }
    }
    blocks
}
