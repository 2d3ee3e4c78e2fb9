//! `scoreboard publish`: the outputs of the last run, delivered to the destinations that their reports declare.
//!
//! Each delivery has a receipt in the ledger, written after the place has it. What a receipt names is not sent again; a kill
//! between the two sends the same bytes once more.

use serde_json::{Value, json};

use super::notify::mail_outputs;
use super::project::Project;
use super::runs::{Run, RunOutput};
use super::world::{World, access};
use super::{Progress, Stopped};
use crate::clock;
use crate::define::catalog::Report;
use crate::finding::{Finding, Place, rules};
use crate::http::Failure;
use crate::model::audience::Audience;
use crate::model::destination::{Destination, Names};
use crate::publish::remote::{Courier, Delivered, Lies, Parcel, origin};
use crate::store::{Entry, Kind, Store, fault, hash_of};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Say what would be delivered, and deliver nothing.
    pub dry_run: bool,
    /// Deliver what was delivered already, too, and whatever somebody else put in its place.
    pub again: bool,
}

/// What became of one output at one destination.
#[derive(Debug)]
pub struct Delivery {
    /// The destination's code.
    pub destination: String,
    pub output: String,
    /// For whom the output is.
    pub audience: Audience,
    /// Where it lies now; Err: why it does not. Without a change since the last delivery nothing is sent.
    pub result: Result<Receipt, Finding>,
}

/// What the receiver said.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// For people: a path or an address, without secrets.
    pub place: String,
    /// False where the same bytes lay there already.
    pub sent: bool,
}

/// An output under one of the names that it is delivered under.
struct Planned {
    output: RunOutput,
    name: String,
}

/// Delivers what was not delivered yet. One destination that fails does not stop the others.
///
/// # Errors
/// When the store cannot be read.
pub fn run(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Vec<Delivery>, Stopped> {
    let mut deliveries = to_places(project, options, progress)?;
    deliveries.extend(mail_outputs(project, (options.dry_run, options.again), progress)?);
    Ok(deliveries)
}

fn to_places(project: &Project, options: &Options, progress: Progress<'_>) -> Result<Vec<Delivery>, Stopped> {
    let declared =
        || project.catalog.reports.iter().flat_map(|report| report.destinations.iter().map(move |to| (report, to)));
    if declared().next().is_none() || !project.store().join("ledger.sqlite").is_file() {
        return Ok(Vec::new());
    }
    let entries = Store::open(&project.store())?.ledger_mut().entries()?;
    let Some(run) = Run::all(&entries).into_iter().rev().find(|run| !run.elsewhere) else { return Ok(Vec::new()) };
    let mut deliveries = Vec::new();
    for (report, to) in declared() {
        let sender = Sender { project, options, entries: &entries, run: &run, report, to };
        deliveries.extend(sender.all(progress)?);
    }
    Ok(deliveries)
}

/// What goes from one report to one destination.
struct Sender<'a> {
    project: &'a Project,
    options: &'a Options,
    entries: &'a [Entry],
    run: &'a Run,
    report: &'a Report,
    to: &'a Destination,
}

