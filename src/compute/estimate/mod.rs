//! Survey estimates: totals, ratios, means, shares, quantiles and changes of a stratified sample, with standard error
//! and 95 % interval. Read [`Answer`], [`Design`] and [`Estimate`] first, then `sample`.
//!
//! What it does not do: it knows no definition, reads no frame, drops no row, rounds nothing and sorts nothing. The
//! caller decides which answers are usable, sorts them by stratum and key (sums run in the order given, so that the
//! same answers make the same bytes), multiplies fractions by a hundred and rounds with [`round_significant`].
//!
//! Method: stratified sampling without replacement, one stage. With u the linearised variable of the figure and
//! z = w·u, the variance is
//!
//! `V = Σ_h (1 − f_h) · n_h/(n_h − 1) · Σ_i (z_hi − z̄_h)²`, where `f_h = n_h/N_h`, or 0 when `N_h` is unknown.
//!
//! The interval takes Student's t with n − H degrees, H being the strata with at least one answer. A domain sets y and
//! x to zero outside it. Where totals are known, weights are brought to them and z loses what they explain
//! (`calibration`).
//!
//! Sources: Särndal, Swensson, Wretman (1992), *Model Assisted Survey Sampling*, ch. 3 (stratified sampling, domains)
//! and 5 (linearisation, ratios); Lumley (2010), *Complex Surveys*, ch. 2–3. `tests/r/estimates.R` computes the same
//! figures with R's `survey`; its output is replayed by our tests.

mod calibration;
mod change;
mod collapse;
#[cfg(test)]
mod fixture;
mod quantile;
mod ratio;
mod sample;
mod sensitivity;
mod share;
mod student;
mod sum;
mod weights;

pub use change::{Change, PairedChange, paired_change, paired_total_change, unpaired_change};
pub use collapse::{Collapsed, collapse};
pub use quantile::{median, quantile};
pub use ratio::{mean, ratio, total};
pub use sensitivity::{Sensitivity, paired_sensitivity, sensitivity};
pub use share::share;
pub use student::student_quantile;
pub use sum::round_significant;
pub use weights::{pair_weights, weights};

/// One usable answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Position of its stratum in the slice of strata.
    pub stratum: usize,
    /// How many enterprises of the frame it speaks for, if that is given. One answer with a weight: all need one.
    pub weight: Option<f64>,
    /// What is summed, in its own unit.
    pub y: f64,
    /// What it is held against, in its own unit. Totals, means and shares do not look at it.
    pub x: f64,
    /// False: y and x count as zero, whatever they are. The row stays: it says how large the sample was.
    pub in_domain: bool,
}

/// One enterprise that answered both waves: 0 is the baseline, 1 the follow-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Position of its stratum, in the frame of the baseline.
    pub stratum: usize,
    /// As [`Answer::weight`], the same for both waves.
    pub weight: Option<f64>,
    pub y0: f64,
    pub x0: f64,
    pub y1: f64,
    pub x1: f64,
    /// As [`Answer::in_domain`], the same for both waves.
    pub in_domain: bool,
}

/// A part of the frame that was sampled on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    pub name: String,
    /// Enterprises of the frame in it, `N_h`. None when unknown: then no correction for a finite population.
    pub population: Option<u64>,
}

/// A way to divide the frame whose parts are of known size, such as country or size class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Margin {
    pub name: String,
    /// Each category with how many enterprises of the frame are in it.
    pub categories: Vec<(String, u64)>,
    /// The category of each answer (or pair), as a position: as many as there are answers, in their order.
    pub of: Vec<usize>,
}

/// How the sample was drawn, and what is known of the frame.
#[derive(Debug, Clone, Copy)]
pub struct Design<'a> {
    pub strata: &'a [Stratum],
    pub lonely: Lonely,
    /// Totals that the weights are brought to: of one margin by post-stratification, of several by raking. To
    /// post-stratify by two properties at once, make one margin of their combinations.
    pub margins: &'a [Margin],
    /// Fewer answers in the domain than this give no figure.
    pub minimum: usize,
}

impl<'a> Design<'a> {
    /// Nothing known but the strata, nothing asked but one answer.
    pub fn of(strata: &'a [Stratum], lonely: Lonely) -> Self {
        Self { strata, lonely, margins: &[], minimum: 1 }
    }
}

