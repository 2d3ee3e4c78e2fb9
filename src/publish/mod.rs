//! Bytes delivered, each whole or not at all. A folder is all there is so far; other ways have their place here.

pub mod dhis2;
pub mod folder;
