"""A job that takes the short cut: it reads governed data with its own role instead of credentials that Unity Catalog vends.

The demonstration runs it to show that this fails. Arguments: a bucket and a key.
"""

import os
import sys

from jobkit.errors import JobError
from jobkit.runtime import Runtime


def main() -> int:
    bucket, key = sys.argv[1:]
    try:
        body = Runtime(os.environ).own_read(f"s3://{bucket}/{key}")
    except JobError as failure:
        print(f"error {failure.code}: {failure.message}", file=sys.stderr)
        return failure.exit_code
    print(f"read {len(body)} bytes of governed data with the job's own role")
    return 0


if __name__ == "__main__":
    sys.exit(main())
