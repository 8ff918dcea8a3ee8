"""Unity Catalog: sign-in, tables, vending, and governed storage on top of it."""

import json
import unittest

from jobkit.catalog import CatalogRefused, TableNotFound
from jobkit.documents import parse_prepare
from jobkit.errors import BadInput, JobError, Refused
from testkit import jobs
from testkit.fake_cloud import CLIENT_SECRET, FakeCloud, Fault


class WithCatalog(unittest.TestCase):
    def setUp(self):
        self.cloud = FakeCloud()
        self.enterContext(self.cloud)
        version = jobs.put_source(self.cloud, {"a.json": b"{}\n"}, ("text",))
        self.job = parse_prepare(json.dumps(jobs.prepare_job(self.cloud, version)).encode())
        self.runtime = jobs.runtime(self.cloud)
        self.catalog = self.runtime.catalog(self.job.common)

    def storage(self, operation="READ"):
        return self.runtime.table_storage(self.catalog, self.job.common, jobs.SOURCE, "5b1e", jobs.SOURCE_AT, operation)


class SignIn(WithCatalog):
    def test_the_token_is_used_again_and_renewed_early(self):
        for _ in range(3):
            self.catalog.table(jobs.SOURCE)
        self.assertEqual(len(self.cloud.requests("POST /oidc/v1/token")), 1)
        self.cloud.clock.advance(3400)
        self.catalog.table(jobs.SOURCE)
        self.assertEqual(len(self.cloud.requests("POST /oidc/v1/token")), 2)

    def test_a_token_that_was_revoked_is_replaced_once(self):
        self.catalog.table(jobs.SOURCE)
        self.cloud.tokens.clear()
        self.assertEqual(self.catalog.table(jobs.SOURCE).table_id, "5b1e")

    def test_a_rotated_secret_is_read_again_at_renewal(self):
        self.cloud.secrets["governed-finetune/default"] = json.dumps({"client_id": "old", "client_secret": "old-client-secret"})
        with self.assertRaises(CatalogRefused) as caught:
            self.catalog.table(jobs.SOURCE)
        self.assertEqual((caught.exception.code, caught.exception.exit_code), ("SignInRefused", 3))
        self.cloud.secrets["governed-finetune/default"] = json.dumps({"client_id": "7a1f0000-sp", "client_secret": CLIENT_SECRET})
        self.assertEqual(self.catalog.table(jobs.SOURCE).table_id, "5b1e")

    def test_a_busy_token_endpoint_is_waited_for(self):
        self.cloud.faults.append(Fault("POST /oidc", 429, {"Retry-After": "7"}, times=2))
        self.catalog.table(jobs.SOURCE)
        self.assertTrue(all(wait >= 7 for wait in self.cloud.clock.slept))

    def test_a_secret_that_is_missing_or_broken_is_named_but_never_shown(self):
        for content, expected in ((None, "NotFound"), ("not-json-canary", "BadSecret"), ('{"client_id": "x-canary-y"}', "BadSecret"),
                                  ('["canary-value"]', "BadSecret"), ('{"client_id": "a", "client_secret": ""}', "BadSecret")):
            with self.subTest(content):
                self.cloud.secrets.pop("governed-finetune/default", None)
                if content is not None:
                    self.cloud.secrets["governed-finetune/default"] = content
                with self.assertRaises(JobError) as caught:
                    self.catalog.table(jobs.SOURCE)
                self.assertEqual(caught.exception.code, expected)
                self.assertIn("governed-finetune/default", caught.exception.message)
                self.assertNotIn("canary", caught.exception.message)


