#!/usr/bin/env python3
"""Entry point of the ingest: SEC EDGAR filings into the folders that the source table is made of. See --help."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "jobkit"))

from governed_spark.edgar.ingest import main  # noqa: E402  (the path has to be set first)

if __name__ == "__main__":
    sys.exit(main())
