"""The jobs' packages lie side by side in the repository; jobkit is not installed, so the tests say where it is."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "jobkit"))
