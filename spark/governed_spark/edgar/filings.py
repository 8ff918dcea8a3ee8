"""What EDGAR says about a company's filings, and where they belong in fiscal time. Pure functions."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Iterator, Mapping

from jobkit.errors import JobError

FORMS = ("10-K", "10-Q")
# A fiscal year of 52 or 53 weeks ends on a weekday near the month's end, which may fall into the next month.
_WEEK_DRIFT = timedelta(days=7)


@dataclass(frozen=True)
class Company:
    cik: str  # ten digits
    name: str
    ticker: str | None
    fiscal_year_end: str  # MMDD


@dataclass(frozen=True)
class Filing:
    company: Company
    form: str
    accession: str
    filed: date
    period_end: date
    document: str

    @property
    def fiscal(self) -> tuple[int, int | None]:
        """(fiscal year, quarter); the quarter is None for a 10-K."""
        year, quarter = fiscal_period(self.period_end, self.company.fiscal_year_end)
        return (year, None) if self.form == "10-K" else (year, quarter)

    @property
    def path(self) -> str:
        """Its place below the table's location (docs: design, section 7)."""
        year, quarter = self.fiscal
        within = f"/quarter={quarter}" if quarter is not None else ""
        return f"form_type={self.form}/fiscal_year={year}{within}/cik={self.company.cik}/risk_factors.json"


def fiscal_period(period_end: date, fiscal_year_end: str) -> tuple[int, int]:
    """(fiscal year, quarter 1 to 4) of a period. A fiscal year has the name of the calendar year in which it ends."""
    month = (period_end - _WEEK_DRIFT).month
    year = (period_end - _WEEK_DRIFT).year
    closing = int(fiscal_year_end[:2])
    after = (month - closing) % 12  # months since the last fiscal year ended; 0 is its very end
    fiscal_year = year if month <= closing else year + 1
    return fiscal_year, 4 if after == 0 else min(4, (after + 1) // 3 or 1)


def parse_company(submissions: Mapping[str, Any]) -> Company:
    try:
        tickers = submissions.get("tickers") or []
        return Company(str(submissions["cik"]).zfill(10), str(submissions["name"]), str(tickers[0]) if tickers else None,
                       str(submissions.get("fiscalYearEnd") or "1231"))
    except (KeyError, TypeError) as failure:
        raise JobError("BadSource", f"EDGAR's submissions answer has no {failure}.") from failure


def parse_filings(company: Company, page: Mapping[str, Any]) -> Iterator[Filing]:
    """The 10-K and 10-Q filings of one page; amendments (/A) repeat their originals and are left out."""
    try:
        columns = [page[name] for name in ("form", "accessionNumber", "filingDate", "reportDate", "primaryDocument")]
        for form, accession, filed, period_end, document in zip(*columns, strict=True):
            if form in FORMS and period_end and document:
                yield Filing(company, form, accession, date.fromisoformat(filed), date.fromisoformat(period_end), document)
    except (KeyError, TypeError, ValueError) as failure:
        raise JobError("BadSource", f"EDGAR's list of filings of {company.cik} cannot be read: {failure}.") from failure


def newest_of_each_period(filings: Iterator[Filing]) -> list[Filing]:
    """One filing for each place, the one filed last, in the order of their paths."""
    chosen: dict[str, Filing] = {}
    for filing in filings:
        kept = chosen.get(filing.path)
        if kept is None or filing.filed > kept.filed:
            chosen[filing.path] = filing
    return [chosen[path] for path in sorted(chosen)]
