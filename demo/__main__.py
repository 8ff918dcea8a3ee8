"""Runs the demonstration, or leaves its sandbox running.

    python3 -m demo run         everything, from an empty sandbox to the verified audit record; exit code 0 only if all of it holds
    python3 -m demo up          starts the sandbox and the operator and leaves them running
    python3 -m demo operator    starts the operator again, on a sandbox that is up
    python3 -m demo down        stops both
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from . import corpus, processes, scenario, world
from .kube import Kubectl
from .paths import ROOT
from .proofs import NotProved


def bring_up(state: Path, configuration: str) -> tuple[Kubectl, world.World]:
    bring_down(state)
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    corpus.fetch()
    dist = world.package(state)
    endpoints = processes.start_sandbox(state, configuration, dist / "trainer-image", world.IMAGE)
    furnished = world.furnish(state, endpoints)
    kubectl = Kubectl(state / "kubeconfig")
    scenario.install_resources(kubectl)
    processes.start_operator(state, configuration, furnished.config, furnished.operator_keys)
    (state / "world.json").write_text(json.dumps({"principal": furnished.principal, "operatorKeys": furnished.operator_keys}, indent=2))
    return kubectl, furnished


def bring_down(state: Path) -> None:
    processes.stop(state, "operator")
    processes.stop(state, "sandbox")


def run(state: Path, configuration: str) -> int:
    began = time.monotonic()
    try:
        scenario.title("Starting the sandbox (Kubernetes, Unity Catalog, AWS on loopback) and the operator")
        kubectl, furnished = bring_up(state, configuration)
        scenario.governed_run(kubectl, furnished, state, configuration)
        scenario.denied_run(kubectl, furnished, state)
        scenario.short_cut(furnished, state)
    except NotProved as failed:
        print(f"\nNOT PROVED: {failed}\nThe logs are in {state}.", file=sys.stderr)
        return 1
    finally:
        bring_down(state)
    scenario.title(f"All of it holds ({time.monotonic() - began:.0f} s)")
    return 0


def up(state: Path, configuration: str) -> int:
    kubectl, furnished = bring_up(state, configuration)
    for sample in ("namespace.yaml", "grant.yaml"):
        scenario.apply_sample(kubectl, furnished, sample)
    print(f"""
The sandbox and the operator are running; their logs are in {state}.

  export KUBECONFIG={state / 'kubeconfig'} PATH={ROOT / '.tools' / 'bin'}:$PATH
  kubectl apply -f config/samples/run.yaml
  kubectl get ftr -n {world.NAMESPACE} -w

The grant's principal is {furnished.principal}. `make sandbox-down` stops both.""")
    return 0


def restart_operator(state: Path, configuration: str) -> int:
    processes.stop(state, "operator")
    keys = json.loads((state / "world.json").read_text())["operatorKeys"]
    processes.start_operator(state, configuration, state / "operator.json", keys)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run", "up", "operator", "down"])
    parser.add_argument("--state-dir", type=Path, default=ROOT / ".run" / "demo")
    parser.add_argument("--configuration", default="Release")
    arguments = parser.parse_args()
    state = arguments.state_dir.resolve()
    if arguments.command == "down":
        bring_down(state)
        return 0
    command = {"run": run, "up": up, "operator": restart_operator}[arguments.command]
    return command(state, arguments.configuration)


if __name__ == "__main__":
    sys.exit(main())
