"""Endpoint overrides and regions, as the AWS SDKs read them."""

import unittest

from jobkit.aws_endpoints import override, region
from jobkit.errors import BadInput


class Endpoints(unittest.TestCase):
    def test_the_services_own_variable_beats_the_general_one(self):
        environ = {"AWS_ENDPOINT_URL": "http://all/", "AWS_ENDPOINT_URL_S3": "http://s3"}
        self.assertEqual(override(environ, "S3"), "http://s3")
        self.assertEqual(override(environ, "SECRETS_MANAGER"), "http://all")
        self.assertIsNone(override({}, "S3"))

    def test_overrides_can_be_turned_off(self):
        self.assertIsNone(override({"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"}, "S3"))

    def test_what_is_not_a_url_is_refused(self):
        with self.assertRaises(BadInput):
            override({"AWS_ENDPOINT_URL_S3": "localhost:9000"}, "S3")

    def test_the_region_comes_from_the_environment_then_the_document(self):
        self.assertEqual(region({"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, "c"), "a")
        self.assertEqual(region({"AWS_DEFAULT_REGION": "b"}, "c"), "b")
        self.assertEqual(region({}, "c"), "c")
        with self.assertRaises(BadInput):
            region({})


if __name__ == "__main__":
    unittest.main()
