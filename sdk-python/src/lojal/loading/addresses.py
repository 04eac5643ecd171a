"""E-mail addresses as ids of customers."""

from __future__ import annotations

import re

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def one_address(text: str) -> str:
    """Returns the id of a customer who is named by an e-mail address, which people write in capitals or not.

    An address is in lower case, letter by letter, without the blanks around it. What is none stays as it is. lojal
    import and the JavaScript client do the same, by tests/vectors/column_names.json.

    Example:
        >>> one_address(" C1@Shop.Example "), one_address("C42")
        ('c1@shop.example', 'C42')
    """
    trimmed = text.strip()
    if not ADDRESS.fullmatch(trimmed):
        return text
    # letter by letter: what a letter becomes does not hang on its neighbours, as it does for a whole Greek word
    return "".join(letter.lower() for letter in trimmed)
