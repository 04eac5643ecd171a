"""An identity provider of the tests: a key that openssl makes as it starts, and tokens that openssl signs with it."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from pathlib import Path
from typing import Any

ISSUER = "https://login.example/realms/shop"
AUDIENCE = "lojal"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


class Provider:
    """Whoever issues tokens.

    Attributes:
        keys: The file of its public keys.
        issued: How many tokens it has issued.
    """

    def __init__(self, directory: Path) -> None:
        self._key = str(directory / "provider.pem")
        self.issued = 0
        _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self._key)
        modulus = _openssl("rsa", "-in", self._key, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        public = {"kty": "RSA", "n": _coded(bytes.fromhex(modulus)), "e": "AQAB", "kid": "one", "use": "sig"}
        self.keys = directory / "keys.json"
        self.keys.write_text(json.dumps({"keys": [public]}))

    def token(self, *, seconds: int = 3600, **claims: Any) -> str:
        """Returns a token that is good for so long, or has been over for so long."""
        self.issued += 1
        header = {"alg": "RS256", "kid": "one"}
        each = {"iss": ISSUER, "aud": AUDIENCE, "sub": "till-7", "exp": int(time.time()) + seconds, "jti": self.issued}
        signed = ".".join(_coded(json.dumps(part).encode()) for part in (header, {**each, **claims}))
        return f"{signed}.{_coded(_openssl('dgst', '-sha256', '-sign', self._key, given=signed.encode()))}"

    def settings(self) -> dict[str, str]:
        """Returns what the environment of a server that takes its tokens says."""
        given = {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS": str(self.keys), "LEEWAY_SECONDS": "0"}
        return {f"LOJAL__AUTH__JWT__{name}": value for name, value in given.items()}
