//! The comments of a sheet: ours below those that stand there, parted by a line by which we know them again.

use std::collections::{BTreeMap, BTreeSet};

use super::xml::{self, Edits, MAIN, Node, escape_text, nodes};
use super::{AUTHOR, Unpatchable};
use crate::finding::CellRef;

/// In ASCII, so that it looks the same however a program writes its letters.
pub(super) const LINE: &str = "--- scoreboard ---";

/// A part that holds no comment yet.
pub(super) fn empty() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<comments xmlns=\"{MAIN}\"><authors></authors><commentList></commentList></comments>"
    )
}

pub(super) struct Edited {
    pub text: String,
    /// Cells that lost a comment of ours, whose shapes go.
    pub removed: BTreeSet<CellRef>,
    /// Cells that got a comment of their own, whose shapes come.
    pub added: Vec<CellRef>,
    /// Whether no comment is left.
    pub is_empty: bool,
}

/// Takes our old comments out and puts the new ones in. Cells of `untouched` have a thread, which no program but Excel
/// may write.
pub(super) fn edit(
    text: &str,
    new: &BTreeMap<CellRef, String>,
    untouched: &BTreeSet<CellRef>,
) -> Result<Edited, Unpatchable> {
    let nodes = nodes(text, 5)?;
    let damaged = || Unpatchable::Damaged("its comments are not what they should be".to_owned());
    if nodes[0].local(text) != "comments" {
        return Err(damaged());
    }
    let prefix = nodes[0].prefix(text);
    let named = |name: &str| nodes.iter().find(|node| node.depth == 1 && node.local(text) == name).ok_or_else(damaged);
    let (author_list, comment_list) = (named("authors")?, named("commentList")?);
    let authors: Vec<&Node> = within(&nodes, author_list, 2).filter(|node| node.local(text) == "author").collect();
    let author_of = |comment: &Node| comment.attribute(text, "authorId").and_then(|id| id.parse::<usize>().ok());
    let mut edits = Edits::default();
    let mut edited = Edited { text: String::new(), removed: BTreeSet::new(), added: Vec::new(), is_empty: true };
    let mut taken = untouched.clone();
    let mut used = BTreeSet::new();
    for comment in within(&nodes, comment_list, 2).filter(|node| node.local(text) == "comment") {
        let place = comment.attribute(text, "ref");
        let cell = place.and_then(|place| CellRef::parse(place.split(':').next().unwrap_or_default()));
        let author = author_of(comment);
        let threaded = author
            .and_then(|author| authors.get(author))
            .is_some_and(|author| text[author.inside()].starts_with("tc="));
        let Some(body) = within(&nodes, comment, 3).find(|node| node.local(text) == "text") else {
            return Err(damaged());
        };
        let pieces: Vec<&Node> = within(&nodes, body, 4).collect();
        let mut kept = pieces.as_slice();
        if let Some(at) = pieces.iter().position(|piece| text[piece.span()].contains(LINE)) {
            let words = trimmed(text, pieces[at]);
            let nothing = |piece: &&Node| text_of(text, piece).trim().is_empty();
            if words.is_empty() && pieces[..at].iter().all(nothing) {
                edits.cut(comment.span());
                edited.removed.extend(cell);
                continue;
            }
            // Words that the same run held before the line stay.
            let whole = if words.is_empty() { at } else { at + 1 };
            if !words.is_empty() {
                edits.cut(words.end..pieces[at].close.as_ref().map_or(words.end, |_| end_of_words(text, pieces[at])));
            }
            let end =
                pieces.iter().rposition(|piece| matches!(piece.local(text), "r" | "t")).map_or(whole, |last| last + 1);
            for piece in pieces.get(whole..end).unwrap_or_default() {
                edits.cut(piece.span());
            }
            kept = &pieces[..whole];
        }
        edited.is_empty = false;
        used.extend(author);
        let ours = cell.filter(|cell| !threaded && !taken.contains(cell)).and_then(|cell| new.get(&cell));
        taken.extend(cell);
        let last = kept.iter().rfind(|piece| matches!(piece.local(text), "r" | "t"));
        let lone = match kept {
            [only] => Some(*only),
            _ => None,
        };
        match ours {
            Some(ours) => {
                let runs = xml::prefixed(&runs(ours, true), prefix);
                match last {
                    Some(last) => {
                        for plain in kept.iter().filter(|piece| piece.local(text) == "t") {
                            edits.insert(plain.open.start, format!("<{prefix}r>"));
                            edits.insert(plain.span().end, format!("</{prefix}r>"));
                        }
                        edits.insert(last.span().end, runs);
                    }
                    None => edits.append(text, body, &runs),
                }
            }
            // The run that was put around a plain text goes with what stood below it.
            None if kept.len() < pieces.len() => {
                if let Some(run) = lone.filter(|run| run.local(text) == "r") {
                    let inner: Vec<&Node> = within(&nodes, run, 5).collect();
                    if let [plain] = inner.as_slice()
                        && plain.local(text) == "t"
                    {
                        edits.cut(run.open.clone());
                        edits.cut(run.close.clone().unwrap_or(run.open.clone()));
                    }
                }
            }
            None => {}
        }
    }
    let mut author_count = authors.len();
    let mut our_author = authors.iter().position(|author| text[author.inside()] == *AUTHOR);
    // Ours was added last: indices of others do not move when it goes.
    if let Some(at) = our_author.filter(|at| at + 1 == author_count && !used.contains(at) && !edited.removed.is_empty())
    {
        edits.cut(authors[at].span());
        author_count -= 1;
        our_author = None;
    }
    let mut fresh = String::new();
    for (cell, ours) in new.iter().filter(|(cell, _)| !taken.contains(cell)) {
        let author = our_author.unwrap_or(author_count);
        fresh += &format!(r#"<comment ref="{cell}" authorId="{author}"><text>{}</text></comment>"#, runs(ours, false));
        edited.added.push(*cell);
    }
    if !fresh.is_empty() {
        edited.is_empty = false;
        edits.append(text, comment_list, &xml::prefixed(&fresh, prefix));
        if our_author.is_none() {
            edits.append(text, author_list, &xml::prefixed(&format!("<author>{AUTHOR}</author>"), prefix));
        }
    }
    edited.text = edits.apply(text);
    Ok(edited)
}

/// The elements of this depth inside another.
fn within<'a>(nodes: &'a [Node], outer: &Node, depth: usize) -> impl Iterator<Item = &'a Node> {
    let (first, end) = (nodes.partition_point(|node| node.open.start < outer.open.end), outer.span().end);
    nodes[first..].iter().take_while(move |node| node.open.start < end).filter(move |node| node.depth == depth)
}

