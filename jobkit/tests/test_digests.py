"""Digests are what an auditor recomputes."""

import hashlib
import unittest

from jobkit.digests import files_digest


class Digests(unittest.TestCase):
    def test_the_digest_of_files_is_that_of_sha256sum_output_in_path_order(self):
        expected = hashlib.sha256(b"bb  a.json\naa  b/c.json\n").hexdigest()
        self.assertEqual(files_digest([("b/c.json", "aa"), ("a.json", "bb")]), f"sha256:{expected}")


if __name__ == "__main__":
    unittest.main()
