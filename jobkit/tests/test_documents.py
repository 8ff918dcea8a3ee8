"""Job documents: what is accepted, and that every complaint names the field."""

import copy
import json
import unittest

from jobkit.documents import parse_prepare, parse_snapshot, parse_train
from jobkit.errors import BadInput
from testkit import jobs
from testkit.fake_cloud import FakeCloud

VERSION = "sha256:" + "0" * 64


def prepare() -> dict:
    return jobs.prepare_job(FakeCloud(), VERSION)


def train() -> dict:
    cloud = FakeCloud()
    return jobs.train_job(cloud, jobs.put_prepared(cloud, {"train": [{"prompt": "a", "completion": "b"}]}))


class Documents(unittest.TestCase):
    def refused(self, parse, document) -> str:
        with self.assertRaises(BadInput) as caught:
            parse(document if isinstance(document, bytes) else json.dumps(document).encode())
        self.assertEqual(caught.exception.exit_code, 2)
        return caught.exception.message

    def test_the_documents_of_the_contract_are_accepted(self):
        job = parse_prepare(json.dumps(prepare() | {"progressUri": None}).encode())
        self.assertEqual((job.source.table, job.output.table_id, str(job.preprocessing.validation_fraction)), (jobs.SOURCE, None, "0.2"))
        self.assertEqual(parse_train(json.dumps(train()).encode()).dataset.files[0].split, "train")

    def test_every_wrong_field_of_a_preparation_is_named(self):
        wrong = {
            "schemaVersion": 2, "kind": "TrainJob", "manifestUri": "https://x/y", "run__uid": "", "run__attempt": 0, "run__name": None,
            "catalog__host": "http://dbc.example.com", "catalog__flavor": "Other", "credentials__secretId": 5, "credentials__region": None,
            "source__table": "raw.risk", "source__format": "CSV", "source__version": "12", "source__snapshotUri": None, "source__location": "/x",
            "source__filter": 7, "preprocessing__maxTokens": "128", "preprocessing__validationFraction": 0.05,
            "preprocessing__textColumn": None, "output__table": "x", "output__location": "s3://bucket", "output": [],
        }
        for path, value in wrong.items():
            with self.subTest(path):
                document = prepare()
                jobs.set_path(document, path, value)
                self.assertIn(path.replace("__", "."), self.refused(parse_prepare, document))

    def test_every_wrong_field_of_a_training_is_named(self):
        wrong = {
            "dataset__tableId": None, "dataset__digest": "sha256:00", "dataset__files": {}, "model__id": "", "training__method": "DPO",
            "training__maxTokens": True, "training__hyperparameters": {"epochs": 1}, "training__checkpoints": "yes", "progressUri": "x",
        }
        for path, value in wrong.items():
            with self.subTest(path):
                document = train()
                jobs.set_path(document, path, value)
                self.assertIn(path.replace("__", "."), self.refused(parse_train, document))

    def test_a_misspelt_field_is_refused_instead_of_ignored(self):
        document = prepare()
        document["source"]["filtre"] = document["source"].pop("filter")
        self.assertIn("source.filtre", self.refused(parse_prepare, document))

    def test_hosts_are_https_or_loopback_and_have_no_path(self):
        for host, good in (("https://dbc-x.cloud.databricks.com", True), ("https://dbc-x.cloud.databricks.com/", True), ("http://127.0.0.1:8080", True),
                           ("http://localhost.evil.example", False), ("https://user@host", False), ("https://host/api", False), ("ftp://x", False)):
            with self.subTest(host):
                document = prepare()
                jobs.set_path(document, "catalog__host", host)
                if good:
                    self.assertFalse(parse_prepare(json.dumps(document).encode()).common.host.endswith("/"))
                else:
                    self.refused(parse_prepare, document)

    def test_fractions_are_decimal_strings_below_one(self):
        for fraction, good in (("0.05", True), (".5", True), ("0", True), ("1", False), ("1.0", False), ("-0.1", False), ("5%", False), ("nan", False), ("1e-2", False)):
            with self.subTest(fraction):
                document = prepare()
                jobs.set_path(document, "preprocessing__validationFraction", fraction)
                if good:
                    parse_prepare(json.dumps(document).encode())
                else:
                    self.refused(parse_prepare, document)

    def test_an_output_over_the_source_is_refused(self):
        for location in (jobs.SOURCE_AT, jobs.SOURCE_AT + "/prepared", "s3://governed/raw"):
            with self.subTest(location):
                document = prepare()
                jobs.set_path(document, "output__location", location)
                self.assertIn("overlaps", self.refused(parse_prepare, document))

    def test_a_delta_source_needs_a_number_and_no_snapshot(self):
        document = prepare()
        document["source"] |= {"format": "DELTA", "version": "12", "snapshotUri": None}
        self.assertEqual(parse_prepare(json.dumps(document).encode()).source.version, "12")
        document["source"]["version"] = VERSION
        self.assertIn("source.version", self.refused(parse_prepare, document))

    def test_the_digest_must_be_that_of_the_files(self):
        document = train()
        document["dataset"]["files"][0]["path"] = "version=2/x.json"
        self.assertIn("dataset.digest", self.refused(parse_train, document))

    def test_a_dataset_without_training_rows_is_refused(self):
        cloud = FakeCloud()
        document = jobs.train_job(cloud, jobs.put_prepared(cloud, {"validation": [{"prompt": "a", "completion": "b"}]}))
        self.assertIn("train split", self.refused(parse_train, document))

    def test_paths_in_lists_stay_below_the_location_and_come_once(self):
        file = {"path": "a.json", "bytes": 1, "etag": '"x"'}
        for files, expected in (([file | {"path": "../a"}], "../a"), ([file, file], "twice"), ([file | {"etag": ""}], "files[0].etag")):
            with self.subTest(expected):
                body = json.dumps({"schemaVersion": 1, "files": files}).encode()
                self.assertIn(expected, self.refused(lambda document: parse_snapshot(document, "s3://a/b"), body))

    def test_what_is_not_json_or_not_an_object_is_refused(self):
        for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 200_000):
            with self.subTest(body[:10]):
                self.refused(parse_prepare, body)
                self.refused(parse_train, body)

    def test_no_single_field_taken_away_crashes_the_parser(self):
        def without(document, path=()):
            for name, value in document.items():
                yield (*path, name)
                if isinstance(value, dict):
                    yield from without(value, (*path, name))

        for parse, make in ((parse_prepare, prepare), (parse_train, train)):
            whole = make()
            for path in without(whole):
                for replacement in ("absent", None, [], {}, "", -1, True):
                    document = copy.deepcopy(whole)
                    parent = document
                    for name in path[:-1]:
                        parent = parent[name]
                    if replacement == "absent":
                        del parent[path[-1]]
                    else:
                        parent[path[-1]] = replacement
                    try:
                        parse(json.dumps(document).encode())
                    except BadInput as failure:
                        self.assertTrue(failure.message)


if __name__ == "__main__":
    unittest.main()
