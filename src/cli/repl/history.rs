//! Where the shell remembers what was typed: `$XDG_STATE_HOME/kenning/history`, readable by its owner alone.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The history's file, with its directory made; none when there is no place for it, and then nothing is remembered.
pub(super) fn file() -> Option<PathBuf> {
    let directory = directory(env::var_os("XDG_STATE_HOME"), env::var_os("HOME"))?;
    fs::create_dir_all(&directory).ok()?;
    Some(directory.join("history"))
}

/// XDG's rule: a relative path in the variable counts as none.
fn directory(state: Option<std::ffi::OsString>, home: Option<std::ffi::OsString>) -> Option<PathBuf> {
    let state = state.map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || home.map(PathBuf::from).filter(|path| path.is_absolute()).map(|home| home.join(".local/state"));
    Some(state.or_else(home)?.join("kenning"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_follows_xdg() {
        let place = |state: &str, home: &str| directory(Some(state.into()), Some(home.into()));
        assert_eq!(place("/s", "/h"), Some("/s/kenning".into()));
        assert_eq!(place("", "/h"), Some("/h/.local/state/kenning".into()));
        assert_eq!(place("relative", "/h"), Some("/h/.local/state/kenning".into()));
        assert_eq!(place("", ""), None);
        assert_eq!(directory(None, None), None);
    }
}
