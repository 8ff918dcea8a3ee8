"""AWS Signature Version 4, header form (docs.aws.amazon.com, "Signature Version 4 signing process")."""

import hashlib
import hmac
import time
from typing import Mapping
from urllib.parse import quote, urlsplit

from .aws_identity import AwsCredentials

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


def sign(method: str, url: str, headers: Mapping[str, str], payload_sha256: str, credentials: AwsCredentials,
         region: str, service: str, now: float) -> dict[str, str]:
    """The headers to send: those given plus Host, X-Amz-Date, X-Amz-Security-Token and Authorization.

    `url` must already be escaped as it goes on the wire, with its query in canonical order (`canonical_query`).
    """
    parts = urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed["host"] = parts.netloc
    signed["x-amz-date"] = stamp
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    if service == "s3":
        signed["x-amz-content-sha256"] = payload_sha256

    names = ";".join(sorted(signed))
    # S3 takes the path as it is; every other service escapes the escaped path once more.
    path = (parts.path or "/") if service == "s3" else quote(parts.path or "/", safe="/-_.~")
    canonical = "\n".join([
        method, path, parts.query,
        *(f"{name}:{signed[name]}" for name in sorted(signed)), "",
        names, payload_sha256,
    ])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    signed["authorization"] = (f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, "
                               f"SignedHeaders={names}, Signature={signature}")
    return signed


def canonical_query(parameters: Mapping[str, str]) -> str:
    """A query string that is escaped and ordered as the signature wants it."""
    escaped = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parameters.items())
    return "&".join(f"{name}={value}" for name, value in escaped)


def escape_path(path: str) -> str:
    """An object key as a URL path."""
    return quote(path, safe="/-_.~")
