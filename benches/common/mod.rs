//! Graphs of any size for measurements, the same on every machine.

use kenning::model::{NodeId, Value};
use kenning::store::{Builder, Error};

/// A snapshot of `nodes` nodes with the label `Person`, an indexed integer `id` from 0 and a string `name`, each with
/// `degree` edges `KNOWS` to nodes drawn at random from a fixed seed.
pub(crate) fn graph(nodes: u32, degree: u32) -> Result<Vec<u8>, Error> {
    let mut builder = Builder::new();
    builder.index("Person", "id");
    for id in 0..nodes {
        let name = format!("Person {id}");
        builder.node(&["Person"], vec![("id", Value::Int(i64::from(id))), ("name", Value::string(name))]);
    }
    let mut state = 0;
    for source in 0..nodes {
        for _ in 0..degree {
            builder.edge(NodeId(source), "KNOWS", NodeId(random(&mut state) % nodes), vec![]);
        }
    }
    builder.finish()
}

/// SplitMix64, the upper half.
fn random(state: &mut u64) -> u32 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 32) as u32
}
