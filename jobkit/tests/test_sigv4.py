"""The published examples of "Signature Calculations for the Authorization Header" (Amazon S3 API reference)."""

import calendar
import hashlib
import unittest

from jobkit import sigv4
from jobkit.aws_identity import AwsCredentials

CREDENTIALS = AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOW = calendar.timegm((2013, 5, 24, 0, 0, 0))
HOST = "https://examplebucket.s3.amazonaws.com"


def signature(method: str, url: str, headers: dict[str, str], payload: bytes = b"") -> str:
    signed = sigv4.sign(method, url, headers, hashlib.sha256(payload).hexdigest(), CREDENTIALS, "us-east-1", "s3", NOW)
    return signed["authorization"].rsplit("Signature=", 1)[1]


class SignatureVersion4(unittest.TestCase):
    def test_get_object_example(self):
        self.assertEqual(signature("GET", f"{HOST}/test.txt", {"Range": "bytes=0-9"}),
                         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")

    def test_put_object_example(self):
        headers = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
        self.assertEqual(signature("PUT", f"{HOST}/{sigv4.escape_path('test$file.text')}", headers, b"Welcome to Amazon S3."),
                         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")

    def test_list_objects_example(self):
        query = sigv4.canonical_query({"prefix": "J", "max-keys": "2"})
        self.assertEqual(signature("GET", f"{HOST}/?{query}", {}), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")

    def test_the_session_token_is_sent_and_signed(self):
        signed = sigv4.sign("GET", f"{HOST}/a", {}, sigv4.EMPTY_SHA256, AwsCredentials("A", "s", "token"), "us-east-1", "s3", NOW)
        self.assertEqual(signed["x-amz-security-token"], "token")
        self.assertIn("x-amz-security-token", signed["authorization"])

    def test_credentials_do_not_show_their_secrets(self):
        shown = repr(AwsCredentials("AKIA", "very-secret", "very-token"))
        self.assertNotIn("very", shown)


if __name__ == "__main__":
    unittest.main()
