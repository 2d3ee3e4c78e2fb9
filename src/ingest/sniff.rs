//! Tells what a file is: by its bytes, then by what a zip holds, and by its name only where text is concerned.

use super::answers::{self, Document};
use super::encoding::{self, Decoded};
use super::grid::FileKind;
use super::guard::Package;
use super::{Options, Refusal, csv};
use crate::finding::rules;

/// A kind of file that holds tables, opened as far as was needed to tell it.
pub(super) enum Format<'a> {
    /// Also .xlsm, and templates of both.
    Xlsx(Package<'a>),
    Csv(Decoded<'a>),
    Xls,
    Xlsb(Package<'a>),
    Ods(Package<'a>),
    /// As a survey server gives them.
    Answers(Document),
    /// An archive of `LimeSurvey`.
    Lsa(Package<'a>),
}

impl Format<'_> {
    /// What to say where the name promises another kind of file.
    pub fn misnamed(&self, name: &str) -> Option<String> {
        let extension = extension(name);
        let (what, usual): (&str, &[&str]) = match self {
            Self::Xlsx(_) => ("an Excel workbook (.xlsx)", &["xlsx", "xlsm", "xltx", "xltm", ""]),
            Self::Csv(_) => ("plain text (.csv)", TEXT),
            Self::Xls => ("an Excel 97 workbook (.xls)", &["xls", "xlt", "xla", ""]),
            Self::Xlsb(_) => ("a binary Excel workbook (.xlsb)", &["xlsb", ""]),
            Self::Ods(_) => ("an OpenDocument spreadsheet (.ods)", &["ods", "ots", ""]),
            Self::Answers(document) => match document.kind() {
                FileKind::Xml => ("an export of EUSurvey (.xml)", &["xml", "zip", ""]),
                _ => ("an export of a survey server (.json)", &["json", ""]),
            },
            Self::Lsa(_) => return None,
        };
        let misnamed = !usual.contains(&extension.as_str());
        misnamed.then(|| format!("is {what}, though it is named .{extension}; it was read as what it is"))
    }
}

/// Extensions under which text is a table, whatever it looks like.
const TEXT: &[&str] = &["csv", "txt", "tsv", "tab", ""];
/// Extensions under which text is read where it is clearly a table: many programs export csv under these names.
const WORKBOOK: &[&str] = &["xlsx", "xlsm", "xls", "xlsb", "ods", "xlt", "xltx", "xltm"];

pub(super) fn identify<'a>(name: &str, bytes: &'a [u8], options: &Options) -> Result<Format<'a>, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new(&rules::FILE_EMPTY, "is empty: zero bytes"));
    }
    if is_lock_file(name, bytes) {
        let lock = foreign("the lock file that an office program keeps while a workbook is open");
        return Err(lock.help("Close the workbook and send the workbook itself."));
    }
    if bytes.starts_with(b"PK\x05\x06") {
        return Err(Refusal::new(&rules::FILE_EMPTY, "is a zip archive without any parts"));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return zip(Package::open(bytes, &options.limits)?);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return compound(bytes);
    }
    if let Some(what) = binary(bytes) {
        return Err(foreign(what));
    }
    let text = encoding::decode(bytes, options.encoding.as_deref())?;
    match markup(&text.text) {
        Some(Markup::Answers(document)) => return Ok(Format::Answers(document)),
        Some(Markup::Foreign(refusal)) => return Err(refusal),
        None => {}
    }
    let extension = extension(name);
    if TEXT.contains(&extension.as_str()) || WORKBOOK.contains(&extension.as_str()) && csv::is_table(&text.text) {
        return Ok(Format::Csv(text));
    }
    Err(foreign(&format!("plain text under the name .{extension}")))
}

fn foreign(what: &str) -> Refusal {
    Refusal::new(&rules::FILE_TYPE, format!("is {what}, not a workbook or a csv"))
}

/// The letters after the last point, in lower case.
fn extension(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

/// That of Excel holds the user's name twice, in 54 letters with the length in front, then in UTF-16 with the length
/// in two bytes; others are known by their names.
fn is_lock_file(name: &str, bytes: &[u8]) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let excel = match bytes {
        [length @ 1..=54, name @ ..] if (150..=200).contains(&bytes.len()) => name.get(54..56) == Some(&[*length, 0]),
        _ => false,
    };
    excel || (bytes.len() < 1024 && (file.starts_with("~$") || file.starts_with(".~lock.")))
}

