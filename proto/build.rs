//! Compiles `lojal/v1/*.proto` with protox, so that building needs no `protoc`. The descriptor set keeps comments:
//! they are the reference manual, and reach users through reflection.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo:rerun-if-changed={}", root.join("lojal").display());

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_source_info(true).include_imports(true);
    compiler.open_files(proto_files(&root.join("lojal/v1"))?)?;
    let descriptors = compiler.file_descriptor_set();

    let out = PathBuf::from(env::var("OUT_DIR")?);
    // As bytes, since prost's own messages have no place for options of ours, such as scopes.
    fs::write(out.join("descriptors.binpb"), compiler.encode_file_descriptor_set())?;
    // Comments of generated types would run as doctests; the proto is where they are read.
    tonic_prost_build::configure()
        .disable_comments(["."])
        .btree_map(".")
        .codec_path("crate::codec::WholeCodec")
        .compile_fds(descriptors)?;
    Ok(())
}

fn proto_files(dir: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "proto"));
    files.sort();
    Ok(files)
}
