//! `[report]`: which scoreboard comes out, with which thresholds and gates.

use rust_decimal::Decimal;

use super::catalog::{Collection, Gate, Indicator, Partner, Programme, Report};
use super::picture::OpenPicture;
use super::presentation;
use super::reader::Table;
use crate::finding::suggest::nearest;
use crate::finding::{Place, rules};
use crate::model::audience::Audience;
use crate::model::code::{IndicatorCode, ReportCode};
use crate::model::export::Exports;
use crate::model::scoreboard::{Status, Thresholds};

fn thresholds() -> Thresholds {
    Thresholds { on_track: Decimal::new(9, 1), at_risk: Decimal::new(7, 1) }
}

const EVIDENCE_ROWS: i64 = 50_000;
/// Cells of what came that the workbook holds copies of.
const COPIES: i64 = 20_000;

pub fn read(
    table: &Table<'_>,
    programme: &Programme,
    (indicators, partners, collections): (&[Indicator], &[Partner], &[Collection]),
    open: OpenPicture<'_>,
) -> Option<(Place, Report)> {
    let code = table.code("code", ReportCode::new);
    let title = table.required_text("title");
    let known = |text: &super::reader::At<String>| -> Option<IndicatorCode> {
        let found = indicators.iter().find(|indicator| indicator.code.as_str() == text.value);
        if found.is_none() {
            let message = format!("no indicator is called `{}`", text.value);
            let names = indicators.iter().map(|indicator| indicator.code.as_str());
            let finding = table.error(&rules::UNKNOWN_INDICATOR, &text.span, message);
            table.report(finding.suggest(nearest(&text.value, names)));
        }
        found.map(|indicator| indicator.code.clone())
    };
    let chosen: Vec<IndicatorCode> = if table.has("indicators") {
        table.texts("indicators").iter().filter_map(known).collect()
    } else {
        indicators.iter().map(|indicator| indicator.code.clone()).collect()
    };
    let mut limits = thresholds();
    if let Some(declared) = table.table("thresholds") {
        if let Some(at) = declared.decimal("on_track") {
            limits.on_track = at.value;
        }
        if let Some(at) = declared.decimal("at_risk") {
            limits.at_risk = at.value;
        }
        declared.finish();
        if !(limits.at_risk < limits.on_track && limits.on_track <= Decimal::ONE && limits.at_risk > Decimal::ZERO) {
            declared.bad(
                &declared.span,
                "thresholds must satisfy 0 < at_risk < on_track ≤ 1",
                "The defaults are 0.9 and 0.7.",
            );
        }
    }
    let evidence_rows = usize::try_from(table.bounded("evidence_rows", EVIDENCE_ROWS, 0..=1_000_000)).unwrap_or(0);
    let copies = u64::try_from(table.bounded("copies", COPIES, 0..=1_000_000)).unwrap_or(0);
    let audience = table.choice("audience", &Audience::NAMES).map(|at| at.value).unwrap_or_default();
    let gate = table.table("gate").map_or_else(Gate::default, |gate| {
        let count = |key| gate.integer(key).and_then(|at| u64::try_from(at.value).ok());
        let status = gate
            .texts("status")
            .iter()
            .filter_map(|text| {
                let found = Status::NAMES.iter().find(|(name, _)| *name == text.value);
                if found.is_none() {
                    let suggestion = nearest(&text.value, Status::NAMES.iter().map(|(name, _)| *name));
                    let finding =
                        gate.error(&rules::BAD_VALUE, &text.span, format!("no status is called `{}`", text.value));
                    gate.report(finding.suggest(suggestion));
                }
                found.map(|(_, status)| *status)
            })
            .collect();
        let read = Gate {
            rows_kept_out: count("rows_kept_out"),
            partners_missing: count("partners_missing"),
            groups_failed: count("groups_failed"),
            status,
        };
        gate.finish();
        read
    });
    let (presentation, logo_file) = presentation::read(table, programme, &chosen, open);
    let per_partner = table.boolean("per_partner") == Some(true);
    if per_partner && audience.is_restricted() {
        table.bad(
            &table.span_of("per_partner"),
            format!("a report for each partner holds its rows, so it cannot be `{}`", audience.as_str()),
            "Leave `audience` out of this report, and write another report for the others.",
        );
    }
    let matrices = super::matrix::read(table, collections);
    let chains = super::chain::read(table, collections);
    let exports = super::export::read(table, indicators, partners, &programme.hosts);
    let (destinations, mailings) = super::destination::read(table, &programme.hosts);
    table.finish();
    let code = code?;
    Some((
        table.place(&code.span),
        Report {
            code: code.value,
            title: title?.value,
            indicators: chosen,
            thresholds: limits,
            evidence_rows,
            copies,
            audience,
            gate,
            presentation,
            matrices,
            chains,
            logo_file,
            per_partner,
            exports,
            destinations,
            mailings,
        },
    ))
}

/// The report of a project that declares none: everything, under the name `scoreboard`.
pub fn standard(programme: &Programme, indicators: &[Indicator]) -> Option<Report> {
    Some(Report {
        code: ReportCode::new("scoreboard")?,
        title: programme.title.clone(),
        indicators: indicators.iter().map(|indicator| indicator.code.clone()).collect(),
        thresholds: thresholds(),
        evidence_rows: usize::try_from(EVIDENCE_ROWS).ok()?,
        copies: u64::try_from(COPIES).ok()?,
        audience: Audience::Internal,
        gate: Gate::default(),
        presentation: presentation::standard(programme),
        matrices: Vec::new(),
        chains: Vec::new(),
        logo_file: None,
        per_partner: false,
        exports: Exports::default(),
        destinations: Vec::new(),
        mailings: Vec::new(),
    })
}
