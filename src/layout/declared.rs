//! Tables of foreign files, where their declaration (`[[collection.layout]]`) says they stand.

use std::collections::BTreeMap;
use std::ops::Range;

use super::header::Header;
use super::labels::{Target, fold_label};
use super::pattern::glob;
use super::raw::{RawTable, Source};
use super::submission::{partner_named, period_named};
use super::table::{TOTALS, data_rows, nearest_label};
use crate::define::Catalog;
use crate::define::catalog::{Across, AcrossColumns, Belonging, Collection, Layout};
use crate::finding::{CellRef, Finding, Place, column_letters, rules};
use crate::ingest::{Cell, Sheet};
use crate::model::code::FieldCode;

/// Rows in which an undeclared header is looked for.
const HEADER_DEPTH: usize = 60;
/// Rows of unknown partners or periods that are told one by one.
const TOLD: usize = 20;

/// Why a sheet is not what the declaration says.
#[derive(Debug)]
pub struct Misfit {
    pub message: String,
    pub at: Option<CellRef>,
    pub found: Option<String>,
    pub help: String,
}

impl Misfit {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, found: None, help: help.into() }
    }

    fn at(mut self, cell: CellRef) -> Self {
        self.at = Some(cell);
        self
    }
}

/// Whether a layout speaks of files of this name.
pub fn speaks_of_file(layout: &Layout, file_name: &str) -> bool {
    layout.declares_a_table()
        && (layout.files.is_empty() || layout.files.iter().any(|pattern| glob(pattern, file_name)))
}

/// Whether it speaks of this sheet. Without patterns: of every sheet that people see.
pub fn speaks_of_sheet(layout: &Layout, sheet: &Sheet) -> bool {
    if layout.sheets.is_empty() {
        return !sheet.hidden;
    }
    layout.sheets.iter().any(|pattern| glob(pattern, sheet.name.trim()))
}

/// The tables of one sheet: one, or one for each column of `across`, partner and period.
pub fn read<'a>(
    file: &str,
    sheet: &'a Sheet,
    collection: &'a Collection,
    layout: &'a Layout,
    catalog: &Catalog,
    findings: &mut Vec<Finding>,
) -> Result<Vec<RawTable<'a>>, Misfit> {
    let start = match &layout.below {
        None => 0,
        Some(text) => below(sheet, text)?,
    };
    let reader = Reader { file, sheet, collection, layout };
    let (first, header) = reader.header(start)?;
    let mut raw = RawTable::plain(Target::Collection(collection), sheet);
    raw.header = header.columns().collect();
    reader.place_fields(&mut raw, &header)?;
    let range = reader.range(first);
    let ours: Vec<u16> = reader.columns_read(&raw, &header);
    raw.rows = data_rows(file, sheet, range, &ours, &reader.required(&raw), findings);
    raw.rows.retain(|i| !begins_like(sheet, *i, &layout.skip));
    findings.extend(raw.rows.iter().filter(|i| is_total(sheet, **i)).take(TOLD).map(|i| reader.total_read(*i)));
    raw.fill_down = layout.fill_down.iter().filter_map(|code| reader.field(code.as_str())).collect();
    let fold_all = |texts: &Vec<String>| texts.iter().map(|text| fold_label(text)).collect();
    let of_field = |(code, texts): (&FieldCode, &Vec<String>)| Some((reader.field(code.as_str())?, fold_all(texts)));
    raw.not_reported_in = layout.not_reported_in.iter().filter_map(of_field).collect();
    raw.not_reported = layout.not_reported.iter().map(|text| fold_label(text)).collect();
    raw.locale = layout.locale.as_deref();
    raw.repeat_merged = layout.repeat_merged;
    let tables = match &layout.across {
        None => vec![raw],
        Some(across) => reader.across(&raw, across, &header)?,
    };
    let mut split = Vec::new();
    for mut table in tables {
        table.note_merges();
        split.extend(reader.belonging(table, &header, catalog, findings)?);
    }
    Ok(split)
}

/// A column of a header: its label as it stands, and all that it may be called, folded once.
struct Named {
    column: u16,
    shown: String,
    names: Vec<String>,
}

fn names_of(header: &Header) -> Vec<Named> {
    let folded = |column: u16| header.names(column).iter().map(|name| fold_label(name)).collect();
    header.columns().map(|(column, shown)| Named { column, shown, names: folded(column) }).collect()
}

/// The row below the first that holds a text like this.
fn below(sheet: &Sheet, text: &str) -> Result<u32, Misfit> {
    let like = |i: usize| {
        sheet.row(i).iter().any(|(_, cell)| matches!(cell, Cell::Text(id) if glob(text, sheet.text(*id).trim())))
    };
    let found = (0..sheet.rows.len()).find(|i| like(*i));
    found.map(|i| sheet.rows[i].index + 1).ok_or_else(|| {
        Misfit::new(format!("no cell reads like `{text}`, below which the table should stand"), "Correct `below`.")
    })
}

