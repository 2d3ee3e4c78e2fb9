//! The looks of the page: its style sheet, with the colours of `report/style.rs` for light and dark put in.

use crate::report::style::{DARK, LIGHT, Palette, Scheme, mix};

const SHEET: &str = include_str!("page.css");

/// Follows the device, unless the reader chose; paper is always light.
pub fn sheet(accent: Option<u32>) -> String {
    let (light, dark) = schemes(accent);
    let (light, dark) = (colours(&light), colours(&dark));
    format!(
        ":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root:not([data-scheme=light]){{{dark}}}}}\n\
         @media screen{{:root[data-scheme=dark]{{{dark}}}}}\n{SHEET}"
    )
}

/// With the accent of a report, which is made lighter for a dark ground.
fn schemes(accent: Option<u32>) -> (Scheme, Scheme) {
    let Some(own) = accent else { return (LIGHT, DARK) };
    let palette = Palette(accent);
    let light = Scheme { accent: own, tint: palette.of(LIGHT.tint), pale: palette.of(LIGHT.pale), ..LIGHT };
    (light, Scheme { accent: mix(own, 50), tint: DARK.line, ..DARK })
}

fn colours(scheme: &Scheme) -> String {
    named(scheme).map(|(name, colour)| format!("--{name}:#{colour:06x};")).concat()
}

fn named(scheme: &Scheme) -> [(&'static str, u32); 11] {
    [
        ("paper", scheme.paper),
        ("card", scheme.card),
        ("ink", scheme.ink),
        ("grey", scheme.grey),
        ("line", scheme.line),
        ("accent", scheme.accent),
        ("tint", scheme.tint),
        ("pale", scheme.pale),
        ("good", scheme.good),
        ("fair", scheme.fair),
        ("bad", scheme.bad),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast as WCAG 2.2 computes it.
    fn contrast(a: u32, b: u32) -> f64 {
        let light = |colour: u32| {
            let part = |shift: u32| {
                let value = f64::from(colour >> shift & 0xFF) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
        };
        let (a, b) = (light(a) + 0.05, light(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn every_text_can_be_read_on_every_ground() {
        let own = [0x0076_0000, 0x0000_00FF, 0x0059_5959, 0x0075_0075].map(Some);
        for scheme in own.into_iter().chain([None]).flat_map(|accent| <[Scheme; 2]>::from(schemes(accent))) {
            let all = named(&scheme);
            let colour = |name: &str| all.iter().find(|(own, _)| *own == name).unwrap().1;
            for ground in ["paper", "card", "pale"] {
                for text in ["ink", "grey", "accent", "good", "fair", "bad"] {
                    let ratio = contrast(colour(text), colour(ground));
                    assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
                }
            }
            // Shades and bars have nothing but ink on them.
            let ratio = contrast(colour("ink"), colour("tint"));
            assert!(ratio >= 4.5, "ink on tint: {ratio:.2}");
        }
        assert!((contrast(0, 0x00FF_FFFF) - 21.0).abs() < 0.01);
    }

    #[test]
    fn nothing_is_loaded_by_the_looks() {
        let sheet = sheet(None);
        assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains('<'), "{sheet}");
    }
}
