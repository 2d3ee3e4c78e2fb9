//! The ledger's chain, link by link, and the heads that outputs have printed of it.

use super::Verdict;
use crate::app::state::{Known, State};
use crate::store::ledger::{BROKEN, GENESIS, Line};
use crate::store::{Entry, Kind};

/// Breaks that are told: after the first, the rest is of little use.
const TOLD: usize = 5;

/// Checks every link; gives the entries that say something.
pub fn check(lines: &[Line], verdict: &mut Verdict) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(lines.len());
    let (mut previous, mut broken) = (GENESIS.to_owned(), 0);
    for (line, seq) in lines.iter().zip(1..) {
        let place = format!("ledger entry {seq}");
        if !line.follows(seq, &previous) {
            broken += 1;
            if broken <= TOLD {
                verdict.differs(&place, BROKEN);
            }
        }
        previous.clone_from(&line.hash);
        match line.entry() {
            Ok(entry) => entries.push(entry),
            Err(why) => verdict.differs(place, why),
        }
    }
    if broken == 0 {
        verdict.sound.push(format!(
            "{} ledger entries: each follows from the one before; the hash of the last is {previous}",
            lines.len()
        ));
    }
    entries
}

/// Every head that an output can have printed: of all that had been received after each receipt, with the entry.
pub fn heads(entries: &[Entry]) -> Vec<(i64, String)> {
    let received: Vec<Entry> = entries.iter().filter(|entry| entry.kind == Kind::Received).cloned().collect();
    let mut heads = vec![(0, GENESIS.to_owned())];
    for (at, entry) in received.iter().enumerate() {
        // What came at one instant came together.
        if received.get(at + 1).is_none_or(|next| next.at != entry.at || next.seq != entry.seq + 1) {
            heads.push((entry.seq, State::replay_known(&received[..=at], "", Known::default()).head));
        }
    }
    heads
}

/// Looks for a head: one that an output printed, or the hash of an entry.
pub fn find(head: &str, entries: &[Entry], verdict: &mut Verdict) {
    let head = head.trim().to_ascii_lowercase();
    let printed = heads(entries).into_iter().find(|(_, known)| *known == head);
    let entry = entries.iter().find(|entry| entry.hash == head).map(|entry| entry.seq);
    match (printed, entry) {
        (Some((0, _)), _) => verdict.sound.push(format!("head {head}: that of a ledger in which nothing was received")),
        (Some((seq, _)), _) => {
            verdict
                .sound
                .push(format!("head {head}: all that had been received up to ledger entry {seq} is still there"));
        }
        (None, Some(seq)) => verdict.sound.push(format!("head {head}: the hash of ledger entry {seq}")),
        (None, None) => {
            verdict.differs(
                format!("head {head}"),
                "is not in this ledger: it was shortened or changed, or it is another's",
            );
        }
    }
}
