//! The crates of the workspace, and which depends on which.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate of the workspace.
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The root files of its library and its binaries.
    pub roots: Vec<PathBuf>,
    /// Crates of the workspace that it is built with; those that only its tests need do not count.
    pub depends_on: Vec<String>,
}

/// All crates of the workspace that a manifest is in, by name.
///
/// # Errors
/// When `cargo metadata` says something else than what it promises.
pub fn crates(manifest: &Path) -> Result<Vec<Crate>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let asked = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let told: Value = serde_json::from_slice(&asked.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&asked.stderr)))?;
    let packages = list(&told, "packages");
    let names: Vec<String> = packages.iter().map(|package| text(package, "name")).collect();
    let mut crates: Vec<Crate> = packages.iter().map(|package| crate_of(package, &names)).collect();
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}

fn crate_of(package: &Value, names: &[String]) -> Crate {
    let is_product = |target: &&Value| {
        list(target, "kind").iter().any(|kind| matches!(kind.as_str(), Some("lib" | "bin")))
    };
    let roots =
        list(package, "targets").iter().filter(is_product).map(|target| text(target, "src_path").into());
    let needed = list(package, "dependencies").iter().filter(|needs| needs["kind"] != "dev");
    let mut depends_on: Vec<String> = needed.map(|needs| text(needs, "name")).collect();
    depends_on.retain(|name| names.contains(name));
    depends_on.sort();
    let folder = Path::new(&text(package, "manifest_path")).parent().unwrap_or(Path::new(".")).to_owned();
    Crate { name: text(package, "name"), folder, roots: roots.collect(), depends_on }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
