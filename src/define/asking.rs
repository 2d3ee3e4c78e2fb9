//! How a catalogue is asked: things by their codes, sources by kind, and all secrets that are named.

use super::Catalog;
use super::catalog::{Collection, Indicator, Partner, Survey};
use crate::model::code::{CollectionCode, IndicatorCode, PartnerCode, SurveyCode};
use crate::model::secret::SecretName;
use crate::model::source::{FileSource, Source, SurveySource};

impl Catalog {
    pub fn partner(&self, code: &PartnerCode) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.code == *code)
    }

    pub fn collection(&self, code: &CollectionCode) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.code == *code)
    }

    pub fn survey(&self, code: &SurveyCode) -> Option<&Survey> {
        self.surveys.iter().find(|survey| survey.code == *code)
    }

    pub fn indicator(&self, code: &IndicatorCode) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.code == *code)
    }

    /// The places of all secrets that are named somewhere.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretName> {
        let sources = self.sources.iter().flat_map(Source::secrets);
        let servers = self.reports.iter().filter_map(|report| report.exports.dhis2.as_ref());
        let destinations = self.reports.iter().flat_map(|report| &report.destinations);
        sources
            .chain(servers.flat_map(|server| server.user.iter().chain([&server.secret])))
            .chain(destinations.flat_map(|destination| destination.to.place.secrets()))
            .chain(self.telling.secrets())
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
