//! `[[schedule]]`: when work is done by itself, which stages of it, and what is done about times that were missed.

use super::reader::Table;
use crate::finding::suggest::nearest;
use crate::finding::{Finding, Place, rules};
use crate::model::code::{ScheduleCode, SourceCode};
use crate::model::cron::{CronFault, CronLine};
use crate::model::schedule::{CatchUp, Schedule, Step};

/// `sources` are the codes that are declared.
pub fn read(table: &Table<'_>, sources: &[&SourceCode]) -> Option<(Place, Schedule)> {
    let code = table.code("code", ScheduleCode::new);
    let texts = table.texts("cron");
    if texts.is_empty() && table.has("cron") {
        table.bad(&table.span_of("cron"), "`cron` holds no line", "Write cron = \"0 6 * * MON\" for Mondays at six.");
    }
    table.required("cron", (!texts.is_empty()).then_some(()));
    let mut lines: Vec<CronLine> = Vec::new();
    for text in &texts {
        match CronLine::parse(&text.value) {
            Ok(line) => lines.push(line),
            Err(CronFault { start, width, message, help }) => {
                let place = table.file.place_inside(text.span.clone(), &text.value, start, width);
                table.report(Finding::error(&rules::BAD_VALUE, place, message).help(help));
            }
        }
    }
    let catch_up = table.choice("catch_up", &CatchUp::ALL).map_or(CatchUp::Latest, |at| at.value);
    let steps = steps(table);
    let sources = fetched(table, sources, &steps);
    table.finish();
    let code = code?;
    // Of several lines those that can be read would be only a part of what was meant.
    let whole = !lines.is_empty() && lines.len() == texts.len();
    whole.then(|| (table.place(&code.span), Schedule { code: code.value, lines, catch_up, steps, sources }))
}

fn steps(table: &Table<'_>) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    let texts = table.texts("steps");
    for text in &texts {
        if let Some((_, step)) = Step::ALL.iter().find(|(name, _)| *name == text.value) {
            if found.contains(step) {
                table.bad(&text.span, format!("the step `{}` stands here twice", text.value), "Take one of them out.");
            }
            found.push(*step);
        } else {
            let names = Step::ALL.map(|(name, _)| name);
            let finding = table.error(&rules::BAD_VALUE, &text.span, format!("no step is called `{}`", text.value));
            table.report(
                finding
                    .help(format!("The steps are {}.", names.join(", ")))
                    .suggest(nearest(&text.value, names.iter().copied())),
            );
        }
    }
    if texts.is_empty() {
        if table.has("steps") {
            table.bad(&table.span_of("steps"), "`steps` holds no step", "Take the line out: then all four are done.");
        }
        return Step::ALL.map(|(_, step)| step).to_vec();
    }
    found.sort_unstable();
    found
}

