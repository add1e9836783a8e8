//! The shell in a real pseudo-terminal: what a person sees on the screen, at 40 and at 120 columns.

#![cfg(all(feature = "cli", unix))]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Far longer than anything takes: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

const ROWS: u16 = 50;

struct Terminal {
    screen: vt100::Parser,
    /// Everything that came, for what a screen does not show.
    raw: Vec<u8>,
    from: Receiver<Vec<u8>>,
    to: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// How often the line editor has asked so far.
    asked: usize,
    /// Keeps the terminal open.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn start(columns: u16, home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Terminal::run(env!("CARGO_BIN_EXE_ken"), columns, home, arguments, variables)
    }

    fn run(program: &str, columns: u16, home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: ROWS, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        variables.iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(home);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, from) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The read fails when the program has gone.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let to = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(ROWS.try_into().unwrap(), columns.try_into().unwrap(), 1000);
        Terminal { screen, raw: Vec::new(), from, to, child, asked: 0, _master: pair.master }
    }

    /// The shell on an empty graph, ready for input.
    fn shell(columns: u16, home: &Path) -> Self {
        let mut terminal = Terminal::start(columns, home, &["--memory"], &[]);
        terminal.ready();
        terminal
    }

    fn write(&mut self, keys: &str) {
        self.to.write_all(keys.as_bytes()).unwrap();
        self.to.flush().unwrap();
    }

    /// Types a line, waits for what it brings, and for the next prompt: what is typed before that may be lost.
    fn enter(&mut self, line: &str, expected: &str) {
        self.write(&format!("{line}\r"));
        self.wait(expected);
        self.ready();
    }

    /// Waits until the screen shows the text.
    fn wait(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.contains(text));
    }

    fn wait_for(&mut self, what: &str, shown: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !shown(&self.screen.screen().contents()) {
            assert!(start.elapsed() < PATIENCE, "{what:?} never came:\n{}", self.screen.screen().contents());
            self.take();
        }
    }

    /// Waits until the line editor asks for the next statement: it then tells the terminal to mark what is pasted.
    fn ready(&mut self) {
        let start = Instant::now();
        while self.asks() == self.asked {
            assert!(start.elapsed() < PATIENCE, "no new prompt:\n{}", self.screen.screen().contents());
            self.take();
        }
        self.asked = self.asks();
        self.wait("ken> ");
    }

    fn asks(&self) -> usize {
        self.raw.windows(8).filter(|bytes| bytes == b"\x1b[?2004h").count()
    }

    fn take(&mut self) {
        if let Ok(bytes) = self.from.recv_timeout(Duration::from_millis(50)) {
            self.screen.process(&bytes);
            self.raw.extend(bytes);
        }
    }

    fn line(&self, part: &str) -> String {
        let contents = self.screen.screen().contents();
        contents.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}:\n{contents}")).to_owned()
    }

    /// Waits for the end and gives the exit code.
    fn end(mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "it never ends:\n{}", self.screen.screen().contents());
            _ = self.from.recv_timeout(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        _ = self.child.kill();
    }
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// An answer with a long text in its second column.
const WIDE: &str = "RETURN 1 AS n, 'one two three four five six seven eight nine ten' AS words;";

#[test]
fn tables_fit_the_terminal() {
    for (columns, cut) in [(40, true), (120, false)] {
        let home = home();
        let mut terminal = Terminal::shell(columns, home.path());
        terminal.enter(WIDE, "1 row");
        assert_eq!(terminal.line("│ 1 ").contains('…'), cut);
        assert!(terminal.screen.screen().contents().contains("└"));
        if cut {
            terminal.enter(".last", "words: one two");
        }
        terminal.write("\x04");
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let paint = regex::Regex::new("\x1b\\[[0-9;]*[1-9][0-9;]*m").unwrap();
    for (variables, colours) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let home = home();
        let mut terminal = Terminal::start(80, home.path(), &["--memory"], variables);
        terminal.ready();
        terminal.enter("RETURN null AS nothing;", "1 row");
        terminal.enter("RETURN nothing;", "error: ");
        let raw = String::from_utf8_lossy(&terminal.raw);
        assert_eq!(paint.is_match(&raw), colours, "{variables:?}: {raw:?}");
    }
}

