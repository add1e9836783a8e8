//! Ctrl-C while a statement runs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// A flag that Ctrl-C sets, for [`Limits::cancel`](crate::Limits::cancel); the first call installs the handler.
///
/// With `insist`, a second Ctrl-C ends the process at once, in case that the statement does not hear the first.
pub(super) fn flag(insist: bool) -> Arc<AtomicBool> {
    let flag = FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        // Without a handler, Ctrl-C ends the process as it does by default: no reason not to answer.
        _ = ctrlc::set_handler(move || {
            if set.swap(true, Ordering::Relaxed) && insist {
                std::process::exit(i32::from(super::Code::Interrupted as u8));
            }
        });
        flag
    });
    Arc::clone(flag)
}
