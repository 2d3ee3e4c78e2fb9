//! The command `scoreboard`. Everything is in the library; here only the exit code leaves it.

use std::process::ExitCode;

fn main() -> ExitCode {
    scoreboard::cli::main()
}
