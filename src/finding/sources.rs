//! The texts in our own sources, for tests that hold translations complete.

/// The string literals of code, without those of attributes, bytes and tests, with their escapes read.
pub fn literals(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = code;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let skip = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
        let raw = ["r\"", "r#\"", "br\"", "br#\""].into_iter().find(|start| rest.starts_with(start));
        let length = match first {
            '/' if rest.starts_with("//") => skip("\n", 0),
            '/' if rest.starts_with("/*") => skip("*/", 2),
            '#' if rest.starts_with("#[") => skip("]\n", 0),
            '\'' if rest.starts_with("'\\") => skip("'", 3),
            '\'' if rest.chars().nth(2) == Some('\'') => rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at),
            'r' | 'b' if raw.is_some() && !before.is_alphanumeric() => {
                let start = raw.unwrap_or_default();
                let end = skip(if start.contains('#') { "\"#" } else { "\"" }, start.len());
                if first == 'r' {
                    found.push(rest[start.len()..end].trim_end_matches(['"', '#']).to_owned());
                }
                end
            }
            '"' => {
                let (text, length) = quoted(&rest[1..]);
                if before != 'b' {
                    found.push(text);
                }
                length + 1
            }
            other => other.len_utf8(),
        };
        before = first;
        rest = &rest[length..];
    }
    found
}

/// A literal behind its opening quotation mark: its text, and how long it is with its closing mark.
fn quoted(rest: &str) -> (String, usize) {
    let mut text = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, at + 1),
            '\\' => match characters.next() {
                Some((_, '\n')) => while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, 'n')) => text.push('\n'),
                Some((_, other)) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (text, rest.len())
}

/// What stands between the placeholders of a format string.
pub fn between(literal: &str) -> Vec<&str> {
    literal
        .split('{')
        .enumerate()
        .map(|(i, part)| if i == 0 { part } else { part.split_once('}').map_or(part, |p| p.1) })
        .collect()
}

/// Whether a format string can give this text, whatever its values.
pub fn can_give(literal: &str, text: &str) -> bool {
    let parts = between(literal);
    let [first, middle @ ..] = parts.as_slice() else { return false };
    let [middle @ .., last] = middle else { return *first == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
