//! Kinds of no answer: which cells stand for one, and what an empty cell is where the form tells when it asks.

use std::collections::BTreeMap;

use super::rows::Column;
use crate::define::catalog::Field;
use crate::define::form::relevant::Told;
use crate::ingest::{Cell, Sheet};
use crate::model::absent::Absent;
use crate::model::code::FieldCode;
use crate::model::fold::fold;
use crate::sql::frame::from_unix;

/// The column beside a question that says why its value is missing.
pub fn column_of(field: &Field) -> String {
    format!("{}__state", field.code)
}

/// What was said instead of an answer: the kind, and the code as the form stores it.
pub type Said = Vec<Option<(Absent, String)>>;

/// Takes the cells that stand for no answer out, and says which they were.
pub fn take(field: &Field, sheet: &Sheet, cells: &mut [Option<Cell>]) -> Said {
    if field.absent.is_empty() {
        return vec![None; cells.len()];
    }
    let mut known: BTreeMap<u32, Option<(Absent, String)>> = BTreeMap::new();
    let read = |text: &str| {
        let folded = fold(text);
        let kind = *field.absent.get(&folded)?;
        let is_this = |name: &str| fold(name) == folded;
        let option = field.options.iter().find(|option| is_this(&option.code) || option.label.all().any(is_this));
        Some((kind, option.map_or_else(|| text.trim().to_owned(), |option| option.code.clone())))
    };
    cells
        .iter_mut()
        .map(|slot| {
            let said = match (*slot)? {
                Cell::Text(id) => known.entry(id.0).or_insert_with(|| read(sheet.text(id))).clone(),
                Cell::Error(_) | Cell::Uncalculated => None,
                other => read(&sheet.display(other)),
            };
            if said.is_some() {
                *slot = None;
            }
            said
        })
        .collect()
}

/// Why each missing value is missing.
pub struct Answers<'a> {
    pub fields: &'a [Field],
    /// In the order of the fields.
    pub columns: &'a [(String, Column)],
    pub said: &'a [Said],
    /// Fields that the file has a column for.
    pub present: &'a dyn Fn(usize) -> bool,
}

impl Answers<'_> {
    /// Of a missing value. None: there is one.
    pub fn absent(&self, f: usize, row: usize) -> Option<Absent> {
        if !self.columns[f].1.is_missing(row) || self.is_named(f, row) {
            return None;
        }
        if let Some((kind, _)) = &self.said[f][row] {
            return Some(*kind);
        }
        let form = self.fields[f].form.as_ref();
        let asked = form.and_then(|form| form.relevant.holds(&|code| self.told(code, row)));
        Some(match asked {
            Some(false) => Absent::NotAsked,
            // Everybody would have had to answer it: the version of the form that was asked did not have it.
            _ if form.is_some() && self.fields[f].required && !(self.present)(f) => Absent::NotAsked,
            Some(true) if (self.present)(f) => Absent::NotAnswered,
            _ => Absent::Unknown,
        })
    }

    /// Of an enterprise its name will do.
    fn is_named(&self, f: usize, row: usize) -> bool {
        let name = format!("{}__name", self.fields[f].code);
        self.columns[self.fields.len()..].iter().any(|(column, names)| *column == name && !names.is_missing(row))
    }

    fn told(&self, code: &FieldCode, row: usize) -> Told {
        let Some(f) = self.fields.iter().position(|field| field.code == *code) else { return Told::Unknown };
        if !(self.present)(f) {
            return Told::Unknown;
        }
        if let Some((_, code)) = &self.said[f][row] {
            return Told::Text(code.clone());
        }
        let shown = match &self.columns[f].1 {
            column @ Column::Text { .. } => column.text(row).map(str::to_owned),
            Column::Integer(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
            Column::Decimal(values) => values
                .get(row)
                .copied()
                .flatten()
                .and_then(|value| {
                    rust_decimal::Decimal::try_from_i128_with_scale(value, crate::model::number::SCALE).ok()
                })
                .map(|value| value.normalize().to_string()),
            column @ Column::Date(_) => column.day(row).and_then(from_unix).map(|day| day.to_string()),
        };
        shown.map_or(Told::Empty, Told::Text)
    }

    /// The columns that say it, one beside each question.
    pub fn states(&self, rows: usize) -> Vec<(String, Column)> {
        let state = |f: usize, field: &Field| {
            let texts = Absent::NAMES.map(|(name, _)| name.to_owned()).to_vec();
            let at = |kind: Absent| Absent::NAMES.iter().position(|(_, known)| *known == kind);
            let ids =
                (0..rows).map(|row| self.absent(f, row).and_then(at).and_then(|at| u32::try_from(at).ok())).collect();
            (column_of(field), Column::Text { texts, ids })
        };
        self.fields.iter().enumerate().map(|(f, field)| state(f, field)).collect()
    }
}
