"""Ingest of EDGAR filings: fiscal time, Item 1A, the layout, and EDGAR's rules."""

import contextlib
import io
import json
import tempfile
import unittest
from datetime import date
from pathlib import Path

from governed_spark.edgar import ingest
from governed_spark.edgar.client import EdgarClient
from governed_spark.edgar.filings import fiscal_period
from governed_spark.edgar.item_1a import risk_factors
from governed_spark.records import partition_columns
from jobkit.errors import BadInput, JobError
from jobkit.retry import RetryPolicy
from testkit.fake_clock import FakeClock

RISK = "Our results could suffer if customers in this market change what they buy from us."
DOCUMENT = f"""<html><head><title>Item 1A</title></head><body><ix:header><ix:hidden>Item 1A. hidden {RISK * 50}</ix:hidden></ix:header>
<table><tr><td>Item 1A.</td><td>Risk Factors</td><td>12</td></tr><tr><td>Item 1B.</td><td>Unresolved Staff Comments</td></tr></table>
<p>Item 1. Business</p><p>See Item 1A for risks.</p><p><b>Item&#160;1A.&nbsp;Risk Factors</b></p><p>{RISK}</p><p><i>Law</i></p><p>{RISK}</p>
<p>Item 1B. Unresolved Staff Comments</p><p>None.</p></body></html>"""


class FiscalTime(unittest.TestCase):
    def test_periods(self):
        for end, closing, expected in (
                ("2023-12-31", "1231", (2023, 4)), ("2023-03-31", "1231", (2023, 1)), ("2023-06-30", "1231", (2023, 2)), ("2023-09-30", "1231", (2023, 3)),
                ("2023-09-30", "0930", (2023, 4)), ("2022-12-31", "0930", (2023, 1)), ("2023-04-01", "0930", (2023, 2)), ("2023-07-01", "0930", (2023, 3)),
                ("2024-01-31", "0131", (2024, 4)), ("2023-04-30", "0131", (2024, 1)), ("2023-10-31", "0131", (2024, 3)), ("2024-01-02", "1231", (2023, 4)),
                ("2023-06-30", "0630", (2023, 4)), ("2023-03-31", "0630", (2023, 3))):
            with self.subTest(end, closing=closing):
                self.assertEqual(fiscal_period(date.fromisoformat(end), closing), expected)


class Item1A(unittest.TestCase):
    def test_the_section_is_found_and_not_its_mentions(self):
        self.assertEqual(risk_factors(DOCUMENT), f"{RISK}\n\nLaw\n\n{RISK}")

    def test_a_quarterly_report_has_it_in_part_two(self):
        document = f"<p>PART II</p><p>Part II - Item 1A. Risk Factors</p><p>{RISK}</p><p>Item 2. Unregistered Sales</p><p>x</p>"
        self.assertEqual(risk_factors(document), RISK)

    def test_filings_without_it_give_nothing(self):
        for document in ("", "<p>Item 2. Properties</p>", "<p>Item 1A. Risk Factors</p><p>Item 1B. None</p>"):
            with self.subTest(document):
                self.assertEqual(risk_factors(document), "")


class Answer:
    def __init__(self, status, body):
        self.status, self.body, self.headers = status, body, {}

    def read(self, size=None):
        return self.body

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Edgar:
    """EDGAR as a transport, with the requests and when they came."""

    def __init__(self, clock):
        self.clock = clock
        self.requests = []
        self.pages = {}
        self.busy = 0

    def send(self, method, url, headers, body=None):
        self.requests.append((self.clock.now(), url, headers["User-Agent"]))
        if self.busy:
            self.busy -= 1
            return Answer(429, b"")
        found = self.pages.get(url)
        return Answer(200, found) if found is not None else Answer(404, b"")


def page(*filings):
    names = ("form", "accessionNumber", "filingDate", "reportDate", "primaryDocument")
    return {name: [filing[index] for filing in filings] for index, name in enumerate(names)}


