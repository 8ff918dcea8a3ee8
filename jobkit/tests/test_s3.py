"""S3 as the jobs use it, against the fake that verifies signatures, and where requests really go."""

import unittest

from jobkit.aws_identity import AwsCredentials, FixedCredentials
from jobkit.errors import BadInput, JobError, NotFound, PreconditionFailed, Refused
from jobkit.retry import RetryPolicy
from jobkit.s3 import S3Client, split_uri
from jobkit.transport import Transport
from testkit.fake_clock import FakeClock
from testkit.fake_cloud import ROLE_KEY, ROLE_SECRET, ROLE_TOKEN, FakeCloud, Fault, Identity, etag

BODY = bytes(range(256)) * 4096  # 1 MiB


class Source:
    """Gives the role's keys; after `invalidate`, others."""

    def __init__(self):
        self.current = AwsCredentials(ROLE_KEY, ROLE_SECRET, ROLE_TOKEN)
        self.invalidated = 0

    def get(self):
        return self.current

    def invalidate(self):
        self.invalidated += 1
        self.current = AwsCredentials("ASIANEW", "new-secret", None)


class S3(unittest.TestCase):
    def setUp(self):
        self.cloud = FakeCloud()
        self.enterContext(self.cloud)
        self.source = Source()
        self.s3 = S3Client(self.source, "us-east-1", self.cloud.url, Transport(), RetryPolicy(self.cloud.clock), self.cloud.clock)

    def test_what_was_put_is_read_back(self):
        key = "a b/ü=1/c+d&e?.json"
        self.assertEqual(self.s3.put("artifacts", key, BODY), etag(BODY))
        self.assertEqual(self.s3.read("artifacts", key), BODY)
        self.assertEqual(self.s3.head("artifacts", key).size, len(BODY))

    def test_create_only_fails_where_the_object_exists(self):
        self.s3.put("artifacts", "claim", b"1", create_only=True)
        with self.assertRaises(PreconditionFailed):
            self.s3.put("artifacts", "claim", b"2", create_only=True)
        self.assertEqual(self.cloud.objects["artifacts/claim"], b"1")

    def test_if_match_holds_a_reader_to_one_etag(self):
        self.s3.put("artifacts", "a", b"one")
        with self.s3.open("artifacts", "a", if_match=etag(b"one")) as stream:
            self.assertEqual(stream.read(), b"one")
        with self.assertRaises(PreconditionFailed):
            self.s3.open("artifacts", "a", if_match=etag(b"other"))

    def test_listing_follows_all_pages(self):
        self.cloud.page_size = 3
        for number in range(10):
            self.s3.put("artifacts", f"p/{number:02d} &<x>", b"x" * number)
        found = list(self.s3.list("artifacts", "p/"))
        self.assertEqual([item.key for item in found], [f"p/{number:02d} &<x>" for number in range(10)])
        self.assertEqual(found[7].size, 7)

    def test_a_broken_connection_is_taken_up_at_the_same_byte_of_the_same_object(self):
        self.s3.put("artifacts", "big", BODY)
        self.cloud.faults.append(Fault("GET /artifacts/big", cut_at=300_000, times=2))
        with self.s3.open("artifacts", "big") as stream:
            self.assertEqual(b"".join(stream), BODY)
        self.assertEqual(len(self.cloud.requests("GET /artifacts/big")), 3)

    def test_an_object_that_changes_while_it_is_read_fails(self):
        self.s3.put("artifacts", "big", BODY)
        self.cloud.faults.append(Fault("GET /artifacts/big", cut_at=300_000))
        with self.assertRaises(PreconditionFailed), self.s3.open("artifacts", "big") as stream:
            self.assertEqual(len(stream.read(300_000)), 300_000)
            self.s3.put("artifacts", "big", b"other")
            stream.read()

    def test_slow_down_is_waited_out(self):
        self.s3.put("artifacts", "a", b"one")
        self.cloud.faults.append(Fault("GET /artifacts/a", 503, {"Retry-After": "9"}, b"<Error><Code>SlowDown</Code></Error>", times=2))
        self.assertEqual(self.s3.read("artifacts", "a"), b"one")
        self.assertTrue(all(wait >= 9 for wait in self.cloud.clock.slept))

    def test_a_lost_answer_to_a_put_is_put_again(self):
        self.cloud.faults.append(Fault("PUT /artifacts/a", after_effect=True))
        self.s3.put("artifacts", "a", b"one")
        self.assertEqual(len(self.cloud.requests("PUT /artifacts/a")), 2)

    def test_expired_credentials_are_renewed_once(self):
        self.s3.put("artifacts", "a", b"one")
        self.cloud.identities[ROLE_KEY].expires_at = self.cloud.clock.now()
        self.cloud.identities["ASIANEW"] = Identity("new", "new-secret", None, ("artifacts/",))
        self.assertEqual(self.s3.read("artifacts", "a"), b"one")
        self.cloud.identities["ASIANEW"].expires_at = self.cloud.clock.now()
        with self.assertRaises(Refused):
            self.s3.read("artifacts", "a")
        self.assertEqual(self.source.invalidated, 2)

    def test_denial_and_absence_are_told_apart_and_name_the_object(self):
        with self.assertRaises(Refused) as denied:
            self.s3.read("governed", "raw/x.json")
        self.assertNotIsInstance(denied.exception, NotFound)
        self.assertIn("s3://governed/raw/x.json", denied.exception.message)
        with self.assertRaises(NotFound) as missing:
            self.s3.read("artifacts", "none")
        self.assertIn("s3://artifacts/none", missing.exception.message)

    def test_a_storage_that_stays_away_ends_the_job_as_unavailable(self):
        self.cloud.faults.append(Fault("GET", 500, times=100))
        with self.assertRaises(JobError) as caught:
            self.s3.read("artifacts", "a")
        self.assertEqual((caught.exception.code, caught.exception.exit_code), ("StorageUnavailable", 1))

    def test_what_is_read_whole_is_bounded(self):
        self.s3.put("artifacts", "a", b"123456789")
        with self.assertRaises(BadInput):
            self.s3.read("artifacts", "a", limit=8)
        self.assertEqual(self.s3.read("artifacts", "a", limit=9), b"123456789")

    def test_a_server_that_is_not_there_is_an_error_that_names_it(self):
        away = S3Client(self.source, "us-east-1", "http://127.0.0.1:1", Transport(), RetryPolicy(self.cloud.clock, attempts=2), self.cloud.clock)
        with self.assertRaises(JobError) as caught:
            away.read("artifacts", "a")
        self.assertIn("127.0.0.1:1", caught.exception.message)


