"""The job's own identity."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from jobkit import aws_identity
from jobkit.aws_identity import AwsCredentials, RefreshingCredentials, discover
from jobkit.errors import BadInput, JobError, Refused
from jobkit.retry import RetryPolicy
from jobkit.transport import Transport
from testkit.fake_clock import FakeClock
from testkit.fake_cloud import ROLE_KEY, ROLE_TOKEN, FakeCloud, Fault


def found(environ, clock):
    return discover(environ, clock, Transport(), RetryPolicy(clock))


class Discovery(unittest.TestCase):
    def test_keys_of_the_environment_come_first(self):
        environ = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret-of-env", "AWS_SESSION_TOKEN": "token-of-env",
                   "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/never-asked"}
        self.assertEqual(found(environ, FakeClock()).get(), AwsCredentials("AKIA", "secret-of-env", "token-of-env"))

    def test_container_credentials_with_a_token(self):
        with FakeCloud() as cloud:
            credentials = found(cloud.environ(), cloud.clock).get()
        self.assertEqual((credentials.access_key_id, credentials.session_token), (ROLE_KEY, ROLE_TOKEN))

    def test_the_token_file_is_read_at_each_refresh(self):
        with FakeCloud() as cloud, tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "token")
            file.write_text("stale-container-token\n")
            environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{cloud.url}/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)}
            source = found(environ, cloud.clock)
            with self.assertRaises(JobError) as caught:
                source.get()
            self.assertIn("401", caught.exception.message)
            file.write_text("canary-container-token\n")
            self.assertEqual(source.get().access_key_id, ROLE_KEY)

    def test_a_busy_endpoint_is_asked_again(self):
        with FakeCloud() as cloud:
            cloud.faults.append(Fault("GET /credentials", 503, times=2))
            self.assertEqual(found(cloud.environ(), cloud.clock).get().access_key_id, ROLE_KEY)

    def test_credentials_do_not_go_over_plain_http_to_other_hosts(self):
        with self.assertRaises(BadInput) as caught:
            found({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://credentials.example.com/x"}, FakeClock())
        self.assertIn("credentials.example.com", caught.exception.message)

    def test_the_sdk_of_the_image_is_the_last_resort(self):
        frozen = mock.Mock(access_key="ASIASDK", secret_key="secret-of-sdk", token=None)
        sdk = mock.Mock(get_frozen_credentials=mock.Mock(return_value=frozen))
        with mock.patch.object(aws_identity, "_from_botocore", return_value=aws_identity.BotocoreCredentials(sdk)):
            self.assertEqual(found({}, FakeClock()).get().access_key_id, "ASIASDK")

    def test_no_identity_at_all_names_the_variables(self):
        with mock.patch.object(aws_identity, "_from_botocore", return_value=None), self.assertRaises(BadInput) as caught:
            found({}, FakeClock())
        self.assertIn("AWS_CONTAINER_CREDENTIALS_FULL_URI", caught.exception.message)


class Refreshing(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.fetched = 0
        self.failure = None
        self.source = RefreshingCredentials(self.fetch, self.clock)

    def fetch(self):
        if self.failure:
            raise self.failure
        self.fetched += 1
        return AwsCredentials(f"key{self.fetched}", "s", None, self.clock.now() + 3600)

    def test_is_cached_and_renewed_before_expiry(self):
        self.assertEqual(self.source.get().access_key_id, "key1")
        self.clock.advance(3000)
        self.assertEqual(self.source.get().access_key_id, "key1")
        self.clock.advance(400)
        self.assertEqual(self.source.get().access_key_id, "key2")

    def test_a_passing_failure_is_bridged_while_the_old_ones_hold(self):
        self.source.get()
        self.clock.advance(3400)
        self.failure = JobError("CatalogUnavailable", "later")
        with contextlib.redirect_stderr(io.StringIO()) as err:
            self.assertEqual(self.source.get().access_key_id, "key1")
        self.assertIn("tried again", err.getvalue())
        self.clock.advance(200)
        with self.assertRaises(JobError):
            self.source.get()

    def test_a_refusal_stops_at_once_although_the_old_ones_hold(self):
        self.source.get()
        self.clock.advance(3400)
        self.failure = Refused("AccessDenied", "the grant is gone")
        with self.assertRaises(Refused):
            self.source.get()

    def test_short_lives_are_renewed_at_half(self):
        source = RefreshingCredentials(lambda: AwsCredentials(str(self.clock.now()), "s", None, self.clock.now() + 60), self.clock)
        first = source.get()
        self.clock.advance(29)
        self.assertEqual(source.get(), first)
        self.clock.advance(2)
        self.assertNotEqual(source.get(), first)


if __name__ == "__main__":
    unittest.main()
