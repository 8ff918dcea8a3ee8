"""kubectl, the real one."""

import json
import os
import subprocess
from pathlib import Path

from .paths import KUBECTL


class Kubectl:
    """Runs kubectl with one kubeconfig."""

    def __init__(self, kubeconfig: Path):
        self._environment = dict(os.environ) | {"KUBECONFIG": str(kubeconfig)}

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """The command's output; a failure ends the demonstration with kubectl's own words."""
        done = subprocess.run([str(KUBECTL), *arguments], env=self._environment, input=stdin, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"error: kubectl {' '.join(arguments)} failed:\n{done.stderr.strip()}")
        return done.stdout

    def get(self, *arguments: str) -> dict:
        return json.loads(self.run("get", *arguments, "-o", "json"))

    def watch(self, *arguments: str) -> subprocess.Popen:
        """`kubectl get --watch`, printing to the terminal until it is stopped."""
        return subprocess.Popen([str(KUBECTL), "get", *arguments, "--watch"], env=self._environment)
