"""The Spark shell: its settings anywhere; its work with local Spark where PySpark is installed."""

import importlib.util
import json
import os
import random
import sys
import unittest
from unittest import mock

from governed_spark import source, spark_session, spark_shell, split
from governed_spark.examples import Counts, Recipe
from jobkit.documents import parse_prepare
from jobkit.errors import JobError, SourceChanged
from testkit import jobs
from testkit.fake_cloud import CLIENT_ID, CLIENT_SECRET, FakeCloud

COLUMNS = ("cik", "name", "text", "year")
HAS_SPARK = importlib.util.find_spec("pyspark") is not None


def rows(seed: int) -> list[dict]:
    rng = random.Random(seed)
    words = "our results could suffer if customers change what they buy from the company in this market because of law and price".split()
    made = [{"cik": f"{number:010d}", "name": f"Company {number}", "year": 2023,
             "text": " ".join(rng.choice(words) for _ in range(150)).capitalize() + "."} for number in range(12)]
    return [*made, made[0] | {"cik": "0000000099"}]


class WithJob(unittest.TestCase):
    def setUp(self):
        self.cloud = FakeCloud()
        self.enterContext(self.cloud)
        lines = "".join(json.dumps({name: row[name] for name in ("cik", "name", "text")}) + "\n" for row in rows(1)).encode()
        self.files = {f"year=2023/part-{number}.json": lines for number in range(2)}
        version = jobs.put_source(self.cloud, self.files, COLUMNS)
        self.job = parse_prepare(json.dumps(jobs.prepare_job(self.cloud, version)).encode())
        self.runtime = jobs.runtime(self.cloud)

    def pinned(self):
        return source.pinned_files(self.cloud.objects[jobs.key(self.job.source.snapshot_uri)], self.job.source)


class WithoutSpark(WithJob):
    def test_the_session_signs_in_to_unity_catalog_for_each_catalog_of_the_job(self):
        found = spark_session.settings(self.runtime, self.job)
        self.assertEqual(found["spark.sql.catalog.finance"], "io.unitycatalog.spark.UCSingleCatalog")
        self.assertEqual(found["spark.sql.catalog.finance.auth.oauth.uri"], f"{self.cloud.url}/oidc/v1/token")
        self.assertEqual((found["spark.sql.catalog.finance.auth.oauth.clientId"], found["spark.sql.catalog.finance.auth.oauth.clientSecret"]),
                         (CLIENT_ID, CLIENT_SECRET))
        self.assertEqual(found["spark.hadoop.fs.s3.impl"], "org.apache.hadoop.fs.s3a.S3AFileSystem")
        self.assertEqual(found["spark.hadoop.fs.s3a.endpoint"], self.cloud.url)

    def test_only_keys_that_spark_redacts_hold_the_secret(self):
        holders = [key for key, value in spark_session.settings(self.runtime, self.job).items() if CLIENT_SECRET in value]
        self.assertTrue(holders)
        self.assertTrue(all("secret" in key.lower() for key in holders))

    def test_a_part_reads_its_pinned_files_with_credentials_of_its_own(self):
        part = list(spark_shell.json_part(self.job, self.cloud.environ(), self.pinned()))
        self.assertEqual(part[-1], (None, None, None, 0, None, None, 26))
        self.assertEqual(part[0][0], "Company Company 0, 2023:")
        self.assertEqual({seen.identity for seen in self.cloud.requests("/governed/")}, {"vended"})

    def test_the_error_of_a_task_keeps_its_exit_code(self):
        for name, code in (("errors.SourceChanged: SourceChanged", 4), ("catalog.CatalogRefused: AccessDenied", 3), ("errors.Refused: AccessDenied", 3),
                           ("errors.BadInput: UnknownColumn", 2), ("errors.JobError: BadSource", 1)):
            told = f"Job aborted due to stage failure: PythonException: Traceback\n  File x\njobkit.{name}: s3://b/x is odd.\n\n\tat org.apache.spark"
            found = spark_shell.typed(RuntimeError(told))
            self.assertEqual((found.exit_code, found.code, found.message), (code, name.split(": ")[1], "s3://b/x is odd."))
        self.assertIsNone(spark_shell.typed(RuntimeError("java.lang.OutOfMemoryError")))

    def test_paths_of_spark_become_paths_below_the_location(self):
        for uri in (f"{jobs.OUTPUT_AT}/split=train/a%20b.parquet", f"{jobs.OUTPUT_AT}/split=train/a%20b.parquet".replace("s3:", "s3a:")):
            self.assertEqual(spark_shell._relative(uri, jobs.OUTPUT_AT), "split=train/a b.parquet")
        with self.assertRaises(JobError):
            spark_shell._relative("s3://governed/elsewhere/a.parquet", jobs.OUTPUT_AT)


