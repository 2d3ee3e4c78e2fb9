//! What came before a run, as far as its outputs tell of it: the run that it is held against, and where series broke.
//! A function of the ledger and the run's code, so that a run that is made again tells the same.

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use super::super::assemble::assemble;
use super::super::project::Project;
use super::super::runs::Run;
use super::super::state::State;
use super::super::{Stopped, ingest, rebuild};
use super::Comparison;
use super::facts::{self, Facts};
use super::kept::{Kept, Shown};
use super::scenario::Stage;
use super::since::{Breaks, Earlier, breaks_json, mark};
use crate::model::scoreboard::Scoreboard;
use crate::store::{Store, hash_of};

/// What a run would have kept that was made by a program that kept nothing.
fn made_again(project: &Project, store: &mut Store, run: &Run) -> Result<Kept, Stopped> {
    let then = rebuild::rebuild(project, store, run.clone())?;
    let mut kept = Kept::new(run.as_of, &then.state, facts::of(&then.project.catalog));
    run.version().clone_into(&mut kept.program);
    for report in &then.project.catalog.reports {
        let (scoreboard, _) = assemble(&then.project, store, &then.state, report, run.as_of, &[])?;
        kept.add(Shown::of(&scoreboard));
    }
    Ok(kept)
}

#[derive(Debug)]
pub struct History {
    earlier: Option<Earlier>,
    /// The definitions of the run itself.
    facts: Facts,
    breaks: Breaks,
    /// Everything that was ever received, where the run does not know all of it.
    pool: Option<State>,
}

impl History {
    /// What came before the run of this code: the last that was published, or of a run that is repeated the same one as
    /// the first time.
    pub fn of(
        project: &Project,
        store: &mut Store,
        state: &State,
        run: &str,
        as_of: NaiveDate,
    ) -> Result<Self, Stopped> {
        let entries = store.ledger_mut().entries()?;
        let earlier = Earlier::than(run, &entries, store)?;
        let facts = facts::of(&project.catalog);
        let breaks = earlier.as_ref().map_or_else(Breaks::new, |one| one.breaks(&project.catalog, &facts, as_of));
        let pool = match state.known_at {
            Some(_) => Some(Self::everything(project, store)?),
            None => None,
        };
        Ok(Self { earlier, facts, breaks, pool })
    }

    /// As if this run were the one published before `then`.
    pub fn since(
        project: &Project,
        store: &mut Store,
        then: &Project,
        before: &Run,
        as_of: NaiveDate,
    ) -> Result<Self, Stopped> {
        let entries = store.ledger_mut().entries()?;
        let body = entries.iter().find(|entry| entry.seq == before.seq).map(|entry| &entry.body);
        let mut earlier = Earlier::of(store, body.unwrap_or(&Json::Null))?;
        if earlier.kept.is_none() {
            earlier.kept = Some(made_again(project, store, before)?);
        }
        let pool = Self::everything(then, store)?;
        let facts = facts::of(&then.catalog);
        let breaks = earlier.breaks(&then.catalog, &facts, as_of);
        Ok(Self { earlier: Some(earlier), facts, breaks, pool: Some(pool) })
    }

    /// All that was ever received, read under the definitions of the run.
    fn everything(project: &Project, store: &mut Store) -> Result<State, Stopped> {
        let hash = &project.catalog.reading_hash;
        let pool = State::replay(&store.ledger_mut().entries()?, hash);
        if ingest::read_unread(project, store, &pool)? {
            return Ok(State::replay(&store.ledger_mut().entries()?, hash));
        }
        Ok(pool)
    }

    /// Puts beside the figures of a report where their series broke, and for internal readers what moved and why.
    pub fn tell(
        &self,
        project: &Project,
        store: &Store,
        state: &State,
        as_of: NaiveDate,
        scoreboard: &mut Scoreboard,
    ) -> Result<(), Stopped> {
        mark(&mut scoreboard.indicators, &self.breaks);
        let Some(Earlier { code, kept: Some(before), .. }) = &self.earlier else { return Ok(()) };
        if scoreboard.audience.is_restricted() {
            return Ok(());
        }
        let stage = Stage { project, store, pool: self.pool.as_ref().unwrap_or(state), closed: &state.closed };
        let now = self.keep(state, as_of).files;
        let comparison = Comparison { stage, since: code, before, now, as_of, facts: &self.facts };
        scoreboard.changes = Some(comparison.changes(&scoreboard.report, &scoreboard.indicators)?);
        Ok(())
    }

    /// The beginning of what is kept of the run.
    pub fn keep(&self, state: &State, as_of: NaiveDate) -> Kept {
        Kept::new(as_of, state, self.facts.clone())
    }

    /// Keeps what a later run is held against, and names it in the run's entry.
    pub fn record(&self, store: &Store, kept: &Kept, body: &mut Json) -> Result<(), Stopped> {
        let bytes = kept.to_bytes();
        let hash = hash_of(&bytes);
        store.keep_file(&hash, &bytes)?;
        body["since"] = json!(self.earlier.as_ref().map(|earlier| earlier.code.as_str()));
        body["breaks"] = breaks_json(&self.breaks);
        body["figures"] = json!(hash);
        Ok(())
    }
}
