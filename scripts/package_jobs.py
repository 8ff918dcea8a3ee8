#!/usr/bin/env python3
"""Packages the two jobs: package_jobs.py <output folder>

    governed_jobs.zip   jobkit + governed_spark, for --py-files; the same sources always give the same bytes
    prepare.py          the preparation job's entry point
    trainer-image/      what the training image holds below its program folder: jobkit, governed_trainer, train
"""

import argparse
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
_REGULAR_FILE = 0o100644 << 16


def sources(folder: Path) -> list[Path]:
    """The Python sources of a package, in the order of their names."""
    found = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    if not found:
        raise SystemExit(f"error: {folder} holds no Python source; run this script from a whole checkout.")
    return found


def write_zip(target: Path, packages: list[Path]) -> None:
    """Not compressed: zlib's versions differ in their bytes, and there is little to save."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for package in packages:
            for path in sources(package):
                entry = zipfile.ZipInfo(path.relative_to(package.parent).as_posix(), _ZIP_TIME)
                entry.create_system = 3  # Unix on every machine, or the bytes would tell where it was made
                entry.external_attr = _REGULAR_FILE
                archive.writestr(entry, path.read_bytes())


def stage_image(target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for package in (ROOT / "jobkit" / "jobkit", ROOT / "trainer" / "governed_trainer"):
        for path in sources(package):
            copy = target / path.relative_to(package.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    shutil.copyfile(ROOT / "trainer" / "train", target / "train")
    (target / "train").chmod(0o755)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder to write into; made where it is missing")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    write_zip(output / "governed_jobs.zip", [ROOT / "jobkit" / "jobkit", ROOT / "spark" / "governed_spark"])
    shutil.copyfile(ROOT / "spark" / "prepare.py", output / "prepare.py")
    (output / "prepare.py").chmod(0o755)
    stage_image(output / "trainer-image")
    return 0


if __name__ == "__main__":
    sys.exit(main())
