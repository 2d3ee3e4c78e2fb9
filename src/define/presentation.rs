//! How a report wants to be shown: the keys of `[report]` that change no figure.

use super::catalog::Programme;
use super::picture::{self, OpenPicture};
use super::reader::{At, Table};
use crate::finding::rules;
use crate::finding::suggest::nearest;
use crate::model::code::IndicatorCode;
use crate::model::hash::hash_of;
use crate::model::presentation::{ChartUse, Funnel, LANGUAGES, Logo, Presentation, SheetKind, SummaryColumn};

/// Its presentation; and of its logo the name and the hash.
pub fn read(
    table: &Table<'_>,
    programme: &Programme,
    chosen: &[IndicatorCode],
    open: OpenPicture<'_>,
) -> (Presentation, Option<(String, String)>) {
    let mut shown = standard(programme);
    let languages = LANGUAGES.map(|language| (language, language));
    if let Some(language) = table.choice("language", &languages) {
        language.value.clone_into(&mut shown.language);
    }
    if let Some(sheets) = listed(table, "sheets", "sheet", &SheetKind::NAMES) {
        shown.sheets = sheets;
    }
    if let Some(columns) = listed(table, "columns", "column", &SummaryColumn::NAMES) {
        shown.columns = columns;
    }
    if table.is_table("charts") {
        if let Some(charts) = table.table("charts") {
            for (name, chart) in ChartUse::NAMES {
                if charts.boolean(name) == Some(false) {
                    shown.charts.remove(&chart);
                }
            }
            charts.finish();
        }
    } else if let Some(charts) = listed(table, "charts", "chart", &ChartUse::NAMES) {
        shown.charts = charts.into_iter().collect();
    }
    shown.accent = table.text("accent").and_then(|text| accent(table, &text));
    shown.funnels = table.tables("funnel").iter().filter_map(|part| funnel(part, chosen)).collect();
    let logo = table.text("logo").and_then(|name| logo(table, &name, open));
    let (logo, file) = logo.map_or((None, None), |(logo, file)| (Some(logo), Some(file)));
    shown.logo = logo;
    (shown, file)
}

/// Of a report that says nothing: in the language of the programme, if we know it.
pub fn standard(programme: &Programme) -> Presentation {
    let usual = Presentation::default();
    let known = LANGUAGES.contains(&programme.language.as_str());
    Presentation { language: if known { programme.language.clone() } else { usual.language }, ..usual }
}

/// A list of names, each once. None where the key is absent.
fn listed<T: Copy + PartialEq>(
    table: &Table<'_>,
    key: &'static str,
    what: &str,
    names: &[(&'static str, T)],
) -> Option<Vec<T>> {
    if !table.has(key) {
        return None;
    }
    let mut chosen = Vec::new();
    for text in table.texts(key) {
        match names.iter().find(|(name, _)| *name == text.value) {
            Some((name, value)) if chosen.contains(value) => {
                table.bad(&text.span, format!("the {what} `{name}` is named twice"), "Take one of them out.");
            }
            Some((_, value)) => chosen.push(*value),
            None => {
                let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                let suggestion = nearest(&text.value, all.iter().copied());
                let finding =
                    table.error(&rules::BAD_VALUE, &text.span, format!("no {what} is called `{}`", text.value));
                table.report(finding.help(format!("They are {}.", all.join(", "))).suggest(suggestion));
            }
        }
    }
    Some(chosen)
}

/// A colour on which, and in which, text can be read on white.
fn accent(table: &Table<'_>, text: &At<String>) -> Option<u32> {
    let digits = text.value.strip_prefix('#').filter(|digits| digits.len() == 6);
    let Some(color) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
        table.bad(
            &text.span,
            format!("`{}` is not a colour", text.value),
            "Write a hash and six digits from 0 to F, for example #0F5E6E.",
        );
        return None;
    };
    let contrast = contrast_with_white(color);
    if contrast < LEAST_CONTRAST {
        let message = format!("`{}` is too pale: its contrast with white is {contrast:.1}", text.value);
        table.bad(&text.span, message, "Choose a darker colour: text in it needs a contrast of 4.5 at least.");
        return None;
    }
    Some(color)
}

/// Of text, as the Web Content Accessibility Guidelines have it.
const LEAST_CONTRAST: f64 = 4.5;

fn contrast_with_white(color: u32) -> f64 {
    let channel = |shift: u32| {
        let part = f64::from((color >> shift) & 0xFF) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    1.05 / (0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0) + 0.05)
}

fn logo(table: &Table<'_>, name: &At<String>, open: OpenPicture<'_>) -> Option<(Logo, (String, String))> {
    let bytes = match open(&name.value) {
        Ok(bytes) => bytes,
        Err(fault) => {
            table.bad(&name.span, format!("the logo `{}` {}", name.value, fault.message), fault.help);
            return None;
        }
    };
    let hash = hash_of(&bytes);
    match picture::read(bytes) {
        Ok(logo) => Some((logo, (name.value.clone(), hash))),
        Err(why) => {
            let help = "Use a PNG or JPEG of at most 1 000 000 bytes and 4 000 pixels a side.";
            table.bad(&name.span, format!("the logo `{}` {why}", name.value), help);
            None
        }
    }
}

fn funnel(table: &Table<'_>, chosen: &[IndicatorCode]) -> Option<Funnel> {
    let title = table.required_text("title");
    let texts = table.texts("steps");
    let steps: Vec<IndicatorCode> = texts
        .iter()
        .filter_map(|text| {
            let found = chosen.iter().find(|code| code.as_str() == text.value);
            if found.is_none() {
                let message = format!("the report has no indicator `{}`", text.value);
                let finding = table.error(&rules::UNKNOWN_INDICATOR, &text.span, message);
                let help = "A funnel shows indicators of its own report: see `indicators`.";
                let names = chosen.iter().map(IndicatorCode::as_str);
                table.report(finding.help(help).suggest(nearest(&text.value, names)));
            }
            found.cloned()
        })
        .collect();
    if texts.len() < 2 {
        let help = "Name the codes of indicators, from the first contact to the outcome.";
        table.bad(&table.span_of("steps"), "a funnel needs at least two `steps`", help);
    }
    table.finish();
    Some(Funnel { title: title?.value, steps }).filter(|funnel| funnel.steps.len() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        for (color, expect) in [(0x00_00_00, 21.0), (0xFF_FF_FF, 1.0), (0x76_76_76, 4.54), (0x0F_5E_6E, 7.38)] {
            let got = contrast_with_white(color);
            assert!((got - expect).abs() < 0.06, "{color:06x}: {got}");
        }
    }
}
