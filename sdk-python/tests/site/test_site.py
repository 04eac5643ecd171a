"""The site is built without a warning, and has everything that the package offers."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

import lojal
from lojal import plot
from lojal.calls.group import Group

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)]
    # the theme has something to say about its own future, which is no warning of ours
    settings = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=HERE, env=settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def anchors(site: Path) -> set[str]:
    return {anchor for page in site.glob("*.html") for anchor in re.findall(r'id="(lojal\.[^"]+)"', page.read_text())}


def test_every_public_name_has_its_place(anchors: set[str]) -> None:
    offered = [getattr(lojal, name) for name in lojal.__all__ if name != "__version__"]
    named = {f"{each.__module__}.{each.__qualname__}" for each in offered if not isinstance(each, types.ModuleType)}
    assert len(named) > 200
    assert named - anchors == set()


def test_every_call_has_its_place_with_all_its_arguments(anchors: set[str], site: Path) -> None:
    calls = (site / "calls.html").read_text()
    missing = []
    for group in (value for value in vars(lojal.Client()).values() if isinstance(value, Group)):
        for name, method in inspect.getmembers(group, inspect.ismethod):
            if not name.startswith("_"):
                missing += [f"{type(group).__name__}.{name}"] if _path(group, name) not in anchors else []
                assert method.__doc__
    assert missing == []
    assert calls.count("all its retries together") > 70  # of timeout, which is documented once


def test_every_picture_has_its_place(anchors: set[str]) -> None:
    assert {f"lojal.plot.{name}" for name in plot.__all__} - anchors == set()


@pytest.mark.parametrize("notebook", sorted((HERE / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_pages(notebook: Path, site: Path) -> None:
    page = (site / "notebooks" / f"{notebook.stem}.html").read_text()
    assert "lojal.local" in re.sub("<[^>]+>", "", page)


def test_pages_ask_nobody_else_for_anything(site: Path) -> None:
    for page in site.rglob("*.html"):
        asked = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', page.read_text())
        assert asked == [], page.name


def _path(group: Group, name: str) -> str:
    return f"{type(group).__module__}.{type(group).__qualname__}.{name}"
