//! How the cells of a template look. Colours and type are those of the house: `report::style`.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};

use super::words::Texts;
use crate::define::catalog::FieldKind;
use crate::layout::plan::ColumnPlan;
use crate::report::style::{self, FONT, Look};
use crate::report::xlsx;

/// A locked cell of the house.
pub fn of(look: Look) -> Format {
    xlsx::format(look.plain())
}

/// The header of a column.
pub fn head(required: bool) -> Format {
    let format = Format::new()
        .set_font_name(FONT)
        .set_font_size(10)
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_align(FormatAlign::Left);
    if required {
        format.set_background_color(style::ACCENT).set_font_color(style::WHITE)
    } else {
        format.set_background_color(style::ACCENT_TINT).set_font_color(style::INK)
    }
}

/// What stands above a header: unit, help, example.
pub fn above(italic: bool) -> Format {
    let format = of(Look::Note).set_background_color(style::ACCENT_PALE).set_align(FormatAlign::Top);
    if italic { format.set_italic() } else { format }
}

/// A cell in which a partner types.
pub fn entry(kept_out: bool) -> Format {
    let format = Format::new()
        .set_font_name(FONT)
        .set_font_size(10)
        .set_font_color(style::INK)
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Thin)
        .set_border_color(style::HAIR)
        .set_unlocked();
    if kept_out { format.set_background_color(style::KEPT_OUT) } else { format }
}

/// An entry cell of a column, with its number format.
pub fn entry_of(column: &ColumnPlan, kept_out: bool, texts: &Texts) -> Format {
    let format = entry(kept_out).set_num_format(code(column.kind, texts));
    if is_right(column.kind) {
        format.set_align(FormatAlign::Right).set_indent(1)
    } else {
        format.set_align(FormatAlign::Left).set_text_wrap()
    }
}

/// What a partner types stays as it is where it is text: `3-5` must not become a day in May.
pub fn code(kind: FieldKind, texts: &Texts) -> &str {
    match kind {
        FieldKind::Integer => "#,##0",
        // With no decimal that always stands there a whole number would end in a point.
        FieldKind::Decimal => "#,##0.0##",
        FieldKind::Money => "#,##0.00",
        FieldKind::Percent => "0.0%",
        FieldKind::Date => &texts.dates.code,
        FieldKind::Text
        | FieldKind::Choice
        | FieldKind::Choices
        | FieldKind::YesNo
        | FieldKind::Enterprise
        | FieldKind::Country => "@",
    }
}

pub fn is_right(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Integer | FieldKind::Decimal | FieldKind::Money | FieldKind::Percent)
}
