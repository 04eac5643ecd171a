//! The modules of a crate: what each defines, imports and names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, ItemMod, UseTree};

/// A path from the root of the crate, such as `["clv", "models"]`; that of the root is empty.
pub(crate) type ModulePath = Vec<String>;

/// A path as it is written, and in which line.
pub(crate) struct Named {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// A module.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// The module whose file this is; itself, unless it is written inside another.
    pub(crate) of_file: ModulePath,
    pub(crate) items: BTreeSet<String>,
    pub(crate) children: BTreeSet<String>,
    /// What `use` brings in, by the name it has here.
    pub(crate) aliases: BTreeMap<String, Vec<String>>,
    /// What `use` brings in as a whole.
    pub(crate) globs: Vec<Vec<String>>,
    /// Every path that is named, imports included.
    pub(crate) named: Vec<Named>,
}

/// Reads a crate from its root file on.
pub(crate) fn read(root: &Path) -> Result<BTreeMap<ModulePath, Module>, String> {
    let mut modules = BTreeMap::new();
    let folder = root.parent().unwrap_or(Path::new("."));
    read_file(&mut modules, Vec::new(), root, folder)?;
    Ok(modules)
}

fn read_file(
    modules: &mut BTreeMap<ModulePath, Module>,
    path: ModulePath,
    file: &Path,
    folder: &Path,
) -> Result<(), String> {
    let told = |problem: &dyn std::fmt::Display| format!("{}: {problem}", file.display());
    let text = fs::read_to_string(file).map_err(|error| told(&error))?;
    let parsed = syn::parse_file(&text).map_err(|error| told(&error))?;
    read_items(modules, &path, &path, file, folder, &parsed.items)
}

/// `folder` is where the files of modules inside this one are.
fn read_items(
    modules: &mut BTreeMap<ModulePath, Module>,
    path: &ModulePath,
    of_file: &ModulePath,
    file: &Path,
    folder: &Path,
    items: &[Item],
) -> Result<(), String> {
    let mut module = Module { file: file.to_owned(), of_file: of_file.clone(), ..Module::default() };
    for item in items {
        let tokens = item.to_token_stream();
        if is_for_tests(&tokens) {
            continue;
        }
        match item {
            Item::Mod(inner) => {
                let name = inner.ident.to_string();
                module.children.insert(name.clone());
                let mut inside = path.clone();
                inside.push(name);
                read_inner(modules, inside, of_file, file, folder, inner)?;
            }
            Item::Use(import) => {
                let line = import.use_token.span.start().line;
                take_use(&mut module, &mut Vec::new(), &import.tree, line);
            }
            _ => {
                module.items.extend(name_of(item));
                take_paths(&mut module.named, tokens);
            }
        }
    }
    modules.insert(path.clone(), module);
    Ok(())
}

fn read_inner(
    modules: &mut BTreeMap<ModulePath, Module>,
    path: ModulePath,
    of_file: &ModulePath,
    file: &Path,
    folder: &Path,
    inner: &ItemMod,
) -> Result<(), String> {
    let name = inner.ident.to_string();
    let beside = folder.join(&name);
    if let Some((_, items)) = &inner.content {
        return read_items(modules, &path, of_file, file, &beside, items);
    }
    let plain = folder.join(format!("{name}.rs"));
    let file = if plain.exists() { plain } else { beside.join("mod.rs") };
    read_file(modules, path, &file, &beside)
}

/// Whether an item has `#[cfg(test)]`.
fn is_for_tests(tokens: &TokenStream) -> bool {
    let mut attributes = tokens.clone().into_iter();
    while let Some(TokenTree::Punct(hash)) = attributes.next() {
        let Some(TokenTree::Group(group)) = attributes.next() else { return false };
        if hash.as_char() != '#' {
            return false;
        }
        if group.stream().to_string().replace(' ', "") == "cfg(test)" {
            return true;
        }
    }
    false
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn take_use(module: &mut Module, prefix: &mut Vec<String>, tree: &UseTree, line: usize) {
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            take_use(module, prefix, &path.tree, line);
            prefix.pop();
        }
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| take_use(module, prefix, tree, line));
        }
        UseTree::Glob(_) => {
            module.globs.push(prefix.clone());
            module.named.push(Named { path: prefix.clone(), line });
        }
        UseTree::Name(name) => take_name(module, prefix, &name.ident.to_string(), None, line),
        UseTree::Rename(name) => {
            take_name(module, prefix, &name.ident.to_string(), Some(name.rename.to_string()), line);
        }
    }
}

fn take_name(module: &mut Module, prefix: &[String], name: &str, here: Option<String>, line: usize) {
    let mut path = prefix.to_vec();
    // `use a::{self}` names a itself.
    if name != "self" {
        path.push(name.to_owned());
    }
    if let Some(last) = path.last() {
        module.aliases.insert(here.unwrap_or_else(|| last.clone()), path.clone());
    }
    module.named.push(Named { path, line });
}

/// Every `a::b::c` among tokens, those in macros included.
fn take_paths(named: &mut Vec<Named>, tokens: TokenStream) {
    let mut path: Vec<String> = Vec::new();
    let mut line = 0;
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    finish(named, &mut path, line);
                    line = ident.span().start().line;
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
            TokenTree::Group(group) => {
                finish(named, &mut path, line);
                colons = 0;
                take_paths(named, group.stream());
            }
            _ => {
                finish(named, &mut path, line);
                colons = 0;
            }
        }
    }
    finish(named, &mut path, line);
}

fn finish(named: &mut Vec<Named>, path: &mut Vec<String>, line: usize) {
    if path.len() > 1 {
        named.push(Named { path: std::mem::take(path), line });
    }
    path.clear();
}
