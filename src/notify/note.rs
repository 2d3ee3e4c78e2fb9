//! A message in words, before it has the form that a way needs.

use crate::model::hash::hash_of;

/// What a reader is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// A language code: `de`.
    pub language: String,
    pub subject: String,
    /// The first line of the message itself: a greeting, or what happened.
    pub heading: String,
    pub lines: Vec<String>,
    pub sections: Vec<Section>,
    pub closing: Vec<String>,
    /// Small, at the end.
    pub footer: String,
}

/// A list under a title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    /// Cells of each row; the first says what it is about.
    pub rows: Vec<Vec<String>>,
    /// "and 12 more", where not all stand here.
    pub more: String,
}

/// So many rows of one section are told.
pub const ROWS: usize = 25;

impl Section {
    /// With as many rows as a reader wants to see; `more` says how many are left out.
    pub fn of(title: String, mut rows: Vec<Vec<String>>, more: impl Fn(usize) -> String) -> Option<Self> {
        let left = rows.len().saturating_sub(ROWS);
        rows.truncate(ROWS);
        (!rows.is_empty()).then(|| Self { title, rows, more: if left == 0 { String::new() } else { more(left) } })
    }
}

impl Note {
    /// Without signs that could end a line of a mail's head or drive a terminal: words of others stand in it.
    #[must_use]
    pub fn cleaned(self) -> Self {
        let all = |texts: Vec<String>| texts.iter().map(|text| clean(text)).collect();
        let section = |section: Section| Section {
            title: clean(&section.title),
            rows: section.rows.into_iter().map(all).collect(),
            more: clean(&section.more),
        };
        Self {
            language: self.language,
            subject: shorten(&clean(&self.subject), 160),
            heading: clean(&self.heading),
            lines: all(self.lines),
            sections: self.sections.into_iter().map(section).collect(),
            closing: all(self.closing),
            footer: clean(&self.footer),
        }
    }

    /// As plain text.
    pub fn text(&self) -> String {
        let mut parts = vec![self.heading.clone()];
        parts.extend(self.lines.iter().cloned());
        for section in &self.sections {
            let rows = section.rows.iter().map(|row| format!("  - {}", told(row)));
            let more = Some(format!("  {}", section.more)).filter(|_| !section.more.is_empty());
            let list: Vec<String> = std::iter::once(section.title.clone()).chain(rows).chain(more).collect();
            parts.push(list.join("\n"));
        }
        if !self.closing.is_empty() {
            parts.push(self.closing.join("\n"));
        }
        if !self.footer.is_empty() {
            parts.push(format!("-- \n{}", self.footer));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }

    /// What tells this message from another of the same key.
    pub fn hash(&self) -> String {
        hash_of(format!("{}\n{}", self.subject, self.text()).as_bytes())
    }
}

/// The cells of a row in one line.
pub fn told(row: &[String]) -> String {
    let cells: Vec<&str> = row.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    match cells.split_first() {
        Some((first, rest)) if !rest.is_empty() => format!("{first}: {}", rest.join(" · ")),
        _ => cells.concat(),
    }
}

/// One line without control characters and without signs that turn the direction of writing.
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line: String = text.chars().filter(|c| !turns(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}

/// The beginning of a text, cut between words where it can be.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most.saturating_sub(1)).collect();
    let end = short.rfind(' ').filter(|end| *end > short.len() / 2).unwrap_or(short.len());
    format!("{}…", &short[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_others_ends_a_line_of_ours() {
        let note = Note {
            subject: "Reports of A\r\nBcc: all@example.eu\u{202e}".into(),
            heading: "Dear\nA".into(),
            lines: vec!["x\u{1b}[31m".into()],
            ..Note::default()
        };
        let note = note.cleaned();
        assert_eq!(note.subject, "Reports of A  Bcc: all@example.eu");
        assert_eq!(note.text(), "Dear A\n\nx [31m\n");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let rows = (0..40).map(|at| vec![at.to_string()]).collect();
        let section = Section::of("T".into(), rows, |left| format!("and {left} more")).expect("rows");
        assert_eq!((section.rows.len(), section.more.as_str()), (ROWS, "and 15 more"));
        assert_eq!(shorten("one two three", 9), "one two…");
    }

    #[test]
    fn a_row_is_told_in_one_line() {
        let row = |cells: &[&str]| told(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        assert_eq!(row(&["Volume", "EUR 5", "on track"]), "Volume: EUR 5 · on track");
        assert_eq!(row(&["Volume", ""]), "Volume");
    }
}