class Ingest(unittest.TestCase):
    def setUp(self):
        self.clock = FakeClock()
        self.edgar = Edgar(self.clock)
        self.output = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.client = EdgarClient("Example data@example.com", self.clock, self.edgar, RetryPolicy(self.clock))
        recent = page(("10-K", "0001-23-000001", "2023-11-03", "2023-09-30", "a.htm"), ("10-K/A", "0001-23-000009", "2023-12-03", "2023-09-30", "z.htm"),
                      ("8-K", "0001-23-000002", "2023-11-02", "", "b.htm"), ("10-Q", "0001-23-000003", "2023-08-04", "2023-07-01", "c.htm"))
        older = page(("10-K", "0001-09-000001", "2009-10-27", "2009-09-26", "d.htm"))
        company = {"cik": "320193", "name": "Example Inc.", "tickers": ["EXM"], "fiscalYearEnd": "0930",
                   "filings": {"recent": recent, "files": [{"name": "CIK0000320193-submissions-001.json"}]}}
        self.edgar.pages = {
            "https://data.sec.gov/submissions/CIK0000320193.json": json.dumps(company).encode(),
            "https://data.sec.gov/submissions/CIK0000320193-submissions-001.json": json.dumps(older).encode(),
            "https://www.sec.gov/Archives/edgar/data/320193/000123000001/a.htm": DOCUMENT.encode(),
            "https://www.sec.gov/Archives/edgar/data/320193/000123000003/c.htm": b"<p>Nothing here</p>",
            "https://www.sec.gov/Archives/edgar/data/320193/000109000001/d.htm": DOCUMENT.encode()}

    def run_ingest(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = ingest.main(["--cik", "320193", "--user-agent", "x@example.com", "--output", str(self.output), *arguments], self.client)
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    def test_filings_land_in_the_layout_of_the_source_table(self):
        self.assertEqual(self.run_ingest("--from-year", "2009", "--to-year", "2023"), 0)
        files = sorted(path.relative_to(self.output).as_posix() for path in self.output.rglob("*.*"))
        self.assertEqual(files, ["form_type=10-K/fiscal_year=2009/cik=0000320193/risk_factors.json", "form_type=10-K/fiscal_year=2023/cik=0000320193/risk_factors.json"])
        row = json.loads((self.output / files[1]).read_text())
        self.assertEqual((row["entity_name"], row["ticker"], row["accession_no"]), ("Example Inc.", "EXM", "0001-23-000001"))
        self.assertTrue(row["risk_factor_text"].startswith(RISK))
        self.assertEqual(partition_columns(files[1]), {"form_type": "10-K", "fiscal_year": 2023, "cik": "0000320193"})
        self.assertIn("form_type=10-Q/fiscal_year=2023/quarter=3/cik=0000320193/risk_factors.json: no Item 1A", self.out)

    def test_years_outside_the_range_and_files_that_exist_are_not_fetched(self):
        self.run_ingest("--from-year", "2023", "--to-year", "2023")
        self.assertFalse([url for _, url, _ in self.edgar.requests if url.endswith("d.htm")])
        before = len(self.edgar.requests)
        self.run_ingest("--from-year", "2023", "--to-year", "2023")
        self.assertFalse([url for _, url, _ in self.edgar.requests[before:] if url.endswith("a.htm")])

    def test_requests_name_the_caller_and_keep_below_ten_a_second(self):
        self.edgar.busy = 2
        self.run_ingest("--from-year", "2009", "--to-year", "2023")
        times = [moment for moment, _, _ in self.edgar.requests]
        self.assertTrue(all(later - earlier >= 0.1 for earlier, later in zip(times, times[1:])))
        self.assertEqual({agent for _, _, agent in self.edgar.requests}, {"Example data@example.com"})

    def test_bad_arguments_and_answers_are_named(self):
        self.assertEqual(self.run_ingest("--cik", "apple"), 2)
        self.assertIn("apple", self.err)
        self.assertEqual(self.run_ingest("--from-year", "1990"), 2)
        self.assertEqual(self.run_ingest("--cik", "1"), 3)
        self.assertIn("CIK0000000001.json", self.err)
        self.edgar.pages["https://data.sec.gov/submissions/CIK0000320193.json"] = b'{"cik": 320193}'
        self.assertEqual(self.run_ingest(), 1)
        with self.assertRaises(BadInput):
            EdgarClient("anonymous", self.clock, self.edgar, RetryPolicy(self.clock))

    def test_a_list_of_filings_that_does_not_fit_together_is_refused(self):
        from governed_spark.edgar.filings import parse_company, parse_filings
        company = parse_company({"cik": 1, "name": "x"})
        for broken in ({}, {"form": ["10-K"]}, page(("10-K", "1", "2023-13-40", "2023-09-30", "a"))):
            with self.subTest(broken), self.assertRaises(JobError):
                list(parse_filings(company, broken))


if __name__ == "__main__":
    unittest.main()
