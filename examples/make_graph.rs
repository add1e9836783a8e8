//! Makes a graph file of any size, for measurements: `make_graph NODES EDGES_PER_NODE FILE`.

#[path = "../benches/common/mod.rs"]
mod common;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [nodes, degree, path] = &arguments[..] else {
        return Err("usage: make_graph NODES EDGES_PER_NODE FILE".into());
    };
    let bytes = common::graph(nodes.parse()?, degree.parse()?)?;
    kenning::store::write(Path::new(path), &bytes)?;
    Ok(())
}
