//! Figures as they would be: the definitions of now over some of the files, as of some day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::super::assemble::counting;
use super::super::project::Project;
use super::super::state::State;
use super::super::{Stopped, closing, fault};
use super::facts;
use super::kept::{Figures, figures};
use crate::compute::{self, Inputs};
use crate::define::Catalog;
use crate::define::catalog::{Derived, Field, FieldKind, How};
use crate::ingest::Sandbox;
use crate::model::closing::Closed;
use crate::model::code::{CollectionCode, IndicatorCode};
use crate::model::scoreboard::Thresholds;
use crate::store::Store;

/// Which files are there, and since when: by hash.
pub type Files = BTreeMap<String, DateTime<Utc>>;

/// What scenarios are computed from.
pub struct Stage<'a> {
    pub project: &'a Project,
    pub store: &'a Store,
    /// Everything that was ever received, read under the definitions of now.
    pub pool: &'a State,
    /// The periods that are closed now.
    pub closed: &'a [Closed],
}

impl Stage<'_> {
    /// The state with these files alone.
    pub fn state(&self, files: &Files) -> State {
        let of = |(hash, at): (&String, &DateTime<Utc>)| {
            Some((hash.clone(), self.pool.files.get(hash)?.clone().back_to(*at)))
        };
        State {
            files: files.iter().filter_map(of).collect(),
            head: self.pool.head.clone(),
            next_section: self.pool.next_section,
            receipt: self.pool.receipt,
            last_run: None,
            known_at: None,
            closed: self.closed.to_vec(),
        }
    }

    /// The figures of some indicators.
    pub fn figures(
        &self,
        wanted: &BTreeSet<IndicatorCode>,
        files: &Files,
        as_of: NaiveDate,
    ) -> Result<Figures, Stopped> {
        let project = Project {
            root: self.project.root.clone(),
            catalog: reduced(&self.project.catalog, wanted),
            findings: Vec::new(),
            definitions: BTreeMap::new(),
            reader: Sandbox::here(),
        };
        let state = self.state(files);
        let counted = counting(&project, self.store, &state, as_of)?;
        let inputs = Inputs {
            catalog: &project.catalog,
            as_of,
            // Values and targets know nothing of them.
            thresholds: Thresholds { on_track: 1.into(), at_risk: 1.into() },
            submissions: &counted.submissions,
            records: &counted.records,
            waves: &counted.waves,
        };
        let wanted: Vec<IndicatorCode> = wanted.iter().cloned().collect();
        let mut computed =
            compute::compute(&inputs, &wanted).map_err(|error| fault("a figure cannot be computed", error))?;
        closing::apply(&project.catalog, &state, &counted.submissions, &mut computed.indicators);
        Ok(figures(&computed.indicators))
    }
}

/// An indicator and all that it is derived from.
pub fn parts(catalog: &Catalog, code: &IndicatorCode) -> BTreeSet<IndicatorCode> {
    let (mut all, mut open) = (BTreeSet::new(), vec![code.clone()]);
    while let Some(code) = open.pop() {
        if let Some(How::Derived(derived)) = catalog.indicator(&code).map(|one| &one.how) {
            match derived {
                Derived::Ratio { of, to } => open.extend([of.clone(), to.clone()]),
                Derived::Sum(parts) => open.extend(parts.iter().cloned()),
            }
        }
        all.insert(code);
    }
    all
}

/// The things that an indicator is made of: itself, its parts, their collections and surveys.
pub fn made_of(catalog: &Catalog, code: &IndicatorCode) -> BTreeSet<String> {
    let mut things = BTreeSet::new();
    let decided = |code: &str, fields: &[Field]| {
        let joins = fields.iter().any(Field::names_organisations).then(|| facts::DECISIONS.to_owned());
        let stands_for = fields.iter().any(|field| field.kind == FieldKind::Country);
        let countries = stands_for.then(|| [facts::COUNTRIES.to_owned(), facts::countries(code)]);
        joins.into_iter().chain(countries.into_iter().flatten()).collect::<Vec<String>>()
    };
    let collected = |code: &CollectionCode| {
        let fields = catalog.collection(code).map(|one| one.fields.as_slice()).unwrap_or_default();
        let mut things = decided(code.as_str(), fields);
        things.push(facts::collection(code.as_str()));
        things
    };
    for code in parts(catalog, code) {
        things.insert(facts::indicator(code.as_str()));
        match catalog.indicator(&code).map(|one| &one.how) {
            Some(How::Rows { from, .. }) => {
                things.extend(from.iter().flat_map(|from| collected(&from.collection)));
            }
            Some(How::Survey { survey, .. }) => {
                things.insert(facts::survey(survey.as_str()));
                if let Some(survey) = catalog.survey(survey) {
                    things.extend(decided(survey.code.as_str(), &survey.questions));
                    things.extend(collected(&survey.frame));
                }
            }
            Some(How::Derived(_)) | None => {}
        }
    }
    things
}

/// A catalogue with nothing but what some indicators need.
fn reduced(catalog: &Catalog, wanted: &BTreeSet<IndicatorCode>) -> Catalog {
    let all: BTreeSet<IndicatorCode> = wanted.iter().flat_map(|code| parts(catalog, code)).collect();
    let things: BTreeSet<String> = wanted.iter().flat_map(|code| made_of(catalog, code)).collect();
    let mut catalog = catalog.clone();
    catalog.indicators.retain(|one| all.contains(&one.code));
    for one in &mut catalog.indicators {
        one.compare_with = None;
        one.published = Vec::new();
        one.examples = Vec::new();
    }
    catalog.surveys.retain(|one| things.contains(&facts::survey(one.code.as_str())));
    catalog.collections.retain(|one| things.contains(&facts::collection(one.code.as_str())));
    for one in &mut catalog.collections {
        one.group_checks = Vec::new();
    }
    catalog
}