class Tables(WithCatalog):
    def test_a_table_has_its_id_format_location_and_columns(self):
        table = self.catalog.table(jobs.SOURCE)
        self.assertEqual((table.table_id, table.format, table.location, table.columns), ("5b1e", "JSON", jobs.SOURCE_AT, ("text",)))

    def test_a_missing_table_is_not_mistaken_for_a_missing_api(self):
        with self.assertRaises(TableNotFound):
            self.catalog.table("finance.raw.nothing")
        self.cloud.faults.append(Fault("GET /api", 404, {}, b'{"error_code":"ENDPOINT_NOT_FOUND","message":"No API found"}'))
        with self.assertRaises(CatalogRefused) as caught:
            self.catalog.table(jobs.SOURCE)
        self.assertNotIsInstance(caught.exception, TableNotFound)

    def test_row_filters_and_masks_are_refused_because_files_would_bypass_them(self):
        self.cloud.tables[jobs.SOURCE]["row_filter"] = {"function_name": "f"}
        with self.assertRaises(Refused) as caught:
            self.catalog.table(jobs.SOURCE)
        self.assertEqual(caught.exception.code, "FineGrainedControl")
        del self.cloud.tables[jobs.SOURCE]["row_filter"]
        self.cloud.tables[jobs.SOURCE]["columns"][0]["mask"] = {"function_name": "f"}
        with self.assertRaises(Refused) as caught:
            self.catalog.table(jobs.SOURCE)
        self.assertIn("text", caught.exception.message)

    def test_error_answers_of_any_shape_become_typed_errors(self):
        for status, body in ((403, b"<html><pre>Forbidden</pre></html>"), (403, b""), (400, b'{"error":"odd"}'), (403, b"[1,2]"),
                             (303, b""), (403, b'{"error_code": 17, "message": null, "details": "x"}')):
            with self.subTest(body):
                self.cloud.faults.append(Fault("GET /api", status, {}, body))
                with self.assertRaises(CatalogRefused) as caught:
                    self.catalog.table(jobs.SOURCE)
                self.assertEqual((caught.exception.status, caught.exception.exit_code), (status, 3))
                self.assertIn(jobs.SOURCE, caught.exception.message)


class Vending(WithCatalog):
    def test_a_denial_quotes_the_privilege_and_the_request(self):
        self.cloud.denied.add("5b1e")
        with self.assertRaises(CatalogRefused) as caught:
            self.storage().read("a.json")
        self.assertEqual(caught.exception.code, "AccessDenied")
        for expected in ("EXTERNAL USE SCHEMA", "finance.raw", jobs.SOURCE, "req-1"):
            self.assertIn(expected, caught.exception.message)

    def test_a_metastore_without_external_access_is_explained(self):
        bodies = ({"error_code": "PERMISSION_DENIED", "message": "External Data Access from non Databricks Compute environment is disabled for metastore x."},
                  {"error_code": "PERMISSION_DENIED", "message": "no", "details": [{"reason": "EXTERNAL_ACCESS_DISABLED_ON_METASTORE"}]})
        for body in bodies:
            self.cloud.faults.append(Fault("temporary-table", 403, {}, json.dumps(body).encode()))
            with self.assertRaises(CatalogRefused) as caught:
                self.storage().read("a.json")
            self.assertIn("metastore admin must enable external data access", caught.exception.message)

    def test_a_long_job_reads_on_with_renewed_credentials(self):
        self.cloud.vended_life = 300.0
        storage = self.storage()
        for _ in range(30):  # half an hour on five-minute credentials
            self.assertEqual(storage.read("a.json"), b"{}\n")
            self.cloud.clock.advance(60)
        vended = self.cloud.requests("temporary-table-credentials")
        self.assertGreaterEqual(len(vended), 8)
        self.assertEqual({seen.status for seen in self.cloud.requests("GET /governed")}, {200})

    def test_a_revoked_grant_stops_the_job_at_the_next_renewal(self):
        storage = self.storage()
        storage.read("a.json")
        self.cloud.denied.add("5b1e")
        self.cloud.clock.advance(3400)
        with self.assertRaises(CatalogRefused):
            storage.read("a.json")

    def test_credentials_of_one_table_do_not_open_another_place(self):
        self.cloud.objects["governed/raw/other/a.json"] = b"{}"
        storage = self.storage()
        storage.location, storage._root = "s3://governed/raw/other", "raw/other"
        with self.assertRaises(Refused):
            storage.read("a.json")

    def test_read_credentials_do_not_write(self):
        with self.assertRaises(Refused):
            self.storage().create("b.json", b"x", "application/json")
        self.storage("READ_WRITE").create("b.json", b"x", "application/json")

    def test_the_roles_own_credentials_never_touch_governed_storage(self):
        self.storage().read("a.json")
        self.assertEqual({seen.identity for seen in self.cloud.requests("/governed/")}, {"vended"})

    def test_paths_that_leave_the_location_are_refused(self):
        for path in ("../other/a.json", "/a.json", "a//b", "a/../../b", "", "./a"):
            with self.subTest(path), self.assertRaises(BadInput):
                self.storage().open(path)
        self.assertEqual(self.cloud.requests("/governed/"), [])

    def test_an_answer_for_another_cloud_is_refused(self):
        self.cloud.faults.append(Fault("temporary-table", 200, {}, b'{"azure_user_delegation_sas": {"sas_token": "x"}, "expiration_time": 1}'))
        with self.assertRaises(Refused) as caught:
            self.storage().read("a.json")
        self.assertIn("S3", caught.exception.message)


if __name__ == "__main__":
    unittest.main()
