"""Ids of what has none."""

from __future__ import annotations

import hashlib


def made_id(*parts: object) -> str:
    """Returns the id of something that has none, the same for the same parts.

    Example:
        >>> made_id("c1", 5) == made_id("c1", 5), made_id("c1", 5) == made_id("c15")
        (True, False)
    """
    text = "\x1f".join(map(str, parts))
    return f"made-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
