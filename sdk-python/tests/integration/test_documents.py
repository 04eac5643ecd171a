"""The Python in the documents runs against the real server, and gives what it says."""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
DOCUMENTS = ["server/docs/numerics/coming-from-lifetimes.md"]
BLOCK = re.compile(r"^ *```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def results(code: str) -> list[tuple[str, str]]:
    """Returns each statement, with the comment behind it when it is an expression."""
    lines = code.splitlines()
    found = []
    for statement in ast.parse(code).body:
        source = ast.get_source_segment(code, statement) or ""
        behind = lines[(statement.end_lineno or 0) - 1].encode()[statement.end_col_offset :].decode()
        comment = behind.strip().removeprefix("# ") if isinstance(statement, ast.Expr) else ""
        found.append((source, comment))
    return found


def matches(value: Any, shown: str) -> bool:
    """Tells whether a value is the one shown, whose numbers are rounded."""
    as_shown = value
    for digits in {len(each) for each in re.findall(r"\.(\d+)", shown)}:
        as_shown = rounded(as_shown, digits)
    return bool(as_shown == ast.literal_eval(shown))


def rounded(value: Any, digits: int) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(rounded(each, digits) for each in value)
    return round(value, digits) if isinstance(value, float) else value


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_python_of_a_document(document: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    names: dict[str, Any] = {}
    compared = 0
    for block in BLOCK.findall((REPOSITORY / document).read_text()):
        code = textwrap.dedent(block).replace("localhost:50051", target)
        for source, shown in results(code):
            if not shown:
                exec(source, names)
                continue
            value = eval(source, names)
            assert matches(value, shown), f"{source} is {value!r}, and not {shown}"
            compared += 1
    assert compared > 20
    names["client"].close()


def test_what_matches() -> None:
    assert matches(1.22599, "1.2260")
    assert not matches(1.2262, "1.2260")
    assert matches((2, 0.53894), "(2, 0.5389)")
    assert not matches(2, "3")
    assert results("x = 1  # one\nf(x)  # 2.5\n") == [("x = 1", ""), ("f(x)", "2.5")]