class RecordingTransport:
    """Answers from a list and keeps where it was sent to."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.urls = []

    def send(self, method, url, headers, body=None):
        self.urls.append((url, headers["authorization"].split("/")[2]))
        return self.answers.pop(0)


class Answer:
    def __init__(self, status, headers=None, body=b""):
        self.status, self.headers, self.body = status, headers or {}, body

    def read(self, size=None):
        body, self.body = self.body, b""
        return body

    read_error = read

    def close(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Addresses(unittest.TestCase):
    def client(self, transport):
        clock = FakeClock()
        return S3Client(FixedCredentials(AwsCredentials("A", "s")), "eu-west-1", None, transport, RetryPolicy(clock), clock)

    def test_the_real_service_gets_virtual_host_addresses(self):
        transport = RecordingTransport(Answer(200), Answer(200))
        client = self.client(transport)
        client.head("bucket", "a/b")
        client.head("bucket.with.dots", "a/b")
        self.assertEqual([url for url, _ in transport.urls], ["https://bucket.s3.eu-west-1.amazonaws.com/a/b",
                                                              "https://s3.eu-west-1.amazonaws.com/bucket.with.dots/a/b"])

    def test_a_bucket_of_another_region_is_found_there_and_remembered(self):
        transport = RecordingTransport(Answer(301, {"x-amz-bucket-region": "us-west-2"}), Answer(200), Answer(200))
        client = self.client(transport)
        client.head("bucket", "a")
        client.head("bucket", "b")
        self.assertEqual([region for _, region in transport.urls], ["eu-west-1", "us-west-2", "us-west-2"])

    def test_other_redirects_are_not_followed(self):
        transport = RecordingTransport(Answer(307, {"location": "https://elsewhere.example/"}))
        with self.assertRaises(JobError):
            self.client(transport).head("bucket", "a")
        self.assertEqual(len(transport.urls), 1)

    def test_uris_that_are_not_s3_are_refused(self):
        for uri in ("https://a/b", "s3://", "s3:///key", "bucket/key"):
            with self.subTest(uri), self.assertRaises(BadInput):
                split_uri(uri)


if __name__ == "__main__":
    unittest.main()
