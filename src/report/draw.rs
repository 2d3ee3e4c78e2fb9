//! Charts: what each kind looks like. All are native, so that a reader can change them.

use rust_xlsxwriter::{
    Chart as XlsxChart, ChartAxis, ChartAxisDateUnitType, ChartAxisLabelPosition, ChartAxisTickType, ChartDataLabel,
    ChartDataLabelPosition, ChartEmptyCells, ChartErrorBars, ChartErrorBarsType, ChartFont, ChartFormat, ChartLayout,
    ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartRange, ChartSeries,
    ChartSolidFill, ChartType, Worksheet, XlsxError,
};

use super::axis::Axis;
use super::book::{Area, Chart, ChartKind, Role, Series, Sheet};
use super::canvas;
use super::style;
use super::xlsx::{Manner, float};
use crate::finding::written::Writing;

pub fn chart(sheet: &mut Worksheet, from: &Sheet, chart: &Chart, manner: Manner) -> Result<(), XlsxError> {
    let mut drawn = XlsxChart::new(match chart.kind {
        ChartKind::Days { .. } | ChartKind::Intervals | ChartKind::Trend => ChartType::Line,
        ChartKind::Bars | ChartKind::Bullet { .. } => ChartType::Bar,
        ChartKind::Columns => ChartType::Column,
    });
    drawn.set_width(canvas::sum(&from.columns, chart.first.column, chart.last_column)).set_height(chart.height);
    drawn.set_alt_text(&chart.alt);
    if chart.title.is_empty() {
        drawn.title().set_hidden();
    } else {
        drawn.title().set_name(&chart.title).set_font(font(10).set_bold().set_color(style::GREY));
    }
    drawn.chart_area().set_format(ChartFormat::new().set_no_border());
    for one in &chart.series {
        series(drawn.add_series(), from, chart, one, manner);
    }
    axes(&mut drawn, chart, manner.writing);
    if chart.series.len() > 1 && chart.kind != (ChartKind::Bullet { wide: false }) {
        drawn.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(9));
    } else {
        drawn.legend().set_hidden();
    }
    drawn.show_empty_cells_as(if matches!(chart.kind, ChartKind::Days { .. } | ChartKind::Trend) {
        ChartEmptyCells::Connected
    } else {
        ChartEmptyCells::Gaps
    });
    sheet.insert_chart_with_offset(chart.first.row, chart.first.column, &drawn, 0, 4)?;
    Ok(())
}

fn font(points: u32) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(style::FONT).set_size(points).set_color(style::GREY).set_default_bold(false);
    font
}

fn range(sheet: &Sheet, chart: &Chart, Area { first, last }: Area) -> ChartRange {
    let name = chart.sheet.as_ref().unwrap_or(&sheet.name);
    ChartRange::new_from_range(name, first.row, first.column, last.row, last.column)
}

fn line(color: u32, width: f64) -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(color).set_width(width);
    line
}

fn marker(kind: ChartMarkerType, size: u8, fill: u32, edge: u32) -> ChartMarker {
    let mut marker = ChartMarker::new();
    marker.set_type(kind).set_size(size).set_format(
        ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(fill)).set_border(&line(edge, 1.25)),
    );
    marker
}

fn series(series: &mut ChartSeries, sheet: &Sheet, chart: &Chart, from: &Series, manner: Manner) {
    let Manner { palette, writing } = manner;
    let accent = palette.of(style::ACCENT);
    let range = |area| range(sheet, chart, area);
    series.set_name(&from.name).set_values(&range(from.values)).set_categories(&range(chart.categories));
    match (chart.kind, from.role) {
        (ChartKind::Days { .. }, Role::Actual) => {
            series.set_format(&mut line(accent, 2.5));
            series.set_marker(&marker(ChartMarkerType::Circle, 6, accent, accent));
        }
        (ChartKind::Days { .. }, Role::Expected) => {
            series.set_format(line(style::FAINT, 1.5).set_dash_type(ChartLineDashType::Dash));
            series.set_marker(ChartMarker::new().set_none());
        }
        (ChartKind::Days { .. }, Role::Target) => {
            series.set_format(&mut line(style::INK, 1.0));
            series.set_marker(ChartMarker::new().set_none());
        }
        (ChartKind::Days { .. }, Role::Milestone) => {
            series.set_format(ChartLine::new().set_hidden(true));
            series.set_marker(&marker(ChartMarkerType::Diamond, 9, style::INK, style::INK));
        }
        (ChartKind::Days { .. }, Role::Original) => {
            series.set_format(line(style::FAINT, 1.0).set_dash_type(ChartLineDashType::LongDashDot));
            series.set_marker(ChartMarker::new().set_none());
        }
        (ChartKind::Days { .. }, Role::Projected) => {
            series.set_format(line(accent, 1.75).set_dash_type(ChartLineDashType::SquareDot));
            series.set_marker(ChartMarker::new().set_none());
        }
        (ChartKind::Days { .. }, Role::Bound) => {
            let pale = style::mix(accent, 55);
            series.set_format(line(pale, 1.25).set_dash_type(ChartLineDashType::RoundDot));
            series.set_marker(ChartMarker::new().set_none());
        }
        (ChartKind::Bullet { .. }, Role::Target) => {
            series.set_format(ChartSolidFill::new().set_color(style::HAIR)).set_gap(45).set_overlap(100);
        }
        (ChartKind::Bullet { .. }, Role::Actual) => {
            series.set_format(ChartSolidFill::new().set_color(accent)).set_gap(45).set_overlap(100);
        }
        (ChartKind::Bullet { .. }, _) => {
            series.set_format(ChartSolidFill::new().set_color(style::SHORT)).set_gap(45).set_overlap(100);
        }
        (ChartKind::Trend, _) => {
            series.set_format(&mut line(accent, 1.75));
            series.set_marker(ChartMarker::new().set_none());
        }
        (ChartKind::Intervals, _) => {
            series.set_format(ChartLine::new().set_hidden(true));
            series.set_marker(&marker(ChartMarkerType::Circle, 9, accent, accent));
            label(series, chart.number.code_in(writing), &from.absent, ChartDataLabelPosition::Right);
        }
        (ChartKind::Bars | ChartKind::Columns, _) => {
            series.set_format(ChartSolidFill::new().set_color(accent)).set_gap(55);
            label(series, chart.number.code_in(writing), &from.absent, ChartDataLabelPosition::OutsideEnd);
        }
    }
    if let Some((above, below)) = from.interval {
        let custom = ChartErrorBarsType::Custom(range(above), range(below));
        let mut bars = ChartErrorBars::new();
        bars.set_type(custom).set_end_cap(true).set_format(&mut line(accent, 1.5));
        series.set_y_error_bars(&bars);
    }
}

