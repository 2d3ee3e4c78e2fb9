//! Which indicators count rows that somebody made up, and why they did.

use super::catalog::{Catalog, Collection, Derived, How, Indicator};
use crate::model::code::{CollectionCode, IndicatorCode};

impl Catalog {
    /// What is said of rows behind an indicator that are not real, in the programme's language; nothing where none is.
    pub fn illustrative(&self, code: &IndicatorCode) -> Vec<String> {
        let mut said: Vec<String> = self.programme.illustrative.iter().cloned().collect();
        self.gather(code, &mut said);
        said
    }

    fn gather(&self, code: &IndicatorCode, said: &mut Vec<String>) {
        let Some(indicator) = self.indicator(code) else { return };
        let language = &self.programme.language;
        let collections = self.counted_from(indicator);
        for words in collections.into_iter().filter_map(|collection| collection.illustrative.as_ref()) {
            let text = words.get(language).to_owned();
            if !said.contains(&text) {
                said.push(text);
            }
        }
        // The catalogue has no circles.
        match &indicator.how {
            How::Derived(Derived::Ratio { of, to }) => [of, to].into_iter().for_each(|part| self.gather(part, said)),
            How::Derived(Derived::Sum(parts)) => parts.iter().for_each(|part| self.gather(part, said)),
            How::Rows { .. } | How::Survey { .. } => {}
        }
    }

    /// The collections whose rows it counts; of a survey the one that lists the population.
    fn counted_from(&self, indicator: &Indicator) -> Vec<&Collection> {
        let codes: Vec<&CollectionCode> = match &indicator.how {
            How::Rows { from, .. } => from.iter().map(|from| &from.collection).collect(),
            How::Survey { survey, .. } => {
                self.surveys.iter().filter(|one| one.code == *survey).map(|one| &one.frame).collect()
            }
            How::Derived(_) => Vec::new(),
        };
        codes.into_iter().filter_map(|code| self.collection(code)).collect()
    }
}
