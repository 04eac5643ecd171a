//! Whose item it is that a module names, through re-exports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::source::{Module, ModulePath};

/// An import of one file from another.
pub(crate) struct Import {
    pub(crate) from: ModulePath,
    pub(crate) to: ModulePath,
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    /// What is named there.
    pub(crate) path: String,
}

/// Re-exports of re-exports are followed so far.
const STEPS_MAX: u32 = 16;

/// All imports between files neither of whose modules is inside the other.
pub(crate) fn of(modules: &BTreeMap<ModulePath, Module>) -> Vec<Import> {
    let mut imports = Vec::new();
    for (at, module) in modules {
        for named in &module.named {
            let Some(path) = absolute(at, module, &named.path) else { continue };
            let Some(to) = home(modules, &path, 0) else { continue };
            let (from, to) = (&module.of_file, &modules[&to].of_file);
            if from.starts_with(to) || to.starts_with(from) {
                continue;
            }
            imports.push(Import {
                from: from.clone(),
                to: to.clone(),
                file: module.file.clone(),
                line: named.line,
                path: named.path.join("::"),
            });
        }
    }
    imports
}

/// A path from the root of the crate; none if it leads to another crate, or nowhere but to a local name.
fn absolute(at: &ModulePath, module: &Module, path: &[String]) -> Option<Vec<String>> {
    let mut base = at.clone();
    let mut rest = path;
    match rest.first()?.as_str() {
        "crate" => {
            base.clear();
            rest = &rest[1..];
        }
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|first| first == "super") {
                base.pop()?;
                rest = &rest[1..];
            }
        }
        first if module.children.contains(first) => {}
        first => {
            let alias = module.aliases.get(first)?;
            // `use log::log` would go on for ever.
            if alias.first().is_some_and(|start| start == first) {
                return None;
            }
            base = absolute(at, module, alias)?;
            rest = &rest[1..];
        }
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// The module in which the item of a path stands.
fn home(modules: &BTreeMap<ModulePath, Module>, path: &[String], steps: u32) -> Option<ModulePath> {
    if steps > STEPS_MAX {
        return None;
    }
    let mut at = Vec::new();
    for (place, name) in path.iter().enumerate() {
        let module = modules.get(&at)?;
        let rest = &path[place + 1..];
        // A name that ends a path is an item before it is a module.
        if rest.is_empty() && module.items.contains(name) {
            return Some(at);
        }
        if module.children.contains(name) && !(rest.is_empty() && module.aliases.contains_key(name)) {
            at.push(name.clone());
            continue;
        }
        if let Some(alias) = module.aliases.get(name) {
            let mut target = absolute(&at, module, alias)?;
            target.extend_from_slice(rest);
            return home(modules, &target, steps + 1);
        }
        if !module.items.contains(name) {
            let mut in_globs = module.globs.iter().filter_map(|glob| absolute(&at, module, glob));
            let found = in_globs.find_map(|mut glob| {
                glob.push(name.clone());
                let found = home(modules, &glob, steps + 1)?;
                modules[&found].items.contains(name).then_some(found)
            });
            return found.or(Some(at));
        }
        return Some(at);
    }
    Some(at)
}
