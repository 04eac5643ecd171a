"""What a client shows to a server: keys that nothing prints, and that do not cross the network in the clear."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import grpc
import pytest

import lojal
from lojal.credentials import credentials_for, is_this_machine
from lojal.errors import from_rpc_error

KEY = "lojal_0001020304050607_" + "08090a0b0c0d0e0f101112131415161718191a1b" + "5473a061"
CLIENTS = [lojal.Client, lojal.AsyncClient]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOJAL_API_KEY", raising=False)
    monkeypatch.delenv("LOJAL_CA", raising=False)


@pytest.mark.parametrize("kind", CLIENTS)
def test_nothing_prints_a_key(kind: Any) -> None:
    client = kind(api_key=KEY)
    assert ("authorization", f"Bearer {KEY}") in client.metadata
    assert ("authorization", f"Bearer {KEY}") in client.with_options(workspace="hr").metadata
    for shown in (repr(client), str(client), repr(client._channel.credentials), f"{client.with_options()!r}"):
        assert KEY not in shown
        assert "08090a" not in shown


def test_a_new_key_is_not_printed_either() -> None:
    kept = lojal.ApiKey("5f0c", "till", (lojal.Scope.READ,), (), None, None, None)
    made = lojal.CreatedApiKey(KEY, kept)
    assert made.secret == KEY
    assert KEY not in repr(made)
    assert "till" in repr(made)


@pytest.mark.parametrize("kind", CLIENTS)
def test_the_environment_has_what_is_not_said(kind: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert kind().metadata == (("lojal-workspace", "default"),)
    monkeypatch.setenv("LOJAL_API_KEY", KEY)
    assert dict(kind().metadata)["authorization"] == f"Bearer {KEY}"
    assert dict(kind(api_key="lojal_other").metadata)["authorization"] == "Bearer lojal_other"
    authority = tmp_path / "ca.pem"
    authority.write_bytes(b"an authority")
    monkeypatch.setenv("LOJAL_CA", str(authority))
    assert credentials_for("https://lojal.example").ca == b"an authority"
    # an authority in the environment says nothing about a server without TLS
    assert credentials_for("localhost").ca is None


@pytest.mark.parametrize(
    "target", ["lojal.example:50051", "http://10.0.0.7:50051", "http://localhost.example", "[fe80::1]:1"]
)
def test_a_key_is_not_sent_to_others_in_the_clear(target: str) -> None:
    with pytest.raises(ValueError, match="in the clear") as refused:
        lojal.Client(target, api_key=KEY)
    assert KEY not in str(refused.value)
    assert lojal.Client(target, api_key=KEY, plaintext_key=True).metadata
    assert lojal.Client(target).metadata


@pytest.mark.parametrize(
    "address", ["localhost:1", "LOCALHOST:1", "127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "unix:///run/l"]
)
def test_this_machine(address: str) -> None:
    assert is_this_machine(address)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"api_key": "two words"}, "no API key"),
        ({"api_key": ""}, "no API key"),
        ({"api_key": "ključ"}, "no API key"),
        ({"ca": b"x"}, "are for TLS"),
        ({"cert": b"x", "key": b"y"}, "are for TLS"),
        ({"target": "https://a", "cert": b"x"}, "go together"),
        ({"target": "https://a", "ca": "/nowhere/ca.pem"}, "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(options: dict[str, Any], problem: str) -> None:
    for kind in CLIENTS:
        with pytest.raises(ValueError, match=problem):
            kind(**options)


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("Ssl handshake failed: ... CERTIFICATE_VERIFY_FAILED: self signed", "ca="),
        ("Hostname Verification Check failed.", "other names"),
        ("SSL_ERROR_SSL: WRONG_VERSION_NUMBER", "does not speak TLS"),
        ("connection refused", ""),
    ],
)
def test_what_to_do_about_tls_is_said(message: str, hint: str) -> None:
    class Failure:
        def code(self) -> Any:
            return grpc.StatusCode.UNAVAILABLE

        def initial_metadata(self) -> None:
            """There is none of a call that did not get anywhere."""

        def trailing_metadata(self) -> tuple[()]:
            return ()

        def details(self) -> str:
            return message

    error = from_rpc_error(Failure())  # type: ignore[arg-type]
    assert isinstance(error, lojal.Unavailable)
    assert hint in error.message
    assert pickle.loads(pickle.dumps(error)).message == error.message
