//! Where baseline, targets, milestones and partner targets of an indicator stand in its file: what traces name.

use super::reader::Table;
use crate::finding::Place;
use crate::model::code::PartnerCode;
use crate::model::target::Declared;

/// Of an indicator that was read before: nothing is reported here again.
pub fn read(table: &Table<'_>) -> Declared {
    let lines = |key: &'static str| table.items(key).into_iter().map(|(place, _)| line(&place)).collect::<Vec<u32>>();
    // Versions stand in the order of their decisions, wherever they are written.
    let mut targets: Vec<(Option<String>, u32)> =
        table.items("target").into_iter().map(|(place, item)| (item.get("decided").cloned(), line(&place))).collect();
    targets.sort_by(|a, b| a.0.cmp(&b.0));
    let partner_targets = table.items("partner_target").into_iter().flat_map(|(place, item)| {
        let at = line(&place);
        item.keys().filter_map(|name| Some((PartnerCode::new(name)?, at))).collect::<Vec<_>>()
    });
    let head = table.place(&table.span);
    Declared {
        file: head.file().unwrap_or_default().to_owned(),
        line: line(&head),
        baseline: lines("baseline").first().copied(),
        targets: targets.into_iter().map(|(_, line)| line).collect(),
        milestones: lines("milestone"),
        partner_targets: partner_targets.collect(),
    }
}

fn line(place: &Place) -> u32 {
    if let Place::Definition { line, .. } = place { u32::try_from(*line).unwrap_or(0) } else { 0 }
}
