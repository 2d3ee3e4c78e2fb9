//! Drifts of cells: how values are written.

use scoreboard::finding::{Rule, Severity, rules};

use super::dice::Dice;
use super::draft::{Content, Draft, Origin};
use super::known::{AGREEMENTS, EVENTS, OPTIONS, TABLES, Value, hundredths_text};
use super::save::serial;

/// Rewrites cells of a field; what `write` leaves alone stays.
fn rewrite(
    draft: &mut Draft,
    table: usize,
    field: &'static str,
    mut write: impl FnMut(Origin, &Value) -> Option<(Content, Option<&'static str>)>,
) -> Vec<Origin> {
    let mut written = Vec::new();
    for (origin, value, cell) in draft.cells(table, field) {
        if let Some((content, format)) = write(origin, &value) {
            (cell.content, cell.format) = (content, format);
            written.push(origin);
        }
    }
    written
}

#[allow(clippy::unnecessary_wraps, reason = "what `rewrite` takes: None leaves a cell as it is")]
fn text(text: impl Into<String>) -> Option<(Content, Option<&'static str>)> {
    Some((Content::Text(text.into()), None))
}

fn strike_all(draft: &mut Draft, origins: Vec<Origin>, rule: &'static Rule) {
    for origin in origins {
        draft.strike(origin, rule);
    }
}

/// Digits with marks between groups of three.
fn grouped(plain: &str, decimal: char, group: &str) -> String {
    let (whole, fraction) = plain.split_once(decimal).unwrap_or((plain, ""));
    let digits: Vec<char> = whole.chars().collect();
    let mut text = String::new();
    for (at, digit) in digits.iter().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text += group;
        }
        text.push(*digit);
    }
    if fraction.is_empty() { text } else { format!("{text}{decimal}{fraction}") }
}

fn hundredths(value: &Value) -> Option<i64> {
    match value {
        Value::Exact(hundredths) | Value::Percent(hundredths) => Some(*hundredths),
        Value::Whole(number) => Some(number * 100),
        _ => None,
    }
}

const NUMBERS: [(usize, &str); 5] = [
    (AGREEMENTS, "amount"),
    (AGREEMENTS, "staff"),
    (AGREEMENTS, "hours"),
    (EVENTS, "participants"),
    (EVENTS, "budget"),
];
const DATES: [(usize, &str); 2] = [(AGREEMENTS, "signed_on"), (EVENTS, "held_on")];

