//! People are told: what is due to be said, how it is said, and by which way it goes. Knows no clock and no project.
//!
//! [`due`] says which steps of reminding have come, [`history`] what was sent already, [`note::Note`] is a message in
//! words; [`mail`], [`card`] and [`html`] give it the form that a way needs, [`smtp`] and [`webhook`] carry it.

pub mod card;
pub mod due;
pub mod history;
pub mod html;
pub mod mail;
pub mod note;
pub mod smtp;
pub mod texts;
pub mod webhook;

/// What became of a message that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It was certainly not taken, and may be next time.
    Now(String),
    /// It was certainly not taken, and the server asks to be left alone for so many seconds.
    Later(String, u64),
    /// It was certainly not taken, and never will be.
    Ever(String),
    /// Nobody can say whether it was taken: the line broke after it had been sent.
    Unknown(String),
    /// Nothing was sent, because what had to be written down first could not be.
    Unwritten(String),
}

/// Called once everything stands ready, right before a message is on its way and cannot be taken back.
pub type Before<'b> = &'b mut dyn FnMut() -> Result<(), String>;
