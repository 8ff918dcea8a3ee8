"""scripts/package_jobs.py: what it builds is the same every time, and runs without the repository."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from jobkit.digests import code_digest
from testkit import jobs
from testkit.fake_cloud import FakeCloud

ROOT = Path(__file__).resolve().parents[2]
TEXT = "Our results could suffer if customers in this market change what they buy from us. "


class Packaging(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.package(self.folder)

    def package(self, folder):
        subprocess.run([sys.executable, str(ROOT / "scripts" / "package_jobs.py"), str(folder)], check=True)

    def run_program(self, *command, **environ):
        return subprocess.run([sys.executable, *map(str, command)], env={"PATH": os.environ["PATH"], **environ}, cwd=self.folder,
                              capture_output=True, text=True, timeout=120)

    def test_the_archive_has_the_same_bytes_every_time_and_only_sources(self):
        with tempfile.TemporaryDirectory() as other:
            self.package(Path(other))
            self.assertEqual((self.folder / "governed_jobs.zip").read_bytes(), Path(other, "governed_jobs.zip").read_bytes())
        staged = {path.suffix for path in (self.folder / "trainer-image").rglob("*") if path.is_file()}
        self.assertEqual(staged, {".py", ""})
        self.assertTrue(os.access(self.folder / "trainer-image" / "train", os.X_OK))

    def test_packaging_again_leaves_no_file_of_before(self):
        stale = self.folder / "trainer-image" / "governed_trainer" / "gone.py"
        stale.write_text("")
        self.package(self.folder)
        self.assertFalse(stale.exists())

    def test_the_code_has_the_same_digest_from_the_archive_and_from_folders(self):
        ask = "from jobkit.digests import code_digest; print(code_digest('jobkit'))"
        answer = self.run_program("-c", ask, PYTHONPATH=str(self.folder / "governed_jobs.zip"))
        self.assertEqual((answer.stdout.strip(), answer.stderr), (code_digest("jobkit"), ""))

    def test_both_jobs_run_from_what_was_packaged(self):
        with FakeCloud() as cloud:
            rows = [{"cik": str(number), "name": f"N{number}", "text": f"Company {number}. " + TEXT * 20} for number in range(6)]
            version = jobs.put_source(cloud, {"year=2023/a.json": "".join(json.dumps(row) + "\n" for row in rows).encode()}, ("cik", "name", "text", "year"))
            uri = jobs.put_job(cloud, jobs.prepare_job(cloud, version))
            prepared = self.run_program("prepare.py", "--job", uri, "--shell", "local", **cloud.environ())
            self.assertEqual((prepared.returncode, prepared.stderr), (0, ""))

            manifest = json.loads(cloud.objects[jobs.key(jobs.MANIFEST)])
            output = manifest["outputs"][0]
            cloud.add_table(jobs.OUTPUT, "77aa", jobs.OUTPUT_AT)
            dataset = {name: output[name] for name in ("table", "version", "format", "location", "files")} | {"tableId": "77aa", "digest": manifest["digest"]}
            uri = jobs.put_job(cloud, jobs.train_job(cloud, dataset, training__hyperparameters={"maxSteps": "20"}))
            trained = self.run_program(Path("trainer-image", "train"), GOVERNED_JOB_URI=uri, SAGEMAKER_BASE_DIR=str(self.folder / "ml"), **cloud.environ())
            self.assertEqual((trained.returncode, trained.stderr), (0, ""))
        left = json.loads((self.folder / "ml" / "model" / "manifest.json").read_text())
        self.assertEqual(left["inputs"][0]["digest"], manifest["digest"])
        self.assertLess(left["metrics"]["lastEvalLoss"], left["metrics"]["firstEvalLoss"])

    def test_a_training_without_a_document_fails_as_the_contract_says(self):
        ended = self.run_program(Path("trainer-image", "train"), SAGEMAKER_BASE_DIR=str(self.folder / "ml"))
        self.assertEqual(ended.returncode, 2)
        self.assertTrue(ended.stderr.splitlines()[-1].startswith("error BadConfiguration: GOVERNED_JOB_URI"))
        self.assertEqual((self.folder / "ml" / "output" / "failure").read_text(), ended.stderr.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
