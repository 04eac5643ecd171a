"""Asks the questions of tests/vectors/questions.json, for a test that compares this client with other roads.

    python same_answers.py http://127.0.0.1:50051 WORKSPACE blocking
    python same_answers.py http://127.0.0.1:50051 WORKSPACE awaited

The JavaScript client has its twin in sdk-js/test/answers. Of each answer the numbers are printed that the
question looks at, so that they read back exactly; amounts of money stay text. What is undefined is null.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lojal
from lojal.requests import KINDER, RPCS

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"
QUESTIONS: list[dict[str, Any]] = json.loads((VECTORS / "questions.json").read_text())["questions"]
GROUPS: dict[str, dict[str, str]] = json.loads((VECTORS / "groups.json").read_text())["groups"]
KINDEST = {field: kinder for kinder, field in KINDER.items()}


def call_of(client: Any, rpc: str) -> Any:
    """Returns the client's call of an RPC: the first that is named so in groups.json."""
    found = ((group, word) for group, words in GROUPS.items() for word, of in words.items() if of == rpc)
    group, word = next(found)
    return getattr(getattr(client, group), word)


def arguments_of(call: Any, rpc: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a request as a call takes it: by the names of its arguments, with the short words of enumerations."""
    taken = inspect.signature(call).parameters
    fields = RPCS[rpc][1].input_type.fields_by_name
    arguments = {}
    for name, value in request.items():
        words = fields[name].enum_type
        if words is not None:
            value = value.removeprefix(words.values[0].name.removesuffix("UNSPECIFIED")).lower()
        arguments[name if name in taken else KINDEST[name]] = value
    return arguments


def look(answer: Any, path: str) -> Any:
    """Returns what is at a path of the contract's JSON.

    An answer that is about one thing, or a table of rows, is that thing or table itself.
    """
    first, *rest = map(snake, path.split("."))
    answer = getattr(answer, first, answer)
    for part in rest:
        answer = list(answer)[int(part)] if part.isdigit() else getattr(answer, part)
    return answer if isinstance(answer, int | float | str | None) else str(answer)


def snake(name: str) -> str:
    """Returns a name of the contract's JSON as it stands in the contract: "clv_12mo" of "clv12mo"."""
    return re.sub(r"[A-Z]|(?<=[a-z])\d+", lambda at: "_" + at[0].lower(), name)


def told(answer: Any, question: Mapping[str, Any]) -> dict[str, Any]:
    return {path: look(answer, path) for path in question["look"]}


def ask(client: lojal.Client) -> dict[str, Any]:
    answers = {}
    for question in QUESTIONS:
        rpc = question["method"].split("/")[1]
        call = call_of(client, rpc)
        answer = call(**arguments_of(call, rpc, question["request"]))
        answers[question["name"]] = told(answer, question)
    return answers


async def ask_awaited(client: lojal.AsyncClient) -> dict[str, Any]:
    answers = {}
    for question in QUESTIONS:
        rpc = question["method"].split("/")[1]
        call = call_of(client, rpc)
        answer = call(**arguments_of(call, rpc, question["request"]))
        if inspect.isawaitable(answer):
            answer = await answer
        elif hasattr(answer, "__aiter__"):
            answer = [row async for row in answer]
        answers[question["name"]] = told(answer, question)
    return answers


async def awaited(server: str, workspace: str) -> dict[str, Any]:
    async with lojal.AsyncClient(server, workspace=workspace) as client:
        return await ask_awaited(client)


def blocking(server: str, workspace: str) -> dict[str, Any]:
    with lojal.Client(server, workspace=workspace) as client:
        return ask(client)


if __name__ == "__main__":
    server, workspace, how = sys.argv[1:]
    answers = blocking(server, workspace) if how == "blocking" else asyncio.run(awaited(server, workspace))
    json.dump(answers, sys.stdout)
    sys.stdout.write("\n")
