//! Everything that is no data: errors, warnings, counts and times, on standard error.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::args::{Format, Global};
use super::exit::Failure;
use super::render::diagnostic::{Severity, as_json, draw};
use super::render::text::{Paint, Tone, visible_lines};
use crate::db::import::Meter;

/// The columns of a file or a pipe: whole lines of any text that somebody wrote, and of no other.
const LONGEST: usize = 1000;

/// How to speak to the user; decided once, at the start.
#[derive(Clone, Debug)]
pub(super) struct Messages {
    quiet: bool,
    /// Whether errors, warnings and notes are JSON.
    pub(super) json: bool,
    columns: usize,
    paint: Paint,
    /// Whether to tell counts and times.
    tells: bool,
    /// Whether to tell what a sentence became.
    pub(super) verbose: bool,
    /// Whether to tell why an answer is empty.
    pub(super) explains: bool,
}

impl Messages {
    /// The flags' wishes for a terminal, a file or a pipe; programs that read JSON get their errors so, too.
    pub(super) fn new(global: &Global, format: Option<Format>) -> Self {
        let terminal = stderr().is_terminal();
        Messages {
            quiet: global.quiet,
            json: matches!(format, Some(Format::Json | Format::Jsonl)),
            columns: if terminal { terminal_width() } else { LONGEST },
            paint: Paint { on: global.color.applies(terminal) },
            tells: global.verbose || (!global.quiet && stdout().is_terminal()),
            verbose: global.verbose,
            explains: !global.quiet && (terminal || global.verbose),
        }
    }

    /// An error. A closed pipe is none.
    pub(super) fn failure(&self, failure: &Failure) {
        if failure.code != super::Code::Fine {
            self.show(failure, Severity::Error);
        }
    }

    /// Something legal that may be a mistake.
    pub(super) fn warning(&self, failure: &Failure) {
        if !self.quiet {
            self.show(failure, Severity::Warning);
        }
    }

    /// Says how a statement was read.
    pub(super) fn reading(&self, failure: &Failure) {
        if !self.quiet {
            self.show(failure, Severity::Note);
        }
    }

    fn show(&self, failure: &Failure, severity: Severity) {
        if self.json {
            say(&format!("{}\n", as_json(failure, severity)));
        } else {
            say(&draw(failure, severity, self.columns, self.paint));
        }
    }

    /// How many rows there were, and how long they took.
    pub(super) fn footer(&self, rows: u64, more: bool, time: Option<Duration>) {
        if !self.tells {
            return;
        }
        let mut text = format!("{} {}", grouped(rows), if rows == 1 { "row" } else { "rows" });
        if more {
            text.push_str(" shown, and there are more (.limit changes how many)");
        }
        if let Some(time) = time {
            text.push_str(&format!(", {}", brief(time)));
        }
        self.note(&text);
    }

    /// Does something long; on a terminal something moves meanwhile.
    pub(super) fn while_busy<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        if self.quiet || !stderr().is_terminal() {
            return work();
        }
        let spinner = indicatif::ProgressBar::new_spinner().with_message(what.to_owned());
        spinner.enable_steady_tick(Duration::from_millis(100));
        let result = work();
        spinner.finish_and_clear();
        result
    }

    /// Does something long that tells how far it is, in bytes of all bytes; on a terminal a bar shows it.
    pub(super) fn while_counting<T>(&self, what: &str, work: impl FnOnce(&mut dyn FnMut(u64, u64)) -> T) -> T {
        if self.quiet || !stderr().is_terminal() {
            return work(&mut |_, _| {});
        }
        let style = "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left";
        let style = indicatif::ProgressStyle::with_template(style);
        let bar = indicatif::ProgressBar::new(0).with_message(what.to_owned());
        let bar = match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        let result = work(&mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        result
    }

    /// Imports; on a terminal a bar shows how far it is and how fast. The meter hears of Ctrl-C.
    pub(super) fn while_importing<T>(&self, meter: &Meter, cancel: &AtomicBool, work: impl FnOnce() -> T) -> T {
        let style = indicatif::ProgressStyle::with_template("importing {wide_bar} {bytes} of {total_bytes}, {msg}");
        let bar = if self.quiet || !stderr().is_terminal() {
            indicatif::ProgressBar::hidden()
        } else {
            let bar = indicatif::ProgressBar::new(meter.total());
            style.map_or(bar.clone(), |style| bar.with_style(style))
        };
        let (done, start) = (AtomicBool::new(false), Instant::now());
        std::thread::scope(|scope| {
            let ticker = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if cancel.load(Ordering::Relaxed) {
                        meter.stop();
                    }
                    let seconds = start.elapsed().as_secs_f64().max(0.001);
                    bar.set_position(meter.read());
                    bar.set_message(format!("{} rows a second", grouped((meter.rows() as f64 / seconds) as u64)));
                    std::thread::park_timeout(Duration::from_millis(50));
                }
            });
            let result = work();
            done.store(true, Ordering::Relaxed);
            ticker.thread().unpark();
            bar.finish_and_clear();
            result
        })
    }

    /// Errors that bring their own places, a line each.
    pub(super) fn lines(&self, text: &str) {
        say(&format!("{}\n", visible_lines(text)));
    }

    /// A line that is good to know.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            say(&format!("{}\n", self.paint.paint(Tone::Faint, text)));
        }
    }
}

/// Nobody can be told that standard error does not work.
fn say(text: &str) {
    _ = stderr().write_all(text.as_bytes());
}

/// The terminal's columns.
pub(super) fn terminal_width() -> usize {
    terminal_size::terminal_size()
        .map(|(width, _)| usize::from(width.0))
        .or_else(|| std::env::var("COLUMNS").ok()?.parse().ok())
        .filter(|width| *width > 0)
        .unwrap_or(80)
}

/// `1 node`, `1,234 nodes`.
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time with three digits or fewer.
fn brief(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.001 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 0.1 {
        format!("{:.1} ms", seconds * 1e3)
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{seconds:.1} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_brief() {
        for (number, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), expected);
        }
        for (micros, expected) in
            [(0, "0 µs"), (850, "850 µs"), (1250, "1.2 ms"), (850_000, "850 ms"), (75_000_000, "75.0 s")]
        {
            assert_eq!(brief(Duration::from_micros(micros)), expected);
        }
    }
}
