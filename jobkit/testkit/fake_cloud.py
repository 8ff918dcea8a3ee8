"""S3, Secrets Manager, container credentials and Unity Catalog on one loopback port.

It enforces what the jobs must live with: signatures over what really arrived, who may touch which prefix, expiry.
"""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from jobkit.clock import iso

from .fake_clock import FakeClock

CLIENT_ID = "7a1f0000-sp"
CLIENT_SECRET = "canary-client-secret-5ecr3t"
ROLE_KEY, ROLE_SECRET, ROLE_TOKEN = "ASIAROLE", "canary-role-secret-5ecr3t", "canary-role-session-5ecr3t"
CANARIES = ("canary-", base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode())


@dataclass
class Identity:
    """Who signs with an access key, and the prefixes ("bucket/key...") that it may read and write."""

    name: str
    secret: str
    token: str | None
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    expires_at: float = float("inf")


@dataclass
class Fault:
    """Spoils the next `times` requests whose "METHOD /path" contains `match`."""

    match: str
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int = 1
    after_effect: bool = False  # the request has its effect, then the connection drops
    cut_at: int | None = None  # the body breaks off after so many bytes


@dataclass(frozen=True)
class Seen:
    """One request as it was answered."""

    method: str
    path: str
    identity: str
    status: int


