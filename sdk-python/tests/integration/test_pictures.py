"""Every example of a picture runs on CDNOW, as somebody would copy it, and draws something."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as pyplot
import pytest

import lojal
from lojal import plot

BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def shop(server_binary: Path) -> Iterator[lojal.Client]:
    """CDNOW with some answers, which are made up: every tenth customer answers after each purchase."""
    with lojal.local(binary=server_binary, timeout=60) as client:
        purchases = lojal.datasets.cdnow()
        client.transactions.load(purchases, progress=False)
        asked = [row for row in purchases if row["customer_id"].endswith("6")]
        answers = [
            {"response_id": f"a{at}", "customer_id": row["customer_id"], "date": row["date"], "score": (7 * at) % 11}
            for at, row in enumerate(asked)
        ]
        client.surveys.load(answers, metric="nps", kind="transactional", progress=False)
        yield client


@pytest.mark.parametrize("name", plot.__all__)
def test_the_example_of_a_picture_runs(name: str, shop: lojal.Client) -> None:
    # examples ask about now, which is decades after these data: the server says so and answers as of their end
    blocks = BLOCK.findall(inspect.getdoc(getattr(plot, name)) or "")
    assert blocks, f"{name} has no example"
    try:
        for _, code in blocks:
            names: dict[str, Any] = {"client": shop, "lojal": lojal}
            exec(textwrap.dedent(code), names)
        drawn = [pyplot.figure(number).axes[0] for number in pyplot.get_fignums()]
        assert drawn
        for ax in drawn:
            # something with data, and a title that says as of when or from when to when
            assert len(ax.lines) + len(ax.patches) + len(ax.images) + len(ax.collections) > 0
            assert re.search(r"\d{4}-\d\d-\d\d", ax.get_title(loc="left")), ax.get_title(loc="left")
            ax.figure.canvas.draw()  # what cannot be laid out fails here
    finally:
        pyplot.close("all")
