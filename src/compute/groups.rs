//! Estimates by group: each value of a field of the frame, or of an answer, as a domain. No answer is dropped: those of
//! other groups still show how the sample was drawn.

use std::collections::BTreeSet;

use super::Inputs;
use super::estimate::{self, Change};
use super::estimation::{Changed, Estimation};
use super::population::Member;
use super::score::{Against, figure};
use super::survey::{Held, Prepared, ends};
use super::told::{notes, told};
use super::weighting::NOT_GIVEN;
use crate::define::catalog::{ChangeKind, ChoiceOption, Estimate, Field, FieldKind, Indicator, Pairing};
use crate::model::scoreboard::{Breakdown, ChangeFacts, Figure, LineEstimate};
use crate::model::value::Coverage;
use crate::sql::frame::text;

/// Fewer answers in a group are read with care, which is said.
const FEW: usize = 10;

/// What a change is: its kind, and on whom it rests.
type Changing = Option<(ChangeKind, Pairing)>;

/// A field to group by.
pub(super) struct Grouping<'a> {
    name: &'a str,
    definition: Option<&'a Field>,
    /// Else a field of the frame.
    is_question: bool,
    /// Of each wave, by member of its frame.
    pub(super) values: Vec<Vec<Option<String>>>,
}

impl Estimation<'_> {
    /// One breakdown for each field of `by`.
    pub(super) fn breakdowns(&self, inputs: &Inputs<'_>, indicator: &Indicator, change: Changing) -> Vec<Breakdown> {
        indicator.by.iter().map(|name| self.breakdown(inputs, indicator, name, change)).collect()
    }

    pub(super) fn grouping<'g>(&self, inputs: &'g Inputs<'g>, name: &'g str) -> Grouping<'g> {
        let catalog = inputs.catalog;
        let of_frame = catalog.collection(&self.prepared.survey.frame).and_then(|frame| frame.field(name));
        // `partner` and `country` are columns of every frame, declared or not.
        let is_free = of_frame.is_none() && !matches!(name, "partner" | "country");
        let question =
            catalog.survey(&self.prepared.survey.code).and_then(|survey| survey.question(name)).filter(|_| is_free);
        let values = |(_, input, matched): &Held<'_>| {
            let members = matched.frame.members.iter().enumerate();
            let value = |(at, member): (usize, &Member)| match question {
                None => text(&matched.frame.rows, name, member.row),
                Some(_) => text(&input.as_ref()?.rows, name, *matched.answers.get(&at)?),
            };
            members.map(value).collect()
        };
        let values = self.prepared.waves.iter().map(values).collect();
        Grouping { name, definition: of_frame.or(question), is_question: question.is_some(), values }
    }

    fn breakdown(&self, inputs: &Inputs<'_>, indicator: &Indicator, name: &str, change: Changing) -> Breakdown {
        let grouping = self.grouping(inputs, name);
        let language = &inputs.catalog.programme.language;
        let label = match (grouping.definition, name) {
            (Some(field), _) => field.label.get(language).to_owned(),
            (None, "partner") => "Partner".to_owned(),
            (None, "country") => "Country".to_owned(),
            (None, name) => name.to_owned(),
        };
        let (mut figures, mut estimates, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (value, shown) in self.lines(inputs, &grouping) {
            let (figure, estimate) = self.line(inputs, indicator, &grouping, &value, change);
            figures.push(figure);
            estimates.push(estimate);
            names.push(shown);
        }
        let few: Vec<String> = names
            .iter()
            .zip(&estimates)
            .filter(|(_, one)| (1..FEW).contains(&one.answers))
            .map(|(name, one)| format!("{name} ({})", one.answers))
            .collect();
        let mut note = if grouping.is_question {
            "Groups by what was answered: nobody knows how many of the population are in each.".to_owned()
        } else {
            "Each group is a domain of the whole sample.".to_owned()
        };
        if !few.is_empty() {
            note.push_str(&format!(" Fewer than {FEW} answers, to be read with care: {}.", few.join(", ")));
        }
        let additive = matches!(self.estimate, Estimate::Total(_)) && change.is_none();
        Breakdown { field: name.to_owned(), label, figures, additive, note: Some(note), names, estimates }
    }

    /// The values, and how each is shown: options as declared, partners as listed, all else in order.
    fn lines(&self, inputs: &Inputs<'_>, grouping: &Grouping<'_>) -> Vec<(String, String)> {
        let language = &inputs.catalog.programme.language;
        let present: BTreeSet<&String> = grouping.values.iter().flatten().flatten().collect();
        let mut lines: Vec<(String, String)> = match grouping.definition {
            Some(field) if field.kind == FieldKind::Choice => {
                let shown = |option: &ChoiceOption| (option.code.clone(), option.label.get(language).to_owned());
                field.options.iter().map(shown).collect()
            }
            None if grouping.name == "partner" => {
                let partners = inputs.catalog.partners.iter();
                let listed = partners.filter(|partner| present.contains(&partner.code.to_string()));
                listed.map(|partner| (partner.code.to_string(), partner.name.clone())).collect()
            }
            _ => {
                // Numbers by their size, not by their digits.
                let mut sorted: Vec<&String> = present.into_iter().collect();
                sorted.sort_by_key(|value| value.parse::<i64>().ok());
                sorted.into_iter().map(|value| (value.clone(), value.clone())).collect()
            }
        };
        let silent = self
            .prepared
            .waves
            .iter()
            .zip(&grouping.values)
            .any(|((.., matched), values)| matched.complete().any(|(at, _)| values[at].is_none()));
        if silent {
            lines.push((NOT_GIVEN.to_owned(), NOT_GIVEN.to_owned()));
        }
        lines
    }

    /// The same estimate for one group alone.
    fn within(&self, grouping: &Grouping<'_>, value: &str) -> Estimation<'_> {
        let inside = |(domain, values): (&Vec<bool>, &Vec<Option<String>>)| {
            let of = |(inside, own): (&bool, &Option<String>)| *inside && own.as_deref().unwrap_or(NOT_GIVEN) == value;
            domain.iter().zip(values).map(of).collect()
        };
        Estimation { domains: self.domains.iter().zip(&grouping.values).map(inside).collect(), ..*self }
    }

    fn line(
        &self,
        inputs: &Inputs<'_>,
        indicator: &Indicator,
        grouping: &Grouping<'_>,
        value: &str,
        change: Changing,
    ) -> (Figure, LineEstimate) {
        let group = self.within(grouping, value);
        let (level, wave, moved) = match change {
            None => {
                let wave = self.prepared.waves.iter().rposition(|(_, input, _)| input.is_some());
                (wave.map(|wave| group.at(wave)), wave, None)
            }
            Some((kind, pairing)) => group.moved_by(indicator, kind, pairing),
        };
        let level = level.unwrap_or(Err(estimate::Why::NoAnswers));
        let level = level.map(without_flat_interval);
        let found = level.as_ref().ok();
        let answers = found.map_or(0, |one| one.answers);
        let measured = self.measured(&level);
        let coverage = match wave {
            Some(wave) if !grouping.is_question => group.asked_of(wave, matches!(change, Some((_, Pairing::Paired)))),
            _ => Coverage { reported: answers, due: answers },
        };
        let nothing = Against { baseline: None, target: None, milestones: &[], cut_off: Some(inputs.as_of) };
        let by = vec![(grouping.name.to_owned(), value.to_owned())];
        let interval = found.and_then(|one| one.interval);
        let scaled = |pick: fn((f64, f64)) -> f64| interval.and_then(|both| self.scaled(pick(both)));
        let estimate = LineEstimate {
            lower: scaled(|both| both.0),
            upper: scaled(|both| both.1),
            standard_error: found.and_then(|one| one.standard_error).and_then(|error| self.scaled(error)),
            answers,
            change: moved,
            notes: match &level {
                Ok(one) => notes(&one.notes),
                // The state says it.
                Err(estimate::Why::NoAnswers) => Vec::new(),
                Err(why) => vec![told(why)],
            },
        };
        (figure(inputs, indicator, by, measured, coverage, &nothing), estimate)
    }

    /// The follow-up's level in this domain, its wave, and the change.
    fn moved_by(
        &self,
        indicator: &Indicator,
        kind: ChangeKind,
        pairing: Pairing,
    ) -> (Option<Result<estimate::Estimate, estimate::Why>>, Option<usize>, Option<ChangeFacts>) {
        let Some((first, last)) = ends(&self.prepared.waves) else { return (None, None, None) };
        let of = match kind {
            ChangeKind::PercentagePoints => Change::Points,
            ChangeKind::Percent => Change::Percent,
        };
        let changed = match pairing {
            Pairing::Paired => self.paired(first, last, of),
            Pairing::Unpaired => self.unpaired(first, last, of),
        };
        // Pairs speak of the baseline's population.
        let wave = if pairing == Pairing::Paired { first } else { last };
        match changed {
            Ok(Changed { follow_up, change, .. }) => {
                let change = without_flat_interval(change);
                (Some(Ok(follow_up)), Some(wave), self.moved(indicator, kind, &change))
            }
            Err((why, _)) => (Some(Err(why)), Some(wave), None),
        }
    }

    /// Of the eligible members of this domain, how many answered; of pairs, both waves.
    fn asked_of(&self, wave: usize, on_pairs: bool) -> Coverage {
        let Prepared { waves, pairs, .. } = self.prepared;
        let (.., matched) = &waves[wave];
        let inside = |at: usize| self.domains[wave][at];
        let members = matched.frame.members.iter().enumerate();
        Coverage {
            reported: if on_pairs {
                pairs.iter().filter(|(at, ..)| inside(*at)).count()
            } else {
                matched.complete().filter(|(at, _)| inside(*at)).count()
            },
            due: members.filter(|(at, member)| inside(*at) && member.is_eligible()).count(),
        }
    }
}

/// One answer is its own mean: that it shows no spread says nothing of the group.
fn without_flat_interval(one: estimate::Estimate) -> estimate::Estimate {
    let is_flat = one.answers == 1 && one.interval.is_some_and(|(lower, upper)| lower >= upper);
    if is_flat { estimate::Estimate { standard_error: None, interval: None, ..one } } else { one }
}
