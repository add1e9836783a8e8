//! Where answers go: standard output, or the file of `--output`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};

use super::args::{AnswerForm, ColorWhen, ExportFormat, Format, ending};
use super::exit::{Code, Failure};
use super::messages::terminal_width;
use super::render::Style;
use super::render::text::Paint;

/// Bytes gathered before they are written; a pipe holds as many.
const BUFFER: usize = 64 * 1024;

/// The place of answers. A file is made when the first answer begins, so that a statement with a mistake leaves an
/// older answer alone.
pub(super) struct Output {
    path: Option<PathBuf>,
    writer: Option<Box<dyn Write>>,
}

impl Output {
    /// Standard output, or a file.
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Output { path, writer: None }
    }

    /// Whether a terminal shows what is written.
    pub(super) fn is_terminal(&self) -> bool {
        self.path.is_none() && stdout().is_terminal()
    }

    /// The writer, opened when it is first needed.
    pub(super) fn writer(&mut self) -> Result<&mut (dyn Write + 'static), Failure> {
        if self.writer.is_none() {
            let raw: Box<dyn Write> = match &self.path {
                Some(path) => Box::new(File::create(path).map_err(|error| Failure::file("write", path, &error))?),
                None => Box::new(stdout_unbuffered()),
            };
            self.writer = Some(Box::new(BufWriter::with_capacity(BUFFER, raw)));
        }
        match &mut self.writer {
            Some(writer) => Ok(&mut **writer),
            None => Err(io::Error::from(io::ErrorKind::NotFound).into()),
        }
    }

    /// Hands everything over to the system.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.writer.as_mut().map_or(Ok(()), |writer| writer.flush())?)
    }

    /// How answers look here: as they are wanted, else as the file's name tells.
    pub(super) fn style(&self, form: &AnswerForm, color: ColorWhen) -> Result<Style, Failure> {
        let terminal = self.is_terminal();
        Ok(Style {
            format: match form.format {
                Some(format) => format,
                None => self.told()?.unwrap_or(if terminal { Format::Table } else { Format::Tsv }),
            },
            null: form.null.clone(),
            width: if terminal { terminal_width() } else { 80 },
            paint: Paint { on: color.applies(terminal) },
            terminal,
        })
    }

    /// The form that the file's name ends in.
    fn told(&self) -> Result<Option<Format>, Failure> {
        let Some(ending) = ending(self.path.as_deref()) else { return Ok(None) };
        let format = Format::of_ending(&ending);
        if format.is_none() && ExportFormat::of_ending(&ending).is_some() {
            let failure = Failure::new(Code::Usage, "UsageError", format!("no rows are written as `.{ending}`"));
            return Err(failure
                .help("`ken export` writes an answer's nodes and edges so")
                .help("for rows choose a form: `--format`, in the shell `.mode`"));
        }
        Ok(format)
    }
}

/// Standard output keeps a line buffer of its own, whose search for line ends costs more than it gives here; it passes
/// large writes through untouched.
fn stdout_unbuffered() -> impl Write {
    stdout().lock()
}

/// Writes a whole text to standard output, or to a file.
pub(super) fn write_all(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let mut output = Output::new(path.map(Path::to_owned));
    output.writer()?.write_all(bytes)?;
    output.flush()
}
