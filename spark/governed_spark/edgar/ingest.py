"""The ingest: companies in, one JSON file for each filing out. What is there already is not fetched again."""

import argparse
import hashlib
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import NoReturn, Sequence

from jobkit import exit as job_exit
from jobkit.clock import Clock
from jobkit.errors import BadInput
from jobkit.log import say
from jobkit.retry import RetryPolicy
from jobkit.transport import Transport

from .client import EdgarClient
from .filings import FORMS, Filing, newest_of_each_period, parse_company, parse_filings
from .item_1a import risk_factors

_EARLIEST = 2005  # Item 1A exists since fiscal year 2005


def main(arguments: Sequence[str] | None = None, client: EdgarClient | None = None) -> int:
    return job_exit.run(lambda: _main(arguments, client))


def _main(arguments: Sequence[str] | None, client: EdgarClient | None) -> None:
    options = _parse(arguments)
    if client is None:
        clock = Clock()
        client = EdgarClient(options.user_agent, clock, Transport(), RetryPolicy(clock))
    for cik in options.cik:
        written = ingest_company(client, cik, options.from_year, options.to_year, options.output)
        say(f"ingest {cik}: {written} files written")


def ingest_company(client: EdgarClient, cik: str, from_year: int, to_year: int, output: Path) -> int:
    """Writes the filings of one company whose fiscal years are in the range; returns how many were new."""
    submissions = client.submissions(cik)
    company = parse_company(submissions)
    filings = newest_of_each_period(filing for page in client.pages(submissions) for filing in parse_filings(company, page))
    written = 0
    for filing in filings:
        target = output / filing.path
        if not from_year <= filing.fiscal[0] <= to_year or target.exists():
            continue
        text = risk_factors(client.document(filing))
        if not text:
            say(f"ingest {filing.path}: no Item 1A in {filing.accession}")
            continue
        _write(target, record(filing, text))
        written += 1
    return written


def record(filing: Filing, text: str) -> dict[str, object]:
    """The row; form_type, fiscal_year, quarter and cik are columns by their folders."""
    return {"entity_name": filing.company.name, "ticker": filing.company.ticker, "period_end": filing.period_end.isoformat(),
            "filed_at": filing.filed.isoformat(), "accession_no": filing.accession, "risk_factor_text": text,
            "source_hash": hashlib.sha256(text.encode()).hexdigest()}


def _write(target: Path, row: dict[str, object]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".partial")
    beside.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, target)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput("BadArguments", f"{message}. See --help.")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(description=f"Fetch Item 1A of {' and '.join(FORMS)} filings from SEC EDGAR into a folder of partitioned JSON.")
    parser.add_argument("--cik", action="append", required=True, type=_cik, help="company, repeatable")
    parser.add_argument("--from-year", type=int, default=date.today().year - 3, help="first fiscal year")
    parser.add_argument("--to-year", type=int, default=date.today().year + 1, help="last fiscal year")
    parser.add_argument("--user-agent", required=True, help="who asks and how to reach them, as the SEC demands")
    parser.add_argument("--output", required=True, type=Path, help="folder; upload it to the source table's location")
    options = parser.parse_args(arguments)
    if not _EARLIEST <= options.from_year <= options.to_year:
        raise BadInput("BadArguments", f"--from-year and --to-year must be a range from {_EARLIEST} on.")
    return options


def _cik(text: str) -> str:
    if not re.fullmatch(r"\d{1,10}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a CIK of up to ten digits")
    return text.zfill(10)
