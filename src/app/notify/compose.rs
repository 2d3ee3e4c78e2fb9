//! What messages say, in the language of their readers.

use chrono::NaiveDate;

use super::super::answer::Answer;
use super::super::attempt::Attempt;
use super::super::project::Project;
use super::board::Board;
use super::events::{Part, Tells};
use crate::define::catalog::{Partner, Programme};
use crate::finding::{Finding, Severity, translate};
use crate::model::notify::Channel;
use crate::model::schedule::{self, TRIES};
use crate::notify::due::{Deadline, SentBack, Step};
use crate::notify::note::{Note, Section};
use crate::notify::texts::Words;

/// Names in a subject.
const NAMED: usize = 2;
/// Findings of a file that a reminder tells.
const FOUND: usize = 5;

/// The programme as people call it: what stands before the colon of its title, or the title where it is short.
pub fn name(programme: &Programme) -> String {
    let title = programme.title.trim();
    let short = title.split([':', '–', '—']).next().map_or(title, str::trim);
    match (short.chars().count(), title.chars().count()) {
        (1..=30, _) => short.to_owned(),
        (_, 0..=48) => title.to_owned(),
        _ => programme.code.clone(),
    }
}

/// A period that is only counted, with the day on which it ends; `2016-Q2` tells it by itself.
fn period(project: &Project, label: &str, words: &Words) -> String {
    let calendar = &project.catalog.programme.calendar;
    let last = calendar.parse(label).and_then(|number| calendar.period(number)).map(|period| period.last);
    match last.filter(|_| calendar.from_start) {
        Some(last) => words.say("period", &[("period", label), ("day", &words.day(last))]),
        None => label.to_owned(),
    }
}

/// What of a partner's mail goes along, by name; and what was left out.
pub struct Along {
    pub template: bool,
    pub answers: bool,
    pub too_large: Vec<String>,
}

/// A mail to one partner: what is due, what is late, what was sent back. It holds nothing of another partner.
pub fn reminder(
    project: &Project,
    partner: &Partner,
    steps: &[Step],
    sent_back: &[(SentBack, Option<Answer>)],
    along: &Along,
    today: NaiveDate,
) -> Note {
    let words = Words::for_partner(&partner.language);
    let programme = name(&project.catalog.programme);
    let title = |code: &str| {
        let found = project.catalog.collections.iter().find(|collection| collection.code.as_str() == code);
        found.map_or(code, |collection| collection.title.get(&words.language)).to_owned()
    };
    let (late, near): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.due_on < today);
    let rows = |steps: &[&Step], key: &str| -> Vec<Vec<String>> {
        let row = |step: &&Step| {
            let period = period(project, &step.period, &words);
            let said = words.say(key, &[("period", &period), ("day", &words.day(step.due_on))]);
            vec![title(&step.collection), said]
        };
        steps.iter().map(row).collect()
    };
    let mut note = Note { language: words.language.clone(), ..Note::default() };
    note.subject = match (late.first().or(near.first()), sent_back.first()) {
        (Some(first), _) => {
            let key = match first.due_on {
                due if due < today => "subject_late",
                due if due == today => "subject_today",
                _ => "subject_near",
            };
            let same: Vec<String> = (if late.is_empty() { &near } else { &late })
                .iter()
                .filter(|step| step.period == first.period && step.due_on == first.due_on)
                .map(|step| title(&step.collection))
                .collect();
            let (what, day) = (words.list(&same, NAMED), words.day(first.due_on));
            words.say(key, &[("programme", &programme), ("what", &what), ("period", &first.period), ("day", &day)])
        }
        (None, Some((first, _))) => {
            let file = bare(&first.file.name);
            words.say("subject_sent_back", &[("programme", &programme), ("file", file)])
        }
        (None, None) => programme.clone(),
    };
    note.heading = words.say("greeting", &[("partner", &partner.name)]);
    let first = match (late.is_empty(), near.is_empty()) {
        (false, _) => "late",
        (true, false) => "near",
        (true, true) => "sent_back",
    };
    note.lines.push(words.get(first));
    let more = |count| words.more(count);
    note.sections.extend(Section::of(words.get("title_late"), rows(&late, "row_late"), more));
    note.sections.extend(Section::of(words.get("title_due"), rows(&near, "row_near"), more));
    for (one, answer) in sent_back {
        let title = words.say("title_found", &[("file", bare(&one.file.name))]);
        let found = answer.as_ref().map(|answer| found(answer, &words)).unwrap_or_default();
        note.sections.push(Section { title, rows: found.0, more: found.1 });
    }
    let mut ask = |key: &str| note.closing.push(words.get(key));
    if !steps.is_empty() {
        let contact = project.catalog.programme.contact.as_deref();
        let key = if along.template { "template" } else { "no_template" };
        match contact {
            Some(contact) => note.closing.push(words.say(&format!("{key}_to"), &[("contact", contact)])),
            None => ask(key),
        }
    }
    if !sent_back.is_empty() {
        if !steps.is_empty() {
            note.closing.push(words.get("sent_back"));
        }
        note.closing.push(words.get(if along.answers { "answer" } else { "no_answer" }));
    }
    for name in &along.too_large {
        note.closing.push(words.say("too_large", &[("name", name)]));
    }
    note.closing.push(words.get("in_the_meantime"));
    note.closing.push(words.get("questions"));
    note.closing.push(String::new());
    note.closing.push(words.get("regards"));
    note.closing.push(programme);
    note.cleaned()
}

