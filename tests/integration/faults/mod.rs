//! Whatever goes wrong, and whenever: after it the store verifies, nothing that was acknowledged is lost, nothing is half
//! written, no mail is sent twice, and the next run gives the same bytes as an undisturbed one.

mod at_once;
mod clocks;
mod kills;
mod network;
mod space;
mod weeks;
mod world;
