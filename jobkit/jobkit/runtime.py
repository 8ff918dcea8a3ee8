"""The composition root of a job: from the environment to clients."""

from typing import Callable, Mapping

from . import aws_endpoints, aws_identity
from .aws_identity import AwsCredentials, CredentialSource, RefreshingCredentials
from .catalog import Catalog, TokenSource
from .clock import Clock
from .documents import CommonPart, Output
from .retry import RetryPolicy
from .s3 import S3Client, split_uri
from .secrets_manager import SecretsManager
from .storage import GovernedStorage
from .transport import Transport


class Runtime:
    """Everything that talks to the outside, built once for a job. Two kinds of S3 client come from here: `own_*` signs
    as the job's role and serves the document, manifest and progress; `*_storage` signs with vended credentials."""

    def __init__(self, environ: Mapping[str, str], clock: Clock | None = None, retry: RetryPolicy | None = None,
                 transport: Transport | None = None):
        self.environ = environ
        self.clock = clock or Clock()
        self._retry = retry or RetryPolicy(self.clock)
        self._transport = transport or Transport()
        self._identity: CredentialSource | None = None

    def own_read(self, uri: str) -> bytes:
        return self._own_s3(self._retry).read(*split_uri(uri))

    def own_write(self, uri: str, body: bytes) -> None:
        self._own_s3(self._retry).put(*split_uri(uri), body, "application/json")

    def own_write_once_tried(self, uri: str, body: bytes) -> None:
        """For progress, which the next one replaces anyway: no retry."""
        self._own_s3(RetryPolicy(self.clock, attempts=1)).put(*split_uri(uri), body, "application/json")

    def client_credentials(self, common: CommonPart) -> tuple[str, str]:
        """(client_id, client_secret) of the service principal that the job acts as."""
        secrets = SecretsManager(self._own_identity(), common.region, aws_endpoints.override(self.environ, "SECRETS_MANAGER"),
                                 self._transport, self._retry, self.clock)
        return secrets.client_credentials(common.secret_id)

    def catalog(self, common: CommonPart) -> Catalog:
        tokens = TokenSource(common.host, lambda: self.client_credentials(common), self._transport, self._retry, self.clock)
        return Catalog(common.host, tokens, self._transport, self._retry, self.clock)

    def table_storage(self, catalog: Catalog, common: CommonPart, table: str, table_id: str, location: str, operation: str) -> GovernedStorage:
        return self._storage(location, common, lambda: catalog.table_credentials(table, table_id, operation))

    def output_storage(self, catalog: Catalog, common: CommonPart, output: Output) -> GovernedStorage:
        """The prepared table's place: by table where it exists already, else by path."""
        if output.table_id is not None:
            return self.table_storage(catalog, common, output.table, output.table_id, output.location, "READ_WRITE")
        return self._storage(output.location, common, lambda: catalog.path_credentials(output.location, "PATH_READ_WRITE"))

    def _storage(self, location: str, common: CommonPart, vend: Callable[[], AwsCredentials]) -> GovernedStorage:
        source = RefreshingCredentials(vend, self.clock)
        return GovernedStorage(location, self._s3(source, aws_endpoints.region(self.environ, common.region), self._retry))

    def _own_s3(self, retry: RetryPolicy) -> S3Client:
        return self._s3(self._own_identity(), aws_endpoints.region(self.environ), retry)

    def _s3(self, source: CredentialSource, region: str, retry: RetryPolicy) -> S3Client:
        return S3Client(source, region, aws_endpoints.override(self.environ, "S3"), self._transport, retry, self.clock)

    def _own_identity(self) -> CredentialSource:
        if self._identity is None:
            self._identity = aws_identity.discover(self.environ, self.clock, self._transport, self._retry)
        return self._identity