fn zip(mut package: Package<'_>) -> Result<Format<'_>, Refusal> {
    if let Some(index) = package.find("mimetype") {
        let kind = package.peek(index, 100)?;
        if kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
            return open_document(package);
        }
        return Err(foreign("a document of LibreOffice, an e-book or the like"));
    }
    // EUSurvey packs its results together with pictures of the questionnaires.
    if let Some(index) = package.find("result.xml") {
        let document = String::from_utf8(package.unpack(index)?).ok().and_then(|text| Document::from_xml(&text));
        if let Some(document) = document {
            return Ok(Format::Answers(document));
        }
    }
    let begins = |start: &str| package.paths().any(|path| path.starts_with(start));
    let ends = |end: &str| package.paths().any(|path| path.ends_with(end));
    if ends("workbook.bin") {
        return Ok(Format::Xlsb(package));
    }
    if begins("xl/") || ends("workbook.xml") {
        return Ok(Format::Xlsx(package));
    }
    if answers::is_archive(package.paths()) {
        return Ok(Format::Lsa(package));
    }
    let known = [
        ("word/", "a Word document"),
        ("ppt/", "a PowerPoint presentation"),
        ("index/document.iwa", "an Apple document"),
    ];
    Err(foreign(
        known.iter().find(|(start, _)| begins(start)).map_or("a zip archive of other files", |(_, what)| *what),
    ))
}

fn open_document(mut package: Package<'_>) -> Result<Format<'_>, Refusal> {
    if let Some(index) = package.find("META-INF/manifest.xml") {
        let manifest = package.unpack_small(index)?;
        if manifest.windows(15).any(|window| window == b"encryption-data") {
            return Err(Refusal::new(&rules::FILE_ENCRYPTED, "is an OpenDocument spreadsheet with a password"));
        }
    }
    Ok(Format::Ods(package))
}

/// An OLE compound file: its directory names the streams, 128 bytes an entry, the name in UTF-16 and then its length.
fn compound<'a>(bytes: &[u8]) -> Result<Format<'a>, Refusal> {
    let holds = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // With the zero at its end; no name that is looked for has more than 31 letters.
        let length = u8::try_from(name.len() + 2).unwrap_or(0);
        bytes.chunks_exact(128).any(|entry| entry.starts_with(&name) && entry[64..66] == [length, 0])
    };
    if holds("EncryptedPackage") {
        return Err(Refusal::new(&rules::FILE_ENCRYPTED, "is a workbook or document with a password"));
    }
    if holds("Workbook") || holds("Book") {
        return Ok(Format::Xls);
    }
    let what = match () {
        () if holds("WordDocument") => "a Word 97–2003 document",
        () if holds("PowerPoint Document") => "a PowerPoint 97–2003 presentation",
        () if holds("__properties_version1.0") => "an Outlook message",
        () => "an old Office file without a workbook in it",
    };
    Err(foreign(what))
}

/// Kinds of files that begin in a way that no table does.
fn binary(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &'static str); 14] = [
        (b"%PDF-", "a PDF"),
        (b"\x89PNG", "a picture (PNG)"),
        (b"\xFF\xD8\xFF", "a picture (JPEG)"),
        (b"GIF8", "a picture (GIF)"),
        (b"II*\0", "a picture (TIFF)"),
        (b"MM\0*", "a picture (TIFF)"),
        (b"{\\rtf", "a text with formatting (RTF)"),
        (b"\x1F\x8B", "a gzip archive"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
        (b"Rar!\x1A", "a RAR archive"),
        (b"SQLite format 3\0", "a database (SQLite)"),
        (b"\x09\x00\x04\x00", "a workbook of Excel 2"),
        (b"\x09\x02\x06\x00", "a workbook of Excel 3"),
        (b"\x09\x04\x06\x00", "a workbook of Excel 4"),
    ];
    let bitmap = bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    known
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, what)| *what)
        .or(bitmap.then_some("a picture (BMP)"))
}

/// Text that is no csv.
enum Markup {
    Answers(Document),
    Foreign(Refusal),
}

/// Web pages, XML and JSON: text, but no table, unless it is the export of a survey server.
fn markup(text: &str) -> Option<Markup> {
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= 4096).last().unwrap_or(0);
    let start = text[..end].trim_start().to_ascii_lowercase();
    let begins = |tags: &[&str]| tags.iter().any(|tag| start.starts_with(tag));
    let refused = |what: &str| Some(Markup::Foreign(foreign(what)));
    if begins(&["<!doctype html", "<html", "<head", "<body", "<meta", "<table", "<div", "<style"])
        || (begins(&["<?xml", "<!--"]) && start.contains("<html"))
    {
        return refused("a web page (HTML)");
    }
    if begins(&["mime-version:"]) {
        return refused("a web archive (MHTML)");
    }
    let last = text.trim_end().chars().next_back();
    if begins(&["<?xml", "<!--", "<!doctype", "<!entity"]) || (start.starts_with('<') && last == Some('>')) {
        if start.contains("<!doctype") {
            let message = "holds an XML document type declaration, as attacks do";
            return Some(Markup::Foreign(Refusal::new(&rules::FILE_TYPE, message)));
        }
        if start.contains("urn:schemas-microsoft-com:office:spreadsheet") {
            return refused("an XML spreadsheet of Excel 2003");
        }
        return Document::from_xml(text).map_or_else(|| refused("an XML document"), |it| Some(Markup::Answers(it)));
    }
    let json = (start.starts_with('{') && last == Some('}')) || (start.starts_with('[') && last == Some(']'));
    if !json {
        return None;
    }
    Document::from_json(text).map_or_else(|| refused("a JSON document"), |it| Some(Markup::Answers(it)))
}
