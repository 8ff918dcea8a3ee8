"""Unity Catalog: sign-in of the service principal, tables, vended credentials."""

import base64
import json
import threading
from dataclasses import dataclass
from typing import Any, Callable, Mapping
from urllib.parse import quote, urlencode

from .aws_identity import AwsCredentials
from .clock import Clock
from .errors import JobError, NotFound, Refused
from .redaction import one_line, register
from .retry import RETRYABLE_STATUS, RetryPolicy, Transient, parse_retry_after
from .transport import Response, Transport

API = "/api/2.1/unity-catalog"
_TOKEN_LEAD = 300.0  # seconds; a token of an hour is renewed five minutes early
_UNTOLD_LIFE = 900.0  # seconds that vended credentials without an expiration_time are trusted


class CatalogRefused(Refused):
    """The catalog's typed refusal: HTTP status, error_code and ErrorInfo reason."""

    def __init__(self, code: str, message: str, status: int, error_code: str, reason: str):
        super().__init__(code, message)
        self.status = status
        self.error_code = error_code
        self.reason = reason


class TableNotFound(NotFound):
    """The table does not exist, or the principal may not see it."""


@dataclass(frozen=True)
class Table:
    """What the jobs need to know of a table."""

    name: str
    table_id: str
    format: str
    location: str
    columns: tuple[str, ...]


class TokenSource:
    """OAuth M2M: one token, cached, renewed before it expires (RFC 6749, 4.4)."""

    def __init__(self, host: str, client: Callable[[], tuple[str, str]], transport: Transport, retry: RetryPolicy, clock: Clock):
        self._url = f"{host}/oidc/v1/token"
        self._client = client
        self._transport = transport
        self._retry = retry
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at = 0.0

    def get(self) -> str:
        with self._lock:
            if self._token is None or self._clock.now() >= self._renew_at:
                self._token = self._retry.call(self._attempt)
            return self._token

    def invalidate(self) -> None:
        with self._lock:
            self._token = None

    def _attempt(self) -> str:
        client_id, client_secret = self._client()  # read again at each renewal: secrets are rotated
        basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        register(basic)
        body = urlencode({"grant_type": "client_credentials", "scope": "all-apis"}).encode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded",
                   "Content-Length": str(len(body)), "Accept": "application/json"}
        now = self._clock.now()
        with self._transport.send("POST", self._url, headers, body) as answer:
            if answer.status != 200:
                raise self._failure(answer, client_id, now)
            return self._accept(answer.read(), now)

    def _failure(self, answer: Response, client_id: str, now: float) -> Exception:
        body = _json_object(answer.read_error())
        code = str(body.get("error") or body.get("errorCode") or body.get("error_code") or "")
        told = str(body.get("error_description") or body.get("errorSummary") or body.get("message") or "")
        message = f"sign-in of {client_id} at {self._url} failed: {answer.status} {code}" + (f", {one_line(told).rstrip('.')}" if told else "")
        if answer.status in RETRYABLE_STATUS:
            return Transient(JobError("CatalogUnavailable", f"{message}. Start the job again later."),
                             parse_retry_after(answer.headers.get("retry-after"), now))
        return CatalogRefused("SignInRefused", f"{message}. Check the service principal's secret and that it is assigned to "
                              "this workspace.", answer.status, code, "")

    def _accept(self, raw: bytes, now: float) -> str:
        body = _json_object(raw)
        token = body.get("access_token")
        if not isinstance(token, str) or not token:
            raise JobError("CatalogUnavailable", f"{self._url} answered 200 without an access_token.")
        register(token)
        life = float(body.get("expires_in") or 3600)
        self._renew_at = now + life - min(_TOKEN_LEAD, life / 2)
        return token


