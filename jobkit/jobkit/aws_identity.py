"""The job's own AWS identity: environment keys, container credentials, or the image's botocore."""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Callable, Mapping, Protocol
from urllib.parse import urlsplit

from .clock import Clock
from .errors import BadInput, JobError
from .log import warn
from .redaction import one_line, register
from .retry import RETRYABLE_STATUS, RetryPolicy, Transient, parse_retry_after
from .transport import Transport

REFRESH_LEAD = 300.0  # seconds before expiry
# Plain http carries credentials only to these (the rule of the AWS SDKs for container credentials).
_PLAIN_HTTP_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
_RELATIVE_HOST = "http://169.254.170.2"


@dataclass(frozen=True)
class AwsCredentials:
    """Keys for signing; `expires_at` in seconds since the epoch, or None where they do not expire."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None


class CredentialSource(Protocol):
    """Somebody who can give valid credentials at any time."""

    def get(self) -> AwsCredentials: ...

    def invalidate(self) -> None:
        """The service called the present ones expired; the next `get` must bring others."""


class FixedCredentials:
    """Keys that do not change."""

    def __init__(self, credentials: AwsCredentials):
        self._credentials = credentials

    def get(self) -> AwsCredentials:
        return self._credentials

    def invalidate(self) -> None:
        """There is nothing else to offer; the service's own error then reaches the user."""


class RefreshingCredentials:
    """Caches what `fetch` brings and fetches again before it expires.

    A refresh that fails for a passing reason is no failure while the present credentials still hold. One that is
    *refused* always is: access that was taken away must stop the job.
    """

    def __init__(self, fetch: Callable[[], AwsCredentials], clock: Clock, lead: float = REFRESH_LEAD):
        self._fetch = fetch
        self._clock = clock
        self._lead = lead
        self._lock = threading.Lock()
        self._current: AwsCredentials | None = None
        self._refresh_at = 0.0

    def get(self) -> AwsCredentials:
        with self._lock:
            now = self._clock.now()
            if self._current is None or now >= self._refresh_at:
                self._refresh(now)
            assert self._current is not None
            return self._current

    def invalidate(self) -> None:
        with self._lock:
            self._current = None

    def _refresh(self, now: float) -> None:
        try:
            fresh = self._fetch()
        except JobError as failure:
            if failure.exit_code != 1 or not self._still_holds(now):
                raise
            warn(f"refresh of credentials failed and is tried again: {failure.message}")
            self._refresh_at = now + 10.0
            return
        self._current = fresh
        if fresh.expires_at is None:
            self._refresh_at = float("inf")
        else:
            life = fresh.expires_at - now
            self._refresh_at = fresh.expires_at - min(self._lead, life / 2)

    def _still_holds(self, now: float) -> bool:
        return self._current is not None and (self._current.expires_at or 0.0) > now + 5.0


def discover(environ: Mapping[str, str], clock: Clock, transport: Transport, retry: RetryPolicy) -> CredentialSource:
    """The job's identity, in the order of the AWS SDKs."""
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if key and secret:
        token = environ.get("AWS_SESSION_TOKEN") or None
        register(secret, token)
        return FixedCredentials(AwsCredentials(key, secret, token))
    uri = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if not uri and environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        uri = _RELATIVE_HOST + environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
    if uri:
        endpoint = ContainerEndpoint(uri, environ, transport, retry, clock)
        return RefreshingCredentials(endpoint.fetch, clock)
    installed = _from_botocore()
    if installed is not None:
        return installed
    raise BadInput("NoAwsCredentials", "the job found no AWS credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
                   "nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set. Start it with an execution role.")


class ContainerEndpoint:
    """The container credentials endpoint (AWS SDKs and Tools Reference Guide, "Container credential provider")."""

    def __init__(self, uri: str, environ: Mapping[str, str], transport: Transport, retry: RetryPolicy, clock: Clock):
        parts = urlsplit(uri)
        if parts.scheme != "https" and (parts.scheme != "http" or (parts.hostname or "") not in _PLAIN_HTTP_HOSTS):
            raise BadInput("BadConfiguration", f"AWS_CONTAINER_CREDENTIALS_FULL_URI names {parts.scheme}://{parts.hostname}: "
                           "plain http is allowed for loopback and the container hosts only. Use https.")
        self._uri = uri
        self._environ = environ
        self._transport = transport
        self._retry = retry
        self._clock = clock

    def fetch(self) -> AwsCredentials:
        return self._retry.call(self._attempt)

    def _attempt(self) -> AwsCredentials:
        headers = {"Accept": "application/json"}
        token = self._token()
        if token:
            headers["Authorization"] = token
        with self._transport.send("GET", self._uri, headers) as answer:
            if answer.status != 200:
                error = JobError("NoAwsCredentials", f"the container credentials endpoint answered {answer.status}: "
                                 f"{one_line(answer.read_error().decode(errors='replace'))}. Check the job's role.")
                if answer.status in RETRYABLE_STATUS:
                    raise Transient(error, parse_retry_after(answer.headers.get("retry-after"), self._clock.now()))
                raise error
            return self._parse(answer.read())

    def _token(self) -> str | None:
        path = self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        if path:
            try:
                with open(path, encoding="utf-8") as file:  # read each time: the platform rotates it
                    token = file.read().strip()
            except OSError as failure:
                raise BadInput("BadConfiguration", f"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read: {failure}.") from failure
        else:
            token = self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        register(token)
        return token or None

    @staticmethod
    def _parse(body: bytes) -> AwsCredentials:
        try:
            answer = json.loads(body)
            expires = answer.get("Expiration")
            credentials = AwsCredentials(
                answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("Token"),
                datetime.fromisoformat(expires.replace("Z", "+00:00")).timestamp() if expires else None)
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            raise JobError("NoAwsCredentials", "the container credentials endpoint did not answer with AccessKeyId, "
                           "SecretAccessKey and Expiration as JSON.") from failure
        register(credentials.secret_access_key, credentials.session_token)
        return credentials


class BotocoreCredentials:
    """The chain of the SDK that the EMR and SageMaker images carry, for platforms with yet another mechanism."""

    def __init__(self, found):
        self._found = found

    def get(self) -> AwsCredentials:
        frozen = self._found.get_frozen_credentials()  # refreshes by itself
        register(frozen.secret_key, frozen.token)
        return AwsCredentials(frozen.access_key, frozen.secret_key, frozen.token)

    def invalidate(self) -> None:
        """botocore decides by the expiry that it knows."""


def _from_botocore() -> CredentialSource | None:
    try:
        from botocore.session import Session  # type: ignore[import-not-found]
    except ImportError:
        return None
    found = Session().get_credentials()
    return BotocoreCredentials(found) if found is not None else None
