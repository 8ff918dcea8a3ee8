#!/usr/bin/env python3
"""Entry point of the preparation job: prepare.py --job s3://bucket/key [--shell auto|local|spark].

On EMR Serverless the packages come with --py-files governed_jobs.zip. Started by hand they are found beside this file:
as that archive, or as the folders of the repository.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
for _place in (_HERE / "governed_jobs.zip", _HERE, _HERE.parent / "jobkit"):
    if _place.exists() and str(_place) not in sys.path:
        sys.path.append(str(_place))

from governed_spark.cli import main, on_terminate  # noqa: E402  (the path has to be set first)

if __name__ == "__main__":
    on_terminate()
    sys.exit(main())
