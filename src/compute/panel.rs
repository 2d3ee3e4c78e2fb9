//! Who answered again: of those who answered the baseline, how many answered each later wave; and who came, went and
//! returned from wave to wave.

use std::collections::BTreeSet;

use super::survey::Held;
use crate::define::catalog::WaveRole;
use crate::model::scoreboard::{Panel, PanelStratum, PanelWave};

/// None unless two waves have answers.
pub fn panel(waves: &[Held<'_>], language: &str) -> Option<Panel> {
    let held: Vec<&Held<'_>> = waves.iter().filter(|(_, input, _)| input.is_some()).collect();
    if held.len() < 2 {
        return None;
    }
    let first = held.iter().position(|(wave, ..)| wave.role == WaveRole::Baseline).unwrap_or(0);
    let (.., base) = held[first];
    let answered: Vec<BTreeSet<&str>> = held
        .iter()
        .map(|(.., matched)| {
            let own = matched.complete().map(|(at, _)| matched.frame.members[at].identity());
            own.chain(matched.left.keys().map(|at| base.frame.members[*at].identity())).collect()
        })
        .collect();
    let nobody = BTreeSet::new();
    let wave = |(at, (wave, ..)): (usize, &&Held<'_>)| {
        let now = &answered[at];
        let before = at.checked_sub(1).map_or(&nobody, |before| &answered[before]);
        let ever: BTreeSet<&str> = answered[..at].iter().flatten().copied().collect();
        let again = now.intersection(before).count();
        let known = now.intersection(&ever).count();
        PanelWave {
            title: wave.title.get(language).to_owned(),
            on: wave.on,
            answered: now.len(),
            again,
            rejoined: known - again,
            new: now.len() - known,
            dropped: before.difference(now).count(),
        }
    };
    let stratum = |name: &str, of: &dyn Fn(usize) -> bool| {
        let members: Vec<&str> =
            base.complete().filter(|(at, _)| of(*at)).map(|(at, _)| base.frame.members[at].identity()).collect();
        let later = answered.iter().skip(first + 1);
        PanelStratum {
            name: name.to_owned(),
            answered: members.len(),
            kept: later.map(|wave| members.iter().filter(|who| wave.contains(*who)).count()).collect(),
        }
    };
    let strata = base.frame.strata.iter().enumerate();
    let mut strata: Vec<PanelStratum> =
        strata.map(|(h, named)| stratum(&named.name, &|at| base.frame.members[at].stratum == h)).collect();
    strata.push(stratum("all", &|_| true));
    let waves: Vec<PanelWave> = held.iter().enumerate().map(wave).collect();
    Some(Panel { first, waves, strata })
}
