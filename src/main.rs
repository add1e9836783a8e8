//! The command `ken`: hands its arguments over and turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kenning::cli::main()
}