/// Whether the first filled cell of a row reads like one of these.
fn begins_like(sheet: &Sheet, i: usize, patterns: &[String]) -> bool {
    let Some((_, cell)) = sheet.row(i).first() else { return false };
    let text = sheet.display(*cell);
    let text = text.trim();
    patterns.iter().any(|pattern| glob(pattern, text))
}

fn across_columns(across: &Across, header: &Header) -> Vec<u16> {
    match &across.columns {
        AcrossColumns::Letters(first, last) => (*first..=*last).collect(),
        AcrossColumns::Labels(patterns) => header
            .columns()
            .filter(|(_, label)| patterns.iter().any(|pattern| glob(pattern, label)))
            .map(|(column, _)| column)
            .collect(),
    }
}

/// Whether a row begins with a word for totals.
fn is_total(sheet: &Sheet, i: usize) -> bool {
    let Some((_, Cell::Text(id))) = sheet.row(i).first() else { return false };
    TOTALS.contains(&fold_label(sheet.text(*id)).as_str())
}

struct Reader<'r, 'a> {
    file: &'r str,
    sheet: &'a Sheet,
    collection: &'a Collection,
    layout: &'a Layout,
}

impl<'a> Reader<'_, 'a> {
    fn field(&self, code: &str) -> Option<usize> {
        self.collection.fields.iter().position(|field| field.code.as_str() == code)
    }

    /// The labels that the header should hold: declared ones, else those of the fields themselves.
    fn wanted(&self) -> Vec<Vec<String>> {
        let placed = |code: &FieldCode| self.layout.letters.contains_key(code) || self.layout.cells.contains_key(code);
        let across = self.layout.across.as_ref();
        let taken = |code: &FieldCode| across.is_some_and(|across| across.into == *code || across.value == *code);
        let of = |field: &crate::define::catalog::Field| match self.layout.columns.get(&field.code) {
            Some(label) => vec![fold_label(label)],
            None if placed(&field.code) || taken(&field.code) => Vec::new(),
            None => field.names().chain([field.code.as_str()]).map(fold_label).collect(),
        };
        self.collection.fields.iter().map(of).collect()
    }

    /// Where the data begin, and the header above them.
    fn header(&self, start: u32) -> Result<(u32, Header), Misfit> {
        let rows = self.layout.header_rows.unwrap_or(1);
        let wanted = self.wanted();
        let row = match self.layout.header_row {
            Some(row) => row,
            None if wanted.iter().all(Vec::is_empty) => {
                let first = self.layout.first_row.unwrap_or(start);
                return Ok((first, Header::default()));
            }
            None => {
                let score = |header: &Header| {
                    let names: Vec<String> =
                        header.columns().flat_map(|(c, _)| header.names(c)).map(|n| fold_label(&n)).collect();
                    wanted.iter().filter(|labels| labels.iter().any(|label| names.contains(label))).count()
                };
                let candidates = self.sheet.rows.iter().map(|row| row.index).filter(|row| *row >= start);
                let mut best = (0, None);
                for row in candidates.take(HEADER_DEPTH) {
                    let score = score(&Header::read(self.sheet, row, rows));
                    if score > best.0 {
                        best = (score, Some(row));
                    }
                }
                best.1.ok_or_else(|| {
                    let help = "Compare the labels in `columns` with the file, or say `header_row`.";
                    Misfit::new("no row holds any of the declared labels", help)
                })?
            }
        };
        let header = Header::read(self.sheet, row, rows);
        let first = self.layout.first_row.unwrap_or(row + rows);
        Ok((first, header))
    }

    fn place_fields(&self, raw: &mut RawTable<'a>, header: &Header) -> Result<(), Misfit> {
        let labels: Vec<(u16, String)> = header.columns().collect();
        let wanted = self.wanted();
        let names = names_of(header);
        let across = self.layout.across.as_ref();
        for (f, field) in self.collection.fields.iter().enumerate() {
            let source = if let Some(cell) = self.layout.cells.get(&field.code) {
                Some(Source::Cell(*cell))
            } else if let Some(column) = self.layout.letters.get(&field.code) {
                Some(Source::Column(*column))
            } else {
                self.by_label(&names, &wanted[f])?.map(Source::Column)
            };
            let filled_across = across.is_some_and(|across| across.into == field.code || across.value == field.code);
            match source {
                Some(source) => drop(raw.columns.insert(f, source)),
                None if filled_across => {}
                None if field.required || self.layout.columns.contains_key(&field.code) => {
                    let label = self.layout.columns.get(&field.code).map_or(field.label.get("en"), String::as_str);
                    let near = nearest_label([label].into_iter(), &labels);
                    let message = format!("the column `{label}` of `{}` is not there", field.code);
                    let mut misfit = Misfit::new(message, "Correct the label in `columns`, or use `letters`.");
                    if let Some((column, text)) = near {
                        misfit.at = header.cell(*column);
                        misfit.found = Some(text.clone());
                    }
                    return Err(misfit);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The one column of this label.
    fn by_label(&self, names: &[Named], labels: &[String]) -> Result<Option<u16>, Misfit> {
        let mut found: Option<u16> = None;
        // The whole label first; the lowest line alone only where no column has the whole.
        for depth in 0..3 {
            for Named { column, shown, names } in names {
                let column = *column;
                if !names.get(depth).is_some_and(|name| labels.contains(name)) {
                    continue;
                }
                if let Some(first) = found {
                    let (first, second) = (column_letters(first), column_letters(column));
                    let message = format!("columns {first} and {second} are both called `{shown}`");
                    let misfit = Misfit::new(message, "Say which one is meant: letters = { field = \"C\" }.");
                    return Err(misfit.at(CellRef::new(self.layout.header_row.unwrap_or(0), column)));
                }
                found = Some(column);
            }
            if found.is_some() {
                break;
            }
        }
        Ok(found)
    }

    /// The kept rows from the first of data to where the table ends.
    fn range(&self, first: u32) -> Range<usize> {
        let rows = &self.sheet.rows;
        let from = rows.partition_point(|row| row.index < first);
        let mut to = self.layout.last_row.map_or(rows.len(), |last| rows.partition_point(|row| row.index <= last));
        for i in from..to {
            let gap = self.layout.ends_at_blank_row && i > from && rows[i].index > rows[i - 1].index + 1;
            if gap || begins_like(self.sheet, i, &self.layout.until) {
                to = i;
                break;
            }
        }
        from..to.max(from)
    }

    /// The columns without which a row is no row of data.
    fn required(&self, raw: &RawTable<'_>) -> Vec<u16> {
        let columns = raw.columns.iter().filter(|(field, _)| self.collection.fields[**field].required);
        columns
            .filter_map(|(_, source)| if let Source::Column(column) = source { Some(*column) } else { None })
            .collect()
    }

    /// Nothing tells such a row from the others but its word: it may be what everything adds up to.
    fn total_read(&self, i: usize) -> Finding {
        let at = CellRef::new(self.sheet.rows[i].index, self.sheet.row(i).first().map_or(0, |(column, _)| *column));
        let place = Place::Cell { file: self.file.to_owned(), sheet: self.sheet.name.clone(), cell: Some(at) };
        Finding::warning(&rules::TOTALS_ROW, place, "a row that looks like a total was read as data")
            .help("If it adds up the rows above, name it in `skip` of the layout.")
    }

    /// The columns in which a row of data holds something.
    fn columns_read(&self, raw: &RawTable<'_>, header: &Header) -> Vec<u16> {
        let mut columns: Vec<u16> = raw
            .columns
            .values()
            .filter_map(|s| if let Source::Column(column) = s { Some(*column) } else { None })
            .collect();
        if let Some(across) = &self.layout.across {
            columns.extend(across_columns(across, header));
        }
        columns
    }

    /// One table for each column: its label in one field, its cells in another.
    fn across(&self, raw: &RawTable<'a>, across: &Across, header: &Header) -> Result<Vec<RawTable<'a>>, Misfit> {
        let (Some(into), Some(value)) = (self.field(across.into.as_str()), self.field(across.value.as_str())) else {
            return Ok(Vec::new());
        };
        let mut tables = Vec::new();
        for column in across_columns(across, header) {
            let Some(label) = header.cell(column) else { continue };
            let mut table = RawTable::plain(raw.target, raw.sheet);
            table.columns.clone_from(&raw.columns);
            table.columns.insert(into, Source::Cell(label));
            table.columns.insert(value, Source::Column(column));
            table.header.clone_from(&raw.header);
            table.fill_down.clone_from(&raw.fill_down);
            table.not_reported.clone_from(&raw.not_reported);
            table.not_reported_in.clone_from(&raw.not_reported_in);
            table.locale = raw.locale;
            table.repeat_merged = raw.repeat_merged;
            // An empty cell of a table of months is no row.
            let filled = |i: &&usize| raw.sheet.row(**i).binary_search_by_key(&column, |(at, _)| *at).is_ok();
            table.rows = raw.rows.iter().filter(filled).copied().collect();
            tables.push(table);
        }
        if tables.is_empty() {
            return Err(Misfit::new("no column fits `across`", "Correct its `letters` or `labels`."));
        }
        Ok(tables)
    }

    /// Splits a table by what says whose its rows are, and of when.
    fn belonging(
        &self,
        raw: RawTable<'a>,
        header: &Header,
        catalog: &Catalog,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<RawTable<'a>>, Misfit> {
        let partners =
            self.told(&raw, &self.layout.partner, header, |cell| partner_named(self.sheet, cell, catalog))?;
        let periods = self.told(&raw, &self.layout.period, header, |cell| period_named(self.sheet, cell, catalog))?;
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut lost = 0;
        for ((i, partner), period) in raw.rows.iter().zip(partners).zip(periods) {
            let unknown = [(&partner.1, partner.0.is_none(), "partner"), (&period.1, period.0.is_none(), "period")];
            if let Some((at, _, what)) = unknown.into_iter().find(|(at, none, _)| at.is_some() && *none) {
                lost += 1;
                if lost <= TOLD {
                    findings.push(self.nobodys(at.unwrap_or(CellRef::new(0, 0)), what));
                }
                continue;
            }
            groups.entry((partner.0, period.0)).or_default().push(*i);
        }
        if lost > TOLD {
            let message = format!("and {} more rows of unknown partners or periods", lost - TOLD);
            let place = Place::Cell { file: self.file.to_owned(), sheet: self.sheet.name.clone(), cell: None };
            findings.push(Finding::error(&rules::PARTNER_UNKNOWN, place, message).help("Correct them as above."));
        }
        if groups.is_empty() && lost == 0 {
            return Ok(vec![raw]);
        }
        let table = |((partner, period), rows): ((Option<_>, Option<i64>), Vec<usize>)| RawTable {
            moved: BTreeMap::new(),
            parts: BTreeMap::new(),
            target: raw.target,
            sheet: raw.sheet,
            columns: raw.columns.clone(),
            header: raw.header.clone(),
            rows,
            fill_down: raw.fill_down.clone(),
            covered: raw.covered.clone(),
            repeat_merged: raw.repeat_merged,
            not_reported: raw.not_reported.clone(),
            not_reported_in: raw.not_reported_in.clone(),
            locale: raw.locale,
            partner,
            period,
        };
        Ok(groups.into_iter().map(table).collect())
    }

    /// For each row what it belongs to, and the cell that should say it (None: nothing need say it).
    #[allow(clippy::type_complexity, reason = "a value and its cell, row by row")]
    fn told<T: Clone>(
        &self,
        raw: &RawTable<'_>,
        belonging: &Belonging,
        header: &Header,
        read: impl Fn(Told<'_>) -> Option<T>,
    ) -> Result<Vec<(Option<T>, Option<CellRef>)>, Misfit> {
        let rows = raw.rows.len();
        Ok(match belonging {
            Belonging::File => vec![(None, None); rows],
            Belonging::Sheet => vec![(read(Told::Name(&self.sheet.name)), Some(CellRef::new(0, 0))); rows],
            Belonging::Cell(at) => {
                let value = self.sheet.cell(*at).and_then(|cell| read(Told::Cell(cell)));
                vec![(value, Some(*at)); rows]
            }
            Belonging::Column(label) => {
                let column = self.by_label(&names_of(header), &[fold_label(label)])?.ok_or_else(|| {
                    Misfit::new(format!("the column `{label}` is not there"), "Correct the label in the layout.")
                })?;
                let at = |i: &usize| CellRef::new(self.sheet.rows[*i].index, column);
                let one = |i: &usize| (self.sheet.cell(at(i)).and_then(|cell| read(Told::Cell(cell))), Some(at(i)));
                raw.rows.iter().map(one).collect()
            }
        })
    }

    fn nobodys(&self, at: CellRef, what: &str) -> Finding {
        let place = Place::Cell { file: self.file.to_owned(), sheet: self.sheet.name.clone(), cell: Some(at) };
        let (rule, help) = if what == "partner" {
            (&rules::PARTNER_UNKNOWN, "Write the partner's code or name as in scoreboard.toml.")
        } else {
            (&rules::PERIOD_UNKNOWN, "Write the period as P5, 2016-Q2 or a day in it.")
        };
        let message = format!("it is not known which {what} this row belongs to: it counts for nobody");
        let found = self.sheet.cell(at).map(|cell| self.sheet.display(cell));
        let finding = Finding::error(rule, place, message).help(help);
        match found {
            Some(found) => finding.found(found),
            None => finding,
        }
    }
}

/// Where a name was found.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    Cell(Cell),
    Name(&'a str),
}
