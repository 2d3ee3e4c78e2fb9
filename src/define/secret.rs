//! Secrets in definitions: the name of an environment variable, or of a file. What looks like a secret is refused and
//! not shown.

use std::ops::Range;
use std::path::PathBuf;

use super::reader::{At, Table, undisclosed};
use crate::finding::{Finding, rules};
use crate::model::secret::SecretName;

/// Keys in which people write what must not stand there.
const SECRETS: [&str; 6] = ["token", "password", "api_key", "key", "login", "username"];

/// Refuses secrets that stand in keys of their own.
pub(super) fn refuse(table: &Table<'_>) {
    for key in SECRETS {
        if table.has(key) {
            let span = table.span_of(key);
            let message = format!("`{key}` is no key here: a secret or name must not stand in a definition");
            table.report(masked(table, &span, message));
        }
    }
}

/// A finding whose line is not shown: it holds what nobody should read.
pub(super) fn masked(table: &Table<'_>, span: &Range<usize>, message: String) -> Finding {
    Finding::error(&rules::SECRET_IN_DEFINITION, undisclosed(table.place(span)), message)
        .help(rules::SECRET_IN_DEFINITION.fix)
}

/// A secret that may be absent: `key` names a variable, `file_key` a file. Some(None) where it is named wrongly.
#[allow(clippy::option_option, reason = "not named, named wrongly and named are three things")]
pub(super) fn optional(table: &Table<'_>, key: &'static str, file_key: &'static str) -> Option<Option<SecretName>> {
    let (variable, file) = (table.text(key), table.text(file_key));
    if let (Some(_), Some(file)) = (&variable, &file) {
        let message = format!("`{key}` and `{file_key}` name two places of one secret");
        table.bad(&file.span, message, "Leave one of them.");
    }
    match (variable, file) {
        (Some(text), _) => Some(self::variable(table, &text, key).map(SecretName::Variable)),
        (None, Some(text)) => Some(path(table, &text, file_key).map(SecretName::File)),
        (None, None) => (table.has(key) || table.has(file_key)).then_some(None),
    }
}

/// A secret that must be named.
pub(super) fn required(table: &Table<'_>, key: &'static str, file_key: &'static str) -> Option<SecretName> {
    let named = optional(table, key, file_key);
    if named.is_none() {
        let span = table.span.start..table.span.start + 1;
        let message = format!("`{key}` or `{file_key}` must be given");
        let help = "Write the name of the environment variable that holds the secret, or of a file with one line.";
        table.report(table.error(&rules::MISSING_KEY, &span, message).help(help));
    }
    named.flatten()
}

/// The name of an environment variable, which looks like no secret.
fn variable(table: &Table<'_>, text: &At<String>, key: &str) -> Option<String> {
    let name = &text.value;
    let first = name.starts_with(|c: char| c.is_ascii_uppercase());
    let letters = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    // A token in capital letters: long, with digits, and without the `_` that names have.
    let token = name.len() >= 20 && !name.contains('_') && name.bytes().any(|byte| byte.is_ascii_digit());
    if first && letters && !token && name.len() <= 64 {
        return Some(name.clone());
    }
    let message = format!("`{key}` must be the name of an environment variable: capital letters, digits and `_`");
    table.report(masked(table, &text.span, message));
    None
}

/// The path of a file with a secret. A bare word is refused: it may be the secret itself.
fn path(table: &Table<'_>, text: &At<String>, key: &str) -> Option<PathBuf> {
    let name = &text.value;
    let folders = name.contains('/') || name.contains('\\');
    // A token may hold a slash (base64), yet hardly begins like a path or is as short as one.
    let like_path =
        name.starts_with(['/', '.']) || matches!(name.get(1..3), Some(":\\" | ":/")) || name.starts_with("\\\\");
    let words = name.split(['/', '\\']).all(|part| part.len() <= 40);
    if folders && words && name.len() <= 400 && (like_path || name.split(['/', '\\']).all(is_word)) {
        return Some(PathBuf::from(name));
    }
    let message =
        format!("`{key}` must be the path of a file with its folder, such as /run/secrets/kobo or ./secrets/kobo");
    table.report(masked(table, &text.span, message));
    None
}

/// A part of a path as people name folders: no long mixture of letters and digits.
fn is_word(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    !part.is_empty() && (part.len() < 16 || digits * 4 < part.len()) && !part.contains(['+', '='])
}

#[cfg(test)]
mod tests {
    use super::is_word;

    #[test]
    fn folders_are_words_and_tokens_are_none() {
        assert!(["secrets", "kobo", "2016", "sign-in.txt"].into_iter().all(is_word));
        assert!(["4f9d1b0c6f1d4a9f8e2b", "abc+def", "zz==", ""].into_iter().all(|part| !is_word(part)));
    }
}