/// All numbers as texts of a locale with these marks.
fn numbers_as_texts(draft: &mut Draft, decimal: char, group: &'static str) {
    for (table, field) in NUMBERS {
        rewrite(draft, table, field, |_, value| {
            text(grouped(&hundredths_text(hundredths(value)?, decimal), decimal, group))
        });
    }
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

pub fn numbers_as_text(draft: &mut Draft, _: &mut Dice) {
    numbers_as_texts(draft, draft.partner.decimal, "");
}

/// A column of whole thousands proves nothing: those of the events' budgets are all such.
pub fn numbers_with_thousands(draft: &mut Draft, _: &mut Dice) {
    let group = if draft.partner.decimal == ',' { "." } else { "," };
    numbers_as_texts(draft, draft.partner.decimal, group);
    let unproved = rewrite(draft, EVENTS, "budget", |_, value| {
        let plain = hundredths_text(hundredths(value)?, '.');
        (plain.len() > 3).then(|| (Content::Text(grouped(&plain, '.', group)), None))
    });
    let two: Vec<Origin> = unproved;
    strike_all(draft, two, &rules::NUMBER_AMBIGUOUS);
}

pub fn numbers_with_spaces(draft: &mut Draft, dice: &mut Dice) {
    let space = dice.pick(&["\u{a0}", "\u{202f}", " ", "\u{2009}"]);
    numbers_as_texts(draft, draft.partner.decimal, space);
}

pub fn numbers_with_apostrophes(draft: &mut Draft, dice: &mut Dice) {
    let mark = dice.pick(&["'", "’"]);
    numbers_as_texts(draft, draft.partner.decimal, mark);
}

/// Decimals as another country writes them: each has one reading, which the partner's locale does not change.
pub fn numbers_of_another_locale(draft: &mut Draft, _: &mut Dice) {
    numbers_as_texts(draft, if draft.partner.decimal == ',' { '.' } else { ',' }, "");
}

/// Single texts that can mean two numbers, among cells that are numbers.
pub fn numbers_in_doubt(draft: &mut Draft, dice: &mut Dice) {
    let mark = dice.pick(&[",", "."]);
    let struck = rewrite(draft, AGREEMENTS, "amount", |_, value| {
        let plain = hundredths_text(hundredths(value)?, '.');
        ((4..=6).contains(&plain.len()) && !plain.contains('.'))
            .then(|| (Content::Text(grouped(&plain, '.', mark)), None))
    });
    strike_all(draft, struck, &rules::NUMBER_AMBIGUOUS);
}

pub fn percents_as_text(draft: &mut Draft, dice: &mut Dice) {
    let decimal = draft.partner.decimal;
    for field in ["grant_share", "risk_rate"] {
        let sign = dice.pick(&["%", " %", "\u{a0}%", "\u{202f}%", " percent", " Prozent", " pour cent"]);
        rewrite(draft, AGREEMENTS, field, |_, value| text(hundredths_text(hundredths(value)?, decimal) + sign));
    }
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

/// Numbers without a sign: of the field that declares its scale they are read, of the other nobody can tell.
#[allow(clippy::cast_precision_loss, reason = "hundredths of small shares")]
pub fn percents_without_sign(draft: &mut Draft, _: &mut Dice) {
    let number = |value: f64| Some((Content::Number(value), Some("0.00")));
    let struck = rewrite(draft, AGREEMENTS, "grant_share", |_, value| number(hundredths(value)? as f64 / 100.0));
    rewrite(draft, AGREEMENTS, "risk_rate", |_, value| number(hundredths(value)? as f64 / 10_000.0));
    strike_all(draft, struck, &rules::PERCENT_AMBIGUOUS);
}

/// A number where a share is expected, formatted as a share where a number is.
pub fn percent_formats_on_numbers(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let struck = rewrite(draft, AGREEMENTS, "amount", |origin, value| {
        #[allow(clippy::cast_precision_loss, reason = "hundredths of small amounts")]
        let number = Content::Number(hundredths(value)? as f64 / 100.0);
        rows.contains(&origin.row).then_some((number, Some("0%")))
    });
    strike_all(draft, struck, &rules::NOT_A_NUMBER);
}

/// Amounts in thousands and millions, with the sign that says so.
pub fn amounts_in_thousands(draft: &mut Draft, dice: &mut Dice) {
    let decimal = draft.partner.decimal;
    let rows = dice.some(40);
    let unit = dice.pick(&[(3, " k€"), (3, " kEUR"), (6, " M€"), (6, " Mio. EUR"), (3, " Tsd. €"), (6, " mln. EUR")]);
    rewrite(draft, AGREEMENTS, "amount", |origin, value| {
        let hundredths = hundredths(value)?;
        rows.contains(&origin.row).then(|| {
            let digits = format!("{hundredths:0>12}");
            let (whole, fraction) = digits.split_at(digits.len() - 2 - unit.0);
            let whole = whole.trim_start_matches('0');
            // Three digits behind the mark would have two readings: a fourth decides.
            let fraction = format!("{fraction}0");
            let whole = if whole.is_empty() { "0" } else { whole };
            (Content::Text(format!("{whole}{decimal}{fraction}{}", unit.1)), None)
        })
    });
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

/// The cell holds 5, its format shows `5 k€`.
#[allow(clippy::cast_precision_loss, reason = "small numbers")]
pub fn thousands_by_format(draft: &mut Draft, dice: &mut Dice) {
    let format = dice.pick(&["#,##0\" k€\"", "0\" Tsd. €\"", "0\\ \"k\"[$€-407]", "#,##0\" tūkst. EUR\""]);
    rewrite(draft, AGREEMENTS, "amount", |_, value| {
        let hundredths = hundredths(value)?;
        (hundredths % 100_000 == 0).then_some((Content::Number((hundredths / 100_000) as f64), Some(format)))
    });
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

pub fn amounts_in_another_currency(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let format = dice.pick(&["[$$-409]#,##0.00", "#,##0.00 \"zł\"", "[$£-809]#,##0.00", "#,##0.00 [$CHF]"]);
    let currency = dice.pick(&[" USD", " CHF", " £", " Kč"]);
    let decimal = draft.partner.decimal;
    let struck = rewrite(draft, AGREEMENTS, "amount", |origin, value| {
        let hundredths = hundredths(value)?;
        #[allow(clippy::cast_precision_loss, reason = "hundredths of small amounts")]
        let number = Content::Number(hundredths as f64 / 100.0);
        rows.contains(&origin.row).then(|| match origin.row % 2 {
            0 => (number, Some(format)),
            _ => (Content::Text(hundredths_text(hundredths, decimal) + currency), None),
        })
    });
    strike_all(draft, struck, &rules::CURRENCY_OTHER);
}

pub fn amounts_with_euro(draft: &mut Draft, dice: &mut Dice) {
    let decimal = draft.partner.decimal;
    let before = dice.roll(2) == 0;
    rewrite(draft, AGREEMENTS, "amount", |_, value| {
        let plain = hundredths_text(hundredths(value)?, decimal);
        text(if before { format!("€ {plain}") } else { format!("{plain}\u{a0}EUR") })
    });
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

fn dates(draft: &mut Draft, format: &'static str) -> Vec<Origin> {
    let mut written = Vec::new();
    for (table, field) in DATES {
        written.extend(rewrite(draft, table, field, |_, value| match value {
            Value::Day(day) => text(day.format(format).to_string()),
            _ => None,
        }));
    }
    written
}

pub fn dates_as_text(draft: &mut Draft, dice: &mut Dice) {
    dates(draft, dice.pick(&["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%dT00:00:00", "%-d. %-m. %Y", " %d.%m.%Y ", "%Y/%m/%d"]));
    draft.raise(&rules::DATE_AS_TEXT, Severity::Warning);
}

/// Days before months, between slashes: each column holds days beyond the twelfth, which prove it.
pub fn dates_with_slashes(draft: &mut Draft, _: &mut Dice) {
    dates(draft, "%d/%m/%Y");
    draft.raise(&rules::DATE_AS_TEXT, Severity::Warning);
}

/// Months before days, though the partner's locale has days first: what has two readings is not read.
pub fn american_dates(draft: &mut Draft, _: &mut Dice) {
    let written = dates(draft, "%m/%d/%Y");
    strike_doubtful(draft, written);
    draft.raise(&rules::DATE_AS_TEXT, Severity::Warning);
}

/// Only dates that have two readings as text, among dates that are dates.
pub fn dates_in_doubt(draft: &mut Draft, _: &mut Dice) {
    let mut written = Vec::new();
    for (table, field) in DATES {
        written.extend(rewrite(draft, table, field, |_, value| match value {
            Value::Day(day) if in_doubt(*day) => text(day.format("%d/%m/%Y").to_string()),
            _ => None,
        }));
    }
    strike_all(draft, written, &rules::DATE_AMBIGUOUS);
}

fn in_doubt(day: chrono::NaiveDate) -> bool {
    use chrono::Datelike as _;
    day.day() <= 12 && day.day() != day.month()
}

fn strike_doubtful(draft: &mut Draft, written: Vec<Origin>) {
    for origin in written {
        let known = super::known::rows(origin.table);
        if matches!(known[origin.row].get(origin.field), Some(Value::Day(day)) if in_doubt(*day)) {
            draft.strike(origin, &rules::DATE_AMBIGUOUS);
        }
    }
}

pub fn short_years(draft: &mut Draft, dice: &mut Dice) {
    let written = dates(draft, dice.pick(&["%d.%m.%y", "%d/%m/%y", "%-d.%-m.%y"]));
    strike_all(draft, written, &rules::NOT_A_DATE);
}

pub fn days_counted_from_1904(draft: &mut Draft, _: &mut Dice) {
    draft.epoch_1904 = true;
    draft.raise(&rules::OLD_MAC_DAYS, Severity::Info);
}

/// Days as the numbers that they are, their format lost on the way.
pub fn dates_without_format(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let epoch_1904 = draft.epoch_1904;
    let struck = rewrite(draft, AGREEMENTS, "signed_on", |origin, value| match value {
        Value::Day(day) if rows.contains(&origin.row) => Some((Content::Number(serial(*day, epoch_1904)), None)),
        _ => None,
    });
    strike_all(draft, struck, &rules::NOT_A_DATE);
}

/// With a time of day, as a date or as text.
pub fn dates_with_times(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let epoch_1904 = draft.epoch_1904;
    rewrite(draft, AGREEMENTS, "signed_on", |origin, value| match value {
        Value::Day(day) if rows.contains(&origin.row) => {
            Some((Content::Number(serial(*day, epoch_1904) + 0.999), Some("dd.mm.yyyy hh:mm")))
        }
        Value::Day(day) if origin.row % 3 == 0 => text(format!("{day} 23:59:59")),
        _ => None,
    });
}

pub fn error_values(draft: &mut Draft, dice: &mut Dice) {
    for field in ["amount", "status", "signed_on", "staff"] {
        let rows = dice.some(40);
        let error = dice.pick(&["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!"]);
        let struck = rewrite(draft, AGREEMENTS, field, |origin, _| {
            rows.contains(&origin.row).then_some((Content::Error(error), None))
        });
        strike_all(draft, struck, &rules::ERROR_VALUE);
    }
}

/// Results that wait for a calculation: they are read as they are, and that is said.
#[allow(clippy::cast_precision_loss, reason = "hundredths of small amounts")]
pub fn stale_formulas(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    rewrite(draft, AGREEMENTS, "amount", |origin, value| {
        let result = hundredths(value)? as f64 / 100.0;
        rows.contains(&origin.row).then_some((Content::Formula("100*12.5", Some(result)), Some("#,##0.00")))
    });
    draft.raise(&rules::STALE_FORMULAS, Severity::Warning);
}

pub fn formulas_never_calculated(draft: &mut Draft, dice: &mut Dice) {
    for field in ["amount", "signed_on", "hours"] {
        let rows = dice.some(40);
        let struck = rewrite(draft, AGREEMENTS, field, |origin, _| {
            rows.contains(&origin.row).then_some((Content::Formula("SUM(1,2)", None), None))
        });
        strike_all(draft, struck, &rules::UNCALCULATED);
    }
}

/// "Signed " and "SIGNED" and what else looks like an option.
pub fn choices_look_alike(draft: &mut Draft, dice: &mut Dice) {
    let language = draft.partner.language;
    let way = dice.roll(4);
    rewrite(draft, AGREEMENTS, "status", |origin, value| {
        let Value::Choice(option) = value else { return None };
        let label = OPTIONS[*option].1[language];
        text(match (way + origin.row) % 4 {
            0 => format!("{label} "),
            1 => label.to_uppercase(),
            2 => format!("\u{a0}{}", label.to_lowercase()),
            _ => label.replace(' ', "\u{a0}"),
        })
    });
    draft.raise(&rules::OPTION_LOOK_ALIKE, Severity::Warning);
}

pub fn choices_in_other_languages(draft: &mut Draft, dice: &mut Dice) {
    let first = dice.roll(4);
    rewrite(draft, AGREEMENTS, "status", |origin, value| match value {
        Value::Choice(option) => text(OPTIONS[*option].1[(first + origin.row) % 4]),
        _ => None,
    });
    rewrite(draft, AGREEMENTS, "active", |origin, value| match value {
        Value::Truth(yes) => {
            let words = [["No", "NEIN", "non", "ne"], ["Yes", "JA", "oui", "taip"]];
            text(words[usize::from(*yes)][(first + origin.row) % 4])
        }
        _ => None,
    });
    rewrite(draft, AGREEMENTS, "country", |origin, value| match value {
        Value::Country(code) => {
            let names =
                [("AT", ["Austria", "Österreich"]), ("FR", ["France", "Frankreich"]), ("LT", ["Lithuania", "Lietuva"])];
            let (_, names) = names.iter().find(|(known, _)| known == code)?;
            text(names[origin.row % 2])
        }
        _ => None,
    });
}

pub fn unknown_choices(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let word = dice.pick(&["pending", "Signed?", "signed / cancelled", "?", "1"]);
    let struck =
        rewrite(draft, AGREEMENTS, "status", |origin, _| rows.contains(&origin.row).then(|| text(word)).flatten());
    strike_all(draft, struck, &rules::UNKNOWN_OPTION);
}

pub fn truth_values(draft: &mut Draft, _: &mut Dice) {
    rewrite(draft, AGREEMENTS, "active", |_, value| match value {
        Value::Truth(yes) => Some((Content::Truth(*yes), None)),
        _ => None,
    });
}

/// Copied from a web page: spaces that do not break, letters that are not seen, quotation marks of a typesetter.
pub fn from_a_web_page(draft: &mut Draft, dice: &mut Dice) {
    let unseen = dice.pick(&["\u{200b}", "\u{ad}", "\u{feff}", "\u{2060}"]);
    let decimal = draft.partner.decimal;
    for table in [AGREEMENTS, EVENTS] {
        for field in TABLES[table].fields {
            rewrite(draft, table, field.code, |origin, value| match value {
                Value::Text(known) => {
                    let pasted = known.replace(' ', "\u{a0}").replace('\'', "’");
                    let half = pasted.floor_char_boundary(pasted.len() / 2);
                    text(format!("\u{a0}{}{unseen}{}\u{a0}", &pasted[..half], &pasted[half..]))
                }
                Value::Choice(option) => {
                    let label = OPTIONS[*option].1[origin.row % 4];
                    let half = label.floor_char_boundary(label.len() / 2);
                    text(format!("{}{unseen}{}\u{a0}", &label[..half], &label[half..]))
                }
                Value::Whole(_) | Value::Exact(_) => {
                    let plain = hundredths_text(hundredths(value)?, decimal);
                    text(format!("{unseen}{}\u{a0}", grouped(&plain, decimal, "\u{a0}")))
                }
                Value::Day(day) => text(format!("\u{a0}{day}{unseen}")),
                Value::Truth(yes) => text(format!("{}{unseen}\u{a0}", if *yes { "yes" } else { "no" })),
                Value::Country(code) => text(format!("{code}{unseen}\u{a0}")),
                Value::Percent(_) | Value::Nothing => None,
            });
        }
    }
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

pub fn leading_apostrophes(draft: &mut Draft, _: &mut Dice) {
    let decimal = draft.partner.decimal;
    for (table, field) in NUMBERS {
        rewrite(draft, table, field, |_, value| {
            Some((Content::Quoted(hundredths_text(hundredths(value)?, decimal)), None))
        });
    }
    draft.raise(&rules::NUMBER_AS_TEXT, Severity::Warning);
}

/// Digits as wide as ideographs, from a keyboard set for them.
pub fn wide_digits(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let struck = rewrite(draft, AGREEMENTS, "staff", |origin, value| {
        let plain = hundredths_text(hundredths(value)?, '.');
        let wide = plain.chars().map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xFF10).unwrap_or(digit));
        rows.contains(&origin.row).then(|| (Content::Text(wide.collect()), None))
    });
    strike_all(draft, struck, &rules::NOT_A_NUMBER);
}

/// Words where a number is expected.
pub fn words_with_numbers(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let words = dice.pick(&["ca. {}", "{} families", "> {}", "{}?", "{}-{}", "({})", "{} + 3", "1e{}"]);
    let struck = rewrite(draft, AGREEMENTS, "staff", |origin, value| {
        let plain = hundredths_text(hundredths(value)?, '.');
        rows.contains(&origin.row).then(|| (Content::Text(words.replace("{}", &plain)), None))
    });
    strike_all(draft, struck, &rules::NOT_A_NUMBER);
}

/// Fractions where things are counted whole, and negative amounts with the signs that people use.
#[allow(clippy::cast_precision_loss, reason = "small numbers")]
pub fn broken_wholes(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(15);
    let struck = rewrite(draft, EVENTS, "participants", |origin, value| {
        let Value::Whole(number) = value else { return None };
        rows.contains(&origin.row).then_some((Content::Number(*number as f64 + 0.4), Some("0")))
    });
    strike_all(draft, struck, &rules::NUMBER_NOT_WHOLE);
}

/// Required cells emptied.
pub fn emptied_required(draft: &mut Draft, dice: &mut Dice) {
    let rows = dice.some(40);
    let field = dice.pick(&["agreement_no", "signed_on", "status"]);
    let struck = rewrite(draft, AGREEMENTS, field, |origin, _| {
        rows.contains(&origin.row).then(|| (Content::Text(" \u{a0}".into()), None))
    });
    strike_all(draft, struck, &rules::REQUIRED);
}
