//! The ledger's chain, link by link, and the heads that outputs have printed of it.

use super::Verdict;
use crate::app::Stopped;
use crate::app::runs::Run;
use crate::app::state::heads;
use crate::finding::{Finding, Place, rules};
use crate::store::Entry;
use crate::store::ledger::{BROKEN, GENESIS, Line};

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

/// A shorter beginning of a head is no proof of anything.
const SHORTEST: usize = 12;

/// Looks for the head that somebody asks for. What is none tells nothing of the store, so it is refused.
///
/// # Errors
/// Something too short, no hexadecimal digits, or the code of a run.
pub fn asked(head: &str, entries: &[Entry], verdict: &mut Verdict) -> Result<(), Stopped> {
    let refused = |message: String| {
        let finding = Finding::error(&rules::NO_HEAD, Place::Project, message);
        Err(Stopped::one(finding.help(rules::NO_HEAD.fix)))
    };
    if !is_head(head) {
        return refused(format!("`{head}` is no head: it has at least {SHORTEST} hexadecimal digits"));
    }
    if let Some(run) = Run::all(entries).iter().find(|run| run.code.eq_ignore_ascii_case(head.trim())) {
        return refused(format!("`{}` is the code of a run, not a head of the ledger", run.code));
    }
    find(head, entries, verdict);
    Ok(())
}

fn is_head(text: &str) -> bool {
    text.trim().len() >= SHORTEST && text.trim().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Looks for a head: one that an output printed, or the hash of an entry; a beginning of it will do.
pub fn find(head: &str, entries: &[Entry], verdict: &mut Verdict) {
    let head = head.trim().to_ascii_lowercase();
    let place = || format!("head {head}");
    if !is_head(&head) {
        verdict.differs(place(), format!("is no head: it has at least {SHORTEST} hexadecimal digits"));
        return;
    }
    let printed = heads(entries).into_iter().rev().find(|(_, known)| known.starts_with(&head));
    let entry = entries.iter().find(|entry| entry.hash.starts_with(&head)).map(|entry| entry.seq);
    match (printed, entry) {
        (Some((0, _)), _) => verdict.sound.push(format!("head {head}: that of a ledger in which nothing was received")),
        (Some((seq, _)), _) => verdict.sound.push(format!(
            "head {head}: all that had been received and closed up to ledger entry {seq} is still there, under its name \
             and with its content; of what came later this head says nothing"
        )),
        (None, Some(seq)) => verdict.sound.push(format!(
            "head {head}: the hash of ledger entry {seq}; it and all before it stand as they were written"
        )),
        (None, None) => verdict.differs(
            place(),
            "is not in this ledger: since it was printed something that was received or closed was changed, renamed or cut, \
             or it is another ledger's",
        ),
    }
}
