//! openCypher's TCK against the engine.
//!
//! Plays every scenario twice, on a graph in memory and on one that is written and read back between set-up and query;
//! both must give the same. Takes a folder of features (`KENNING_TCK`, else next to the repository), and prints passed and
//! total per folder and `N passed, N failed`. The failing scenarios are written to `tck-failed.txt` in cargo's
//! folder for tests, and why they fail to `tck-reasons.txt` beside it.
//!
//! `tests/tck-expected.txt` lists the scenarios that pass; one of them failing fails this test. The list binds the
//! default folder only. `KENNING_TCK_BLESS=1` writes it anew. Words behind `--` keep the scenarios whose id holds one of
//! them, and print why they fail: `cargo test --test tck -- 'Match6.feature [3]'`.
//!
//! There is no test harness, because its output would hide the figures.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a program that reports")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a test")]

#[path = "tck/cell.rs"]
mod cell;
#[path = "tck/effects.rs"]
mod effects;
#[path = "tck/gherkin.rs"]
mod gherkin;
#[path = "tck/play.rs"]
mod play;
#[path = "query/snapshot.rs"]
mod snapshot;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use std::{env, fs, panic, thread};

use gherkin::{Scenario, Step};

const DEFAULT: &str = "../shared/tck/features";
const EXPECTED: &str = "tests/tck-expected.txt";

/// For a scenario that heeds no limit: longer than its statements may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a scenario's thread may use; a debug build's frames are large.
const STACK: usize = 64 << 20;

/// Why each scenario fails, if it does, by id.
type Outcomes = BTreeMap<String, Result<(), String>>;

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let default = root.join(DEFAULT);
    let folder = env::var_os("KENNING_TCK").map_or_else(|| default.clone(), PathBuf::from);
    let Ok(folder) = folder.canonicalize() else {
        eprintln!("NOT TESTED: there is no TCK in {}; set KENNING_TCK to its folder of features", folder.display());
        return ExitCode::SUCCESS;
    };
    let binding = default.canonicalize().is_ok_and(|default| default == folder);

    let mut scenarios = read(&folder);
    if !words.is_empty() {
        scenarios.retain(|scenario| words.iter().any(|word| scenario.id.contains(word)));
    }
    // A folder of features alone plays on the graphs of the default folder.
    let graphs = [&folder, &default].map(|features| features.join("../graphs"));
    let graphs = if graphs[0].is_dir() { &graphs[0] } else { &graphs[1] };
    let scenarios: Vec<_> = scenarios.into_iter().map(Arc::new).collect();
    let outcomes = play_all(&scenarios, graphs, false);
    let mapped = play_all(&scenarios, graphs, true);
    report(&outcomes, !words.is_empty());
    let agree = agree(&outcomes, &mapped);

    let list = root.join(EXPECTED);
    if env::var_os("KENNING_TCK_BLESS").is_some() && words.is_empty() {
        let passing = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(id, _)| format!("{id}\n"));
        fs::write(&list, passing.collect::<String>()).unwrap();
        return ExitCode::SUCCESS;
    }
    let expected = fs::read_to_string(&list).unwrap_or_default();
    let expected = expected.lines().filter(|id| words.is_empty() || words.iter().any(|word| id.contains(word)));
    let lost: Vec<_> = expected.filter(|id| !outcomes.get(*id).is_some_and(Result::is_ok)).collect();
    if lost.is_empty() || !binding {
        return if agree || !binding { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    println!("{} scenarios that {EXPECTED} lists as passing do not pass:", lost.len());
    for id in lost {
        let reason = outcomes.get(id).and_then(|outcome| outcome.as_ref().err());
        println!("\n{id}\n{}", reason.map_or("there is no such scenario", String::as_str));
    }
    ExitCode::FAILURE
}

/// Whether the same scenarios pass on a graph that was written and read back; says which do not.
fn agree(memory: &Outcomes, mapped: &Outcomes) -> bool {
    let passed = mapped.values().filter(|outcome| outcome.is_ok()).count();
    println!("written and read back between set-up and query: {passed} of {}", mapped.len());
    let differ =
        |(id, outcome): &(&String, &Result<(), String>)| outcome.is_err() && memory.get(*id).is_some_and(Result::is_ok);
    let mut agree = true;
    for (id, outcome) in mapped.iter().filter(differ) {
        println!("\n{id}: passes in memory only\n{}", outcome.as_ref().err().map_or("", String::as_str));
        agree = false;
    }
    agree
}

/// The scenarios of all features in the folder, in the order of their paths.
fn read(folder: &Path) -> Vec<Scenario> {
    fn walk(folder: &Path, features: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, features);
            } else if path.extension().is_some_and(|extension| extension == "feature") {
                features.push(path);
            }
        }
    }
    let mut features = Vec::new();
    walk(folder, &mut features);
    features.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        let scenarios = gherkin::read(&name, &fs::read_to_string(path).unwrap());
        // What cannot be read is a failure like others.
        scenarios.unwrap_or_else(|fault| {
            let step = Step { text: fault.clone(), ..Step::default() };
            vec![Scenario { id: name, title: fault, steps: vec![step] }]
        })
    };
    features.iter().flat_map(read).collect()
}