/// What to do about a stratum of several enterprises with a single answer: it shows no spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lonely {
    /// No figure.
    Fail,
    /// Treat the answer as if it stood for certain: it adds nothing to the variance, which is then too small.
    Certainty,
    /// Measure its distance from zero, the mean of u over the sample, as R's `lonely.psu = "adjust"` does. For a total,
    /// whose u is y itself, that is cautious.
    Adjust,
}

/// A figure with what is known about its accuracy. Fractions are fractions: 0.123, never 12.3.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// In the unit of the value. None for a median of so few that one end of its interval lies beyond them, and for a
    /// change from or to a figure that shows no spread although not everybody was asked.
    pub standard_error: Option<f64>,
    /// 95 % interval, lower and upper end. As [`Self::standard_error`].
    pub interval: Option<(f64, f64)>,
    /// n − H: all usable answers, also those outside the domain, less the strata with at least one.
    pub degrees: i64,
    /// Answers in the domain.
    pub answers: usize,
    /// Σ w y; of a quantile the value. Of a change: R₁ − R₀.
    pub numerator: f64,
    /// Σ w x; 1 for a total or quantile. Of a change: R₀ if in per cent, 1 if in points. The value is always numerator /
    /// denominator.
    pub denominator: f64,
    /// Variance over that of a simple random sample as large as the domain's, drawn without replacement from Σw
    /// enterprises, as R's `deff = TRUE`. None where there is no such sample (weights add up to the answers) or no spread,
    /// for quantiles and for unpaired changes.
    pub design_effect: Option<f64>,
    /// What a reader must be told beside the figure.
    pub notes: Vec<Note>,
}

/// A caution beside an [`Estimate`].
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// One answer in a stratum of several enterprises.
    LonelyStratum { stratum: String, treated_as: Lonely },
    /// Nobody answered in a stratum of the frame; the figure speaks of the others.
    EmptyStratum { stratum: String, population: u64 },
    /// The share of the frame (of the strata of known size) that lies in such strata, 0 to 1.
    UncoveredShare(f64),
    /// More answers than the frame has enterprises: the frame is out of date. The stratum counts as fully observed, with
    /// the weight of the frame.
    MoreAnswersThanFrame { stratum: String, answers: usize, population: u64 },
    /// The values in the domain are skewed beyond ±2 (as Excel's `SKEW`): intervals cover less than they say.
    Skewed { of: &'static str, skewness: f64 },
    /// The interval is Wilson's.
    Wilson,
    /// The change between two waves takes no account of enterprises that answered both: its interval is too wide where
    /// their answers resemble each other.
    OverlapIgnored,
    /// No interval: one end would lie beyond the answers, or nothing shows the spread.
    NoInterval,
}

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// None in the domain.
    NoAnswers,
    /// Fewer in the domain than [`Design::minimum`].
    TooFewAnswers { answers: usize, minimum: usize },
    /// Σ w x is zero, or R₀ for a change in per cent.
    ZeroDenominator,
    /// [`Lonely::Fail`] met a stratum of several enterprises with one answer.
    LonelyStratum { stratum: String },
    /// A total would miss a stratum of the frame.
    EmptyStratum { stratum: String },
    /// One answer in each stratum: n − H is zero, nothing shows the spread. (A census has none to show: it is fine.)
    NoDegrees,
    /// A total without weights and without all frame sizes; weights of some answers only; a weight that is no positive
    /// number.
    NotWeighted,
    /// A value is not a number, or sums overflow.
    NotFinite,
    /// An answer points past the strata.
    UnknownStratum { index: usize },
    /// A margin has no category for each answer, or an answer points past its categories.
    UnknownCategory { margin: String },
    /// A part of the frame of known size has no answer that could stand for it.
    EmptyCategory { margin: String, category: String },
    /// Answers from a part of the frame that has nobody in it.
    CategoryOfNobody { margin: String, category: String },
    /// The categories of two margins add up to different frames.
    MarginsDiffer { margin: String, total: u64, other: String, other_total: u64 },
    /// Raking does not settle: no positive weights of these answers meet all the totals.
    NotConverged { rounds: usize },
    /// A quantile below 0 or above 1.
    NoSuchQuantile,
}

/// Confidence of every interval.
const CONFIDENCE: f64 = 0.95;
/// Absolute sample skewness above which an interval earns a caution.
const SKEWNESS_LIMIT: f64 = 2.0;
