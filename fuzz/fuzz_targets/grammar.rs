//! Any text at all: reading it ends, with a tree or an error inside the text; a tree printed is read as the same tree.
#![no_main]

use kenning::lang;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match lang::parse(text) {
        Ok(tree) => {
            let printed = lang::print(&tree);
            let again = lang::parse(&printed).expect("what is printed can be read");
            assert_eq!(lang::print(&again), printed, "and is printed the same again");
        }
        Err(error) => {
            if let Some(span) = error.span {
                assert!(span.start <= span.end && span.end <= text.len(), "{error:?}");
            }
        }
    }
});
