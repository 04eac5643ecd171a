"""Answers a fixed set of questions as JSON, for a test that compares this client with others.

    python same_answers.py http://127.0.0.1:50051 WORKSPACE

The JavaScript client has its twin in sdk-js/test/same-answers.mjs. Numbers are printed so that they read back exactly;
amounts of money stay text.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import lojal

AS_OF = "1998-07-01T00:00:00Z"


def answers(client: lojal.Client) -> dict[str, Any]:
    nps = client.nps.score(as_of=AS_OF).nps
    compared = client.nps.compare(as_of=AS_OF, window="1998-Q1", baseline_window="1997-Q1")[0]
    plan = client.nps.plan_sample(margin=5, window="all")
    scores = client.surveys.scores(as_of=AS_OF, metric="nps")
    some = client.retention.purchases(as_of=AS_OF, window="all", filter="orders >= 3", group_by="nps_category")
    best = client.clv.predict(as_of=AS_OF, horizon="12mo", order_by="clv", limit=10)
    return {
        "segments": [
            {"segment": f"SEGMENT_{row.segment.name}", "customers": row.customers, "monetary": str(row.monetary.amount)}
            for row in client.segments.summary(as_of=AS_OF)
        ],
        "nps": {"value": nps.value, "ci_low": nps.ci_low, "ci_high": nps.ci_high, "n": nps.n},
        "compared": {"difference": compared.difference.value, "z": compared.z, "p_value": compared.p_value},
        "plan": {"answers": plan.answers, "variance": plan.variance},
        "scores": {
            "mean": scores.mean.value,
            "index": scores.index.value,
            "top_box_share": scores.top_box_share.value,
        },
        "some": [
            {"group": row.group, "orders": row.orders, "average": row.average_order_value.value} for row in some.rows
        ],
        "top": [
            {
                "customer_id": each.customer_id,
                "clv": each.clv.value,
                "alive_probability": each.alive_probability.value,
            }
            for each in best
        ],
    }


if __name__ == "__main__":
    server, workspace = sys.argv[1:]
    with lojal.Client(server, workspace=workspace) as client:
        json.dump(answers(client), sys.stdout)
        sys.stdout.write("\n")
