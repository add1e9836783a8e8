//! Where answers go: standard output, or the file of `--output`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};

use super::args::{AnswerForm, ColorWhen, Format};
use super::exit::Failure;
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

    /// How answers look here.
    pub(super) fn style(&self, form: &AnswerForm, color: ColorWhen) -> Style {
        let terminal = self.is_terminal();
        Style {
            format: form.format.unwrap_or(if terminal { Format::Table } else { Format::Tsv }),
            null: form.null.clone(),
            width: if terminal { terminal_width() } else { 80 },
            paint: Paint { on: color.applies(terminal) },
            terminal,
        }
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
