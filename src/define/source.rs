//! Definition files as text, and places in them.

use std::ops::Range;

use crate::finding::Place;

/// A definition file: its path relative to the project, with `/`, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub name: String,
    pub text: String,
}

impl SourceFile {
    /// The place of a byte range. Line and column count characters from one; a range over several lines marks the first.
    pub fn place(&self, span: Range<usize>) -> Place {
        let start = floor(&self.text, span.start);
        let end = floor(&self.text, span.end).max(start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let snippet = self.text[line_start..line_end].trim_end_matches('\r').to_owned();
        Place::Definition {
            file: self.name.clone(),
            line: self.text[..start].matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end.min(line_end)].chars().count().max(1),
            snippet,
        }
    }

    /// The place of `width` characters, `start` characters into a string value that stands at `span` with its quotes.
    /// Falls back to the whole string where escapes make positions differ.
    pub fn place_inside(&self, span: Range<usize>, value: &str, start: usize, width: usize) -> Place {
        let raw = self.text.get(span.clone()).unwrap_or("");
        let quotes = if raw.starts_with("'''") || raw.starts_with("\"\"\"") { 3 } else { 1 };
        let inside = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or("");
        if inside != value {
            return self.place(span);
        }
        let byte = |characters: usize| inside.char_indices().nth(characters).map_or(inside.len(), |(at, _)| at);
        let base = span.start + quotes;
        self.place(base + byte(start)..base + byte(start + width))
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