@unittest.skipUnless(HAS_SPARK, "PySpark is not installed here")
class WithSpark(WithJob):
    @classmethod
    def setUpClass(cls):
        from pyspark.sql import SparkSession
        # Workers are other processes: they find the packages where this one does, by the JVM's environment.
        cls.enterClassContext(mock.patch.dict(os.environ, {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}))
        cls.spark = (SparkSession.builder.master("local[1]").appName("governed-spark-tests").config("spark.ui.enabled", "false")
                     .config("spark.sql.shuffle.partitions", "2").getOrCreate())

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()

    def frame(self, parts):
        return self.spark.createDataFrame(parts, spark_shell._SCHEMA).persist()

    def from_files(self):
        files = self.pinned()
        environ = self.cloud.environ()
        job = self.job
        return self.frame(self.spark.sparkContext.parallelize(files, len(files)).mapPartitions(lambda part: spark_shell.json_part(job, environ, part)))

    def test_spark_makes_the_same_examples_as_the_core(self):
        counts, expected = Counts(), {}
        for row in rows(1) * 2:
            for example in Recipe(self.job).examples(row, counts):
                expected[example.digest] = example.completion
        frame = self.from_files()
        made = [row.completion for row in spark_shell.distinct_examples(frame).collect()]
        self.assertEqual(sorted(made), sorted(expected.values()))
        self.assertEqual(spark_shell._count_rows(frame), 26)

    def test_spark_splits_by_group_like_the_core(self):
        table = spark_shell.assign_splits(spark_shell.distinct_examples(self.from_files()), self.job).collect()
        sides = {}
        for row in table:
            sides.setdefault(row.group, set()).add(row.split)
        self.assertTrue(all(len(side) == 1 for side in sides.values()))
        places = [split.place(group) for group in sides]
        chosen = split.choose(self.job.preprocessing.validation_fraction, min(places), max(places))
        self.assertEqual({group: next(iter(side)) for group, side in sides.items()}, {group: chosen.of(group) for group in sides})
        self.assertEqual({next(iter(side)) for side in sides.values()}, {"train", "validation"})

    def test_the_rows_of_a_delta_table_go_through_the_same_core(self):
        job = self.job
        frame = self.frame(self.spark.createDataFrame(rows(1)).rdd.mapPartitions(lambda part: spark_shell.delta_part(job, part)))
        self.assertEqual(spark_shell._count_rows(frame), 13)
        self.assertEqual(sorted(row.completion for row in spark_shell.distinct_examples(frame).collect()),
                         sorted(row.completion for row in spark_shell.distinct_examples(self.from_files()).collect()))

    def test_a_file_that_changed_ends_the_job_as_source_changed(self):
        self.cloud.objects[f"{jobs.key(jobs.SOURCE_AT)}/year=2023/part-0.json"] += b" "
        with self.assertRaises(Exception) as caught:
            self.from_files().count()
        self.assertIsInstance(spark_shell.typed(caught.exception), SourceChanged)

    def test_a_source_that_gives_nothing_is_an_error(self):
        with self.assertRaises(JobError):
            spark_shell.assign_splits(spark_shell.distinct_examples(self.frame([(None, None, None, 0, None, None, 0)])), self.job)


if __name__ == "__main__":
    unittest.main()
