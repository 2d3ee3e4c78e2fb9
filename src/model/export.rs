//! Where else figures go, as a report declares it: formats, and how figures are called there.

use std::collections::BTreeMap;
use std::time::Duration;

use super::secret::SecretName;

/// A further file of a report, beside the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Csv,
    Parquet,
    /// Results of the International Aid Transparency Initiative, version 2.03.
    Iati,
    /// The EU's common indicators: target, decided, implemented by year.
    EuTable,
}

impl Format {
    pub const NAMES: [(&'static str, Self); 4] =
        [("csv", Self::Csv), ("parquet", Self::Parquet), ("iati", Self::Iati), ("eu_table", Self::EuTable)];
}

/// All that a report says of exports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exports {
    /// Written by every run.
    pub formats: Vec<Format>,
    pub iati: Option<Iati>,
    pub dhis2: Option<Dhis2>,
}

/// What an IATI activity needs beside its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iati {
    pub identifier: String,
    pub description: String,
    pub reporting: Organisation,
    /// With their roles: 1 funding, 2 accountable, 3 extending, 4 implementing.
    pub participating: Vec<(Organisation, String)>,
    /// Code list `ActivityStatus`.
    pub status: String,
    /// Countries or regions with their share in per cent, as written.
    pub countries: Vec<(String, Option<String>)>,
    pub regions: Vec<(String, Option<String>)>,
    /// Code and vocabulary.
    pub sectors: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub reference: Option<String>,
    /// Code list `OrganisationType`.
    pub kind: Option<String>,
    pub name: String,
}

/// A DHIS2 server and what our figures are called there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dhis2 {
    pub url: String,
    /// A personal access token; or, with `user`, a password.
    pub secret: SecretName,
    pub user: Option<SecretName>,
    pub data_set: Option<String>,
    /// Of the programme as a whole.
    pub org_unit: String,
    /// Of partners, by code.
    pub partners: BTreeMap<String, String>,
    /// By which `uid`, `code`, `name` or attribute data elements and units are named.
    pub scheme: String,
    pub elements: BTreeMap<String, Element>,
    pub timeout: Duration,
    pub total: Duration,
}

/// What one indicator is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub actual: String,
    /// A data element of its own: DHIS2 knows no targets.
    pub target: Option<String>,
    pub series: Series,
    /// The data element takes whole numbers only.
    pub whole: bool,
    /// A breakdown by category: the field, and the option combination of each of its values.
    pub categories: Option<(String, BTreeMap<String, String>)>,
}

/// Which values go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// One a period: what came in it, of a stock its state at the end.
    Periods,
    /// The total at the cut-off, in the latest period.
    Total,
}

impl Series {
    pub const NAMES: [(&'static str, Self); 2] = [("periods", Self::Periods), ("total", Self::Total)];
}
