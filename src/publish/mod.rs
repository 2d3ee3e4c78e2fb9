//! Bytes delivered, each whole or not at all: into folders, to servers, or as data values to a DHIS2 server. Other ways have their place here.

pub mod dhis2;
pub mod folder;
pub mod remote;