/// The weightiest findings of a file, as its answer tells them, and how many more there are.
fn found(answer: &Answer, words: &Words) -> (Vec<Vec<String>>, String) {
    let weighty = |severity| answer.letter.remarks.iter().filter(move |remark| remark.severity == severity);
    let all: Vec<_> = weighty(Severity::Error).chain(weighty(Severity::Warning)).collect();
    let row = |remark: &&crate::model::letter::Remark| {
        let [_, place, _, _, wrong, help] = &remark.cells;
        vec![place.clone(), format!("{wrong} {help}").trim().to_owned()]
    };
    let rows = all.iter().take(FOUND).map(row).collect();
    let left = all.len().saturating_sub(FOUND);
    (rows, if left == 0 { String::new() } else { words.more(left) })
}

fn bare(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// What a channel's message says beside its parts.
#[derive(Default)]
pub struct Beside {
    pub attached: Vec<String>,
    pub too_large: Vec<String>,
    /// Where the files of the report were delivered to.
    pub places: Vec<String>,
    /// Errors, warnings and rows kept out of the run.
    pub counts: Option<(u64, u64, u64)>,
}

/// A message to those who run the programme, or pay for it.
pub fn summary(
    project: &Project,
    channel: &Channel,
    parts: &[Part],
    board: Option<&Board<'_>>,
    beside: &Beside,
) -> Note {
    let words = Words::for_lead(&channel.language);
    let programme = name(&project.catalog.programme);
    let told = Telling { project, words: &words, board, programme: &programme };
    let mut note = Note { language: words.language.clone(), ..Note::default() };
    for part in parts {
        let (subject, line) = told.head(part);
        // The weightiest stands first: `events` gives them in that order.
        if note.subject.is_empty() {
            note.subject = subject;
        }
        if note.heading.is_empty() && !line.is_empty() {
            note.heading = line;
        } else if !line.is_empty() && !note.lines.contains(&line) && note.heading != line {
            note.lines.push(line);
        }
    }
    if note.heading.is_empty() {
        note.heading.clone_from(&note.subject);
    }
    for part in parts {
        if let Tells::Failed { tries: Some(tries), .. } = part.tells {
            let key = match TRIES.saturating_sub(tries) {
                0 => "not_again",
                1 => "again_once",
                _ => "again_twice",
            };
            note.lines.push(words.get(key));
        }
    }
    told.sections(parts, &mut note);
    if let Some((errors, warnings, kept_out)) = beside.counts {
        let values = [errors, warnings, kept_out].map(|count| count.to_string());
        let [errors, warnings, kept_out] = values.each_ref().map(String::as_str);
        note.lines.push(words.say("counts", &[("errors", errors), ("warnings", warnings), ("kept_out", kept_out)]));
    }
    let places = beside.places.iter().map(|place| vec![place.clone()]).collect();
    note.sections.extend(Section::of(words.get("title_where"), places, |count| words.more(count)));
    if !beside.attached.is_empty() {
        note.closing.push(words.say("attached", &[("names", &beside.attached.join(", "))]));
    }
    note.closing.extend(beside.too_large.iter().map(|name| words.say("too_large", &[("name", name)])));
    note.footer = match board {
        Some(board) => {
            let values = [("programme", programme.as_str()), ("run", &board.run.code), ("head", &board.head())];
            words.say("footer", &values)
        }
        None => words.say("footer_short", &[("programme", &programme)]),
    };
    note.cleaned()
}

struct Telling<'t> {
    project: &'t Project,
    words: &'t Words,
    board: Option<&'t Board<'t>>,
    programme: &'t str,
}

