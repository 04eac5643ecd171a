"""What makes sense as an argument that has no default, by its name."""

from __future__ import annotations

from typing import Any

ROW = {
    "customer_id": "c1",
    "transaction_id": "t1",
    "refund_id": "r1",
    "response_id": "a1",
    "interaction_id": "i1",
    "cost_id": "k1",
    "time": "2026-03-01",
    "amount": "1",
    "score": 9,
}
NEEDED: dict[str, Any] = {
    "source": [ROW],
    "customer_id": "c1",
    "source_id": "orders",
    "summaries": {"frequency": [2], "recency": [213], "T": [272]},
    "name": "till",
    "scopes": ["read"],
    "key_id": "5f0c2a9be41d7733",
    "segment": "lost",
    "workspace": "old",
    "confirm": "old",
    "warning_id": "silence@2026-03-02@c1",
}