#[test]
fn a_dumb_terminal_gets_plain_text() {
    let home = home();
    let mut terminal = Terminal::start(80, home.path(), &["--memory"], &[("TERM", "dumb")]);
    terminal.wait("ken> ");
    terminal.write("MATCH (n)\nRETURN count(*) AS n;\n");
    terminal.wait("│ 0 │");
    terminal.write("RETURN nothing;\n");
    terminal.wait("error: ");
    assert!(!terminal.raw.contains(&b'\x1b'));
}

#[test]
fn enter_answers_what_cannot_be_mended() {
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.enter("MATCH (n) RETRUN n", "did you mean `RETURN`?");
    terminal.enter("help", "Ctrl-D leaves.\n\n.help");
    terminal.write("MATCH (n)\r");
    terminal.enter("RETURN count(n) AS still;", "still");
    terminal.write("exit\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.enter("RETURN 'a\\u001b]0;title\\u0007b' AS t;", "1 row");
    assert!(terminal.line("title").contains("a\\u001b]0;title\\u0007b"));
    terminal.enter(".mode tsv", ".mode tsv");
    terminal.enter("RETURN 'c\\u001b[2Jd' AS t;", "c\\u001b[2Jd");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("\x1b]0;"));
}

#[test]
fn enter_goes_on_with_what_is_not_complete() {
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.write("UNWIND [1, 2, 3] AS x\r");
    terminal.write("RETURN sum(x) AS total\r");
    assert!(!terminal.screen.screen().contents().contains("row"));
    terminal.enter("  LIMIT 1;", "1 row");
    terminal.wait("│     6 │");
    // The whole statement is one entry of the history.
    terminal.write("\x1b[A\r");
    terminal.wait_for("the answer again", |screen| screen.matches("│     6 │").count() == 2);
}

#[test]
fn ctrl_c_clears_a_line_and_ctrl_d_leaves() {
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.write("MATCH (n\r WHERE \x03");
    terminal.ready();
    terminal.enter("RETURN 42 AS answer;", "1 row");
    terminal.write("\x04");
    assert_eq!(terminal.end(), 0);
}

/// Runs for hours unless it is stopped.
const ENDLESS: &str = "UNWIND range(1, 100) AS a UNWIND range(1, 100) AS b UNWIND range(1, 100) AS c \
     UNWIND range(1, 100) AS d UNWIND range(1, 100) AS e WITH a + b + c + d + e AS s WHERE s < 0 RETURN s";

#[test]
fn ctrl_c_stops_what_runs_and_keeps_the_shell() {
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.write(&format!("{ENDLESS};\r"));
    terminal.wait("RETURN s;");
    std::thread::sleep(Duration::from_millis(300));
    terminal.write("\x03");
    terminal.wait("error: ");
    terminal.ready();
    terminal.enter("RETURN 42 AS answer;", "1 row");
}

#[test]
fn ctrl_c_ends_a_command_with_130() {
    let home = home();
    let mut terminal = Terminal::start(80, home.path(), &["query", "--memory", ENDLESS], &[]);
    std::thread::sleep(Duration::from_millis(500));
    terminal.write("\x03");
    assert_eq!(terminal.end(), 130);
}

/// A table that nobody reads to its end: many times the same rows, each time packed anew.
fn endless(path: &Path, header: &str, row: &str) {
    let pack = |text: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(text.as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let rows = pack(&row.repeat(1 << 20));
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&pack(header)).unwrap();
    (0..2000).for_each(|_| file.write_all(&rows).unwrap());
}