impl Telling<'_> {
    /// The subject that a part would have alone, and its sentence.
    fn head(&self, part: &Part) -> (String, String) {
        let words = self.words;
        let subject = |key: &str, values: &[(&str, &str)]| {
            let mut all = vec![("programme", self.programme)];
            all.extend_from_slice(values);
            words.say(key, &all)
        };
        let on = |attempt: &Attempt| {
            let zone = self.project.catalog.programme.time_zone;
            words.day(attempt.began.with_timezone(&zone).date_naive())
        };
        let as_of = || self.board.map_or_else(String::new, |board| words.day(board.run.as_of));
        match &part.tells {
            Tells::Failed { attempt, .. } => {
                (subject("subject_failure", &[]), words.say("failure", &[("day", &on(attempt))]))
            }
            Tells::Recovered { attempt, again } => {
                let key = if *again { "after_all" } else { "recovered" };
                (subject("subject_recovered", &[]), words.say(key, &[("day", &on(attempt))]))
            }
            Tells::Trouble { of_store, .. } => {
                (subject("subject_trouble", &[]), words.get(if *of_store { "trouble_store" } else { "trouble" }))
            }
            Tells::Mended => (subject("subject_mended", &[]), words.get("mended")),
            Tells::Attention(attempt) if attempt.steps.iter().any(|step| step.step == schedule::Step::Run.as_str()) => {
                (subject("subject_attention", &[]), words.get("attention"))
            }
            Tells::Attention(_) => (subject("subject_look", &[]), words.get("look")),
            Tells::Turned { indicator, after, .. } => {
                let status = self.board.map_or_else(String::new, |board| board.status(*after));
                let values = [("indicator", self.title(indicator)), ("status", status)];
                let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
                (subject("subject_turned", &values), String::new())
            }
            Tells::Success => {
                (subject("subject_success", &[("day", &as_of())]), words.say("success", &[("day", &as_of())]))
            }
            Tells::Unchanged => (subject("subject_always", &[("day", &as_of())]), words.get("always")),
            Tells::Missed(deadline) => (subject("subject_missed", &[("period", &deadline.period)]), String::new()),
            Tells::Near(deadline) => {
                let day = words.day(deadline.due_on);
                (subject("subject_near", &[("period", &deadline.period), ("day", &day)]), String::new())
            }
            Tells::Undelivered { .. } => (subject("subject_undelivered", &[]), String::new()),
        }
    }

    fn sections(&self, parts: &[Part], note: &mut Note) {
        let words = self.words;
        let mut add = |title: &str, rows: Vec<Vec<String>>| {
            note.sections.extend(Section::of(words.get(title), rows, |count| words.more(count)));
        };
        let rows = |of: &dyn Fn(&Tells) -> Vec<Vec<String>>| -> Vec<Vec<String>> {
            let mut rows: Vec<Vec<String>> = Vec::new();
            for row in parts.iter().flat_map(|part| of(&part.tells)) {
                // Two schedules may have met the same.
                if !rows.contains(&row) {
                    rows.push(row);
                }
            }
            rows
        };
        add(
            "title_wrong",
            rows(&|tells| match tells {
                Tells::Failed { attempt, .. } => self.findings(&attempt.findings),
                Tells::Trouble { findings, .. } => self.findings(findings),
                _ => Vec::new(),
            }),
        );
        add(
            "title_attention",
            rows(&|tells| {
                if let Tells::Attention(attempt) = tells { self.findings(&attempt.findings) } else { Vec::new() }
            }),
        );
        add("title_turned", rows(&|tells| self.turned(tells)));
        let missed =
            parts.iter().filter_map(|part| if let Tells::Missed(one) = &part.tells { Some(one) } else { None });
        add("title_late", self.deadlines(missed, "row_missed"));
        let near = parts.iter().filter_map(|part| if let Tells::Near(one) = &part.tells { Some(one) } else { None });
        add("title_near", self.deadlines(near, "row_near"));
        let is_published = |part: &Part| matches!(part.tells, Tells::Success | Tells::Turned { .. });
        if let Some(board) = self.board.filter(|_| parts.iter().any(is_published)) {
            add("title_figures", board.figures());
            if !board.is_restricted() {
                let moved = board.moved();
                let because = if moved.is_empty() { Vec::new() } else { board.causes() };
                add("title_moved", moved);
                add("title_why", because);
            }
        }
        add("title_undelivered", rows(&|tells| self.undelivered(tells)));
    }

    fn turned(&self, tells: &Tells) -> Vec<Vec<String>> {
        let Tells::Turned { indicator, before, after } = tells else { return Vec::new() };
        let Some(board) = self.board else { return Vec::new() };
        let (before, after) = (board.status(*before), board.status(*after));
        vec![vec![self.title(indicator), self.words.say("turned", &[("before", &before), ("after", &after)])]]
    }

    fn title(&self, indicator: &str) -> String {
        self.board.map_or_else(|| indicator.to_owned(), |board| board.title(indicator))
    }

    /// Who owes what for which period: a row for all that the same partners owe on one day.
    fn deadlines<'d>(&self, deadlines: impl Iterator<Item = &'d Deadline>, key: &str) -> Vec<Vec<String>> {
        let words = self.words;
        let catalog = &self.project.catalog;
        let mut groups: Vec<(&Deadline, Vec<String>)> = Vec::new();
        for one in deadlines {
            let found = catalog.collections.iter().find(|collection| collection.code.as_str() == one.collection);
            let title = found.map_or(one.collection.as_str(), |collection| collection.title.get(&words.language));
            let same = |group: &&mut (&Deadline, Vec<String>)| {
                (&group.0.period, group.0.due_on, &group.0.partners) == (&one.period, one.due_on, &one.partners)
            };
            match groups.iter_mut().find(same) {
                Some((_, titles)) => titles.push(title.to_owned()),
                None => groups.push((one, vec![title.to_owned()])),
            }
        }
        let name = |code: &String| {
            let known = catalog.partners.iter().find(|partner| partner.code.as_str() == code);
            known.map_or_else(|| code.clone(), |partner| partner.name.clone())
        };
        let row = |(one, titles): &(&Deadline, Vec<String>)| {
            let names: Vec<String> = one.partners.iter().map(name).collect();
            let period = period(self.project, &one.period, words);
            let said = words.say(key, &[("period", &period), ("day", &words.day(one.due_on))]);
            vec![words.list(&names, 12), format!("{said}: {}", words.list(titles, 6))]
        };
        groups.iter().map(row).collect()
    }

    fn findings(&self, findings: &[Finding]) -> Vec<Vec<String>> {
        let row = |finding: &Finding| {
            let told = translate::translate(finding, &self.words.language);
            let place = told.place.to_string();
            let help = told.help.map_or_else(String::new, |help| format!(" {help}"));
            vec![place, format!("{}.{help}", told.message.trim_end_matches('.'))]
        };
        findings.iter().map(row).collect()
    }

    fn undelivered(&self, tells: &Tells) -> Vec<Vec<String>> {
        let Tells::Undelivered { key, known, unknown } = tells else { return Vec::new() };
        let record = &known.record;
        let why =
            if *unknown { self.words.say("unknown", &[("key", key)]) } else { record.why.clone().unwrap_or_default() };
        vec![vec![record.to.join(", "), format!("{}: {why}", record.subject)]]
    }
}
