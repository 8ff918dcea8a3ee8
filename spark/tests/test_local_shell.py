"""The preparation job end to end, with the local shell, against the fake cloud."""

import contextlib
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from governed_spark import cli, local_shell
from governed_spark.shards import ShardWriter
from jobkit.digests import files_digest
from testkit import jobs
from testkit.fake_cloud import CANARIES, CLIENT_SECRET, FakeCloud, Fault

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ("cik", "name", "text", "year")
OUTPUT = jobs.key(jobs.OUTPUT_AT)


def corpus(seed: int, companies: int = 8) -> dict[str, bytes]:
    rng = random.Random(seed)
    words = "our results could suffer if customers change what they buy from the company in this market because of law and price".split()
    files = {}
    for year in (2021, 2022, 2023):
        rows = [{"cik": f"{number:010d}", "name": f"Company {number}", "text": " ".join(rng.choice(words) for _ in range(200)).capitalize() + "."}
                for number in range(companies)]
        rows.append(rows[0] | {"cik": "0000000099"})  # the same text again under another group
        files[f"year={year}/part-0.json"] = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return files


class Prepare(unittest.TestCase):
    def setUp(self):
        self.cloud = FakeCloud()
        self.enterContext(self.cloud)

    def run_job(self, files=None, columns=COLUMNS, **changes):
        version = jobs.put_source(self.cloud, files if files is not None else corpus(1), columns)
        return self.run_document(jobs.prepare_job(self.cloud, version, **changes))

    def run_document(self, document):
        uri = jobs.put_job(self.cloud, document)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(["--job", uri, "--shell", "local"], jobs.runtime(self.cloud))
        self.printed = out.getvalue() + err.getvalue()
        self.error = err.getvalue().splitlines()[-1] if err.getvalue() else ""
        for canary in CANARIES:
            self.assertNotIn(canary, self.printed + json.dumps([body.decode(errors="replace") for body in self.cloud.objects.values()]))
        return code

    def manifest(self):
        return json.loads(self.cloud.objects[jobs.key(jobs.MANIFEST)])

    def rows(self, split=None):
        files = [file for file in self.manifest()["outputs"][0]["files"] if split in (None, file["split"])]
        return [json.loads(line) for file in files for line in self.cloud.objects[f"{OUTPUT}/{file['path']}"].splitlines()]

    def test_the_manifest_says_exactly_what_was_written(self):
        self.assertEqual(self.run_job(), 0)
        manifest = self.manifest()
        output = manifest["outputs"][0]
        for file in output["files"]:
            body = self.cloud.objects[f"{OUTPUT}/{file['path']}"]
            self.assertEqual((file["bytes"], file["sha256"], file["rows"]), (len(body), hashlib.sha256(body).hexdigest(), body.count(b"\n")))
            self.assertTrue(file["path"].startswith(f"version=1/split={file['split']}/part-"))
        self.assertEqual(manifest["digest"], files_digest((file["path"], file["sha256"]) for file in output["files"]))
        self.assertEqual(output["rows"], len(self.rows()))
        self.assertEqual(output["tokens"], sum(row["tokens"] for row in self.rows()))
        self.assertEqual({name: split["rows"] for name, split in output["splits"].items()},
                         {name: len(self.rows(name)) for name in ("train", "validation")})
        self.assertEqual([column["name"] for column in output["columns"]], list(self.rows()[0]))
        source = corpus(1)
        self.assertEqual((manifest["inputs"][0]["files"], manifest["inputs"][0]["bytes"], manifest["inputs"][0]["rows"]),
                         (3, sum(map(len, source.values())), 27))
        self.assertEqual(manifest["run"], {"uid": "7f0c", "attempt": 1})
        self.assertEqual((manifest["startedAt"][:10], manifest["code"]["shell"]), ("2026-11-24", "local"))

    def test_groups_are_not_divided_and_copies_are_gone(self):
        self.run_job()
        train, validation = ({row["group"] for row in self.rows(name)} for name in ("train", "validation"))
        self.assertTrue(train and validation)
        self.assertFalse(train & validation)
        self.assertNotIn("0000000099", train | validation)
        texts = [row["completion"] for row in self.rows()]
        self.assertEqual(len(texts), len(set(texts)))

    def test_governed_storage_is_read_and_written_with_vended_credentials_only(self):
        self.run_job()
        governed = self.cloud.requests("/governed/")
        self.assertGreaterEqual(len(governed), 6)
        self.assertEqual({seen.identity for seen in governed}, {"vended"})

    def test_the_source_is_read_one_file_after_the_other(self):
        self.run_job()
        reads = [seen.path for seen in self.cloud.requests("GET /governed/raw")]
        self.assertEqual(len(reads), 3)
        self.assertEqual(reads, sorted(reads))

    def test_the_filter_and_folder_columns_apply(self):
        self.assertEqual(self.run_job(source__filter="year >= 2023 AND name != 'Company 1'"), 0)
        prompts = {row["prompt"] for row in self.rows()}
        self.assertTrue(all(prompt.endswith(", 2023:") for prompt in prompts))
        self.assertNotIn("Company Company 1, 2023:", prompts)
        self.assertEqual(self.manifest()["inputs"][0]["rows"], 27)

    def test_an_existing_output_table_is_written_with_its_own_credentials(self):
        self.cloud.add_table(jobs.OUTPUT, "77aa", jobs.OUTPUT_AT)
        self.assertEqual(self.run_job(output__tableId="77aa"), 0)
        self.assertEqual(self.cloud.requests("temporary-path-credentials"), [])

    # --- versions ------------------------------------------------------------------------------------------------

    def test_a_job_that_is_started_twice_writes_one_version(self):
        self.run_job()
        before = {name: body for name, body in self.cloud.objects.items() if name.startswith(OUTPUT)}
        self.assertEqual(self.run_job(), 0)
        self.assertEqual({name: body for name, body in self.cloud.objects.items() if name.startswith(OUTPUT)}, before)

    def test_another_attempt_writes_another_version(self):
        self.run_job()
        self.assertEqual(self.run_job(run__attempt=2), 0)
        self.assertEqual(self.manifest()["outputs"][0]["version"], "2")
        self.assertIn(f"{OUTPUT}/version=1/split=train/part-00000.json", self.cloud.objects)

    def test_a_job_that_broke_off_goes_on_in_its_own_version(self):
        self.cloud.faults.append(Fault("PUT /governed/prepared/finance/curated/risk_factors_sft/version", 403, times=1))
        self.assertEqual(self.run_job(), 3)
        self.assertNotIn(jobs.key(jobs.MANIFEST), self.cloud.objects)
        self.assertEqual(self.run_job(), 0)
        self.assertEqual(self.manifest()["outputs"][0]["version"], "1")

    def test_a_claim_whose_answer_was_lost_is_recognised(self):
        self.cloud.faults.append(Fault("_versions/1.json", after_effect=True))
        self.assertEqual(self.run_job(), 0)
        self.assertEqual(self.manifest()["outputs"][0]["version"], "1")

    def test_a_version_of_somebody_else_is_never_written_into(self):
        self.cloud.objects[f"{OUTPUT}/_versions/4.json"] = b'{"run": {"uid": "other", "attempt": 1}}'
        self.assertEqual(self.run_job(), 0)
        self.assertEqual(self.manifest()["outputs"][0]["version"], "5")

    def test_two_jobs_that_race_get_two_versions(self):
        original = json.dumps({"run": {"uid": "faster", "attempt": 1}}).encode()
        create = local_shell.versions.GovernedStorage.create

        def overtaken(storage, path, body, content_type):
            self.cloud.objects.setdefault(f"{OUTPUT}/_versions/1.json", original)
            return create(storage, path, body, content_type)

        with mock.patch.object(local_shell.versions.GovernedStorage, "create", overtaken):
            self.assertEqual(self.run_job(), 0)
        self.assertEqual(self.manifest()["outputs"][0]["version"], "2")
        self.assertEqual(self.cloud.objects[f"{OUTPUT}/_versions/1.json"], original)

    # --- the pinned source ---------------------------------------------------------------------------------------

    def test_a_source_that_changed_ends_with_code_4(self):
        document = jobs.prepare_job(self.cloud, jobs.put_source(self.cloud, corpus(1), COLUMNS))
        path = f"{jobs.key(jobs.SOURCE_AT)}/year=2022/part-0.json"
        for change in ("other", "gone", "snapshot", "table id", "location"):
            with self.subTest(change):
                jobs.put_source(self.cloud, corpus(1), COLUMNS)
                if change == "other":
                    self.cloud.objects[path] = b'{"text": "changed"}\n'
                elif change == "gone":
                    del self.cloud.objects[path]
                elif change == "snapshot":
                    snapshot = jobs.key(f"{jobs.RUNS}/source-snapshot.json")
                    self.cloud.objects[snapshot] = self.cloud.objects[snapshot].replace(b'"bytes": ', b'"bytes": 1', 1)
                elif change == "table id":
                    self.cloud.tables[jobs.SOURCE]["table_id"] = "0000"
                else:
                    self.cloud.tables[jobs.SOURCE]["storage_location"] = "s3://governed/raw/moved"
                self.assertEqual(self.run_document(document), 4)
                self.assertTrue(self.error.startswith("error SourceChanged: "))
                self.assertEqual(self.cloud.objects[jobs.key(jobs.MANIFEST).replace("manifest.json", "failure.txt")].decode(), self.error)
        self.assertFalse([name for name in self.cloud.objects if name.startswith(OUTPUT)])

    def test_files_that_are_not_in_the_snapshot_are_not_read(self):
        document = jobs.prepare_job(self.cloud, jobs.put_source(self.cloud, corpus(1), COLUMNS))
        self.cloud.objects[f"{jobs.key(jobs.SOURCE_AT)}/year=2024/part-0.json"] = b"not even json"
        self.assertEqual(self.run_document(document), 0)

    # --- refusals ------------------------------------------------------------------------------------------------

    def test_a_denial_ends_with_code_3_before_anything_governed_is_touched(self):
        self.cloud.denied.add("5b1e")
        self.assertEqual(self.run_job(), 3)
        self.assertIn("EXTERNAL USE SCHEMA", self.error)
        self.assertEqual(self.cloud.requests("/governed/"), [])

    def test_bad_settings_end_with_code_2_before_anything_governed_is_touched(self):
        for changes, expected in (({"source__filter": "year >"}, "source.filter"), ({"preprocessing__promptTemplate": "{"}, "promptTemplate"),
                                  ({"preprocessing__textColumn": "body"}, "textColumn"), ({"source__table": "x"}, "source.table")):
            with self.subTest(expected):
                self.assertEqual(self.run_job(**changes), 2)
                self.assertIn(expected, self.error)
        self.assertEqual(self.cloud.requests("/governed/"), [])

    def test_a_delta_table_needs_spark(self):
        version = jobs.put_source(self.cloud, corpus(1), COLUMNS)
        self.cloud.tables[jobs.SOURCE]["data_source_format"] = "DELTA"
        self.assertEqual(self.run_document(jobs.prepare_job(self.cloud, version, source__format="DELTA", source__version="3")), 2)
        self.assertIn("PySpark", self.error)

    def test_a_catalog_without_columns_is_checked_against_the_first_record(self):
        self.assertEqual(self.run_job(columns=()), 0)
        self.assertEqual(self.run_job(columns=(), preprocessing__promptTemplate="{title}", run__attempt=2), 2)
        self.assertIn("{title}", self.error)

    def test_a_source_that_gives_nothing_says_why(self):
        self.assertEqual(self.run_job(source__filter="year > 3000"), 1)
        self.assertTrue(self.error.startswith("error NoExamples"))
        self.assertIn("27 filtered out", self.error)
        self.assertEqual(self.run_job(files={}), 2)

    def test_broken_source_files_are_named(self):
        self.assertEqual(self.run_job(files={"year=2023/bad.json": b'{"text": '}), 1)
        self.assertIn("s3://governed/raw/risk_factors/year=2023/bad.json, record 1", self.error)

    def test_a_missing_or_unreadable_document_is_named(self):
        with contextlib.redirect_stderr(io.StringIO()) as err:
            self.assertEqual(cli.main(["--job", "s3://artifacts/none.json"], jobs.runtime(self.cloud)), 3)
            self.assertEqual(cli.main(["--job", "none.json"], jobs.runtime(self.cloud)), 2)
        self.assertIn("s3://artifacts/none.json", err.getvalue())

    def test_a_server_that_echoes_secrets_does_not_get_them_printed(self):
        for match in ("POST /oidc", "GET /api", "temporary-table", "GET /governed/raw", "PUT /governed"):
            with self.subTest(match):
                self.cloud.faults = [Fault(match, 400, {}, f"{{\"message\": \"got {CLIENT_SECRET} and canary-access-token-0\"}}".encode(), times=9)]
                self.assertIn(self.run_job(), (2, 3))  # run_job looks for canaries in all that was printed
                self.cloud.tokens.clear()

    def test_a_cancelled_job_says_so(self):
        with mock.patch.object(local_shell, "prepare", lambda *_: signal.raise_signal(signal.SIGTERM)):
            before = signal.getsignal(signal.SIGTERM)
            self.addCleanup(signal.signal, signal.SIGTERM, before)
            cli.on_terminate()
            self.assertEqual(self.run_job(), 1)
        self.assertTrue(self.error.startswith("error Cancelled"))

    # --- the rest ------------------------------------------------------------------------------------------------

    def test_transient_failures_everywhere_do_not_end_the_job(self):
        for match in ("GET /credentials", "GET /artifacts", "POST / ", "POST /", "POST /oidc", "GET /api", "POST /api", "GET /governed/raw", "PUT /governed", "PUT /artifacts"):
            self.cloud.faults.append(Fault(match, 503, {"Retry-After": "1"}))
        self.cloud.faults.append(Fault("GET /governed/raw", cut_at=1000, times=2))
        self.assertEqual(self.run_job(), 0)
        self.assertEqual(self.manifest()["outputs"][0]["version"], "1")

    def test_one_group_is_all_training(self):
        files = {"year=2023/a.json": json.dumps({"cik": "1", "name": "A", "text": "Our results could suffer if customers change."}).encode()}
        self.assertEqual(self.run_job(files=files), 0)
        self.assertEqual(self.manifest()["outputs"][0]["splits"]["validation"], {"rows": 0, "tokens": 0})

    def test_large_splits_are_written_in_shards(self):
        with mock.patch.object(local_shell, "ShardWriter", lambda *arguments: ShardWriter(*arguments, shard_bytes=2000)):
            self.assertEqual(self.run_job(), 0)
        train = [file for file in self.manifest()["outputs"][0]["files"] if file["split"] == "train"]
        self.assertGreater(len(train), 3)
        self.assertTrue(all(file["bytes"] <= 2000 for file in train))
        self.assertEqual(sum(file["rows"] for file in train), len(self.rows("train")))

    def test_no_scratch_file_is_left(self):
        before = set(os.listdir(tempfile.gettempdir()))
        self.run_job()
        self.assertEqual([name for name in set(os.listdir(tempfile.gettempdir())) - before if name.startswith("governed-")], [])

    def test_the_entry_script_runs_as_a_process_from_the_repository(self):
        uri = jobs.put_job(self.cloud, jobs.prepare_job(self.cloud, jobs.put_source(self.cloud, corpus(1), COLUMNS)))
        ended = subprocess.run([sys.executable, str(ROOT / "spark" / "prepare.py"), "--job", uri, "--shell", "local"], capture_output=True, text=True,
                               env=self.cloud.environ() | {"PATH": os.environ["PATH"]}, timeout=60)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn(jobs.key(jobs.MANIFEST), self.cloud.objects)


if __name__ == "__main__":
    unittest.main()
