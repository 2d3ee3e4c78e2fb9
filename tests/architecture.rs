//! The house rules, held: which module may import which, how long a file may be, what no file may say.
//!
//! Reads the sources as text, so it needs nothing of the program. docs/architecture.md names these tests.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test ends where its fixture fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Module → what it may import. The same table stands in docs/architecture.md; `the_table_is_documented` holds them equal.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("finding", &[]),
    ("clock", &[]),
    ("model", &["finding"]),
    ("linkage", &["model"]),
    ("sql", &["model", "finding"]),
    ("define", &["linkage", "sql", "model", "finding"]),
    ("ingest", &["model", "finding"]),
    ("layout", &["define", "ingest", "sql", "model", "finding"]),
    ("validate", &["linkage", "sql", "define", "ingest", "layout", "model", "finding"]),
    ("propose", &["validate", "layout", "ingest", "define", "sql", "model", "finding"]),
    ("store", &["model", "finding"]),
    ("http", &["model", "finding"]),
    ("fetch", &["http", "model", "finding"]),
    ("compute", &["linkage", "sql", "define", "model", "finding"]),
    ("report", &["model", "finding"]),
    ("template", &["report", "layout", "ingest", "define", "model", "finding"]),
    ("export", &["model", "finding"]),
    ("notify", &["http", "store", "model", "finding"]),
    ("publish", &["export", "http", "store", "model", "finding"]),
    (
        "app",
        &[
            "publish", "notify", "export", "template", "report", "compute", "fetch", "http", "store", "propose",
            "validate", "layout", "ingest", "define", "linkage", "sql", "model", "clock", "finding",
        ],
    ),
    ("schedule", &["app", "define", "model", "clock", "store", "finding"]),
    ("cli", &["schedule", "app", "store", "compute", "propose", "ingest", "model", "finding"]),
];

/// Longer files than this are flat registries, and stand in [`REGISTRIES`].
const LONGEST: usize = 600;
const REGISTRIES: &[&str] = &[];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every file of `src` with its module and text.
fn modules() -> Vec<(String, String, String)> {
    let src = root().join("src");
    sources(&src)
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).expect("below src").to_string_lossy().replace('\\', "/");
            let module = name.split('/').next().unwrap_or("").trim_end_matches(".rs").to_owned();
            (name, module, fs::read_to_string(&path).expect("text"))
        })
        .collect()
}

/// The modules that a text names after `crate::`, outside comments.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        for rest in line.split("crate::").skip(1) {
            let names: Vec<String> = match rest.strip_prefix('{') {
                Some(list) => list
                    .split('}')
                    .next()
                    .unwrap_or("")
                    .split(',')
                    .map(|name| name.trim().split("::").next().unwrap_or("").to_owned())
                    .collect(),
                None => vec![rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()],
            };
            found.extend(names.into_iter().filter(|name| !name.is_empty()).map(|name| (at + 1, name)));
        }
    }
    found
}

#[test]
fn imports_go_one_way() {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, module, text) in modules() {
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(allowed) = table.get(module.as_str()) else {
            wrong.push(format!("{file}: the module `{module}` is not in the table"));
            continue;
        };
        for (line, name) in imports(&text) {
            if name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!("src/{file}:{line}: `{module}` must not import `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_of_the_table_has_no_way_back() {
    for (at, (module, allowed)) in MAY_IMPORT.iter().enumerate() {
        for name in *allowed {
            let place = MAY_IMPORT.iter().position(|(other, _)| other == name).expect("a module of the table");
            assert!(place < at, "`{module}` imports `{name}`, which stands below it");
        }
    }
}

#[test]
fn the_table_is_documented() {
    let text = fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    for (module, allowed) in MAY_IMPORT {
        let shown = if allowed.is_empty() { "–".to_owned() } else { allowed.join(", ") };
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| `{module}` ")))
            .unwrap_or_else(|| panic!("no row for `{module}`"));
        assert!(
            row.trim_end().ends_with(&format!("| {shown} |")),
            "`{module}` may import: {shown}\nbut the document says: {row}"
        );
    }
    assert!(text.lines().count() <= 200, "docs/architecture.md is longer than 200 lines");
}

#[test]
fn files_stay_small() {
    let mut long = Vec::new();
    for (file, _, text) in modules() {
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text).lines().count();
        if code > LONGEST && !REGISTRIES.contains(&file.as_str()) {
            long.push(format!("src/{file}: {code} lines without its tests"));
        }
    }
    assert!(long.is_empty(), "longer than {LONGEST} lines:\n{}", long.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    for (file, _, text) in modules() {
        assert!(text.starts_with("//! "), "src/{file} has no head comment");
    }
}

#[test]
fn invariants_name_tests_that_exist() {
    let read = |name: &str| fs::read_to_string(root().join("docs").join(name)).expect("a document");
    let text = format!("{}{}", read("architecture.md"), read("internals.md"));
    let everything: String = sources(&root().join("src"))
        .into_iter()
        .chain(sources(&root().join("tests")))
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect();
    let mut named = 0;
    for rest in text.split("test `").skip(1) {
        let name = rest.split('`').next().unwrap_or("");
        assert!(
            everything.contains(&format!("fn {name}(")),
            "docs/architecture.md or docs/internals.md names the test `{name}`, which does not exist"
        );
        named += 1;
    }
    assert!(named >= 8, "only {named} invariants name a test");
}

#[test]
fn every_rule_is_raised_somewhere() {
    let registry = fs::read_to_string(root().join("src/finding/rules.rs")).expect("the registry");
    let names: Vec<&str> = registry
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.split_once(" \""))
        .map(|(name, _)| name)
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !name.is_empty())
        .collect();
    assert!(names.len() > 50, "the registry reads differently now");
    let code: String =
        modules().into_iter().filter(|(file, ..)| file != "finding/rules.rs").map(|(_, _, text)| text).collect();
    let dead: Vec<&&str> = names.iter().filter(|name| !code.contains(&format!("rules::{name}"))).collect();
    assert!(dead.is_empty(), "rules that nothing raises: {dead:?}");
}
