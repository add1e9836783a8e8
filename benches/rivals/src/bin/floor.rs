//! The floor: what a person would write by hand for one question, over arrays, in one thread.
//!
//! `floor CSV_FOLDER RUNS NAME...` reads Person.csv and Follows.csv and answers those questions of `queries.toml` that it has
//! a loop for, in lines of JSON as `study --ask` does. The arrays are made before the first question: followers and follows of
//! each person behind offsets, sorted; ages; names in one text. Persons are numbered from 0, their keys from 1.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Instant;

use kenning_rivals::{Failure, ask, peak_kib};
use serde_json::{Value, json};

type Rows = Vec<Vec<Value>>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, runs, names @ ..] = arguments.as_slice() else {
        return Err("usage: floor CSV_FOLDER RUNS NAME...".into());
    };
    let start = Instant::now();
    let network = Network::read(Path::new(folder))?;
    println!("{}", json!({ "open_ms": start.elapsed().as_secs_f64() * 1e3, "peak_kib": peak_kib() }));
    for name in names {
        match question(name) {
            Some(loops) => ask(name, runs.parse()?, || Ok(loops(std::hint::black_box(&network)))),
            None => println!("{}\n{}", json!({ "begin": name }), json!({ "cannot": "no loop was written for it" })),
        }
    }
    Ok(())
}

fn question(name: &str) -> Option<fn(&Network) -> Rows> {
    Some(match name {
        "most followed" => most_followed,
        "two-hop count" => two_hops,
        "filtered two-hop count" => filtered_two_hops,
        "one person's follows" => follows,
        "distinct two hops" => distinct_two_hops,
        "distinct 1..3 hops" => distinct_three_hops,
        "triangles" => triangles,
        "common follows" => common_follows,
        "group by age" => group_by_age,
        "prefix filter" => prefix,
        "shortest path" => shortest_path,
        "filtered three-hop count" => filtered_three_hops,
        "most followers' followers" => followers_followers,
        "PageRank" => page_rank,
        "connected components" => components,
        _ => return None,
    })
}

/// The neighbours of each person in one direction.
struct Lists {
    offsets: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    fn new(persons: usize, edges: &[(u32, u32)]) -> Lists {
        let mut offsets = vec![0; persons + 1];
        edges.iter().for_each(|(from, _)| offsets[*from as usize + 1] += 1);
        for at in 0..persons {
            offsets[at + 1] += offsets[at];
        }
        let (mut next, mut ends) = (offsets.clone(), vec![0; edges.len()]);
        for (from, to) in edges {
            let slot = &mut next[*from as usize];
            ends[*slot as usize] = *to;
            *slot += 1;
        }
        for at in 0..persons {
            ends[offsets[at] as usize..offsets[at + 1] as usize].sort_unstable();
        }
        Lists { offsets, ends }
    }

    fn of(&self, person: u32) -> &[u32] {
        &self.ends[self.offsets[person as usize] as usize..self.offsets[person as usize + 1] as usize]
    }

    fn degree(&self, person: u32) -> u64 {
        u64::from(self.offsets[person as usize + 1] - self.offsets[person as usize])
    }
}

struct Network {
    persons: u32,
    ages: Vec<u8>,
    names: String,
    name_ends: Vec<u32>,
    follows: Lists,
    followers: Lists,
}

impl Network {
    fn read(folder: &Path) -> Result<Network, Failure> {
        let (mut ages, mut names, mut name_ends) = (Vec::new(), String::new(), Vec::new());
        let mut reader = csv::Reader::from_path(folder.join("Person.csv"))?;
        for record in reader.records() {
            let record = record?;
            ages.push(record[4].parse()?);
            names.push_str(&record[1]);
            name_ends.push(names.len() as u32);
        }
        let text = std::fs::read_to_string(folder.join("Follows.csv"))?;
        let mut edges = Vec::new();
        for line in text.lines().skip(1) {
            let (from, to) = line.split_once(',').ok_or("a line of Follows.csv without a comma")?;
            edges.push((from.parse::<u32>()? - 1, to.trim_end().parse::<u32>()? - 1));
        }
        drop(text);
        let follows = Lists::new(ages.len(), &edges);
        edges.iter_mut().for_each(|(from, to)| std::mem::swap(from, to));
        let followers = Lists::new(ages.len(), &edges);
        Ok(Network { persons: ages.len() as u32, ages, names, name_ends, follows, followers })
    }

