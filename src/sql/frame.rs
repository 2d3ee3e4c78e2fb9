//! Checked SQL run on frames by Polars.

use std::sync::Once;

use polars::prelude::{DataFrame, IntoLazy, PolarsError};
use polars::sql::SQLContext;

/// Runs one planned query over named tables.
///
/// # Errors
/// Whatever Polars refuses: since every expression was checked, that is a fault of the plan.
pub fn query(tables: &[(&str, &DataFrame)], sql: &str) -> Result<DataFrame, PolarsError> {
    quiet();
    let mut context = SQLContext::new();
    for (name, frame) in tables {
        context.register(name, (*frame).clone().lazy());
    }
    context.execute(sql)?.collect()
}

/// Polars warns on standard error about its own handling of date literals; that is nothing to a lead.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| polars::error::set_warning_function(|_, _| {}));
}
