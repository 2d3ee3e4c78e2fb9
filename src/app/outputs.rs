//! The files of one report, as names and bytes: what a format is made of stands here and nowhere else.

use polars::prelude::DataFrame;

use super::{Stopped, fault};
use crate::define::catalog::Report;
use crate::model::scoreboard::Scoreboard;
use crate::report;

/// One file to publish.
pub struct Output {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Every file of a report, in the order in which they are published. `whole` is all the evidence, where the workbook
/// holds a part only.
pub fn render(report: &Report, scoreboard: &Scoreboard, whole: Option<DataFrame>) -> Result<Vec<Output>, Stopped> {
    let output = |extension: &str, bytes| Output { name: format!("{}.{extension}", report.code), bytes };
    let workbook = report::workbook(scoreboard).map_err(|error| fault("the workbook cannot be written", error))?;
    let mut outputs = vec![
        output("xlsx", workbook),
        output("json", report::json(scoreboard)),
        output("html", report::html(scoreboard)),
    ];
    if let Some(mut whole) = whole {
        outputs.push(output("evidence.parquet", crate::store::parquet(&mut whole)?));
    }
    Ok(outputs)
}
