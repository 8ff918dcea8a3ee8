"""One HTTP exchange over http.client. No redirects: credentials are never carried to another host."""

import http.client
import ssl
from typing import BinaryIO, Mapping
from urllib.parse import urlsplit

from .errors import JobError
from .retry import Transient

CONNECT_AND_READ_TIMEOUT = 60.0  # seconds without a byte
ERROR_BODY_LIMIT = 64 * 1024


class Response:
    """Status, headers (lower-case names) and a body that is read as a stream. Close it."""

    def __init__(self, connection: http.client.HTTPConnection, raw: http.client.HTTPResponse):
        self._connection = connection
        self._raw = raw
        self.status = raw.status
        self.headers = {name.lower(): value for name, value in raw.getheaders()}

    def read(self, size: int | None = None) -> bytes:
        return self._raw.read() if size is None else self._raw.read(size)

    def read_error(self) -> bytes:
        """The start of an error body; what breaks off while it is read is not worth another error."""
        try:
            return self._raw.read(ERROR_BODY_LIMIT)
        except (OSError, http.client.HTTPException):
            return b""

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Response":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Transport:
    """Opens a connection for each exchange: the jobs make few, large ones."""

    def __init__(self, timeout: float = CONNECT_AND_READ_TIMEOUT):
        self._timeout = timeout
        self._tls: ssl.SSLContext | None = None

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | BinaryIO | None = None) -> Response:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request(method, target, body=body, headers=dict(headers))
            return Response(connection, connection.getresponse())
        except ssl.SSLCertVerificationError as failure:
            connection.close()
            raise JobError("TlsFailed", f"{method} {parts.scheme}://{parts.netloc}: the server's certificate was not "
                           f"accepted ({failure.verify_message}). Check the host, or name its authority in SSL_CERT_FILE.") from failure
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            raise Transient(JobError("ConnectionFailed", f"{method} {parts.scheme}://{parts.netloc}{parts.path}: "
                                     f"{type(failure).__name__}: {failure}. Check the network path of the job.")) from failure

    def _connect(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)
