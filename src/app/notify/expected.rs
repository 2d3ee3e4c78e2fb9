//! Who owes which report, and which files were sent back: what reminders are made of.

use chrono::{Days, NaiveDate};

use super::super::answer::sender;
use super::super::project::Project;
use super::super::state::{FileState, State};
use crate::define::catalog::{Collection, Partner};
use crate::model::period::Period;
use crate::model::submission::Submission;
use crate::notify::due::{Expected, Returned};

/// Reports that are due so many days from today, at most, are looked at; and none that was due longer ago.
const NEAR: i64 = 400;

/// Every report that is due around a day, in the order of partners, collections and periods.
pub fn expected(project: &Project, state: &State, today: NaiveDate) -> Vec<Expected> {
    let catalog = &project.catalog;
    let (current, _) = state.current(catalog);
    let pairs = catalog
        .partners
        .iter()
        .flat_map(|partner| catalog.collections.iter().map(move |collection| (partner, collection)))
        .filter(|(partner, collection)| collection.has_periods() && partner.takes_part(&collection.code));
    pairs.flat_map(|(partner, collection)| reports(project, &current, (partner, collection), today)).collect()
}

fn reports(
    project: &Project,
    current: &[Submission],
    (partner, collection): (&Partner, &Collection),
    today: NaiveDate,
) -> Vec<Expected> {
    let calendar = &project.catalog.programme.calendar;
    let own: Vec<i64> = current
        .iter()
        .filter(|submission| submission.partner == partner.code && submission.collection == collection.code)
        .filter_map(|submission| submission.period)
        .collect();
    let due = |period: &Period| period.last.checked_add_days(Days::new(collection.due_days));
    let last = calendar.number_of(calendar.end);
    let periods = (1..=last).filter_map(|number| calendar.period(number));
    let near = periods.filter_map(|period| {
        let due_on = due(&period)?;
        ((due_on - today).num_days().abs() <= NEAR).then_some((period, due_on))
    });
    near.map(|(period, due_on)| Expected {
        partner: partner.code.as_str().to_owned(),
        collection: collection.code.as_str().to_owned(),
        due_on,
        cumulative: !collection.by_period,
        received: own
            .iter()
            .any(|number| if collection.by_period { *number == period.number } else { *number >= period.number }),
        period: (period.number, period.label),
    })
    .collect()
}

/// Files of partners of which something was refused or kept out, and after which nothing came that counts in their place.
pub fn returned(project: &Project, state: &State) -> Vec<Returned> {
    let catalog = &project.catalog;
    let (current, _) = state.current(catalog);
    let counts = |file: &FileState| current.iter().any(|submission| submission.file == file.received.file);
    let since = |file: &FileState, partner: &str| {
        current.iter().any(|submission| submission.partner.as_str() == partner && submission.receipt > file.receipt)
    };
    let mut files: Vec<&FileState> = state.files.values().collect();
    files.sort_by_key(|file| (file.at, &file.received.name));
    let of = |file: &FileState| {
        let read = file.read.as_ref().filter(|read| read.verdict != "accepted")?;
        let partner = sender(read)?;
        let known = catalog.partners.iter().any(|known| known.code.as_str() == partner);
        let refused = read.tables.is_empty();
        let stands = (refused || counts(file)) && !since(file, partner);
        (known && stands).then(|| Returned {
            partner: partner.to_owned(),
            name: file.received.name.clone(),
            hash: file.received.file.clone(),
            came: file.at.with_timezone(&catalog.programme.time_zone).date_naive(),
        })
    };
    files.into_iter().filter_map(of).collect()
}