#[test]
fn an_import_shows_how_far_it_is_and_ctrl_c_stops_it() {
    // Edges are taken at once; of nodes' properties the kinds are looked for first.
    let edges = ("from,to\n", "1,2\n", "--edges=KNOWS=rows.csv.gz:Person-Person");
    let nodes = ("id,name\n", "1,Ada\n", "--nodes=Person=rows.csv.gz");
    for (header, row, flag) in [edges, nodes] {
        let home = home();
        endless(&home.path().join("rows.csv.gz"), header, row);
        let mut terminal = Terminal::start(120, home.path(), &["import", "--into", "x.ken", flag], &[]);
        terminal.wait_for("a bar", |screen| screen.contains("importing ") && screen.contains(" rows a second"));
        terminal.write("\x03");
        terminal.wait("error: the import was stopped, and nothing was written");
        assert_eq!(terminal.end(), 130);
        assert!(!home.path().join("x.ken").exists());
    }
}

#[test]
fn tab_completes_from_the_graph() {
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.enter(
        "CREATE (:Skill {name: 'Python'})-[:ADDRESSES]->(:Challenge {name: 'Slow prototypes'});",
        "2 nodes created",
    );
    terminal.write("MATCH (s:Sk\t");
    terminal.wait("MATCH (s:Skill");
    terminal.write(")-[:\t");
    terminal.wait("-[:ADDRESSES");
    terminal.write("]->(c) RETURN s.na\t");
    terminal.wait("s.name");
    terminal.enter(" AS found;", "│ Python │");
}

#[test]
fn history_outlives_the_shell_and_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.enter("RETURN 'remember me' AS t;", "1 row");
    // It is on the disk before the shell has ended.
    let path = home.path().join(".local/state/kenning/history");
    assert!(std::fs::read_to_string(&path).unwrap().contains("remember me"));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    drop(terminal);
    let mut terminal = Terminal::shell(80, home.path());
    terminal.write("\x1b[A\r");
    terminal.wait("│ remember me │");
}

#[test]
fn a_home_that_cannot_be_written_does_no_harm() {
    let home = home();
    // A file where a directory would have to be: that holds for root, too.
    std::fs::write(home.path().join(".local"), "").unwrap();
    let mut terminal = Terminal::shell(80, home.path());
    terminal.enter("RETURN 1 AS n;", "1 row");
}

#[test]
fn answers_may_go_to_a_pipe_while_somebody_types() {
    let home = home();
    let ken = env!("CARGO_BIN_EXE_ken");
    let mut terminal = Terminal::run("/bin/sh", 80, home.path(), &["-c", &format!("{ken} --memory > out.tsv")], &[]);
    terminal.ready();
    terminal.write("RETURN 1 AS n;\r");
    terminal.ready();
    terminal.write("\x04");
    assert_eq!(terminal.end(), 0);
    assert_eq!(std::fs::read_to_string(home.path().join("out.tsv")).unwrap(), "n\n1\n");
}

#[test]
fn a_narrow_terminal_shows_many_columns_one_below_the_other() {
    let home = home();
    let mut terminal = Terminal::shell(40, home.path());
    let line = "RETURN 11111 AS a, 22222 AS b, 33333 AS c, 44444 AS d, 55555 AS e, 66666 AS f;";
    terminal.enter(line, "1 row");
    terminal.wait("f │ 66666");
}

#[test]
fn sentences_are_asked_of_the_shipped_graph() {
    let home = home();
    let mut terminal = Terminal::start(120, home.path(), &[], &[]);
    terminal.ready();
    terminal.enter("which skills address which challenges", " rows");
    terminal.write("which sk\t");
    terminal.wait("which skill");
    terminal.write("\x03");
    terminal.ready();
    terminal.write("what is \"Data bi\t");
    terminal.wait("what is \"Data bias\"");
}

#[test]
fn an_empty_answer_explains_itself_to_people() {
    let home = home();
    let mut terminal = Terminal::start(120, home.path(), &[], &[]);
    terminal.ready();
    terminal.write("MATCH (s:Skill) WHERE s.name = 'Comunication' RETURN s;\r");
    terminal.wait("did you mean 'Communication'?");
    terminal.enter("which challenges are addressed by no skill", "0 rows");
    terminal.wait("`addressed by no skill` is true of none of the");
}
