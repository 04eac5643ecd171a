"""Makes pages of the notebooks, for mkdocs: their text and code, as they are kept, which is without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds a page for each notebook."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=page(path)))
    return files


def page(path: Path) -> str:
    """Returns a notebook as Markdown."""
    cells = nbformat.read(path, as_version=4).cells
    parts = [f"```python\n{cell.source}\n```" if cell.cell_type == "code" else cell.source for cell in cells]
    return "\n\n".join(parts) + "\n"
