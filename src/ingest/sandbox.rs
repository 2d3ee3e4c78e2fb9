//! Files from outside, read where a crash, an endless loop or a runaway allocation takes nothing else down: in worker
//! processes, kept warm, bounded in memory by themselves and in time by us, replaced after any failure.

use std::io::{self, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::worker::{FAULT, autopsy};
use super::{Options, Refusal, Workbook, read, wire};
use crate::finding::rules;

/// The hidden command that makes this program a worker; its argument is the memory limit in bytes.
pub const WORKER_COMMAND: &str = "read-files";
/// What a worker is told of the environment: what Windows and a loader need, and how it shall fail in tests.
const KEPT: [&str; 4] = ["SystemRoot", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", FAULT];
/// Of a dead worker's last words, this much is listened to.
const LAST_WORDS: u64 = 4_096;

/// Work on a file that is no reading, such as marking it: a request to an answer.
pub type Other<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// What one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub memory_bytes: u64,
    pub time: Duration,
}

impl Bounds {
    fn within(self, most: Self) -> Self {
        Self { memory_bytes: self.memory_bytes.min(most.memory_bytes), time: self.time.min(most.time) }
    }
}

/// Reads files, one at a time each, from any number of threads.
#[derive(Debug)]
pub struct Sandbox {
    /// This program; None reads in this process, as tests of the library do.
    program: Option<PathBuf>,
    /// More than this no file may cost, whatever is asked for.
    most: Option<Bounds>,
    idle: Mutex<Vec<Worker>>,
}

impl Sandbox {
    /// Reads in this process: without bounds of memory and time other than those of the options.
    pub fn here() -> Self {
        Self { program: None, most: None, idle: Mutex::default() }
    }

    /// Reads in processes of `program`, started with [`WORKER_COMMAND`].
    pub fn of(program: PathBuf) -> Self {
        Self { program: Some(program), most: None, idle: Mutex::default() }
    }

    /// One that reads in the same way, with workers of its own.
    #[must_use]
    pub fn another(&self) -> Self {
        Self { program: self.program.clone(), most: self.most, idle: Mutex::default() }
    }

    /// From now on no file may cost more, whatever the definitions allow: they may come from outside too.
    #[must_use]
    pub fn at_most(mut self, most: Bounds) -> Self {
        self.most = Some(most);
        self
    }

    /// Reads a file as [`super::read`] does, within `bounds`.
    ///
    /// # Errors
    /// When no worker can be started: that says nothing about the file.
    pub fn read(
        &self,
        name: &str,
        bytes: &[u8],
        options: &Options,
        bounds: Bounds,
    ) -> io::Result<Result<Workbook, Refusal>> {
        let Some(program) = &self.program else { return Ok(read(name, bytes, options)) };
        let refused = self.served(program, &wire::request(name, options, bytes), bounds, wire::read_answer)?;
        Ok(refused.and_then(|read| read))
    }

    /// Has something else done with a file from outside, by the function that the worker's `serve` was given; `here` is
    /// that function, for when there are no workers. `understand` reads its answer: None is taken for a dead worker's.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn ask<T>(
        &self,
        request: &[u8],
        bounds: Bounds,
        here: Other<'_>,
        understand: impl Fn(&[u8]) -> Option<T>,
    ) -> io::Result<Result<T, Refusal>> {
        let Some(program) = &self.program else {
            let answer = catch_unwind(AssertUnwindSafe(|| here(request))).ok();
            return Ok(answer.and_then(|answer| understand(&answer)).ok_or_else(|| autopsy("", bounds.memory_bytes)));
        };
        self.served(program, &wire::other(request), bounds, understand)
    }

    /// A request answered by a worker, or what its death says of the file.
    fn served<T>(
        &self,
        program: &Path,
        request: &[u8],
        bounds: Bounds,
        understand: impl Fn(&[u8]) -> Option<T>,
    ) -> io::Result<Result<T, Refusal>> {
        let bounds = self.most.map_or(bounds, |most| bounds.within(most));
        let warm = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().filter(|one| one.bounds == bounds);
        if let Some(mut worker) = warm {
            // What a warm worker dies of may be the file before: a fresh one decides.
            if let Ok(answer) = worker.serve(request, &understand) {
                self.keep(worker);
                return Ok(Ok(answer));
            }
        }
        let mut worker = Worker::start(program, bounds)?;
        match worker.serve(request, &understand) {
            Ok(answer) => {
                self.keep(worker);
                Ok(Ok(answer))
            }
            Err(death) => Ok(Err(death)),
        }
    }

    fn keep(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}

#[derive(Debug)]
struct Worker {
    child: Arc<Mutex<Child>>,
    /// None when it was let go.
    input: Option<ChildStdin>,
    output: ChildStdout,
    bounds: Bounds,
    /// Tells the watch that a file begins (true) or is done.
    watch: Sender<bool>,
    late: Arc<AtomicBool>,
}

impl Worker {
    fn start(program: &Path, bounds: Bounds) -> io::Result<Self> {
        // The environment may hold secrets of survey servers, and a hostile file may take a worker over.
        let kept = std::env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept)));
        let mut child = Command::new(program)
            .env_clear()
            .envs(kept)
            .arg(WORKER_COMMAND)
            .arg(bounds.memory_bytes.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err(io::Error::other("a worker without pipes"));
        };
        let child = Arc::new(Mutex::new(child));
        let late = Arc::new(AtomicBool::new(false));
        let (watch, told) = channel();
        let (watched, flag) = (Arc::clone(&child), Arc::clone(&late));
        thread::Builder::new()
            .name("reader-watch".into())
            .spawn(move || stand_watch(&told, &watched, &flag, bounds.time))?;
        Ok(Self { child, input: Some(input), output, bounds, watch, late })
    }

    /// One file. An error is the worker's death, told as what it says about the file.
    fn serve<T>(&mut self, request: &[u8], understand: impl Fn(&[u8]) -> Option<T>) -> Result<T, Refusal> {
        let _ = self.watch.send(true);
        let answer = self.exchange(request);
        let _ = self.watch.send(false);
        answer.ok().and_then(|answer| understand(&answer)).ok_or_else(|| self.post_mortem())
    }

    fn exchange(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        let input = self.input.as_mut().ok_or_else(|| io::Error::other("let go"))?;
        input.write_all(&(request.len() as u64).to_le_bytes())?;
        input.write_all(request)?;
        input.flush()?;
        let mut length = [0; 8];
        self.output.read_exact(&mut length)?;
        // What it can send is bounded by what it may hold.
        let length = u64::from_le_bytes(length).min(self.bounds.memory_bytes);
        let mut answer = Vec::new();
        (&mut self.output).take(length).read_to_end(&mut answer)?;
        if answer.len() as u64 == length { Ok(answer) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    fn post_mortem(&mut self) -> Refusal {
        self.input = None;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
        if self.late.load(Ordering::SeqCst) {
            let message = format!("takes longer than {} seconds to be read", self.bounds.time.as_secs());
            return Refusal::new(&rules::FILE_TOO_SLOW, message);
        }
        let mut last_words = Vec::new();
        if let Some(errors) = child.stderr.take() {
            let _ = errors.take(LAST_WORDS).read_to_end(&mut last_words);
        }
        autopsy(&String::from_utf8_lossy(&last_words), self.bounds.memory_bytes)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Without input it ends by itself.
        self.input = None;
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.wait();
    }
}

/// Ends the worker when a file takes too long. Ends itself with the worker's owner.
fn stand_watch(told: &Receiver<bool>, child: &Mutex<Child>, late: &AtomicBool, time: Duration) {
    while let Ok(begins) = told.recv() {
        if !begins {
            continue;
        }
        if matches!(told.recv_timeout(time), Err(RecvTimeoutError::Timeout)) {
            late.store(true, Ordering::SeqCst);
            let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
    }
}
