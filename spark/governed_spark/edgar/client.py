"""Access to EDGAR within its rules: a User-Agent that says who asks, and at most ten requests a second
(sec.gov, "Accessing EDGAR Data")."""

import json
from typing import Any, Iterator

from jobkit.clock import Clock
from jobkit.errors import BadInput, JobError, NotFound
from jobkit.retry import RETRYABLE_STATUS, RetryPolicy, Transient, parse_retry_after
from jobkit.transport import Transport

from .filings import Filing

_INTERVAL = 0.125  # seconds between requests: eight a second
_LARGEST = 64 * 1024 * 1024


class EdgarClient:
    def __init__(self, user_agent: str, clock: Clock, transport: Transport, retry: RetryPolicy,
                 data: str = "https://data.sec.gov", archives: str = "https://www.sec.gov/Archives"):
        if "@" not in user_agent:
            raise BadInput("BadArguments", "--user-agent must say who asks and how to reach them, for instance \"Example Corp data@example.com\".")
        self._user_agent = user_agent
        self._clock = clock
        self._transport = transport
        self._retry = retry
        self._data = data
        self._archives = archives
        self._next = 0.0

    def submissions(self, cik: str) -> dict[str, Any]:
        return self._json(f"{self._data}/submissions/CIK{cik}.json")

    def pages(self, submissions: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The lists of filings: the recent ones, then the older files."""
        filings = submissions.get("filings") or {}
        yield filings.get("recent") or {}
        for older in filings.get("files") or []:
            yield self._json(f"{self._data}/submissions/{older['name']}")

    def document(self, filing: Filing) -> str:
        folder = f"{int(filing.company.cik)}/{filing.accession.replace('-', '')}"
        return self._get(f"{self._archives}/edgar/data/{folder}/{filing.document}").decode("utf-8", errors="replace")

    def _json(self, url: str) -> dict[str, Any]:
        try:
            answer = json.loads(self._get(url))
        except ValueError as failure:
            raise JobError("BadSource", f"{url} is not JSON: {failure}.") from failure
        if not isinstance(answer, dict):
            raise JobError("BadSource", f"{url} is not a JSON object.")
        return answer

    def _get(self, url: str) -> bytes:
        return self._retry.call(lambda: self._attempt(url))

    def _attempt(self, url: str) -> bytes:
        wait = self._next - self._clock.now()
        if wait > 0:
            self._clock.sleep(wait)
        self._next = self._clock.now() + _INTERVAL
        with self._transport.send("GET", url, {"User-Agent": self._user_agent, "Accept": "*/*"}) as answer:
            if answer.status == 200:
                body = answer.read(_LARGEST + 1)
                if len(body) > _LARGEST:
                    raise JobError("BadSource", f"{url} is larger than {_LARGEST} bytes.")
                return body
            told = f"GET {url} failed: {answer.status}"
            if answer.status in RETRYABLE_STATUS:
                raise Transient(JobError("SourceUnavailable", f"{told}. Start the ingest again later: it goes on where it ended."),
                                parse_retry_after(answer.headers.get("retry-after"), self._clock.now()))
            if answer.status == 404:
                raise NotFound("NotFound", f"{told}. Check the CIK.")
            raise JobError("SourceUnavailable", f"{told}. EDGAR blocks callers that are too fast or do not name themselves; wait ten minutes.")
