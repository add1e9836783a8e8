//! What the programs that are measured share: reading questions, asking one several times, and telling it line by line.
//!
//! `run.py` reads the lines. Each is a JSON object: `begin` names a question, `ms` is one run of it, `rows` ends it with the
//! answer, the peak of memory while it was asked (KiB) and, when it failed, `error`.

use std::time::Instant;

use serde_json::{Value, json};

/// What may go wrong; a message is enough here.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A question of `queries.toml`.
#[derive(serde::Deserialize)]
pub struct Question {
    /// What the tables call it.
    pub name: String,
    /// The statement.
    pub cypher: String,
}

/// `queries.toml`.
#[derive(serde::Deserialize)]
pub struct Questions {
    /// In the order of the tables.
    pub query: Vec<Question>,
}

impl Questions {
    /// Reads the file of this crate.
    pub fn read() -> Result<Questions, Failure> {
        Ok(toml::from_str(&std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/queries.toml"))?)?)
    }
}

/// Runs that count after `first` milliseconds of the one that does not: as many as fit into 15 s, but two at least. After a
/// first one of more than 10 s there are none, and it counts itself.
pub fn repetitions(first: f64, wanted: usize) -> usize {
    if first > 10_000.0 { 0 } else { wanted.min(((15_000.0 / first) as usize).max(2)) }
}

/// Asks a question as often as it should be, and says so on standard output.
pub fn ask(name: &str, wanted: usize, mut answer: impl FnMut() -> Result<Vec<Vec<Value>>, Failure>) {
    println!("{}", json!({ "begin": name }));
    forget_peak();
    let mut left = None;
    let end = loop {
        let start = Instant::now();
        let rows = answer();
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => break json!({ "error": error.to_string(), "peak_kib": peak_kib() }),
        };
        println!("{}", json!({ "ms": ms }));
        let left = left.get_or_insert_with(|| repetitions(ms, wanted));
        if *left == 0 {
            break json!({ "rows": rows, "peak_kib": peak_kib() });
        }
        *left -= 1;
    };
    println!("{end}");
}

/// The most memory that this process has held since it began or since [`forget_peak`]: KiB, mapped pages included.
pub fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Lets the peak start anew from what is held now; where the system cannot, it stays.
pub fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The middle one.
pub fn median(of: &mut [f64]) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}
