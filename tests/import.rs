//! Imports whose input no transcript can hold: bytes, archives, sizes; and that neither threads nor the order of files
//! change what comes out.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kenning::load::import::{Counts, Input, Manner, Meter, Named, Role, Stop, read};
use kenning::{Database, Limits, Parameters};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }
}

fn import(graph: &Path, files: &[(&Path, Role)]) -> Result<Counts, String> {
    let made = Database::import(graph, Duration::ZERO, false, |intake| {
        let mut inputs = Vec::new();
        for (path, role) in files {
            let found = Input::find(path, &intake.meter()).map_err(|_| Stop)?;
            inputs.extend(found.into_iter().map(|input| (input, role.clone())));
        }
        read(inputs, &Manner::default(), intake)
    });
    made.map(|made| made.counts).map_err(|refused| refused.to_string())
}

fn named(label: &str) -> Named {
    Named { label: label.to_owned(), key: None }
}

fn knows() -> Role {
    Role::Edges("KNOWS".to_owned(), named("Person"), named("Person"))
}

/// What goes wrong with a file of these bytes, after its folder.
fn refusal(name: &str, bytes: &[u8]) -> String {
    let place = Place::new();
    let file = place.write(name, bytes);
    let refused = import(&place.path("x.ken"), &[(&file, Role::Nodes(named("Person")))]).unwrap_err();
    assert!(!place.path("x.ken").exists(), "nothing is written");
    refused.replace(&format!("{}/", place.0.path().display()), "")
}

#[test]
fn what_is_no_table_says_where_and_what_to_do() {
    for (name, bytes, told) in [
        (
            "a.csv",
            &b"id,name\n1,J\xFCrgen\n"[..],
            "a.csv:2: `name` is not UTF-8\n  convert the file: `iconv -f WINDOWS-1252 -t UTF-8`",
        ),
        (
            "a.csv",
            b"\xFF\xFEi\0d\0",
            "a.csv: this is UTF-16, and tables are UTF-8\n  convert it: `iconv -f UTF-16 -t UTF-8`",
        ),
        ("a.csv", b"id,na\0me\n", "a.csv: this is no text: it holds zero bytes"),
        ("a.csv", b"", "a.csv: the file is empty"),
        ("a.csv", b"id,id\n1,2\n", "a.csv:1: two columns are called `id`\n  `--header no` if these are no names"),
        (
            "a.csv",
            b"id:ID,n:strin\n1,2\n",
            "a.csv:1: `n:strin` is of no type that is known here; did you mean `string`?",
        ),
        ("a.csv", b"id,n:int\n1,x\n", "a.csv:2: `x` in `n:int` is not a whole number"),
    ] {
        assert_eq!(refusal(name, bytes), told, "{bytes:?}");
    }
}

#[test]
fn a_record_without_end_is_refused_in_bounded_memory() {
    let mut bytes = b"id,name\n1,\"".to_vec();
    bytes.resize(80 << 20, b'x');
    let told = refusal("long.csv", &bytes);
    assert!(told.starts_with("long.csv:2: the record that begins here does not end within 64 MiB"), "{told}");
}

/// A network that is parsed in several pieces.
fn network(place: &Place) -> (PathBuf, PathBuf) {
    let mut people = String::from("id,name,joined\n");
    let mut knows = String::from("from,to,since\n");
    for id in 0..60_000u64 {
        people.push_str(&format!("{id},\"Person, {}\",2020-01-{:02}\n", id % 777, id % 28 + 1));
        for other in [id * 7919 % 60_000, id * 104_729 % 60_000, 5] {
            knows.push_str(&format!("{id},{other},{}\n", 1900 + id % 120));
        }
    }
    (place.write("people.csv", people), place.write("knows.csv", knows))
}

#[test]
fn neither_threads_nor_the_order_of_files_change_the_bytes() {
    let place = Place::new();
    let (people, knows_file) = network(&place);
    let person = Role::Nodes(named("Person"));
    let mut files = vec![(people.as_path(), person), (knows_file.as_path(), knows())];
    let graph = |threads: usize, files: &[(&Path, Role)]| {
        let path = place.path(&format!("{threads}-{}.ken", files[0].0.file_stem().unwrap().display()));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let counts = pool.install(|| import(&path, files)).unwrap();
        assert_eq!((counts.nodes_created, counts.edges_created), (60_000, 180_000));
        Database::open(&path).unwrap().verify().unwrap();
        path
    };
    let one = graph(1, &files);
    let three = graph(3, &files);
    files.reverse();
    let reversed = graph(2, &files);
    assert!(fs::read(&one).unwrap() == fs::read(three).unwrap());
    assert!(fs::read(&one).unwrap() == fs::read(reversed).unwrap());
    // Once more over itself.
    let before = fs::read(&one).unwrap();
    let again = import(&one, &files).unwrap();
    assert_eq!((again.nodes_created, again.edges_created), (0, 0));
    assert_eq!((again.nodes_matched, again.edges_matched), (60_000, 180_000));
    assert!(fs::read(&one).unwrap() == before);
}

