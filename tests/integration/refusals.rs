//! What cannot be read, and what cannot be run: one clear sentence, what to do, nothing changed.

use std::fs;
use std::io::Write as _;

use crate::project::{Project, figure, places};

const HEAD: &[&str] = &["No.", "Signed on", "Status", "Value"];

#[test]
fn a_missing_and_an_empty_inbox_stop_before_anything_is_made() {
    let project = Project::small();
    project.run(&["run"]).expect(2).says("inbox-empty").says("Put the partners' workbooks into it");
    fs::remove_dir_all(project.path().join("data")).expect("removed");
    project.run(&["run"]).expect(2).says("inbox-missing").says("Make the folder");
    assert!(!project.path().join("data").exists(), "nothing was made");
}

#[test]
fn no_project_and_no_indicator_stop_with_what_to_do() {
    Project::empty().run(&["run"]).expect(2).says("project-missing").says("--project DIR");
    let project = Project::small();
    fs::remove_dir_all(project.path().join("indicators")).expect("removed");
    project.run(&["run"]).expect(2).says("no-indicator");
}

#[test]
fn files_that_cannot_be_read_are_refused_by_name_and_stop_no_other() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    let whole = fs::read(project.inbox("alpha_2016-Q1.xlsx")).expect("read");
    let ole: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    let mut encrypted = ole.to_vec();
    encrypted.resize(1024, 0);
    encrypted.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    encrypted.resize(4096, 0);
    // A directory entry of the old container: its name's length in bytes stands behind the name.
    encrypted[1088] = 34;
    // A real workbook whose sheet unpacks to a thousand times its size.
    let mut parts = zip::ZipArchive::new(std::io::Cursor::new(&whole)).expect("a zip");
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        bomb.start_file(name.as_str(), options).expect("begun");
        if name.ends_with("sheet1.xml") {
            bomb.write_all(b"<worksheet><sheetData>").expect("written");
            bomb.write_all(&vec![b' '; 60_000_000]).expect("written");
            bomb.write_all(b"</sheetData></worksheet>").expect("written");
        } else {
            std::io::copy(&mut part, &mut bomb).expect("copied");
        }
    }
    project
        .file("data/inbox/beta_empty.xlsx", b"")
        .file("data/inbox/beta_cut.xlsx", &whole[..whole.len() / 2])
        .file("data/inbox/beta_encrypted.xlsx", &encrypted)
        .file("data/inbox/beta_page.xlsx", "<html><body><table><tr><td>No.</td></tr></table></body></html>")
        .file("data/inbox/beta.pdf", "%PDF-1.4\n%âãÏÓ")
        .file("data/inbox/beta_bomb.xlsx", bomb.finish().expect("finished").into_inner())
        .file("data/inbox/~$alpha.xlsx", b"\x05alpha");
    let scoreboard = project.scoreboard();
    assert_eq!(figure(&scoreboard, "volume", &[])["value"].to_string(), "100");
    for (rule, file) in [
        ("file-empty", "beta_empty.xlsx"),
        ("file-truncated", "beta_cut.xlsx"),
        ("file-encrypted", "beta_encrypted.xlsx"),
        ("file-too-large", "beta_bomb.xlsx"),
        ("file-ignored", "~$alpha.xlsx"),
    ] {
        assert!(places(&scoreboard, rule).contains(&file.to_owned()), "{rule}: {:?}", places(&scoreboard, rule));
    }
    let types = places(&scoreboard, "file-type");
    assert!(types.contains(&"beta_page.xlsx".to_owned()) && types.contains(&"beta.pdf".to_owned()), "{types:?}");
}

#[test]
fn a_store_in_use_is_left_alone() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    let store = scoreboard::store::Store::open(&project.path().join("data/store")).expect("opened");
    project.run(&["run"]).expect(2).says("store-busy");
    drop(store);
    project.run(&["run"]).expect(0);
}

#[test]
fn a_changed_history_is_noticed() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    project.scoreboard();
    let rows = project.path().join("data/store/rows");
    let part = fs::read_dir(&rows).expect("listed").flatten().next().expect("a part").path();
    let mut bytes = fs::read(&part).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    project.file(&format!("data/store/rows/{}", part.file_name().expect("a name").to_string_lossy()), bytes);
    fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    project.run(&["run"]).expect(2).says("store-damaged");
    assert!(!project.path().join("data/out").exists(), "nothing was published");
}

#[test]
fn a_full_disk_publishes_nothing_and_the_next_run_works() {
    // A folder where the file has to go refuses the write as a full disk does.
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "signed", "100"]]);
    fs::create_dir_all(project.path().join("data/out/scoreboard.xlsx.half/x")).expect("made");
    project.run(&["run"]).expect(2).says("disk").says("then run again");
    fs::remove_dir_all(project.path().join("data/out")).expect("removed");
    project.run(&["run"]).expect(0);
}

#[test]
fn nothing_is_coloured_when_piped_and_json_is_one_object() {
    let project = Project::small();
    project.workbook("alpha_2016-Q1.xlsx", "Agreements", &[HEAD, &["'A-1", "2016-02-01", "sigend", "100"]]);
    for args in [&["run"][..], &["check"], &["ingest"], &["status"], &["explain", "volume"]] {
        let answer = project.run(args).expect(0);
        assert!(!answer.out.contains('\u{1b}') && !answer.err.contains('\u{1b}'), "{args:?}");
        let mut args = args.to_vec();
        args.extend(["--format", "json"]);
        let answer = project.run(&args).expect(0);
        assert!(serde_json::from_str::<serde_json::Value>(&answer.out).expect("JSON").is_object(), "{args:?}");
    }
}