/// Where the words of a run or text stand, as raw bytes.
fn words(text: &str, piece: &Node) -> std::ops::Range<usize> {
    let inside = piece.inside();
    let raw = &text[inside.clone()];
    if piece.local(text) == "t" {
        return inside;
    }
    // The last `t` of a run: what stands before is its format.
    let end = inside.start + raw.rfind("</").unwrap_or(raw.len());
    let start = text[inside.start..end].rfind('>').map_or(inside.start, |at| inside.start + at + 1);
    start..end
}

fn end_of_words(text: &str, piece: &Node) -> usize {
    words(text, piece).end
}

/// What the piece says before our line, without white space at its end.
fn trimmed(text: &str, piece: &Node) -> std::ops::Range<usize> {
    let words = words(text, piece);
    let before = text[words.clone()].split(LINE).next().unwrap_or_default();
    let kept = before.trim_end_matches(|c: char| c.is_whitespace());
    let kept = if kept.trim().is_empty() { "" } else { kept };
    words.start..words.start + kept.len()
}

fn text_of<'a>(text: &'a str, piece: &Node) -> &'a str {
    &text[words(text, piece)]
}

/// The line, then what we say.
fn runs(ours: &str, below: bool) -> String {
    let gap = if below { "\n" } else { "" };
    let font = r#"<rFont val="Tahoma"/><family val="2"/>"#;
    format!(
        r#"<r><rPr><b/><sz val="9"/><color rgb="FF0F5E6E"/>{font}</rPr><t xml:space="preserve">{gap}{LINE}</t></r><r><rPr><sz val="9"/><color rgb="FF1E2A32"/>{font}</rPr><t xml:space="preserve">{}</t></r>"#,
        escape_text(&format!("\n{ours}"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(places: &[(&str, &str)]) -> BTreeMap<CellRef, String> {
        places.iter().map(|(at, text)| (CellRef::parse(at).unwrap(), (*text).to_owned())).collect()
    }

    const THEIRS: &str = r#"<comments xmlns="m"><authors><author>Ann</author><author>tc={1}</author></authors><commentList><comment ref="B2" authorId="0"><text><t>mine &amp; yours</t></text></comment><comment ref="C3" authorId="0"><text><r><rPr><b/></rPr><t>Ann:</t></r><r><t xml:space="preserve"> look</t></r></text></comment><comment ref="D4" authorId="1"><text><t>a thread</t></text></comment></commentList></comments>"#;

    #[test]
    fn ours_stand_below_theirs_and_go_without_a_trace() {
        let new =
            said(&[("A1", "a <new> one"), ("B2", "wrong"), ("C3", "wrong too"), ("D4", "kept out"), ("E5", "out")]);
        let threads = BTreeSet::from([CellRef::new(4, 4)]);
        let once = edit(THEIRS, &new, &threads).unwrap();
        assert_eq!(once.added, [CellRef::new(0, 0)]);
        assert!(once.text.contains("<text><r><t>mine &amp; yours</t></r><r>"), "{}", once.text);
        assert!(once.text.find("look").unwrap() < once.text.find("wrong too").unwrap());
        assert!(once.text.contains("a &lt;new&gt; one") && !once.text.contains("kept out"));
        assert!(once.text.contains("<author>tc={1}</author><author>scoreboard</author>"));
        let twice = edit(&once.text, &new, &threads).unwrap();
        assert_eq!(twice.text, once.text);
        assert_eq!(twice.removed, BTreeSet::from([CellRef::new(0, 0)]));
        let back = edit(&twice.text, &BTreeMap::new(), &threads).unwrap();
        assert_eq!(back.text, THEIRS);
        assert!(!back.is_empty);
    }

    #[test]
    fn a_part_of_ours_alone_is_empty_in_the_end() {
        let new = said(&[("A1", "x")]);
        let once = edit(&empty(), &new, &BTreeSet::new()).unwrap();
        let back = edit(&once.text, &BTreeMap::new(), &BTreeSet::new()).unwrap();
        assert!(back.is_empty);
        assert_eq!(back.text, empty());
    }

    #[test]
    fn a_program_may_put_everything_into_one_run() {
        let text = r#"<comments xmlns="m"><authors><author/></authors><commentList><comment ref="B2" authorId="0"><text><r><rPr><sz val="8"/></rPr><t xml:space="preserve">mine
--- scoreboard ---
old</t></r></text></comment><comment ref="B3" authorId="0"><text><t>--- scoreboard ---
old</t></text></comment></commentList></comments>"#;
        let back = edit(text, &BTreeMap::new(), &BTreeSet::new()).unwrap();
        assert!(back.text.contains(r#"<t xml:space="preserve">mine</t></r></text>"#), "{}", back.text);
        assert!(!back.text.contains("old"));
        assert_eq!(back.removed, BTreeSet::from([CellRef::new(2, 1)]));
        let again = edit(text, &said(&[("B2", "new")]), &BTreeSet::new()).unwrap();
        assert!(again.text.contains("mine</t></r><r>") && again.text.contains("new") && !again.text.contains("old"));
    }
}
