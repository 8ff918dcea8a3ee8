"""The administrator's access to the sandbox: signed AWS calls and the catalog's REST API."""

import hashlib
import json
import time
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from . import paths  # noqa: F401  makes jobkit importable
from jobkit.aws_identity import AwsCredentials
from jobkit.sigv4 import canonical_query, escape_path, sign


class CallFailed(Exception):
    """A call to the sandbox was refused."""


def _send(method: str, url: str, headers: dict[str, str], body: bytes | None) -> bytes:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers, method=method), timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise CallFailed(f"{method} {url} answered {error.code}: {error.read().decode(errors='replace')[:600]}") from error


class Aws:
    """The account, as whoever holds the keys."""

    def __init__(self, endpoint: str, region: str, key: str, secret: str, token: str | None = None):
        self._endpoint, self._region = endpoint.rstrip("/"), region
        self._credentials = AwsCredentials(key, secret, token)

    def _call(self, service: str, method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> bytes:
        url = self._endpoint + path + (f"?{query}" if query else "")
        digest = hashlib.sha256(body).hexdigest()
        signed = sign(method, url, headers, digest, self._credentials, self._region, service, time.time())
        return _send(method, url, signed, body if body or method in ("PUT", "POST") else None)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self._call("s3", "PUT", f"/{bucket}/{escape_path(key)}", "", body, {})

    def get(self, bucket: str, key: str) -> bytes:
        return self._call("s3", "GET", f"/{bucket}/{escape_path(key)}", "", b"", {})

    def list(self, bucket: str, prefix: str) -> list[str]:
        keys: list[str] = []
        token = None
        while True:
            query = {"list-type": "2", "prefix": prefix} | ({"continuation-token": token} if token else {})
            page = ElementTree.fromstring(self._call("s3", "GET", f"/{bucket}", canonical_query(query), b"", {}))
            names = {element.tag.rpartition("}")[2]: element for element in page}
            keys += [key.text or "" for key in page.iter() if key.tag.endswith("}Key") or key.tag == "Key"]
            if names["IsTruncated"].text != "true":
                return keys
            token = names["NextContinuationToken"].text

    def create_secret(self, name: str, value: dict) -> None:
        body = json.dumps({"Name": name, "SecretString": json.dumps(value)}).encode()
        self._call("secretsmanager", "POST", "/", "", body,
                   {"X-Amz-Target": "secretsmanager.CreateSecret", "Content-Type": "application/x-amz-json-1.1"})

    def emr(self, method: str, path: str, document: dict | None = None) -> dict:
        body = json.dumps(document).encode() if document is not None else b""
        answer = self._call("emr-serverless", method, path, "", body, {"Content-Type": "application/json"})
        return json.loads(answer or b"{}")


class Rest:
    """JSON over HTTP with a bearer token: the catalog, and the sandbox's own routes."""

    def __init__(self, host: str, token: str):
        self._host, self._headers = host.rstrip("/"), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, document: dict | None = None, query: dict | None = None) -> dict:
        url = self._host + quote(path, safe="/") + (f"?{urlencode(query)}" if query else "")
        body = None if document is None else json.dumps(document).encode()
        return json.loads(_send(method, url, self._headers, body) or b"{}")
