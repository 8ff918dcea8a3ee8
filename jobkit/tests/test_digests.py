"""Digests are what an auditor recomputes; they must not depend on how the code was shipped."""

import hashlib
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from jobkit.digests import code_digest, files_digest

ROOT = Path(__file__).resolve().parents[2]


class Digests(unittest.TestCase):
    def test_the_digest_of_files_is_that_of_sha256sum_output(self):
        expected = hashlib.sha256(b"aa  a.json\nbb  b/c.json\n").hexdigest()
        self.assertEqual(files_digest([("b/c.json", "bb"), ("a.json", "aa")]), f"sha256:{expected}")

    def test_the_code_has_the_same_digest_from_a_zip_and_from_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, str(ROOT / "scripts" / "package_jobs.py"), folder], check=True)
            ask = "from jobkit.digests import code_digest; print(code_digest('jobkit'))"
            answer = subprocess.run([sys.executable, "-c", ask], env={"PYTHONPATH": f"{folder}/governed_jobs.zip"}, cwd=folder,
                                    check=True, capture_output=True, text=True)
        self.assertEqual(answer.stdout.strip(), code_digest("jobkit"))

    def test_packaging_twice_gives_the_same_bytes_and_a_runnable_image(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            for folder in (one, other):
                subprocess.run([sys.executable, str(ROOT / "scripts" / "package_jobs.py"), folder], check=True)
            self.assertEqual(Path(one, "governed_jobs.zip").read_bytes(), Path(other, "governed_jobs.zip").read_bytes())
            base = Path(one, "base")
            ended = subprocess.run([str(Path(one, "trainer-image", "train"))], capture_output=True, text=True,
                                   env={"SAGEMAKER_BASE_DIR": str(base), "PATH": "/usr/bin:/bin:" + str(Path(sys.executable).parent)})
            self.assertEqual(ended.returncode, 2)
            self.assertTrue(ended.stderr.splitlines()[-1].startswith("error BadConfiguration: GOVERNED_JOB_URI"))
            self.assertEqual((base / "output" / "failure").read_text(), ended.stderr.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
