//! What starting a process costs: this one does nothing.

fn main() {}