#[test]
fn what_comes_out_of_a_pipe_may_be_gzipped() {
    let meter: Arc<Meter> = Arc::default();
    let held = |bytes: &[u8]| Input::held("standard input", &mut &*bytes, &meter);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"id\n1\n").unwrap();
    let packed = gzip.finish().unwrap();
    for bytes in [b"id\n1\n".as_slice(), &packed] {
        let mut text = String::new();
        held(bytes).unwrap().open(true).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "id\n1\n");
    }
    assert_eq!(meter.read(), 5 + packed.len() as u64);
    assert!(held(b"PK\x03\x04").unwrap_err().to_string().contains("name its file"));
}

#[test]
fn gzip_zip_and_folders_are_opened() {
    let place = Place::new();
    let people = b"id,name\n1,Ada\n2,Grace\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(people).unwrap();
    fs::create_dir(place.path("folder")).unwrap();
    place.write("folder/Person.csv.gz", gzip.finish().unwrap());
    // A zip archive with one stored file, written by hand.
    let crc = crc(people);
    let (name, size) = (b"in/Person.csv", people.len() as u32);
    let mut zip: Vec<u8> = Vec::new();
    let common = |zip: &mut Vec<u8>| {
        zip.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58]);
        [crc, size, size].iter().for_each(|number| zip.extend(number.to_le_bytes()));
        zip.extend((name.len() as u16).to_le_bytes());
        zip.extend([0, 0]);
    };
    zip.extend(b"PK\x03\x04");
    common(&mut zip);
    zip.extend(name);
    zip.extend(people);
    let directory = zip.len() as u32;
    zip.extend(b"PK\x01\x02\x14\x00");
    common(&mut zip);
    zip.extend([0; 14]);
    zip.extend(name);
    let length = zip.len() as u32 - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(length.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0, 0]);
    let archive = place.write("people.zip", &zip);
    let graph = place.path("x.ken");
    for (path, created) in [(archive.as_path(), 2), (&place.path("folder"), 0)] {
        assert_eq!(import(&graph, &[(path, Role::Open)]).unwrap().nodes_created, created);
    }
    // A byte that is not what it was.
    let at = zip.windows(3).position(|window| window == b"Ada").unwrap();
    zip[at] = b'B';
    let broken = place.write("broken.zip", &zip);
    let told = import(&place.path("y.ken"), &[(&broken, Role::Open)]).unwrap_err();
    assert!(told.contains("the archive is damaged here"), "{told}");
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn what_a_schema_or_a_constraint_forbids_is_not_written() {
    let place = Place::new();
    let graph = place.path("x.ken");
    Database::create(&graph).unwrap();
    let db = Database::open_to_write(&graph, Duration::ZERO).unwrap();
    let constraint = "CREATE CONSTRAINT FOR (p:Person) REQUIRE p.email IS UNIQUE";
    db.query(constraint, &Parameters::new(), &Limits::default()).unwrap();
    drop(db);
    let before = fs::read(&graph).unwrap();
    let file = place.write("Person.csv", "id,email\n1,a@b\n2,a@b\n");
    let told = import(&graph, &[(&file, Role::Open)]).unwrap_err();
    assert!(told.contains("unique"), "{told}");
    assert!(fs::read(&graph).unwrap() == before);
    // Nor is a file made that was not there.
    assert!(!place.path("none.ken").exists());
}

#[test]
fn a_reader_keeps_the_state_that_it_opened() {
    let place = Place::new();
    let (graph, file) = (place.path("x.ken"), place.write("Person.csv", "id\n1\n"));
    import(&graph, &[(&file, Role::Open)]).unwrap();
    let reader = Database::open(&graph).unwrap();
    let more = place.write("Person.csv", "id\n1\n2\n3\n");
    import(&graph, &[(&more, Role::Open)]).unwrap();
    assert_eq!(reader.view().node_count(), 1);
    assert!(reader.refresh().unwrap());
    assert_eq!(reader.view().node_count(), 3);
    // While somebody writes, nobody else does.
    let _writer = Database::open_to_write(&graph, Duration::ZERO).unwrap();
    assert!(import(&graph, &[(&more, Role::Open)]).unwrap_err().contains("is being written"));
}
