"""Data to try things with, as they are published: `client.transactions.load(lojal.datasets.cdnow())`."""

from __future__ import annotations

import gzip
from importlib import resources


def cdnow() -> list[dict[str, str]]:
    """Returns the CDNOW sample: 6,919 purchases of 2,357 customers of a music shop, January 1997 to June 1998.

    It is the 1/10 sample that Peter Fader and Bruce Hardie published beside their notes on brucehardie.com, on which
    the literature reports its estimates: fitted up to 1997-09-30, half of the 78 weeks are left to check forecasts on.

    Example:
        >>> rows = cdnow()
        >>> len(rows), len({row["customer_id"] for row in rows})
        (6919, 2357)
        >>> rows[0]
        {'customer_id': '0001', 'date': '1997-01-01', 'value': '29.33', 'currency': 'USD'}
    """
    packed = resources.files(__name__).joinpath("cdnow_sample.txt.gz").read_bytes()
    rows = []
    for line in gzip.decompress(packed).decode().splitlines():
        _, customer, day, _, dollars = line.split()
        date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        rows.append({"customer_id": customer, "date": date, "value": dollars, "currency": "USD"})
    return rows
