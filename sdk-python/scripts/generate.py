#!/usr/bin/env python3
"""Regenerates src/lojal/v1 from ../proto, and the awaited twins of the calls. The only recipe there is.

    python scripts/generate.py           write the stubs and the twins
    python scripts/generate.py --check   fail with a diff when the committed ones are stale

The compiler is pinned to grpcio-tools 1.63.0 on purpose: generated code never runs on a runtime older than its
generator, so the oldest supported pair (grpcio 1.63, protobuf 5.26.1) has to generate. When this interpreter does
not have exactly that version, a private virtual environment is made in .generate-venv and used instead.

The Python package is named like the proto package (lojal.v1), so the imports in the generated files are right as they
come and nothing is edited afterwards.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.metadata
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from generate_async import AWAITED, awaited

GRPCIO_TOOLS = "1.63.0"
PINS = [f"grpcio-tools=={GRPCIO_TOOLS}", f"grpcio=={GRPCIO_TOOLS}", "protobuf==5.26.1", "setuptools==75.8.0"]

HERE = Path(__file__).resolve().parent.parent
PROTO = HERE.parent / "proto"
COMMITTED = HERE / "src" / "lojal" / "v1"
PRIVATE_VENV = HERE / ".generate-venv"

PACKAGE_DOC = '"""Generated from proto/lojal/v1 by scripts/generate.py. Do not edit."""\n'


def compiler_python() -> str:
    """Returns an interpreter that has the pinned compiler, making one if need be."""
    try:
        if importlib.metadata.version("grpcio-tools") == GRPCIO_TOOLS:
            return sys.executable
    except importlib.metadata.PackageNotFoundError:
        pass
    python = PRIVATE_VENV / "bin" / "python"
    if not python.exists():
        venv.create(PRIVATE_VENV, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINS], check=True)
    return str(python)


def generate(out: Path) -> None:
    """Writes the stubs of every proto below `out`, which stands for src/."""
    protos = sorted(str(path.relative_to(PROTO)) for path in PROTO.glob("lojal/v1/*.proto"))
    if not protos:
        raise SystemExit(f"no proto files in {PROTO}/lojal/v1")
    subprocess.run(
        [
            compiler_python(),
            "-m",
            "grpc_tools.protoc",
            f"--proto_path={PROTO}",
            f"--python_out={out}",
            f"--pyi_out={out}",
            f"--grpc_python_out={out}",
            *protos,
        ],
        check=True,
    )
    package = out / "lojal" / "v1"
    (package / "__init__.py").write_text(PACKAGE_DOC)
    for stub in package.glob("*_pb2_grpc.py"):
        if "Stub" not in stub.read_text():  # protos without a service
            stub.unlink()


def contents(directory: Path) -> dict[str, str]:
    """Returns the generated files of a directory by name."""
    return {path.name: path.read_text() for path in directory.glob("*.py*") if path.is_file()}


def stubs() -> dict[str, str]:
    """Returns fresh stubs by name."""
    with tempfile.TemporaryDirectory() as temporary:
        generate(Path(temporary))
        return contents(Path(temporary) / "lojal" / "v1")


def stale(directory: Path, fresh: dict[str, str]) -> str:
    """Returns what differs between a committed directory and fresh files, "" when nothing does."""
    committed = contents(directory)
    diff: list[str] = []
    for name in sorted(fresh.keys() | committed.keys()):
        diff += difflib.unified_diff(
            committed.get(name, "").splitlines(keepends=True),
            fresh.get(name, "").splitlines(keepends=True),
            f"committed/{directory.name}/{name}",
            f"fresh/{directory.name}/{name}",
        )
    return "".join(diff)


def write(directory: Path, fresh: dict[str, str]) -> None:
    """Replaces the generated files of a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in contents(directory).keys() - fresh.keys():
        (directory / name).unlink()
    for name, text in fresh.items():
        (directory / name).write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare, and fail with a diff")
    generated = {COMMITTED: stubs(), AWAITED: awaited()}
    if parser.parse_args().check:
        diff = "".join(stale(directory, fresh) for directory, fresh in generated.items())
        if diff:
            sys.stderr.write(diff)
            raise SystemExit("generated files are stale: run python scripts/generate.py and commit them")
        return
    for directory, fresh in generated.items():
        write(directory, fresh)


if __name__ == "__main__":
    main()
