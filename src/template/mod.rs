//! Workbooks that go to partners: their own file, returned with what was found in it.

pub mod patch;
