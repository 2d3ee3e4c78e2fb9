//! `scoreboard init`.

use serde_json::json;

use super::Exit;
use super::args::InitArgs;
use super::output::{Output, bold, count, table};
use crate::app::Stopped;
use crate::app::init::{Made, Options, all_examples, run};

pub fn main(args: &InitArgs, output: &Output) -> Result<Exit, Stopped> {
    let Some(folder) = args.folder.as_deref().filter(|_| !args.list) else {
        list(output);
        return Ok(Exit::Fine);
    };
    let options = Options {
        like: args.like.clone(),
        title: args.title.clone(),
        start: args.start,
        end: args.end,
        partners: args.partners.clone(),
    };
    let made = run(folder, &options)?;
    if output.is_json() {
        let folder = made.folder.display().to_string();
        output.json(&json!({ "folder": folder, "files": made.files, "is_to_begin": made.is_to_begin }));
    } else {
        tell(&made, args.like.is_some(), output);
    }
    Ok(Exit::Fine)
}

fn list(output: &Output) {
    let examples = all_examples();
    if output.is_json() {
        let all = examples.iter().map(|one| json!({ "name": one.name, "title": one.title })).collect::<Vec<_>>();
        output.json(&json!({ "examples": all }));
        return;
    }
    let rows: Vec<Vec<String>> = examples.iter().map(|one| vec![one.name.to_owned(), one.title.clone()]).collect();
    for line in table(&rows) {
        output.line(&line);
    }
    output.line("\nA copy of one: scoreboard init DIR --like NAME");
}

fn tell(made: &Made, is_copy: bool, output: &Output) {
    let folder = made.folder.display().to_string();
    output.line(&format!("{} is a project of {}.", bold(&folder), count(made.files.len() as u64, "file", "files")));
    let shown = if folder.contains(' ') { format!("\"{folder}\"") } else { folder };
    if made.is_to_begin {
        output.line("The programme has not begun, so its inbox is empty. The workbooks for its partners:");
        output.line(&format!("\n    scoreboard template --all --project {shown}\n"));
    } else {
        output.line(&format!("\n    scoreboard run --project {shown}\n"));
    }
    output.line(if is_copy {
        "README.md in it says what it shows, what in it is real and what is illustrative."
    } else {
        "README.md in it says what to do next."
    });
}
