"""Loads a file of purchases, for a test of another client that loads the same one: both have to record the same.

    python load_file.py http://127.0.0.1:50051 WORKSPACE orders.csv '{"lines": true}'

Prints how many rows were read, recorded and there already, and what was left out.
"""

from __future__ import annotations

import json
import sys

import lojal

server, workspace, file, options = sys.argv[1:]
with lojal.Client(server, workspace=workspace) as client:
    result = client.transactions.load(file, progress=False, **json.loads(options))
json.dump(
    {
        "rows": result.rows,
        "recorded": result.recorded,
        "duplicates": result.duplicates,
        "refunds": result.refunds_recorded,
        "left_out": result.left_out,
    },
    sys.stdout,
)
