"""AWS Secrets Manager: the one call that the jobs need."""

import hashlib
import json

from . import aws_errors, sigv4
from .aws_identity import CredentialSource
from .clock import Clock
from .errors import BadInput
from .redaction import register
from .retry import RetryPolicy
from .s3 import with_fresh_credentials
from .transport import Response, Transport


class SecretsManager:
    def __init__(self, credentials: CredentialSource, region: str, endpoint: str | None, transport: Transport,
                 retry: RetryPolicy, clock: Clock):
        self._credentials = credentials
        self._region = region
        self._url = (endpoint or f"https://secretsmanager.{region}.amazonaws.com") + "/"
        self._transport = transport
        self._retry = retry
        self._clock = clock

    def client_credentials(self, secret_id: str) -> tuple[str, str]:
        """(client_id, client_secret) of the service principal."""
        body = json.dumps({"SecretId": secret_id}).encode()
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue",
                   "content-length": str(len(body))}
        digest = hashlib.sha256(body).hexdigest()

        def attempt() -> Response:
            now = self._clock.now()
            signed = sigv4.sign("POST", self._url, headers, digest, self._credentials.get(), self._region, "secretsmanager", now)
            answer = self._transport.send("POST", self._url, signed, body)
            if answer.status == 200:
                return answer
            with answer:
                raise aws_errors.failure(answer.status, answer.headers, answer.read_error(), f"GetSecretValue {secret_id}", now)

        with with_fresh_credentials(self._credentials, lambda: self._retry.call(attempt)) as answer:
            return self._parse(secret_id, answer.read())

    @staticmethod
    def _parse(secret_id: str, body: bytes) -> tuple[str, str]:
        try:
            secret = json.loads(json.loads(body)["SecretString"])
            found = secret["client_id"], secret["client_secret"]
            if not all(isinstance(value, str) and value for value in found):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            # `from None`: the JSON error's context would quote the secret.
            raise BadInput("BadSecret", f"secret {secret_id} must hold a JSON string with client_id and client_secret.") from None
        register(found[1])
        return found
