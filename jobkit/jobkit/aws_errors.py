"""AWS error answers: one small parser for the JSON and the XML protocols."""

import json
import re
from typing import Mapping
from xml.etree import ElementTree

from .errors import BadInput, JobError, NotFound, PreconditionFailed, Refused
from .redaction import one_line
from .retry import RETRYABLE_STATUS, Transient, parse_retry_after

THROTTLES = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
    "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalServiceError", "ConditionalRequestConflict",
    "OperationAborted",
})
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "NotFound", "ResourceNotFoundException"})


class CredentialsExpired(Exception):
    """The service called the credentials expired before we did; worth one try with fresh ones."""

    def __init__(self, error: JobError):
        super().__init__(error.message)
        self.error = error


def parse(body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    """(code, message); empty where the answer has none."""
    text = body.decode("utf-8", errors="replace").strip()
    code, message = headers.get("x-amzn-errortype", ""), ""
    if text.startswith("{"):
        try:
            answer = json.loads(text)
        except ValueError:
            answer = {}
        code = code or str(answer.get("__type") or answer.get("code") or "")
        message = str(answer.get("message") or answer.get("Message") or "")
    elif text.startswith("<"):
        try:
            root = ElementTree.fromstring(text)
        except ElementTree.ParseError:
            root = None
        if root is not None:
            found = {re.sub(r"^\{.*\}", "", element.tag): (element.text or "") for element in root.iter()}
            code, message = found.get("Code", ""), found.get("Message", "")
    return code.split(":")[0].split("#")[-1], message


def failure(status: int, headers: Mapping[str, str], body: bytes, what: str, now: float) -> Exception:
    """The exception for an error answer; `what` says which call on which object."""
    code, message = parse(body, headers)
    if not code and status == 404:
        code = "NotFound"  # HEAD has no body
    told = f"{what} failed: {status} {code}" + (f", {one_line(message).rstrip('.')}" if message else "")
    if code in EXPIRED:
        return CredentialsExpired(Refused("AccessDenied", f"{told}. The credentials had expired."))
    if status in RETRYABLE_STATUS or code in THROTTLES:
        return Transient(JobError("StorageUnavailable" if "s3://" in what else "ServiceUnavailable",
                                  f"{told}. It went on through every retry; start the job again later."),
                         parse_retry_after(headers.get("retry-after"), now))
    if status == 412:
        return PreconditionFailed(f"{told}.")
    if code in _MISSING or status == 404:
        return NotFound("NotFound", f"{told}. Check the name, and that this identity may see it.")
    if status in (401, 403) or code in ("AccessDenied", "AccessDeniedException", "InvalidAccessKeyId"):
        return Refused("AccessDenied", f"{told}. This identity may not do that; ask the owner for the grant.")
    if 300 <= status < 500:
        return BadInput("BadRequest", f"{told}.")
    return JobError("ServiceError", f"{told}.")