/// Plays the scenarios on as many threads as there are cores.
fn play_all(scenarios: &[Arc<Scenario>], graphs: &Path, mapped: bool) -> Outcomes {
    // A panic is a failure of its scenario, which says so; the hook would only interleave its texts.
    panic::set_hook(Box::new(|_| {}));
    let outcomes = Mutex::new(Outcomes::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = play_apart(scenario, graphs, mapped);
            let taken = outcomes.lock().unwrap().insert(scenario.id.clone(), outcome);
            assert!(taken.is_none(), "two scenarios are called {}", scenario.id);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let _ = panic::take_hook();
    outcomes.into_inner().unwrap()
}

/// Plays a scenario on a thread of its own, which is left behind when it does not come to an end.
fn play_apart(scenario: &Arc<Scenario>, graphs: &Path, mapped: bool) -> Result<(), String> {
    let (send, receive) = mpsc::channel();
    let (playing, graphs) = (Arc::clone(scenario), graphs.to_owned());
    let run = move || {
        let outcome = panic::catch_unwind(|| play::play(&playing, &graphs, mapped));
        let outcome = outcome.unwrap_or_else(|payload| {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Err(format!("panicked: {}", text.unwrap_or("without a word")))
        });
        // Nobody listens any more once patience has run out.
        let _ = send.send(outcome);
    };
    thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
    let outcome = receive.recv_timeout(PATIENCE).unwrap_or_else(|_| Err("did not come to an end".to_owned()));
    outcome.map_err(|reason| {
        let queries = scenario.steps.iter().filter(|step| step.text.starts_with("executing"));
        let queries: Vec<_> = queries.filter_map(|step| step.doc.as_deref()).collect();
        format!("{}\n{}\n{reason}", scenario.title, queries.join("\n;\n"))
    })
}

/// Prints the figures and writes the failing scenarios, with reasons on stdout when they are few by choice.
fn report(outcomes: &Outcomes, reasons: bool) {
    let mut folders = BTreeMap::<&str, (usize, usize)>::new();
    let mut failed = String::new();
    let mut told = String::new();
    for (id, outcome) in outcomes {
        let folder = id.split_once(".feature").and_then(|(path, _)| path.rsplit_once('/')).map_or(".", |(f, _)| f);
        let (passed, total) = folders.entry(folder).or_default();
        *total += 1;
        match outcome {
            Ok(()) => *passed += 1,
            Err(reason) => {
                failed += &format!("{id}\n");
                told += &format!("--- {id}\n{reason}\n\n");
            }
        }
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(target).unwrap();
    fs::write(target.join("tck-failed.txt"), &failed).unwrap();
    fs::write(target.join("tck-reasons.txt"), &told).unwrap();
    if reasons {
        println!("{told}");
    }
    for (folder, (passed, total)) in &folders {
        println!("{folder}: {passed} / {total}");
    }
    let failures = failed.lines().count();
    println!("{} passed, {failures} failed", outcomes.len() - failures);
}