    fn name(&self, person: u32) -> &str {
        let start = person.checked_sub(1).map_or(0, |before| self.name_ends[before as usize]);
        &self.names[start as usize..self.name_ends[person as usize] as usize]
    }
}

/// A set of persons.
struct Set(Vec<u64>);

impl Set {
    fn new(persons: u32) -> Set {
        Set(vec![0; persons.div_ceil(64) as usize])
    }

    /// Whether it was not there yet.
    fn insert(&mut self, person: u32) -> bool {
        let (word, bit) = (&mut self.0[person as usize / 64], 1 << (person % 64));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    fn remove(&mut self, person: u32) {
        self.0[person as usize / 64] &= !(1 << (person % 64));
    }

    fn contains(&self, person: u32) -> bool {
        self.0[person as usize / 64] >> (person % 64) & 1 == 1
    }
}

/// The persons with the `count` greatest numbers, of equal ones the first.
fn top<N: Copy + PartialOrd>(count: usize, of: impl Iterator<Item = N>) -> Vec<(u32, N)> {
    let mut best: Vec<(u32, N)> = Vec::with_capacity(count + 1);
    for (person, number) in of.enumerate() {
        if best.len() == count && best.last().is_some_and(|(_, least)| number <= *least) {
            continue;
        }
        let place = best.partition_point(|(_, other)| *other >= number);
        best.insert(place, (person as u32, number));
        best.truncate(count);
    }
    best
}

fn count(number: u64) -> Rows {
    vec![vec![json!(number)]]
}

fn most_followed(on: &Network) -> Rows {
    let degrees = on.followers.offsets.windows(2).map(|pair| pair[1] - pair[0]);
    top(3, degrees).into_iter().map(|(person, n)| vec![json!(person + 1), json!(on.name(person)), json!(n)]).collect()
}

fn two_hops(on: &Network) -> Rows {
    count((0..on.persons).map(|b| on.followers.degree(b) * on.follows.degree(b)).sum())
}

fn filtered_two_hops(on: &Network) -> Rows {
    let ends = |b| on.follows.of(b).iter().filter(|c| on.ages[**c as usize] > 25).count() as u64;
    count((0..on.persons).filter(|b| on.ages[*b as usize] < 50).map(|b| on.followers.degree(b) * ends(b)).sum())
}

fn follows(on: &Network) -> Rows {
    on.follows.of(4241).iter().map(|person| vec![json!(person + 1)]).collect()
}

fn distinct_two_hops(on: &Network) -> Rows {
    let (mut seen, mut found) = (Set::new(on.persons), 0);
    for b in on.follows.of(4241) {
        found += on.follows.of(*b).iter().filter(|c| seen.insert(**c)).count() as u64;
    }
    count(found)
}

fn distinct_three_hops(on: &Network) -> Rows {
    let (mut seen, mut found, mut level) = (Set::new(on.persons), 0, vec![4241]);
    for _ in 0..3 {
        let mut next = Vec::new();
        for person in level {
            next.extend(on.follows.of(person).iter().copied().filter(|end| seen.insert(*end)));
        }
        found += next.len() as u64;
        level = next;
    }
    count(found)
}

fn triangles(on: &Network) -> Rows {
    let (mut marked, mut found) = (Set::new(on.persons), 0);
    for a in 0..on.persons {
        let back = on.followers.of(a);
        back.iter().for_each(|c| _ = marked.insert(*c));
        for b in on.follows.of(a) {
            found += on.follows.of(*b).iter().filter(|c| marked.contains(**c)).count() as u64;
        }
        back.iter().for_each(|c| marked.remove(*c));
    }
    count(found)
}

fn common_follows(on: &Network) -> Rows {
    let (mut left, mut right, mut found) = (on.follows.of(4241), on.follows.of(776), 0);
    while let (Some(a), Some(b)) = (left.first(), right.first()) {
        found += u64::from(a == b);
        (left, right) = (&left[usize::from(a <= b)..], &right[usize::from(b <= a)..]);
    }
    count(found)
}

fn group_by_age(on: &Network) -> Rows {
    let mut groups = [(0_u64, 0_u64); 256];
    for p in (0..on.persons).filter(|p| on.ages[*p as usize] < 30) {
        let age = u64::from(on.ages[p as usize]);
        for q in on.follows.of(p) {
            let (number, sum) = &mut groups[on.ages[*q as usize] as usize];
            *number += 1;
            *sum += age;
        }
    }
    let met = groups.iter().enumerate().filter(|(_, (number, _))| *number > 0);
    met.map(|(age, (number, sum))| vec![json!(age), json!(*sum as f64 / *number as f64)]).collect()
}

fn prefix(on: &Network) -> Rows {
    count((0..on.persons).filter(|person| on.name(*person).starts_with("Alan")).count() as u64)
}

/// From both ends, level by level, the smaller front first.
fn shortest_path(on: &Network) -> Rows {
    let mut seen = [Set::new(on.persons), Set::new(on.persons)];
    let mut fronts = [vec![4241], vec![98]];
    seen[0].insert(4241);
    seen[1].insert(98);
    let mut hops = 0_u64;
    while fronts.iter().all(|front| !front.is_empty()) {
        hops += 1;
        let side = usize::from(fronts[1].len() < fronts[0].len());
        let lists = [&on.follows, &on.followers][side];
        let mut next = Vec::new();
        for person in &fronts[side] {
            for end in lists.of(*person) {
                if seen[1 - side].contains(*end) {
                    return count(hops);
                }
                if seen[side].insert(*end) {
                    next.push(*end);
                }
            }
        }
        fronts[side] = next;
    }
    Vec::new()
}

/// Ways into an edge times ways out of it, less those that go there, back and there again.
fn filtered_three_hops(on: &Network) -> Rows {
    let age = |person: u32| on.ages[person as usize];
    let number = |list: &[u32], fits: fn(u8) -> bool| list.iter().filter(|person| fits(age(**person))).count() as u64;
    let after: Vec<u64> = (0..on.persons).map(|c| number(on.follows.of(c), |age| age > 30)).collect();
    let (mut found, mut twice) = (0, 0);
    for b in (0..on.persons).filter(|b| age(*b) < 50) {
        let before = number(on.followers.of(b), |age| age < 40);
        let ends = on.follows.of(b).iter().filter(|c| age(**c) > 25);
        found += before * ends.map(|c| after[*c as usize]).sum::<u64>();
        if age(b) > 30 {
            let back = on.follows.of(b).iter().filter(|a| age(**a) > 25 && age(**a) < 40);
            twice += back.filter(|a| on.follows.of(**a).binary_search(&b).is_ok()).count() as u64;
        }
    }
    count(found - twice)
}

fn followers_followers(on: &Network) -> Rows {
    let reach = (0..on.persons).map(|c| on.followers.of(c).iter().map(|b| on.followers.degree(*b)).sum::<u64>());
    top(10, reach).into_iter().map(|(person, reach)| vec![json!(person + 1), json!(reach)]).collect()
}

fn page_rank(on: &Network) -> Rows {
    let persons = f64::from(on.persons);
    let mut scores = vec![1.0 / persons; on.persons as usize];
    let mut shares = vec![0.0; on.persons as usize];
    for _ in 0..20 {
        let mut stuck = 0.0;
        for person in 0..on.persons {
            let (score, leaving) = (scores[person as usize], on.follows.degree(person));
            shares[person as usize] = if leaving > 0 { score / leaving as f64 } else { 0.0 };
            stuck += if leaving > 0 { 0.0 } else { score };
        }
        let anew = (0.15 + 0.85 * stuck) / persons;
        for person in 0..on.persons {
            let entering: f64 = on.followers.of(person).iter().map(|from| shares[*from as usize]).sum();
            scores[person as usize] = anew + 0.85 * entering;
        }
    }
    top(10, scores.iter().copied()).into_iter().map(|(person, score)| vec![json!(person + 1), json!(score)]).collect()
}

/// Breadth first, whatever the direction.
fn components(on: &Network) -> Rows {
    let (mut seen, mut number, mut largest) = (Set::new(on.persons), 0, 0);
    let mut queue = VecDeque::new();
    for first in 0..on.persons {
        if !seen.insert(first) {
            continue;
        }
        let mut size = 0;
        queue.push_back(first);
        while let Some(person) = queue.pop_front() {
            size += 1;
            for lists in [&on.follows, &on.followers] {
                queue.extend(lists.of(person).iter().copied().filter(|end| seen.insert(*end)));
            }
        }
        (number, largest) = (number + 1, largest.max(size));
    }
    vec![vec![json!(number), json!(largest)]]
}
