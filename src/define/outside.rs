//! What a catalogue says of the world outside the project: its sources by kind, and all secrets that are named.

use super::Catalog;
use crate::model::secret::SecretName;
use crate::model::source::{FileSource, Source, SurveySource};

impl Catalog {
    /// The places of all secrets that are named somewhere.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretName> {
        let sources = self.sources.iter().flat_map(Source::secrets);
        let servers = self.reports.iter().filter_map(|report| report.exports.dhis2.as_ref());
        let destinations = self.reports.iter().flat_map(|report| &report.destinations);
        sources
            .chain(servers.flat_map(|server| server.user.iter().chain([&server.secret])))
            .chain(destinations.flat_map(|destination| destination.to.place.secrets()))
    }

    /// The sources that are surveys.
    pub fn survey_sources(&self) -> impl Iterator<Item = &SurveySource> {
        self.sources.iter().filter_map(|source| match source {
            Source::Survey(survey) => Some(survey),
            Source::Files(_) => None,
        })
    }

    /// The sources that are places with files.
    pub fn file_sources(&self) -> impl Iterator<Item = &FileSource> {
        self.sources.iter().filter_map(|source| match source {
            Source::Survey(_) => None,
            Source::Files(files) => Some(files),
        })
    }
}
