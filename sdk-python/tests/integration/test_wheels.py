"""What `pip install lojal lojal-server` brings: both wheels are built, put into an empty environment, and used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
USES = """
import os, lojal, lojal_server
assert "site-packages" in lojal.__file__, lojal.__file__
with lojal.local() as client:
    client.transactions.load(lojal.datasets.cdnow(), progress=False)
    print(client.segments.summary(as_of="1998-07-01")[0].customers, lojal_server.binary())
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory, server_binary: Path) -> list[Path]:
    out = tmp_path_factory.mktemp("wheels")
    # a debug build is twice as large for its symbols, which are packed for nothing here
    given = Path(shutil.copy(server_binary, out / "lojal"))
    if strip := shutil.which("strip"):
        subprocess.run([strip, given], check=True)
    for source in (HERE, HERE / "server-wheel"):
        build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(source)]
        done = subprocess.run(build, capture_output=True, text=True, env={**os.environ, "LOJAL_BIN": str(given)})
        assert done.returncode == 0, done.stdout + done.stderr
    return sorted(out.glob("*.whl"))


def test_both_wheels_in_an_empty_environment_are_all_it_takes(wheels: list[Path], tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *map(str, wheels)], check=True)
    else:
        subprocess.run([sys.executable, *install, *map(str, wheels)], check=True)
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("LOJAL", "PYTHON"))}
    alone["PATH"] = "/nowhere"
    used = subprocess.run([str(python), "-c", USES], capture_output=True, text=True, env=alone, cwd=tmp_path)
    assert used.returncode == 0, used.stderr
    assert used.stdout.split() == ["91", str(python.parent / "lojal")]


def test_the_wheel_is_tagged_for_the_systems_it_runs_on(wheels: list[Path]) -> None:
    server = next(each for each in wheels if each.name.startswith("lojal_server"))
    tag = re.fullmatch(r"lojal_server-[0-9.]+-py3-none-manylinux_2_([0-9]+)_(x86_64|aarch64)\.whl", server.name)
    assert tag is not None
    machine = tag[2]
    assert machine == os.uname().machine
    minor = int(os.confstr("CS_GNU_LIBC_VERSION").split(".")[1])  # type: ignore[union-attr]
    assert 17 <= int(tag[1]) <= minor  # it ran here, so it needs no more than is here
    with zipfile.ZipFile(server) as packed:
        program = next(each for each in packed.infolist() if each.filename.endswith("/scripts/lojal"))
        assert program.external_attr >> 16 & 0o111 == 0o111


def test_a_wheel_without_a_binary_says_what_to_do(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path)]
    settings = {name: value for name, value in os.environ.items() if name != "LOJAL_BIN"}
    done = subprocess.run([*build, str(HERE / "server-wheel")], capture_output=True, text=True, env=settings)
    assert done.returncode != 0
    assert "set LOJAL_BIN to the server's binary" in done.stdout + done.stderr
