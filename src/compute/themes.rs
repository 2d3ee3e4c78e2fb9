//! Answers in people's own words, sorted into declared themes: by terms, nothing else. What no theme has is listed too.

use super::WaveInput;
use super::wave::Matched;
use crate::define::catalog::{Survey, Theme};
use crate::model::fold::fold;
use crate::model::scoreboard::{Coded, CodedAnswer};
use crate::sql::frame::text;

/// Each question that themes are declared for, in the order of the questions.
pub fn coded(survey: &Survey, input: &WaveInput, matched: &Matched, language: &str) -> Vec<Coded> {
    let of_question = |code: &str| survey.themes.iter().filter(|theme| theme.question.as_str() == code).collect();
    let themed = survey.questions.iter().map(|question| {
        let themes: Vec<&Theme> = of_question(question.code.as_str());
        (question, themes)
    });
    themed
        .filter(|(_, themes)| !themes.is_empty())
        .map(|(question, themes)| {
            let mut answers: Vec<CodedAnswer> = matched
                .complete()
                .filter_map(|(_, row)| text(&input.rows, question.code.as_str(), row))
                .map(|said| {
                    let folded = fold(&said);
                    let fits = |theme: &&&Theme| theme.terms.iter().any(|term| speaks_of(&folded, term));
                    let label = |theme: &&Theme| theme.label.get(language).to_owned();
                    CodedAnswer { themes: themes.iter().filter(fits).map(label).collect(), text: said }
                })
                .collect();
            // Not by respondent: the order would tell who said what.
            answers.sort_by_cached_key(|answer| (fold(&answer.text), answer.text.clone()));
            let count = |theme: &&Theme| {
                let label = theme.label.get(language).to_owned();
                let with = answers.iter().filter(|answer| answer.themes.contains(&label)).count();
                (label, with)
            };
            Coded {
                question: question.label.get(language).to_owned(),
                themes: themes.iter().map(count).collect(),
                without: answers.iter().filter(|answer| answer.themes.is_empty()).count(),
                answers,
            }
        })
        .collect()
}

/// Whether a word of the text begins with the term; of several words, whether they follow each other.
fn speaks_of(text: &str, term: &str) -> bool {
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    text.match_indices(term).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::speaks_of;

    #[test]
    fn a_term_is_found_at_the_beginning_of_a_word() {
        for (text, term, expected) in [
            ("the prices are high", "price", true),
            ("(price)", "price", true),
            ("l'argent manque", "argent", true),
            ("a part of it", "art", false),
            ("no time to spare", "no time", true),
            ("piano time", "no time", false),
            ("zeitmangel", "zeit", true),
        ] {
            assert_eq!(speaks_of(text, term), expected, "{text}: {term}");
        }
    }
}
