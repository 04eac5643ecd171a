"""The notebooks run from top to bottom against a server of their own, and show what they say."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parents[2]
REPOSITORY = HERE.parent
NOTEBOOKS = sorted((HERE / "notebooks").glob("*.ipynb"))
CELL_SECONDS = 120
SHOWS: dict[str, tuple[int, list[str]]] = {
    "cdnow": (12, [r"'alpha': <4\.414 ", r"off by -11\.4%", "MBG/NBD forecast best", r"1981 +896\.49"]),
    "retailer": (5, [r"18-34 +\d+\.", r"p_value=\d\.\d+e-", "spurious", "silence"]),
    "coming-from-lifetimes": (
        5,
        [
            r"r 0\.2426, alpha 4\.4136, a 0\.7929, b 2\.4259",
            r"expected 1\.2260, P\(alive\) 0\.7266",
            r"2357 customers, furthest apart by \de-1[0-9]",
            "expected 1653, actual 1882",
            r"36\.2960, 95 % interval",
        ],
    ),
}
"""How many pictures each shows, and what it tells."""


@pytest.fixture(autouse=True)
def _binary(monkeypatch: pytest.MonkeyPatch) -> None:
    if "LOJAL_BIN" not in os.environ:
        built = [REPOSITORY / "target" / kind / "lojal" for kind in ("release", "debug")]
        there = [path for path in built if path.is_file()]
        if not there:
            pytest.fail("there is no lojal server: run `cargo build`, or set LOJAL_BIN to its path", pytrace=False)
        monkeypatch.setenv("LOJAL_BIN", str(max(there, key=lambda path: path.stat().st_mtime)))
    # the kernel is that of this environment, whatever others the machine has
    monkeypatch.setenv("JUPYTER_PATH", str(Path(sys.prefix) / "share" / "jupyter"))
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def test_there_is_something_to_hold_each_to() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(SHOWS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")
def test_it_runs_and_shows_what_it_says(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=CELL_SECONDS, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs: list[Any] = [each for cell in notebook.cells if cell.cell_type == "code" for each in cell.outputs]
    complaints = [each.text for each in outputs if each.output_type == "stream" and each.name == "stderr"]
    assert complaints == []
    shown = "\n".join(each.get("text") or each.get("data", {}).get("text/plain", "") for each in outputs)
    pictures, told = SHOWS[path.stem]
    assert sum("image/png" in each.get("data", {}) for each in outputs) == pictures
    for pattern in told:
        assert re.search(pattern, shown), f"{pattern!r} is not in what it shows"
