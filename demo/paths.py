"""Where things are in the repository, and where the demonstration keeps its own."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
KUBECTL = TOOLS / "bin" / "kubectl"
CORPUS = TOOLS / "corpus"
SAMPLES = ROOT / "config" / "samples"

# The demonstration signs its AWS calls with the jobs' own code.
sys.path.insert(0, str(ROOT / "jobkit"))


def program(name: str, configuration: str) -> Path:
    """The built program of a project in src/."""
    found = ROOT / "src" / name / "bin" / configuration / "net10.0" / f"GovernedFinetune.{name}.dll"
    if not found.exists():
        raise SystemExit(f"error: {found.relative_to(ROOT)} is not there; build first: dotnet build -c {configuration}")
    return found
