//! Modules that can all be reached from one another.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::Import;
use crate::source::ModulePath;

type Graph<'i> = BTreeMap<&'i ModulePath, BTreeSet<&'i ModulePath>>;

/// Each circle, told in lines.
pub(crate) fn found(imports: &[Import]) -> Vec<String> {
    let mut graph: Graph<'_> = BTreeMap::new();
    for import in imports {
        graph.entry(&import.from).or_default().insert(&import.to);
    }
    let reach: BTreeMap<_, _> = graph.keys().map(|&from| (from, reached(&graph, from))).collect();
    let mut told = BTreeSet::new();
    let mut circles = Vec::new();
    for (&from, reached) in &reach {
        let comes_back = |to: &&ModulePath| reach.get(*to).is_some_and(|back| back.contains(from));
        let circle: BTreeSet<&ModulePath> = reached.iter().copied().filter(comes_back).collect();
        if circle.contains(from) && told.insert(circle.clone()) {
            circles.push(tell(&circle, imports));
        }
    }
    circles
}

/// Every module that can be reached from one, by one import or more.
fn reached<'i>(graph: &Graph<'i>, from: &'i ModulePath) -> BTreeSet<&'i ModulePath> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(at) = next.pop() {
        for &to in graph.get(at).into_iter().flatten() {
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    reached
}

fn tell(circle: &BTreeSet<&ModulePath>, imports: &[Import]) -> String {
    let mut names: Vec<String> = circle.iter().map(|path| path.join("::")).collect();
    names.sort();
    let mut told = format!("{} import each other in a circle:\n", names.join(", "));
    let mut lines = BTreeSet::new();
    for Import { from, to, file, line, path } in imports {
        if circle.contains(from) && circle.contains(to) {
            let (from, to) = (from.join("::"), to.join("::"));
            lines.insert(format!("  {from} -> {to} by `{path}` at {}:{line}\n", file.display()));
        }
    }
    told.extend(lines);
    told
}