class Catalog:
    """The few calls that the jobs make, with typed errors."""

    def __init__(self, host: str, tokens: TokenSource, transport: Transport, retry: RetryPolicy, clock: Clock):
        self._host = host
        self._tokens = tokens
        self._transport = transport
        self._retry = retry
        self._clock = clock

    def table(self, full_name: str) -> Table:
        """The table; refused where a row filter or column mask would not hold for a reader of its files."""
        answer = self._call("GET", f"/tables/{quote(full_name, safe='')}", None, f"table {full_name}")
        columns = [column for column in answer.get("columns") or [] if isinstance(column, dict)]
        masked = [str(column.get("name")) for column in columns if column.get("mask")]
        if answer.get("row_filter") or masked:
            what = f"column masks on {', '.join(masked)}" if masked else "a row filter"
            raise Refused("FineGrainedControl", f"table {full_name} has {what}, which readers of its files would bypass. "
                          "Train on a table without it, for instance a view's result that its owner materialised.")
        return Table(full_name, str(answer.get("table_id") or ""), str(answer.get("data_source_format") or ""),
                     str(answer.get("storage_location") or "").rstrip("/"),
                     tuple(str(column.get("name")) for column in columns if column.get("name")))

    def table_credentials(self, full_name: str, table_id: str, operation: str) -> AwsCredentials:
        """Credentials for one table; `operation` is READ or READ_WRITE."""
        what = f"{operation} credentials for table {full_name}"
        return self._vended(self._call("POST", "/temporary-table-credentials", {"table_id": table_id, "operation": operation}, what), what)

    def path_credentials(self, url: str, operation: str) -> AwsCredentials:
        """Credentials for one path; `operation` is PATH_READ, PATH_READ_WRITE or PATH_CREATE_TABLE."""
        what = f"{operation} credentials for {url}"
        return self._vended(self._call("POST", "/temporary-path-credentials", {"url": url, "operation": operation}, what), what)

    def _vended(self, answer: Mapping[str, Any], what: str) -> AwsCredentials:
        keys = answer.get("aws_temp_credentials")
        if not isinstance(keys, dict) or not keys.get("access_key_id") or not keys.get("secret_access_key"):
            raise Refused("NoAwsCredentials", f"the catalog vended no AWS {what}: only S3 storage is supported.")
        register(keys["secret_access_key"], keys.get("session_token"))
        expires = answer.get("expiration_time")
        return AwsCredentials(str(keys["access_key_id"]), str(keys["secret_access_key"]), keys.get("session_token"),
                              float(expires) / 1000 if expires else self._clock.now() + _UNTOLD_LIFE)

    def _call(self, method: str, path: str, body: Mapping[str, str] | None, what: str) -> dict[str, Any]:
        try:
            return self._retry.call(lambda: self._attempt(method, path, body, what))
        except CatalogRefused as refused:
            if refused.status != 401:
                raise
            self._tokens.invalidate()  # revoked or expired early: one more try with a new token
        return self._retry.call(lambda: self._attempt(method, path, body, what))

    def _attempt(self, method: str, path: str, body: Mapping[str, str] | None, what: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._tokens.get()}", "Accept": "application/json"}
        encoded = None
        if body is not None:
            encoded = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(encoded))}
        with self._transport.send(method, self._host + API + path, headers, encoded) as answer:
            if answer.status != 200:
                raise self._failure(answer, what)
            return _json_object(answer.read())

    def _failure(self, answer: Response, what: str) -> Exception:
        raw = answer.read_error()
        body = _json_object(raw)
        details = [detail for detail in body.get("details") or [] if isinstance(detail, dict)]
        reason = next((str(detail["reason"]) for detail in details if detail.get("reason")), "")
        request = next((str(detail["request_id"]) for detail in details if detail.get("request_id")), "")
        error_code = str(body.get("error_code") or body.get("error") or "")
        message = body.get("message") or body.get("detail") or raw.decode("utf-8", errors="replace")
        told = f"the catalog refused {what}: {answer.status} {error_code}, {one_line(str(message)).rstrip('.')}"
        told += f" (request {request})" if request else ""
        if answer.status in RETRYABLE_STATUS or error_code in ("RESOURCE_EXHAUSTED", "REQUEST_LIMIT_EXCEEDED"):
            return Transient(JobError("CatalogUnavailable", f"{told}. Start the job again later."),
                             parse_retry_after(answer.headers.get("retry-after"), self._clock.now()))
        if answer.status == 404 and error_code != "ENDPOINT_NOT_FOUND":
            return TableNotFound("TableNotFound", f"{told}. Check the name, and that the principal has USE CATALOG, USE SCHEMA and SELECT.")
        code = "Unauthenticated" if answer.status == 401 else "AccessDenied" if answer.status == 403 else "CatalogRefused"
        return CatalogRefused(code, f"{told}. {_advice(reason + ' ' + error_code + ' ' + str(message))}", answer.status, error_code, reason)


def _advice(signs: str) -> str:
    # Three spellings of the metastore's switch being off: the newest, its message, and that of 2024.
    if any(sign in signs for sign in ("EXTERNAL_ACCESS_DISABLED", "External Data Access", "UNITY_CATALOG_EXTERNAL_GENERATE")):
        return "A metastore admin must enable external data access."
    if "EXTERNAL_WRITE_NOT_ALLOWED" in signs:
        return "Write to an external table instead."
    return "Ask the owner for the privilege that the catalog names."


def _json_object(raw: bytes) -> dict[str, Any]:
    """The body as an object; an HTML page or plain text counts as an object without fields."""
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
