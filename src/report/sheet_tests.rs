//! Tests of the sheets that tell more than the figures: what stands in them, and that all of it can be read.

use super::book;
use super::large::large;
use super::measure;
use super::tests::{cells, scoreboard};

#[test]
fn draft() {
    assert!(!cells(&book(&large())).is_empty());
    let _ = (measure::width("a", super::style::Look::Text.face()), scoreboard());
}
