"""Uses the tools of `lojal mcp` by the official client of the Model Context Protocol.

    python mcp_client.py PATH_OF_LOJAL http://127.0.0.1:50051

Over pipes and over HTTP, with the lifecycle of the protocol's latest version and the one before. Every schema is held
against JSON Schema itself. What came of it is printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters


async def use(server: StdioServerParameters | str, mode: str) -> dict[str, Any]:
    """Lists the tools, asks two questions and one that makes no sense."""
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
        for tool in tools:
            Draft202012Validator.check_schema(tool.input_schema)
        arguments = {"as_of": "1998-07-01T00:00:00Z", "interval": "CALENDAR_INTERVAL_QUARTER", "window": "1998"}
        schema = next(tool.input_schema for tool in tools if tool.name == "get_nps")
        Draft202012Validator(schema).validate(arguments)
        answered = await client.call_tool("get_nps", arguments)
        assert not answered.is_error, answered
        assert answered.structured_content, answered
        refused = await client.call_tool("get_nps", {"window": "x"})
        assert refused.is_error, refused
        customer = await client.call_tool("get_customer", {"customer_id": "0001"})
        return {
            "tools": len(tools),
            "version": client.protocol_version,
            "n": answered.structured_content["nps"]["n"],
            "nps": answered.structured_content["nps"]["value"],
            "refused": refused.content[0].text,
            "customer": customer.structured_content["customer"]["customerId"],
        }


async def use_all(binary: str, url: str) -> list[dict[str, Any]]:
    """Does so over each transport, by each lifecycle."""
    arguments = ["mcp", "--server", url, "--personal"]
    pipes = StdioServerParameters(command=binary, args=arguments)
    served = subprocess.Popen([binary, *arguments, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout
        address = served.stdout.readline().split()[-1]
        return [await use(server, mode) for server in (pipes, address) for mode in ("auto", "legacy")]
    finally:
        served.terminate()
        served.wait()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(use_all(*sys.argv[1:]))))
