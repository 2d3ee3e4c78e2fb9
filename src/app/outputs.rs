//! The files of one report, as names and bytes: what a format is made of stands here and nowhere else.

use polars::prelude::{
    DataFrame, DateChunked, Int64Chunked, Int128Chunked, IntoSeries as _, NewChunkedArray as _, PolarsError, Series,
    StringChunked,
};

use super::{Stopped, fault};
use crate::define::catalog::Report;
use crate::export::table::{Cell, Kind, Table};
use crate::export::{self, csv, eu, iati, table};
use crate::finding::{Finding, Place, rules};
use crate::model::export::Format;
use crate::model::scoreboard::Scoreboard;
use crate::report;
use crate::sql::frame::to_unix;

/// One file to publish.
pub struct Output {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Files, and the figures that stand in none of them because they do not fit.
#[derive(Default)]
pub struct Outputs {
    pub files: Vec<Output>,
    pub refused: Vec<Finding>,
}

/// Every file of a report, in the order in which they are published. `whole` is all the evidence as a table: where the
/// workbook holds a part only, or where it is asked for.
pub fn render(report: &Report, scoreboard: &Scoreboard, mut whole: Option<DataFrame>) -> Result<Outputs, Stopped> {
    // Each is a pure function of the scoreboard, and most of the time of a refresh that changes little.
    let (workbook, (json, html)) = rayon::join(
        || report::workbook(scoreboard),
        || rayon::join(|| report::json(scoreboard), || report::html(scoreboard)),
    );
    let workbook = workbook.map_err(|error| fault("the workbook cannot be written", error))?;
    let mut outputs = Outputs::default();
    outputs.add(report, "xlsx", workbook);
    outputs.add(report, "json", json);
    outputs.add(report, "html", html);
    if let Some(whole) = &mut whole {
        outputs.add(report, "evidence.parquet", crate::store::parquet(whole)?);
    }
    for format in &report.exports.formats {
        outputs.format(report, scoreboard, *format)?;
    }
    Ok(outputs)
}

impl Outputs {
    fn add(&mut self, report: &Report, ending: &str, bytes: Vec<u8>) {
        self.files.push(Output { name: format!("{}.{ending}", report.code), bytes });
    }

    /// The files of one format. All evidence as Parquet is none of them: it comes from the rows, not the scoreboard.
    pub fn format(&mut self, report: &Report, scoreboard: &Scoreboard, format: Format) -> Result<(), Stopped> {
        match format {
            Format::Csv => {
                self.add(report, "figures.csv", csv::csv(&table::figures(scoreboard)));
                if !scoreboard.audience.is_restricted() {
                    self.add(report, "evidence.csv", csv::csv(&table::evidence(scoreboard)));
                }
            }
            Format::Parquet => {
                let mut frame = self.frame(&table::figures(scoreboard)).map_err(|error| fault("no table", error))?;
                self.add(report, "figures.parquet", crate::store::parquet(&mut frame)?);
            }
            Format::Iati => {
                let Some(activity) = &report.exports.iati else { return Ok(()) };
                let export::Exported { bytes, refused } =
                    iati::iati(scoreboard, activity).map_err(|error| fault("no IATI file", error))?;
                self.add(report, "iati.xml", bytes);
                self.refused.extend(refused);
            }
            Format::EuTable => {
                let (table, refused) = eu::table(scoreboard);
                self.add(report, "eu_table.csv", csv::csv(&table));
                self.refused.extend(refused);
            }
        }
        Ok(())
    }

    fn frame(&mut self, table: &Table) -> Result<DataFrame, PolarsError> {
        let mut columns = Vec::with_capacity(table.columns.len());
        for (at, (name, kind)) in table.columns.iter().enumerate() {
            let cells = || table.lines.iter().map(move |line| line.get(at).unwrap_or(&Cell::Missing));
            let text = |cell: &Cell| if let Cell::Text(text) = cell { Some(text.clone()) } else { None };
            let count = |cell: &Cell| if let Cell::Whole(count) = cell { Some(*count) } else { None };
            let day = |cell: &Cell| if let Cell::Day(day) = cell { Some(to_unix(*day)) } else { None };
            let series: Series = match kind {
                Kind::Text => StringChunked::from_iter_options((*name).into(), cells().map(text)).into_series(),
                Kind::Whole => Int64Chunked::from_iter_options((*name).into(), cells().map(count)).into_series(),
                Kind::Day => {
                    let days = polars::prelude::Int32Chunked::from_iter_options((*name).into(), cells().map(day));
                    let days: DateChunked = days.into_date();
                    days.into_series()
                }
                Kind::Number => {
                    let numbers: Vec<Option<i128>> = table
                        .lines
                        .iter()
                        .map(|line| match line.get(at) {
                            Some(Cell::Number(number)) => {
                                let exact = exact(*number);
                                if exact.is_none() {
                                    self.refused.push(unfit(table, line, name));
                                }
                                exact
                            }
                            _ => None,
                        })
                        .collect();
                    Int128Chunked::from_iter_options((*name).into(), numbers.into_iter())
                        .into_decimal(38, DIGITS as usize)?
                        .into_series()
                }
            };
            columns.push(series.into());
        }
        DataFrame::new(table.lines.len(), columns)
    }
}

/// Digits behind the point of a number in Parquet: enough for a quotient of twelve digits above a millionth.
const DIGITS: u32 = 18;

/// The number in units of its last digit, if it has no more than that and is not too large.
fn exact(number: rust_decimal::Decimal) -> Option<i128> {
    let number = number.normalize();
    let missing = DIGITS.checked_sub(number.scale())?;
    let scaled = number.mantissa().checked_mul(10_i128.checked_pow(missing)?)?;
    (scaled.abs() < 10_i128.pow(38)).then_some(scaled)
}

fn unfit(table: &Table, line: &[Cell], column: &str) -> Finding {
    let of = |wanted: &str| {
        let at = table.columns.iter().position(|(name, _)| *name == wanted)?;
        if let Some(Cell::Text(text)) = line.get(at) { Some(text.as_str()) } else { None }
    };
    let by = of("by").zip(of("by_value")).map_or_else(String::new, |(field, value)| format!(", {field} = {value}"));
    let message = format!(
        "{}{by}: its {column} does not fit into a decimal of 38 digits, {DIGITS} of them behind the point",
        of("indicator").unwrap_or_default()
    );
    Finding::warning(&rules::EXPORT_REFUSED, Place::Project, message)
        .help("The cell is empty in the Parquet file; csv and JSON have all digits.")
}