/// Each point with its figure; where there is none, no label either, since a chart would write 0.
fn label(series: &mut ChartSeries, code: Option<String>, absent: &[bool], position: ChartDataLabelPosition) {
    let mut label = ChartDataLabel::new();
    label.show_value().set_font(font(9).set_color(style::INK)).set_position(position);
    if let Some(code) = code {
        label.set_num_format(code);
    }
    series.set_data_label(&label);
    if absent.contains(&true) {
        let custom: Vec<ChartDataLabel> = absent
            .iter()
            .map(|absent| if *absent { ChartDataLabel::new().set_hidden().to_custom() } else { ChartDataLabel::new() })
            .collect();
        series.set_custom_data_labels(&custom);
    }
}

fn axes(drawn: &mut XlsxChart, chart: &Chart, writing: Writing) {
    if let Some(Axis { low, high, step }) = chart.axis {
        // Where bars lie, the library calls the axis of values x.
        let lying = matches!(chart.kind, ChartKind::Bars | ChartKind::Bullet { .. });
        let axis = if lying { drawn.x_axis() } else { drawn.y_axis() };
        axis.set_min(float(low)).set_max(float(high));
        if let Some(step) = step {
            axis.set_major_unit(float(step));
        }
    }
    let pale = line(style::HAIR, 0.75);
    let code = chart.number.code_in(writing);
    let values = |axis: &mut ChartAxis, lines: bool| {
        axis.set_font(&font(9))
            .set_format(ChartLine::new().set_hidden(true))
            .set_major_tick_type(ChartAxisTickType::None);
        axis.set_major_gridlines(lines);
        if lines {
            axis.set_major_gridlines_line(&pale);
        }
        if let Some(code) = &code {
            axis.set_num_format(code);
        }
    };
    let names = |axis: &mut ChartAxis| {
        axis.set_font(font(9).set_color(style::INK)).set_format(&mut line(style::FAINT, 0.75));
        axis.set_major_tick_type(ChartAxisTickType::None).set_label_position(ChartAxisLabelPosition::Low);
        axis.set_major_gridlines(false);
    };
    match chart.kind {
        ChartKind::Days { months } => {
            names(drawn.x_axis());
            values(drawn.y_axis(), true);
            drawn.x_axis().set_num_format(format!("[$-{}]mmm yy", writing.spreadsheet_code()));
            if let Some(months) = months {
                drawn.x_axis().set_date_axis(true);
                drawn.x_axis().set_major_unit(months).set_major_unit_date_type(ChartAxisDateUnitType::Months);
            } else {
                drawn.x_axis().set_text_axis(true);
            }
        }
        ChartKind::Bars => {
            // The labels at the bars say it all.
            names(drawn.y_axis());
            drawn.y_axis().set_reverse();
            values(drawn.x_axis(), false);
            drawn.x_axis().set_label_position(ChartAxisLabelPosition::None);
        }
        ChartKind::Columns => {
            names(drawn.x_axis());
            values(drawn.y_axis(), false);
            drawn.y_axis().set_label_position(ChartAxisLabelPosition::None);
        }
        ChartKind::Intervals => {
            names(drawn.x_axis());
            values(drawn.y_axis(), true);
        }
        ChartKind::Bullet { wide } => {
            drawn.y_axis().set_reverse().set_hidden(true).set_major_gridlines(false);
            values(drawn.x_axis(), false);
            if wide {
                drawn.x_axis().set_label_position(ChartAxisLabelPosition::High);
            } else {
                drawn.x_axis().set_hidden(true);
                drawn.plot_area().set_layout(&ChartLayout::new().set_offset(0.03, 0.1).set_dimensions(0.94, 0.8));
            }
        }
        ChartKind::Trend => {
            drawn.x_axis().set_date_axis(true).set_hidden(true);
            drawn.y_axis().set_hidden(true).set_major_gridlines(false);
            drawn.plot_area().set_layout(&ChartLayout::new().set_offset(0.02, 0.12).set_dimensions(0.96, 0.76));
        }
    }
}