impl Sender<'_> {
    fn all(&self, progress: Progress<'_>) -> Result<Vec<Delivery>, Stopped> {
        let planned = self.planned();
        if planned.is_empty() {
            return Ok(Vec::new());
        }
        let place = self.place();
        let of = |one: &Planned, result| Delivery {
            destination: self.to.code.as_str().to_owned(),
            output: one.name.clone(),
            audience: self.report.audience,
            result,
        };
        if self.options.dry_run {
            let told = |one: &Planned| {
                let sent = self.receipt(&one.name).is_none_or(|last| last["hash"] != one.output.hash.as_str());
                of(one, Ok(Receipt { place: self.to.code.as_str().to_owned(), sent }))
            };
            return Ok(planned.iter().map(told).collect());
        }
        let failed = |finding: &Finding| planned.iter().map(|one| of(one, Err(finding.clone()))).collect();
        let access = match access(self.project, &place, &self.to.to) {
            Ok(access) => access,
            Err(finding) => return Ok(failed(&finding)),
        };
        let world = World::new(self.to.code.as_str(), progress);
        let ready = origin(&self.to.to, &access);
        let origin = match &ready {
            Ok(origin) => origin,
            Err(failure) => return Ok(failed(&self.failed(failure))),
        };
        let mut courier = match Courier::open(&self.to.to, &self.project.root, origin, &access, &world) {
            Ok(courier) => courier,
            Err(failure) => return Ok(failed(&self.failed(&failure))),
        };
        courier.clear(self.report.code.as_str());
        let mut deliveries = Vec::new();
        for (one, done) in planned.iter().zip(1..) {
            let result = self.one(&mut courier, one)?;
            deliveries.push(of(one, result));
            progress(self.to.code.as_str(), done, planned.len());
        }
        Ok(deliveries)
    }

    /// The report's own outputs of the formats that are asked for, under their names. Partners' own files stay here.
    fn planned(&self) -> Vec<Planned> {
        let code = self.report.code.as_str();
        let ours = |output: &&RunOutput| {
            let ending = output.name.rsplit_once('.').map_or("", |(_, ending)| ending);
            output.report == code
                && output.name.starts_with(&format!("{code}."))
                && self.to.files.iter().any(|file| file == ending)
        };
        let mut planned = Vec::new();
        for output in self.run.outputs.iter().filter(ours) {
            let rest = &output.name[code.len()..];
            let dated = format!("{code}_{}{rest}", self.run.as_of);
            let names = match self.to.names {
                Names::Dated => vec![dated],
                Names::Latest => vec![output.name.clone()],
                Names::Both => vec![dated, output.name.clone()],
            };
            planned.extend(names.into_iter().map(|name| Planned { output: output.clone(), name }));
        }
        planned
    }

    fn place(&self) -> Place {
        Place::File { file: format!("destination {}", self.to.code) }
    }

    fn failed(&self, failure: &Failure) -> Finding {
        let help = failure.help.clone().unwrap_or_else(|| rules::DELIVERY_FAILED.fix.to_owned());
        Finding::error(&rules::DELIVERY_FAILED, self.place(), failure.message.clone()).help(help)
    }

    /// The last receipt for a name.
    fn receipt(&self, name: &str) -> Option<&Value> {
        let of = |body: &Value| body["destination"] == self.to.code.as_str() && body["name"] == name;
        let own = self.entries.iter().rev().filter(|entry| entry.kind == Kind::Delivered);
        own.map(|entry| &entry.body).find(|body| of(body))
    }

    fn one(&self, courier: &mut Courier<'_>, one: &Planned) -> Result<Result<Receipt, Finding>, Stopped> {
        let bytes = std::fs::read(self.project.out().join(&one.output.name)).unwrap_or_default();
        if hash_of(&bytes) != one.output.hash {
            let message = format!("{} does not lie in the folder of scoreboards as the run left it", one.output.name);
            let finding = Finding::error(&rules::DELIVERY_FAILED, self.place(), message);
            return Ok(Err(finding.help("Run scoreboard run, which writes it again, and publish then.")));
        }
        let last = self.receipt(&one.name).filter(|_| !self.options.again);
        let etag = last.and_then(|last| last["etag"].as_str());
        let mut before = etag;
        if let Some(last) = last.filter(|last| last["hash"] == one.output.hash.as_str()) {
            match courier.lies(&one.name, &bytes, etag) {
                Ok(Lies::There | Lies::Unknown) => {
                    let place = last["place"].as_str().unwrap_or_default().to_owned();
                    return Ok(Ok(Receipt { place, sent: false }));
                }
                Ok(Lies::No) => before = None,
                Err(failure) => return Ok(Err(self.failed(&failure))),
            }
        }
        let half = format!("{}.half", one.output.name);
        match courier.deliver(&Parcel { name: &one.name, half: &half, bytes: &bytes, before }) {
            Ok(delivered) => {
                fault::point();
                self.record(one, &delivered)?;
                Ok(Ok(Receipt { place: delivered.place, sent: delivered.sent }))
            }
            Err(failure) => Ok(Err(self.failed(&failure))),
        }
    }

    fn record(&self, one: &Planned, delivered: &Delivered) -> Result<(), Stopped> {
        let body = json!({
            "destination": self.to.code.as_str(), "report": self.report.code.as_str(), "output": one.output.name,
            "name": one.name, "hash": one.output.hash, "place": delivered.place, "etag": delivered.etag,
            "audience": self.report.audience.as_str(), "run": self.run.code, "as_of": self.run.as_of.to_string(),
        });
        let mut store = Store::open(&self.project.store())?;
        store.ledger_mut().append(clock::now(), &[(Kind::Delivered, body)])?;
        Ok(())
    }
}
