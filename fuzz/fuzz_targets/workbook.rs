//! Any bytes, read as a workbook of any name. Inputs are real files: what is found can be opened and sent on.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use scoreboard_fuzz::ingest::Options;
use scoreboard_fuzz::{forgive_libraries, hold, mutate, watch};

const NAMES: [&str; 7] = ["a.xlsx", "a.xlsm", "a.xlsb", "a.xls", "a.ods", "a.csv", "a"];

fuzz_target!(init: watch(), |data: &[u8]| {
    let name = NAMES[data.len() % NAMES.len()];
    let options = Options { limits: hold::limits(), encoding: None };
    // calamine reads these two, and indexes records that may be too short.
    let records = data.starts_with(b"\xD0\xCF\x11\xE0") || mutate::names_part(data, "workbook.bin");
    forgive_libraries(records, || hold::sound(name, data, &options));
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { mutate::file(data, size, max_size, seed) });
