"""Keys and certificates, as a company has them: made by `lojal key` and `lojal cert`, asked by both clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from both import open_client
from provider import Provider

import lojal

Start = Callable[..., Any]
Run = Callable[..., str]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOJAL_API_KEY", raising=False)
    monkeypatch.delenv("LOJAL_CA", raising=False)


def opened(kind: str, target: str, **options: Any) -> Iterator[Any]:
    return open_client(kind, target, **options)


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_keys(kind: str, start: Start, run_lojal: Run, tmp_path: Path) -> None:
    owner = run_lojal(
        "key", "create", "--data-dir", str(tmp_path / "data"), "--name", "owner", "--scope", "admin,read,ingest"
    )
    target = start().target
    for client in opened(kind, target):
        with pytest.raises(lojal.Unauthenticated) as missing:
            client.admin.info()
        assert missing.value.reason == lojal.ErrorReason.API_KEY_MISSING
    for client in opened(kind, target, api_key=owner):
        made = client.admin.create_api_key(
            "shop", scopes=["read", "ingest"], workspaces=["shop"], expire_time="2099-01-01"
        )
        assert made.api_key.scopes == (lojal.Scope.INGEST, lojal.Scope.READ)
        assert made.api_key.workspaces == ("shop",)
        assert made.api_key.quota is None
        limited = client.admin.create_api_key("till", scopes=["ingest"], rows_per_day=2)
        assert limited.api_key.quota == lojal.Quota(calls_per_second=0, heavy_calls=0, rows_per_day=2)
        for till in opened(kind, target, api_key=limited.secret, workspace="till"):
            with pytest.raises(lojal.ResourceExhausted) as reached:
                till.transactions.record(
                    [{"customer_id": f"c{n}", "time": "2026-03-01", "amount": "5"} for n in range(3)]
                )
            assert reached.value.reason == lojal.ErrorReason.QUOTA_REACHED
            assert reached.value.metadata["limit"] == "rows_per_day"
        assert [key.name for key in client.admin.api_keys()] == ["owner", "shop", "till"]
        for shop in opened(kind, target, api_key=made.secret, workspace="shop"):
            shop.transactions.record([{"customer_id": "c1", "time": "2026-03-01", "amount": "5"}])
            loaded = shop.transactions.load([{"customer_id": "c2", "time": "2026-03-01", "amount": "7"}])
            assert loaded.recorded == 1
            assert shop.admin.info().workspace.customers == 2
            with pytest.raises(lojal.PermissionDenied) as scope:
                shop.customers.erase("c1")
            assert scope.value.reason == lojal.ErrorReason.SCOPE_MISSING
            assert scope.value.metadata["scope"] == "SCOPE_ERASE"
            with pytest.raises(lojal.PermissionDenied) as streamed:
                list(shop.clv.predict())
            assert streamed.value.reason == lojal.ErrorReason.SCOPE_MISSING
        for elsewhere in opened(kind, target, api_key=made.secret):
            with pytest.raises(lojal.PermissionDenied) as workspace:
                elsewhere.nps.score()
            assert workspace.value.reason == lojal.ErrorReason.WORKSPACE_NOT_ALLOWED
            with pytest.raises(lojal.PermissionDenied):
                elsewhere.transactions.load([{"customer_id": "c3", "time": "2026-03-01", "amount": "7"}])
        assert client.admin.revoke_api_key(made.api_key.key_id).revoke_time is not None
        for gone in opened(kind, target, api_key=made.secret, workspace="shop"):
            with pytest.raises(lojal.Unauthenticated) as revoked:
                gone.admin.info()
            assert revoked.value.reason == lojal.ErrorReason.API_KEY_INVALID
            assert made.secret not in str(revoked.value)


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_a_token_that_expired_is_replaced_by_the_next_call(
    kind: str, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Provider(tmp_path)
    for name, value in provider.settings().items():
        monkeypatch.setenv(name, value)
    target = start().target
    rights = {"scope": "lojal.read lojal.ingest", "lojal_workspaces": ["shop"]}
    stock = [provider.token(seconds=-1, **rights), *(provider.token(seconds=3600, **rights) for _ in range(9))]
    asked = iter(stock)

    async def later() -> str:
        return next(asked)

    for client in opened(kind, target, workspace="shop", api_key=later if kind == "awaited" else lambda: next(asked)):
        with pytest.raises(lojal.Unauthenticated) as expired:
            client.admin.info()
        assert expired.value.reason == lojal.ErrorReason.TOKEN_EXPIRED
        assert expired.value.metadata["expire_time"].startswith("20")
        assert client.admin.info().writable
        assert client.transactions.load([{"customer_id": "c1", "time": "2026-03-01", "amount": "7"}]).recorded == 1
        assert len(client.segments.summary()) == 11
        with pytest.raises(lojal.PermissionDenied) as scope:
            client.customers.erase("c1")
        assert scope.value.reason == lojal.ErrorReason.SCOPE_MISSING
        assert scope.value.metadata["subject"] == "till-7"
    assert len(list(asked)) < 6, "each call asks for a token"
    # one that is given once is shown for ever, as a key is
    for fixed in opened(kind, target, workspace="hr", api_key=stock[-1]):
        with pytest.raises(lojal.PermissionDenied) as workspace:
            fixed.nps.score()
        assert workspace.value.reason == lojal.ErrorReason.WORKSPACE_NOT_ALLOWED


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_certificates(kind: str, start: Start, run_lojal: Run, tmp_path: Path) -> None:
    certs = tmp_path / "certs"
    run_lojal("cert", "--out", str(certs), "--client", "notebook")
    files = ["--tls-cert", str(certs / "server.pem"), "--tls-key", str(certs / "server.key")]
    server = start("127.0.0.1:0", *files)
    assert server.target.startswith("https://127.0.0.1:")
    for client in opened(kind, server.target, ca=certs / "ca.pem"):
        assert client.admin.info().writable
    for client in opened(kind, server.target.replace("127.0.0.1", "localhost"), ca=(certs / "ca.pem").read_bytes()):
        assert client.admin.info().writable
    impatient = lojal.RetryPolicy(max_attempts=1)
    for client in opened(kind, server.target, retry=impatient):
        with pytest.raises(lojal.Unavailable, match="not trusted here: name its authority with ca="):
            client.admin.info()


def test_certificates_of_clients(start: Start, run_lojal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certs = tmp_path / "certs"
    run_lojal("cert", "--out", str(certs), "--client", "notebook")
    monkeypatch.setenv("LOJAL__SERVER__TLS__CLIENT_CA", str(certs / "ca.pem"))
    target = start(
        "127.0.0.1:0", "--tls-cert", str(certs / "server.pem"), "--tls-key", str(certs / "server.key")
    ).target
    pair = {"cert": certs / "client-notebook.pem", "key": certs / "client-notebook.key"}
    with lojal.Client(target, ca=certs / "ca.pem", **pair) as client:
        assert client.admin.info().writable
    stranger = lojal.Client(target, ca=certs / "ca.pem", retry=lojal.RetryPolicy(max_attempts=1))
    with stranger, pytest.raises(lojal.Unavailable):
        stranger.admin.info()


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_compression(kind: str, start: Start) -> None:
    target = start().target
    with pytest.raises(ValueError, match='give "gzip"'):
        {"blocking": lojal.Client, "awaited": lojal.AsyncClient}[kind](target, compression="brotli")
    rows = [{"customer_id": f"c{n}", "time": "2026-03-01", "amount": "5.00"} for n in range(5_000)]
    listed = []
    for client in opened(kind, target, compression="gzip"):
        assert client.transactions.record(rows).recorded == 5_000
        listed.append([each.customer_id for each in client.customers.list()])
    for client in opened(kind, target):
        listed.append([each.customer_id for each in client.customers.list()])
    assert listed[0] == listed[1]
    assert len(listed[0]) == 5_000


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_what_was_given_back_since_is_looked_up_by_who_may(
    kind: str, start: Start, run_lojal: Run, tmp_path: Path
) -> None:
    made = ("key", "create", "--data-dir", str(tmp_path / "data"), "--name")
    till = run_lojal(*made, "till", "--scope", "ingest")
    office = run_lojal(*made, "office", "--scope", "ingest,personal")
    target = start().target
    order = {"id": "ch_1", "amount": 1999, "currency": "eur", "created": 1772359200, "status": "succeeded"}
    orders = [order | {"customer": "cus_1", "amount_refunded": back} for back in (500, 800)]
    for client in opened(kind, target, api_key=till, workspace="shop"):
        assert client.transactions.load(orders[:1], progress=False).refunds_recorded == 1
        with pytest.raises(
            lojal.AlreadyExists, match=r"row 0 of the source: .* a key that has the scope personal"
        ) as told:
            client.transactions.load(orders[1:], progress=False)
        assert told.value.reason == lojal.ErrorReason.RECORD_CONFLICT
    for client in opened(kind, target, api_key=office, workspace="shop"):
        assert client.transactions.load(orders[1:], progress=False).refunds_recorded == 1
