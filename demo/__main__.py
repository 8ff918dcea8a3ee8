"""Runs the demonstration, or leaves its sandbox running.

    python3 -m demo run         everything, from an empty sandbox to the verified audit record; exit code 0 only if all of it holds
    python3 -m demo up          starts the sandbox and the operator and leaves them running
    python3 -m demo operator    starts an operator again, or another one (--name), on a sandbox that is up
    python3 -m demo down        stops everything that runs

With --kubeconfig the cluster is the one that is given, and the sandbox is Unity Catalog and AWS only. `down` takes off that
cluster what `up` put there.
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from . import corpus, processes, scenario, world
from .cluster import NAMESPACE, OPERATOR_NAMESPACE, Cluster
from .paths import ROOT
from .proofs import NotProved


def bring_up(arguments: argparse.Namespace) -> tuple[Cluster, world.World]:
    state: Path = arguments.state_dir
    bring_down(arguments)
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    corpus.fetch()
    dist = world.package(state)
    endpoints = processes.start_sandbox(state, arguments.configuration, dist / "trainer-image", world.IMAGE)
    furnished = world.furnish(state, endpoints)
    cluster = Cluster(state, arguments.kubeconfig)
    cluster.install()
    identity = furnished.operator_keys | {"KUBECONFIG": str(cluster.operator_kubeconfig()), "POD_NAMESPACE": OPERATOR_NAMESPACE}
    (state / "world.json").write_text(json.dumps({"principal": furnished.principal, "operatorIdentity": identity}, indent=2))
    start_operator(arguments)
    return cluster, furnished


def bring_down(arguments: argparse.Namespace) -> None:
    Cluster(arguments.state_dir, arguments.kubeconfig).clean_up()
    processes.stop_all(arguments.state_dir)


def run(arguments: argparse.Namespace) -> int:
    state: Path = arguments.state_dir
    began = time.monotonic()
    try:
        scenario.title("Starting the sandbox (Kubernetes, Unity Catalog, AWS on loopback) and the operator")
        cluster, furnished = bring_up(arguments)
        scenario.governed_run(cluster.kubectl, furnished, state, arguments.configuration)
        scenario.denied_run(cluster.kubectl, furnished, state)
        scenario.short_cut(furnished, state)
    except NotProved as failed:
        print(f"\nNOT PROVED: {failed}\nThe logs are in {state}.", file=sys.stderr)
        return 1
    finally:
        bring_down(arguments)
    scenario.title(f"All of it holds ({time.monotonic() - began:.0f} s)")
    return 0


def up(arguments: argparse.Namespace) -> int:
    cluster, furnished = bring_up(arguments)
    for sample in ("namespace.yaml", "grant.yaml"):
        scenario.apply_sample(cluster.kubectl, furnished, sample)
    print(f"""
The sandbox and the operator are running; their logs are in {arguments.state_dir}.

  export KUBECONFIG={cluster.kubeconfig} PATH={ROOT / '.tools' / 'bin'}:$PATH
  kubectl apply -f config/samples/run.yaml
  kubectl get ftr -n {NAMESPACE} -w

The grant's principal is {furnished.principal}. `make sandbox-down` stops both.""")
    return 0


def start_operator(arguments: argparse.Namespace) -> int:
    state: Path = arguments.state_dir
    processes.stop(state, arguments.name)
    identity = json.loads((state / "world.json").read_text())["operatorIdentity"]
    processes.start_operator(state, arguments.name, arguments.configuration, state / "operator.json", identity)
    return 0


def down(arguments: argparse.Namespace) -> int:
    bring_down(arguments)
    return 0


def main() -> int:
    commands = {"run": run, "up": up, "operator": start_operator, "down": down}
    parser = argparse.ArgumentParser(prog="python3 -m demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=list(commands))
    parser.add_argument("--state-dir", type=lambda path: Path(path).resolve(), default=ROOT / ".run" / "demo")
    parser.add_argument("--configuration", default="Release")
    parser.add_argument("--kubeconfig", type=lambda path: Path(path).resolve(), help="use this cluster instead of the sandbox's")
    parser.add_argument("--name", default="operator", help="which operator (default: operator)")
    arguments = parser.parse_args()
    return commands[arguments.command](arguments)


if __name__ == "__main__":
    sys.exit(main())