fn fetched(table: &Table<'_>, declared: &[&SourceCode], steps: &[Step]) -> Vec<SourceCode> {
    let texts = table.texts("sources");
    if !texts.is_empty() && !steps.contains(&Step::Fetch) {
        table.bad(
            &table.span_of("sources"),
            "`sources` says what is fetched, and `steps` has no `fetch`",
            "Add \"fetch\" to `steps`, or take `sources` out.",
        );
    }
    let mut found = Vec::new();
    for text in &texts {
        if let Some(code) = declared.iter().find(|code| code.as_str() == text.value) {
            found.push((*code).clone());
        } else {
            let finding = table.error(&rules::BAD_VALUE, &text.span, format!("no source is called `{}`", text.value));
            let names: Vec<&str> = declared.iter().map(|code| code.as_str()).collect();
            let help = if names.is_empty() {
                "No [[source]] is declared in pipelines/.".to_owned()
            } else {
                format!("Declared are {}.", names.join(", "))
            };
            table.report(finding.help(help).suggest(nearest(&text.value, names.iter().copied())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Catalog, SourceFile, load};
    use crate::finding::Finding;
    use crate::model::schedule::{CatchUp, Step};

    fn loaded(schedule: &str) -> (Option<Catalog>, Vec<Finding>) {
        let file = |name: &str, text: &str| SourceFile { name: name.into(), text: text.into() };
        let head = "schema = 1\n[programme]\ncode = \"p\"\ntitle = \"P\"\nstart = 2015-01-01\nend = 2016-12-31\n";
        let pipeline = "schema = 1\n[collection]\ncode = \"c\"\ntitle = \"C\"\n[[collection.field]]\ncode = \"f\"\nlabel = \"F\"\nkind = \"text\"\n";
        let indicator = "schema = 1\n[[indicator]]\ncode = \"n\"\nunit = \"rows\"\nfrom = \"c\"\nmeasure = \"COUNT(*)\"\naccumulation = \"stock\"\n";
        load(&[
            file("scoreboard.toml", head),
            file("indicators/a.toml", indicator),
            file("pipelines/a.toml", pipeline),
            file("pipelines/s.toml", &format!("schema = 1\n[[schedule]]\n{schedule}")),
        ])
    }

    fn problems(schedule: &str) -> Vec<String> {
        let told = |finding: &Finding| {
            let suggestion = finding.suggestion.as_ref().map_or_else(String::new, |meant| format!(" ({meant}?)"));
            format!("{} {}{suggestion}", finding.place, finding.message)
        };
        loaded(schedule).1.iter().filter(|finding| finding.is_error()).map(told).collect()
    }

    #[test]
    fn a_schedule_does_everything_and_catches_up_with_the_latest_unless_told_otherwise() {
        let (catalog, findings) = loaded("code = \"weekly\"\ncron = \"0 6 * * MON\"\n");
        assert_eq!(findings, []);
        let schedule = catalog.expect("sound").schedules.pop().expect("a schedule");
        assert_eq!((schedule.catch_up, schedule.steps.len()), (CatchUp::Latest, 4));
        let (catalog, _) = loaded(
            "code = \"nightly\"\ncron = [\"0 2 * * *\", \"0 3 * * *\"]\ncatch_up = \"all\"\nsteps = [\"run\", \"fetch\"]\n",
        );
        let schedule = catalog.expect("sound").schedules.pop().expect("a schedule");
        assert_eq!(
            (schedule.lines.len(), schedule.steps),
            (2, vec![Step::Fetch, Step::Run]),
            "in the order of the work"
        );
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_told_at_its_place() {
        assert_eq!(
            problems("code = \"w\"\ncron = \"0 25 * * MON\"\n"),
            ["pipelines/s.toml:4:11 `25` is no hour of a cron line"]
        );
        assert_eq!(
            problems("code = \"w\"\ncron = [\"0 6 * * MON\", \"0 6 * *\"]\n"),
            ["pipelines/s.toml:4:25 a cron line has five fields, this one has 4"]
        );
        assert_eq!(problems("code = \"w\"\n"), ["pipelines/s.toml:2:1 `schedule` needs `cron`"]);
        assert_eq!(problems("code = \"w\"\ncron = []\n").len(), 1);
        assert_eq!(
            problems("code = \"w\"\ncron = \"0 6 * * *\"\ncatch_up = \"lates\"\nsteps = [\"fetsh\"]\n"),
            [
                "pipelines/s.toml:5:12 `catch_up` cannot be `lates` (latest?)",
                "pipelines/s.toml:6:10 no step is called `fetsh` (fetch?)"
            ]
        );
        assert_eq!(
            problems("code = \"w\"\ncron = \"0 6 * * *\"\nsources = [\"kobo\"]\n"),
            ["pipelines/s.toml:5:12 no source is called `kobo`"]
        );
        let twice = "code = \"w\"\ncron = \"0 6 * * *\"\n";
        assert_eq!(
            problems(&format!("{twice}[[schedule]]\n{twice}")),
            ["pipelines/s.toml:6:8 the schedule `w` is defined twice"]
        );
    }
}
