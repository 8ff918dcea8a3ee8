"""The processes of the demonstration, started and stopped by their pid files."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Callable

from .paths import program

SANDBOX = "sandbox"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended stays as a zombie until its parent waits for it: us, or an init that may not care.
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def start(state: Path, name: str, command: list[str], environment: dict[str, str]) -> int:
    """Starts a process in a session of its own, its output in `<name>.log`."""
    with open(state / f"{name}.log", "ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                   env=environment, start_new_session=True)
    (state / f"{name}.pid").write_text(str(process.pid))
    return process.pid


def stop(state: Path, name: str, seconds: float = 30) -> None:
    """Ends a process that `start` began; one that is not there is fine."""
    pid_file = state / f"{name}.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text())
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if _alive(pid):
            try:
                os.kill(pid, sign)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + seconds
            while _alive(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def wait_until(what: str, ready: Callable[[], bool], state: Path, name: str, seconds: float = 60) -> None:
    """Waits for a process to be ready, and shows the end of its log when it dies or takes too long."""
    pid = int((state / f"{name}.pid").read_text())
    deadline = time.monotonic() + seconds
    while not ready():
        if not _alive(pid) or time.monotonic() > deadline:
            tail = (state / f"{name}.log").read_text(errors="replace")[-3000:]
            raise SystemExit(f"error: {what} did not become ready.\n--- end of {state / f'{name}.log'}\n{tail}")
        time.sleep(0.05)


def start_sandbox(state: Path, configuration: str, image_folder: Path, image: str) -> dict:
    """Starts the sandbox and gives its endpoints."""
    endpoints = state / "endpoints.json"
    endpoints.unlink(missing_ok=True)
    start(state, SANDBOX, ["dotnet", str(program("Sandbox", configuration)), "--state-dir", str(state), "--image", f"{image}={image_folder}"],
          dict(os.environ))
    wait_until("the sandbox", endpoints.exists, state, SANDBOX)
    return json.loads(endpoints.read_text())


def start_operator(state: Path, name: str, configuration: str, config: Path, identity: dict[str, str]) -> None:
    """Starts an operator with the identity that it is given, and nothing of the caller's."""
    url = f"http://127.0.0.1:{_free_port()}"
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "DOTNET_ROOT", "LANG") if name in os.environ}
    environment = keep | identity | {"POD_NAME": name, "AWS_EC2_METADATA_DISABLED": "true"}
    start(state, name, ["dotnet", str(program("Operator", configuration)), "--config", str(config), "--urls", url], environment)
    (state / f"{name}.url").write_text(url)
    wait_until(f"operator '{name}'", lambda: _answers(f"{url}/readyz"), state, name)


def stop_all(state: Path) -> None:
    """Ends every operator, and then the sandbox that they talk to."""
    for pid_file in sorted(state.glob("*.pid"), key=lambda path: path.stem == SANDBOX):
        stop(state, pid_file.stem)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
