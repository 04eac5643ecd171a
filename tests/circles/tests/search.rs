//! Circles are found in every way in which one file can name another.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;

use lojal_circles::look_at;

/// The circles of a crate of these files.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    look_at(&folder.path().join("lib.rs")).unwrap().circles
}

/// Two files, of which the second names the first.
fn beside(first: &str) -> Vec<String> {
    circles(&[
        ("lib.rs", "mod a; mod b; pub use a::A;"),
        ("a.rs", first),
        ("b.rs", "use crate::a::A; pub struct B;"),
    ])
}

#[test]
fn a_circle_is_told_with_its_lines() {
    let told = beside("pub struct A;\n\nuse crate::b::B;");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("a, b import each other in a circle:\n"), "{told:?}");
    assert!(told[0].contains("  a -> b by `crate::b::B` at ") && told[0].contains("a.rs:3\n"), "{told:?}");
}

#[test]
fn every_way_of_naming_counts() {
    for naming in [
        "use super::b::B;",
        "use crate::{b::{B}, b};",
        "use crate::b as other; fn f() { other::g() }",
        "use crate::b::*;",
        "fn f() { crate::b::g() }",
        "fn f() { println!(\"{}\", crate::b::g()) }",
        "fn f(b: &super::b::B) {}",
        "mod inside { use crate::b::B; }",
    ] {
        assert_eq!(beside(&format!("pub struct A; {naming}")).len(), 1, "{naming}");
    }
}

#[test]
fn what_is_for_tests_does_not_count() {
    for naming in [
        "#[cfg(test)] use crate::b::B;",
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "/// [crate::b::B]\nfn f() {}",
    ] {
        assert!(beside(&format!("pub struct A; {naming}")).is_empty(), "{naming}");
    }
}

#[test]
fn a_circle_does_not_hide_behind_re_exports() {
    let files = [
        ("lib.rs", "mod a; mod b; pub use a::A;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b/mod.rs", "mod c; pub use c::B;"),
        ("b/c.rs", "use crate::A; pub struct B;"),
    ];
    let told = circles(&files);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("a, b::c import"), "{told:?}");
}

#[test]
fn a_module_and_one_inside_it_may_name_each_other() {
    let files = [
        ("lib.rs", "mod a; use a::b::B; pub struct Root;"),
        ("a/mod.rs", "pub mod b; use b::B; pub struct A;"),
        ("a/b.rs", "use super::A; use crate::Root; pub struct B;"),
    ];
    assert!(circles(&files).is_empty());
}

#[test]
fn a_chain_is_no_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; use crate::c::C;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C;"),
    ];
    assert!(circles(&files).is_empty());
}
