#!/usr/bin/env python3
"""Runs every test of the repository and adds up what ran: the last line is "N passed, N failed, N skipped".

The solution must be built. Exit code 0 only when something passed and nothing failed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ("jobkit", "spark", "trainer")
TRX = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def dotnet(configuration: str) -> Count:
    """The xunit projects, one after another: two cores are not shared between suites."""
    total = Count()
    projects = sorted((ROOT / "tests").glob("*/*.csproj"))
    for project in projects:
        print(f"--- {project.stem}", flush=True)
        with tempfile.TemporaryDirectory() as results:
            done = subprocess.run([
                "dotnet", "test", str(project), "--configuration", configuration, "--no-build", "--nologo",
                "--logger", "trx", "--logger", "console;verbosity=normal", "--results-directory", results,
                "--blame-hang-timeout", "5m", "--blame-hang-dump-type", "none"], cwd=ROOT)
            count = Count()
            for trx in Path(results).rglob("*.trx"):
                counters = ElementTree.parse(trx).getroot().find(f"{TRX}ResultSummary/{TRX}Counters").attrib
                passed, ran = int(counters["passed"]), int(counters["executed"])
                count += Count(passed, ran - passed, int(counters["total"]) - ran)
        if done.returncode != 0 and count.failed == 0:
            count.failed = 1  # the runner itself broke: a crash, or nothing was built
        print(f"{project.stem}: {count}", flush=True)
        total += count
    return total


def python() -> Count:
    """The unittest suites of the jobs."""
    total = Count()
    for folder in PYTHON:
        print(f"--- {folder}", flush=True)
        done = subprocess.run([sys.executable, "-m", "unittest", "discover", "-v", "-s", f"{folder}/tests", "-t", folder],
                              cwd=ROOT, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True)
        skips = [line for line in done.stdout.splitlines() if " ... skipped " in line]
        ran = re.search(r"^Ran (\d+) tests?", done.stdout, re.MULTILINE)
        broken = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", done.stdout))
        if ran is None or (done.returncode != 0 and broken == 0):
            broken = max(broken, 1)
        count = Count(max(int(ran.group(1)) - broken - len(skips), 0) if ran else 0, broken, len(skips))
        print("\n".join(skips) if done.returncode == 0 else done.stdout)
        print(f"{folder}: {count}", flush=True)
        total += count
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configuration", default="Release")
    total = python() + dotnet(parser.parse_args().configuration)
    print(total)
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