class FakeCloud:
    """Start with `with FakeCloud() as cloud`."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.objects: dict[str, bytes] = {}  # "bucket/key" -> body
        self.secrets: dict[str, str] = {"governed-finetune/default": json.dumps({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET})}
        self.tables: dict[str, dict[str, Any]] = {}
        self.identities: dict[str, Identity] = {}
        self.denied: set[str] = set()  # table ids and urls for which nothing is vended
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.page_size = 1000
        self.token_life = 3600
        self.vended_life = 3600.0
        self.role_life = 3600.0
        self.tokens: dict[str, float] = {}
        self.lock = threading.RLock()
        self._count = 0
        self.add_role(reads=("artifacts/",), writes=("artifacts/",))
        self.url = "http://127.0.0.1:1"  # until it is started; for tests that only need a document

    def __enter__(self) -> "FakeCloud":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cloud": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environ(self) -> dict[str, str]:
        """What the platform gives a job."""
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "canary-container-token",
                "AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}

    def add_role(self, reads: tuple[str, ...], writes: tuple[str, ...]) -> None:
        self.identities[ROLE_KEY] = Identity("role", ROLE_SECRET, ROLE_TOKEN, reads, writes)

    def add_table(self, name: str, table_id: str, location: str, columns: tuple[str, ...] = (), data_format: str = "JSON", **more: Any) -> None:
        self.tables[name] = {"full_name": name, "table_id": table_id, "data_source_format": data_format, "storage_location": location,
                             "columns": [{"name": column, "type_text": "string"} for column in columns], **more}

    def vend(self, url: str, write: bool) -> dict[str, Any]:
        with self.lock:
            self._count += 1
            key = f"ASIAVENDED{self._count}"
            expires = self.clock.now() + self.vended_life
            scope = url.removeprefix("s3://").rstrip("/") + "/"
            self.identities[key] = Identity("vended", f"canary-vended-secret-{self._count}", f"canary-vended-session-{self._count}",
                                            (scope,), (scope,) if write else (), expires)
        return {"url": url, "expiration_time": int(expires * 1000), "aws_temp_credentials": {
            "access_key_id": key, "secret_access_key": self.identities[key].secret, "session_token": self.identities[key].token}}

    def requests(self, match: str) -> list[Seen]:
        """The requests whose "METHOD /path" contains `match`."""
        with self.lock:
            return [seen for seen in self.seen if match in f"{seen.method} {seen.path}"]


def etag(body: bytes) -> str:
    return f'"{hashlib.md5(body).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    cloud: FakeCloud
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """The tests ask `cloud.seen`."""

    def _any(self) -> None:
        self.payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.identity = "-"
        parts = urlsplit(self.path)
        fault = self._fault(f"{self.command} {self.path}")
        self.cut_at = fault.cut_at if fault else None
        if fault and not fault.after_effect and fault.cut_at is None:
            return self._answer(fault.status, fault.body, fault.headers)
        self.drop = fault is not None and fault.after_effect
        with self.cloud.lock:
            if parts.path.startswith("/oidc/"):
                self._token()
            elif parts.path.startswith("/api/2.1/unity-catalog/"):
                self._catalog(unquote(parts.path.removeprefix("/api/2.1/unity-catalog")))
            elif parts.path == "/credentials":
                self._role()
            elif "X-Amz-Target" in self.headers:
                self._secret()
            else:
                self._s3(unquote(parts.path).lstrip("/"), dict(parse_qsl(parts.query, keep_blank_values=True)))

    do_GET = do_PUT = do_POST = do_HEAD = _any

    def _fault(self, request: str) -> Fault | None:
        with self.cloud.lock:
            for fault in self.cloud.faults:
                if fault.match in request and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.cloud.seen.append(Seen(self.command, self.path, self.identity, status))
        if getattr(self, "drop", False):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            if self.cut_at is not None:
                body = body[: self.cut_at]
                self.close_connection = True
            self.wfile.write(body)

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    # --- Unity Catalog -------------------------------------------------------------------------------------------

    def _token(self) -> None:
        form = {name: values[0] for name, values in parse_qs(self.payload.decode()).items()}
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if self.headers.get("Authorization") != expected or form != {"grant_type": "client_credentials", "scope": "all-apis"}:
            return self._json(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        token = f"canary-access-token-{len(self.cloud.tokens)}"
        self.cloud.tokens[token] = self.cloud.clock.now() + self.cloud.token_life
        self._json(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.cloud.token_life})

    def _catalog(self, path: str) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if self.cloud.tokens.get(token, 0.0) <= self.cloud.clock.now():
            return self._json(401, {"error_code": "UNAUTHENTICATED", "message": f"token {token} is not valid"})
        if path.startswith("/tables/"):
            table = self.cloud.tables.get(path.removeprefix("/tables/"))
            return self._json(200, table) if table else self._json(404, {"error_code": "TABLE_DOES_NOT_EXIST", "message": "no such table"})
        body = json.loads(self.payload)
        if path == "/temporary-table-credentials":
            found = next((table for table in self.cloud.tables.values() if table["table_id"] == body["table_id"]), None)
            if found is None:
                return self._json(404, {"error_code": "TABLE_DOES_NOT_EXIST", "message": "no such table"})
            return self._vend(body["table_id"], found["storage_location"], body["operation"] == "READ_WRITE")
        if path == "/temporary-path-credentials":
            return self._vend(body["url"], body["url"], body["operation"] != "PATH_READ")
        self._json(404, {"error_code": "ENDPOINT_NOT_FOUND", "message": f"No API found for '{path}'"})

    def _vend(self, what: str, url: str, write: bool) -> None:
        if what in self.cloud.denied:
            return self._json(403, {"error_code": "PERMISSION_DENIED", "message": "User does not have EXTERNAL USE SCHEMA on Schema 'finance.raw'.",
                                    "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "PERMISSION_DENIED"},
                                                {"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": "req-1"}]})
        self._json(200, self.cloud.vend(url, write))

    # --- AWS -----------------------------------------------------------------------------------------------------

    def _role(self) -> None:
        if self.headers.get("Authorization") != "canary-container-token":
            return self._json(401, {"message": "who are you"})
        expires = self.cloud.clock.now() + self.cloud.role_life
        self._json(200, {"AccessKeyId": ROLE_KEY, "SecretAccessKey": ROLE_SECRET, "Token": ROLE_TOKEN, "Expiration": iso(expires)})

    def _secret(self) -> None:
        if self._signer() is None:
            return self._json(400, {"__type": "AccessDeniedException", "Message": "no valid signature"})
        found = self.cloud.secrets.get(json.loads(self.payload)["SecretId"])
        if found is None:
            return self._json(400, {"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."})
        self._json(200, {"Name": "s", "VersionId": "v" * 32, "SecretString": found})

    def _signer(self) -> Identity | None:
        """The identity that signed this request, from what arrived on the wire; None where the signature does not hold."""
        header = self.headers.get("Authorization") or ""
        if not header.startswith("AWS4-HMAC-SHA256 "):
            return None
        fields = dict(part.strip().split("=", 1) for part in header.removeprefix("AWS4-HMAC-SHA256 ").split(","))
        key, day, region, service, _ = fields["Credential"].split("/")
        identity = self.cloud.identities.get(key)
        if identity is None or identity.token != self.headers.get("X-Amz-Security-Token"):
            return None
        parts = urlsplit(self.path)
        query = "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in parse_qsl(parts.query, keep_blank_values=True)))
        names = fields["SignedHeaders"].split(";")
        lines = [f"{name}:{' '.join((self.headers.get(name) or '').split())}" for name in names]
        canonical = "\n".join([self.command, parts.path, query, *lines, "", ";".join(names), hashlib.sha256(self.payload).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["X-Amz-Date"], f"{day}/{region}/{service}/aws4_request",
                          hashlib.sha256(canonical.encode()).hexdigest()])
        secret = b"AWS4" + identity.secret.encode()
        for part in (day, region, service, "aws4_request"):
            secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
        good = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest() == fields["Signature"]
        return identity if good else None

    def _error(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self._answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code} of the fake</Message></Error>".encode(), headers)

    def _s3(self, path: str, query: dict[str, str]) -> None:
        signer = self._signer()
        if signer is None:
            return self._error(403, "SignatureDoesNotMatch")
        self.identity = signer.name
        if signer.expires_at <= self.cloud.clock.now():
            return self._error(400, "ExpiredToken")
        listing = self.command == "GET" and "list-type" in query
        target = f"{path.rstrip('/')}/{query['prefix']}" if listing else path
        allowed = signer.writes if self.command == "PUT" else signer.reads
        if not any(target.startswith(prefix) for prefix in allowed):
            return self._error(403, "AccessDenied")
        if listing:
            self._list(path.rstrip("/"), query)
        elif self.command == "PUT":
            self._put(path)
        else:
            self._get(path)

    def _put(self, path: str) -> None:
        if self.headers.get("If-None-Match") == "*" and path in self.cloud.objects:
            return self._error(412, "PreconditionFailed")
        self.cloud.objects[path] = self.payload
        self._answer(200, b"", {"ETag": etag(self.payload)})

    def _get(self, path: str) -> None:
        body = self.cloud.objects.get(path)
        if body is None:
            return self._error(404, "NoSuchKey")
        wanted = self.headers.get("If-Match")
        if wanted and wanted != etag(body):
            return self._error(412, "PreconditionFailed")
        headers, status = {"ETag": etag(body)}, 200
        ranged = self.headers.get("Range")
        if ranged:
            body, status = body[int(ranged.removeprefix("bytes=").rstrip("-")):], 206
        headers["Content-Length"] = str(len(body))
        self._answer(status, body, headers)

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        keys = sorted(name.removeprefix(f"{bucket}/") for name in self.cloud.objects if name.startswith(f"{bucket}/{query['prefix']}"))
        keys = [key for key in keys if key > query.get("continuation-token", "")]
        page = keys[: self.cloud.page_size]
        more = len(keys) > len(page)
        entries = "".join(f"<Contents><Key>{escape(key)}</Key><Size>{len(self.cloud.objects[f'{bucket}/{key}'])}</Size>"
                          f"<ETag>{escape(etag(self.cloud.objects[f'{bucket}/{key}']))}</ETag></Contents>" for key in page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        self._answer(200, (f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{entries}'
                           f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}</ListBucketResult>").encode())
