//! Drifts of sheets, columns, headers and rows: what stands where.

use scoreboard::finding::{Severity, rules};

use super::dice::Dice;
use super::draft::{Cell, Content, Draft, Encoding, Form, HEADER, Origin, Page};
use super::known::{AGREEMENTS, EVENTS, PARTNERS, TABLES};

/// A row beyond every known one: of copies, so that each row still has a place of its own.
pub const COPY: usize = 1_000;

fn field(table: usize, dice: &mut Dice, required: bool) -> &'static str {
    let fields: Vec<&str> = TABLES[table].fields.iter().filter(|f| f.required == required).map(|f| f.code).collect();
    dice.pick(&fields)
}

/// Columns that other columns are read with: without them an enterprise is another one.
fn lone_field(dice: &mut Dice) -> &'static str {
    dice.pick(&["amount", "grant_share", "risk_rate", "staff", "hours", "active", "company_name", "notes"])
}

pub fn renamed_sheets(draft: &mut Draft, dice: &mut Dice) {
    let names = ["Tabelle1", "Data 2016", "Feuil1", "Lapas1", "export (2)", "Sheet 1"];
    let first = dice.roll(3);
    for (page, name) in draft.pages.iter_mut().filter(|page| !page.hidden).zip(&names[first..]) {
        (*name).clone_into(&mut page.name);
    }
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

pub fn moved_sheets(draft: &mut Draft, _: &mut Dice) {
    draft.pages.reverse();
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

pub fn removed_sheet(draft: &mut Draft, dice: &mut Dice) {
    let gone = dice.roll(2);
    draft.pages.retain(|page| page.header_of(gone).is_none());
}

pub fn extra_sheets(draft: &mut Draft, dice: &mut Dice) {
    let mut notes = Page { name: "Notizen".into(), ..Page::default() };
    notes.put(0, 0, Cell::text("Rückfragen an Frau Huber"));
    notes.put(3, 1, Cell::number(17.0));
    let mut pivot = Page { name: "Pivot".into(), ..Page::default() };
    for (row, (label, number)) in (2..).zip([("Row Labels", 0.0), ("signed", 12.0), ("cancelled", 3.0)]) {
        pivot.put(row, 0, Cell::text(label));
        pivot.put(row, 1, Cell::number(number));
    }
    draft.pages.insert(dice.roll(draft.pages.len()), notes);
    draft.pages.push(pivot);
    draft.raise(&rules::SHEET_UNKNOWN, Severity::Info);
}

pub fn columns_by_other_names(draft: &mut Draft, _: &mut Dice) {
    relabel(draft, |field| field.also_called.to_owned());
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

pub fn columns_in_another_language(draft: &mut Draft, dice: &mut Dice) {
    let language = (draft.partner.language + 1 + dice.roll(3)) % 4;
    relabel(draft, |field| field.labels[language].to_owned());
}

pub fn columns_by_codes(draft: &mut Draft, _: &mut Dice) {
    relabel(draft, |field| field.code.to_owned());
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

pub fn columns_shouted(draft: &mut Draft, _: &mut Dice) {
    let language = draft.partner.language;
    relabel(draft, |field| format!("  {} *: ", field.labels[language].to_uppercase()));
}

fn relabel(draft: &mut Draft, label: impl Fn(&super::known::Field) -> String) {
    for page in &mut draft.pages {
        for cell in page.cells.values_mut() {
            let Some(Origin { table, row: HEADER, field }) = cell.origin else { continue };
            let field = TABLES[table].fields.iter().find(|f| f.code == field).expect("a field");
            cell.content = Content::Text(label(field));
        }
    }
}

/// One letter of a label is wrong, or it is cut short.
pub fn misspelt_optional(draft: &mut Draft, dice: &mut Dice) {
    misspell(draft, lone_field(dice), dice);
    draft.raise(&rules::COLUMN_MISSING, Severity::Warning);
}

pub fn misspelt_required(draft: &mut Draft, dice: &mut Dice) {
    let table = dice.roll(2);
    misspell(draft, field(table, dice, true), dice);
    draft.lost.clear();
    draft.refuse(table, &rules::COLUMN_MISSING);
}

fn misspell(draft: &mut Draft, code: &'static str, dice: &mut Dice) {
    for page in &mut draft.pages {
        let Some(cell) = page.header_cell(code) else { continue };
        let Content::Text(label) = &mut cell.content else { continue };
        let mut letters: Vec<char> = label.chars().collect();
        let at = 1 + dice.roll(letters.len() - 1);
        letters[at] = if letters[at] == 'x' { 'y' } else { 'x' };
        *label = letters.into_iter().collect();
        let table = cell.origin.map_or(AGREEMENTS, |origin| origin.table);
        draft.lost.insert((table, code));
    }
}

pub fn moved_columns(draft: &mut Draft, dice: &mut Dice) {
    for page in draft.pages.iter_mut().filter(|page| !page.hidden) {
        let columns = page.columns();
        let by = 1 + u16::try_from(dice.roll(usize::from(columns) - 1)).expect("few columns");
        page.move_cells(|row, column| Some((row, (column + by) % columns)));
    }
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

pub fn inserted_columns(draft: &mut Draft, dice: &mut Dice) {
    for table in [AGREEMENTS, EVENTS] {
        let Some(page) = draft.page_of(table) else { continue };
        let at = u16::try_from(dice.roll(usize::from(page.columns()))).expect("few columns");
        page.insert_columns(at, 2);
        let (Some(header), last) = (page.header_of(table), page.last_row()) else { continue };
        page.put(header, at, Cell::text("Our own remarks"));
        for row in header + 1..=last {
            page.put(row, at, Cell::text(format!("checked by MH, {row}")));
        }
    }
    draft.raise(&rules::COLUMN_UNKNOWN, Severity::Info);
}

pub fn deleted_optional(draft: &mut Draft, dice: &mut Dice) {
    delete(draft, AGREEMENTS, lone_field(dice));
    draft.raise(&rules::COLUMN_MISSING, Severity::Warning);
}

pub fn deleted_required(draft: &mut Draft, dice: &mut Dice) {
    let table = dice.roll(2);
    delete(draft, table, field(table, dice, true));
    draft.lost.clear();
    draft.refuse(table, &rules::COLUMN_MISSING);
}

fn delete(draft: &mut Draft, table: usize, code: &'static str) {
    if let Some(page) = draft.page_of(table)
        && let Some(column) = page.column_of(code)
    {
        page.delete_column(column);
    }
    draft.lost.insert((table, code));
}

/// A column copied beside itself, its copy changed since.
pub fn column_twice(draft: &mut Draft, dice: &mut Dice) {
    let code = lone_field(dice);
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let Some(column) = page.column_of(code) else { return };
    page.insert_columns(column + 1, 1);
    let copies: Vec<((u32, u16), Cell)> = page
        .cells
        .iter()
        .filter(|((_, at), _)| *at == column)
        .map(|((row, at), cell)| ((*row, at + 1), Cell { origin: None, ..cell.clone() }))
        .collect();
    page.cells.extend(copies);
    draft.refuse(AGREEMENTS, &rules::COLUMN_TWICE);
}

pub fn title_rows(draft: &mut Draft, dice: &mut Dice) {
    let rows = 1 + dice.below(9);
    for page in draft.pages.iter_mut().filter(|page| !page.hidden) {
        page.insert_rows(0, rows);
        page.put(0, 0, Cell::text("Interim report, second version"));
        page.put(rows - 1, 2, Cell::text("please do not change"));
    }
}

pub fn two_row_header(draft: &mut Draft, dice: &mut Dice) {
    for table in [AGREEMENTS, EVENTS] {
        let Some(page) = draft.page_of(table) else { continue };
        let Some(header) = page.header_of(table) else { continue };
        page.insert_rows(header, 1);
        let last = page.columns() - 1;
        let middle = 1 + u16::try_from(dice.roll(usize::from(last) - 1)).expect("few columns");
        page.put(header, 0, Cell::text("What"));
        page.put(header, middle, Cell::text("Figures"));
        if middle > 1 {
            page.merges.push((header, 0, header, middle - 1));
        }
        if middle < last {
            page.merges.push((header, middle, header, last));
        }
    }
}

/// The labels in another language below those of the partner's own.
pub fn bilingual_header(draft: &mut Draft, dice: &mut Dice) {
    let language = (draft.partner.language + 1 + dice.roll(3)) % 4;
    for table in [AGREEMENTS, EVENTS] {
        let Some(page) = draft.page_of(table) else { continue };
        let Some(header) = page.header_of(table) else { continue };
        page.insert_rows(header + 1, 1);
        for field in TABLES[table].fields {
            if let Some(column) = page.column_of(field.code) {
                page.put(header + 1, column, Cell::text(field.labels[language]));
            }
        }
    }
}

/// The header cells cover two rows each.
pub fn merged_header(draft: &mut Draft, _: &mut Dice) {
    for table in [AGREEMENTS, EVENTS] {
        let Some(page) = draft.page_of(table) else { continue };
        let Some(header) = page.header_of(table) else { continue };
        page.insert_rows(header + 1, 1);
        let columns: Vec<u16> =
            page.cells.keys().filter(|(row, _)| *row == header).map(|(_, column)| *column).collect();
        page.merges.extend(columns.into_iter().map(|column| (header, column, header + 1, column)));
    }
}

pub fn merged_body(draft: &mut Draft, dice: &mut Dice) {
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let (Some(header), Some(column)) = (page.header_of(AGREEMENTS), page.column_of("status")) else { return };
    let top = header + 1 + dice.below(page.last_row() - header - 3);
    page.merges.push((top, column, top + 2, column));
    let mut struck = Vec::new();
    for row in top + 1..=top + 2 {
        struck.extend(page.cells.get_mut(&(row, column)).and_then(|cell| {
            cell.content = Content::Text(String::new());
            cell.origin
        }));
    }
    for origin in struck {
        draft.strike(origin, &rules::MERGED_CELLS);
    }
}

pub fn blank_rows(draft: &mut Draft, dice: &mut Dice) {
    for table in [AGREEMENTS, EVENTS] {
        let Some(page) = draft.page_of(table) else { continue };
        let Some(header) = page.header_of(table) else { continue };
        for _ in 0..3 {
            let at = header + 2 + dice.below(page.last_row() - header - 1);
            page.insert_rows(at, 1 + dice.below(3));
        }
    }
}

/// The words for a total in the partners' languages, as people write them.
const TOTALS: [&[&str]; 4] =
    [&["Total", "Grand total:"], &["Summe", "Gesamtsumme"], &["Total général", "Somme"], &["Iš viso:", "Viso"]];
const SUBTOTALS: [&str; 4] = ["Subtotal", "Zwischensumme", "Sous-total", "Iš viso"];

pub fn totals_row(draft: &mut Draft, dice: &mut Dice) {
    let language = draft.partner.language;
    for table in [AGREEMENTS, EVENTS] {
        let word = dice.pick(TOTALS[language]);
        if let Some(page) = draft.page_of(table) {
            let row = page.last_row() + 1;
            put_total(page, row, word);
        }
    }
    draft.raise(&rules::TOTALS_ROW, Severity::Info);
}

pub fn subtotal_rows(draft: &mut Draft, dice: &mut Dice) {
    let word = SUBTOTALS[draft.partner.language];
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let Some(header) = page.header_of(AGREEMENTS) else { return };
    for _ in 0..3 {
        let at = header + 2 + dice.below(page.last_row() - header - 1);
        page.insert_rows(at, 1);
        put_total(page, at, word);
    }
    draft.raise(&rules::TOTALS_ROW, Severity::Info);
}

fn put_total(page: &mut Page, row: u32, word: &str) {
    let first = page.cells.iter().find(|(_, cell)| cell.origin.is_some()).map_or(0, |((_, column), _)| *column);
    page.put(row, first, Cell::text(word));
    for field in ["amount", "staff", "hours", "participants", "budget"] {
        if let Some(column) = page.column_of(field)
            && column != first
        {
            page.put(row, column, Cell::number(123_456.0));
        }
    }
}

/// A total whose word stands in another column, or is none that we know.
pub fn odd_totals(draft: &mut Draft, dice: &mut Dice) {
    for table in [AGREEMENTS, EVENTS] {
        let Some(page) = draft.page_of(table) else { continue };
        let row = page.last_row() + 1;
        put_total(page, row, dice.pick(&["Total 2016", "Kopā", "=> all", "Totaux"]));
    }
    draft.raise(&rules::REQUIRED, Severity::Error);
}

pub fn hidden_rows(draft: &mut Draft, dice: &mut Dice) {
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let Some(header) = page.header_of(AGREEMENTS) else { return };
    for row in dice.some(40) {
        page.hidden_rows.insert(header + 1 + u32::try_from(row).expect("few rows"));
    }
    draft.raise(&rules::HIDDEN_ROW, Severity::Warning);
}

pub fn hidden_columns(draft: &mut Draft, dice: &mut Dice) {
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    for field in dice.some(TABLES[AGREEMENTS].fields.len()) {
        page.hidden_columns.extend(page.column_of(TABLES[AGREEMENTS].fields[field].code));
    }
    draft.raise(&rules::HIDDEN_COLUMN, Severity::Warning);
}

pub fn filtered_rows(draft: &mut Draft, dice: &mut Dice) {
    hidden_rows(draft, dice);
    draft.pages.iter_mut().filter(|page| !page.hidden).for_each(|page| page.filtered = true);
}

pub fn shifted_right(draft: &mut Draft, _: &mut Dice) {
    draft.pages.iter_mut().filter(|page| !page.hidden).for_each(|page| page.insert_columns(0, 2));
}

pub fn rows_twice(draft: &mut Draft, dice: &mut Dice) {
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let Some(header) = page.header_of(AGREEMENTS) else { return };
    let mut struck = Vec::new();
    for row in dice.some(40) {
        let (from, to) = (header + 1 + u32::try_from(row).expect("few rows"), page.last_row() + 1);
        let copies: Vec<(u16, Cell)> =
            page.cells.range((from, 0)..(from + 1, 0)).map(|((_, column), cell)| (*column, cell.clone())).collect();
        for (column, mut cell) in copies {
            cell.origin = cell.origin.map(|origin| Origin { row: origin.row + COPY, ..origin });
            struck.extend(cell.origin.filter(|origin| origin.field == TABLES[AGREEMENTS].key));
            page.put(to, column, cell);
        }
    }
    for origin in struck {
        draft.strike(origin, &rules::DUPLICATE_KEY);
    }
}

/// The events moved below the agreements, on one sheet.
pub fn tables_below(draft: &mut Draft, dice: &mut Dice) {
    let gap = 2 + dice.below(3);
    join(draft, |page| (page.last_row() + gap, 0));
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

/// The second half of the agreements under a header of its own, its columns the other way round.
pub fn table_in_parts(draft: &mut Draft, dice: &mut Dice) {
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let (Some(header), last, columns) = (page.header_of(AGREEMENTS), page.last_row(), page.columns()) else { return };
    let cut = header + 5 + dice.below(last - header - 8);
    let labels: Vec<(u16, Cell)> =
        page.cells.range((header, 0)..(header + 1, 0)).map(|((_, column), cell)| (*column, cell.clone())).collect();
    page.move_cells(|row, column| Some(if row >= cut { (row + 2, columns - 1 - column) } else { (row, column) }));
    for (column, cell) in labels {
        page.put(cut + 1, columns - 1 - column, cell);
    }
    draft.raise(&rules::LAYOUT_TOLERATED, Severity::Info);
}

/// The events moved beside the agreements, on one sheet.
pub fn tables_beside(draft: &mut Draft, dice: &mut Dice) {
    let gap = u16::try_from(dice.roll(3)).expect("few");
    join(draft, |page| (0, page.columns() + gap));
    draft.refuse(EVENTS, &rules::COLUMN_UNKNOWN);
}

fn join(draft: &mut Draft, at: impl Fn(&Page) -> (u32, u16)) {
    let Some(from) = draft.pages.iter().position(|page| page.header_of(EVENTS).is_some()) else { return };
    let events = draft.pages.remove(from);
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let (down, right) = at(page);
    for ((row, column), cell) in events.cells {
        page.put(row + down, column + right, cell);
    }
}

pub fn protected(draft: &mut Draft, _: &mut Dice) {
    draft.pages.iter_mut().for_each(|page| page.protected = true);
}

pub fn without_hidden_sheet(draft: &mut Draft, _: &mut Dice) {
    draft.pages.retain(|page| !page.hidden);
}

/// Changes what the hidden sheet says; false where there is none.
fn set_fact(draft: &mut Draft, key: &str, value: &str) -> bool {
    let Some(page) = draft.pages.iter_mut().find(|page| page.name == "_scoreboard") else { return false };
    let is_key = |cell: &Cell| cell.content == Content::Text(key.to_owned());
    let row = page.cells.iter().find(|(_, cell)| is_key(cell)).map(|((row, _), _)| *row);
    row.map(|row| page.put(row, 1, Cell::text(value))).is_some()
}

pub fn older_template(draft: &mut Draft, _: &mut Dice) {
    set_fact(draft, "template", "0123456789ab");
    draft.raise(&rules::TEMPLATE_OLDER, Severity::Info);
}

/// The workbook of a colleague, sent under one's own name.
pub fn hidden_sheet_of_another(draft: &mut Draft, dice: &mut Dice) {
    let other = PARTNERS.iter().filter(|partner| partner.code != draft.partner.code).nth(dice.roll(3)).expect("three");
    if !set_fact(draft, "partner", other.code) {
        return;
    }
    draft.owner = other.code;
    draft.raise(&rules::PARTNER_UNKNOWN, Severity::Warning);
}

/// Nobody can tell whose it is.
pub fn nobodys(draft: &mut Draft, _: &mut Dice) {
    draft.pages.retain(|page| !page.hidden);
    "final version 2.xlsx".clone_into(&mut draft.file);
    draft.pages.iter_mut().for_each(|page| page.put(1, 0, Cell::text("final")));
    draft.refuse(AGREEMENTS, &rules::PARTNER_UNKNOWN);
    draft.refuse(EVENTS, &rules::PARTNER_UNKNOWN);
}

/// A copy of the agreements as they once stood, hidden and forgotten.
pub fn hidden_copy(draft: &mut Draft, _: &mut Dice) {
    let Some(page) = draft.page_of(AGREEMENTS) else { return };
    let mut copy = Page { name: "alt".into(), hidden: true, ..page.clone() };
    for cell in copy.cells.values_mut() {
        cell.origin = cell.origin.map(|origin| match origin.row {
            HEADER => origin,
            row => Origin { row: row + COPY, ..origin },
        });
    }
    let key = TABLES[AGREEMENTS].key;
    let struck: Vec<Origin> =
        copy.cells.values().filter_map(|cell| cell.origin.filter(|o| o.field == key && o.row != HEADER)).collect();
    draft.pages.push(copy);
    for origin in struck {
        draft.strike(origin, &rules::DUPLICATE_KEY);
    }
    draft.raise(&rules::HIDDEN_SHEET, Severity::Warning);
}

/// Each sheet bears the name of the other.
pub fn swapped_names(draft: &mut Draft, _: &mut Dice) {
    let names: Vec<String> = draft.pages.iter().map(|page| page.name.clone()).collect();
    let place = |table: usize| draft.pages.iter().position(|page| page.header_of(table).is_some());
    if let (Some(one), Some(other)) = (place(AGREEMENTS), place(EVENTS)) {
        draft.pages[one].name.clone_from(&names[other]);
        draft.pages[other].name.clone_from(&names[one]);
    }
}

fn as_csv(draft: &mut Draft, separator: char, encoding: Encoding) {
    draft.form = Form::Csv { separator, encoding };
    draft.file = draft.file.replace(".xlsx", ".csv");
    // A file has one table, and no columns to say what the hidden sheet says.
    draft.pages.retain(|page| page.header_of(AGREEMENTS).is_some());
    let kept = |page: &mut Page| page.cells.retain(|_, cell| cell.origin.is_some());
    draft.pages.iter_mut().for_each(kept);
}

pub fn csv_comma(draft: &mut Draft, _: &mut Dice) {
    as_csv(draft, ',', Encoding::Utf8);
}

pub fn csv_semicolon(draft: &mut Draft, _: &mut Dice) {
    as_csv(draft, ';', Encoding::Utf8WithMark);
}

pub fn csv_utf16(draft: &mut Draft, _: &mut Dice) {
    as_csv(draft, '\t', Encoding::Utf16);
}

pub fn csv_windows(draft: &mut Draft, _: &mut Dice) {
    if draft.partner.language == 3 {
        // Windows-1252 has no Lithuanian letters.
        *draft = Draft::filled(1);
    }
    as_csv(draft, ';', Encoding::Windows1252);
    draft.raise(&rules::ENCODING, Severity::Warning);
}
