"""The demonstration itself: one run that succeeds, one that may not start, and one job that takes a short cut."""

import time
from pathlib import Path

from . import proofs
from .cluster import NAMESPACE
from .kube import Kubectl
from .paths import SAMPLES
from .proofs import NotProved, check
from .world import World

TERMINAL = ("Succeeded", "Failed", "Stopped")


def title(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def apply_sample(kubectl: Kubectl, world: World, name: str) -> None:
    """Applies a sample, with the one placeholder that it has filled in."""
    text = (SAMPLES / name).read_text().replace("SERVICE_PRINCIPAL_ID", world.principal)
    print(kubectl.run("apply", "-f", "-", stdin=text).strip())


def wait_for_end(kubectl: Kubectl, name: str, seconds: float, show: bool) -> dict:
    """Waits until the run has ended; prints its line whenever that changes, as `kubectl get --watch` shows it."""
    watch = kubectl.watch("finetuneruns", name, "-n", NAMESPACE) if show else None
    deadline = time.monotonic() + seconds
    try:
        while True:
            run = kubectl.get("finetunerun", name, "-n", NAMESPACE)
            if run.get("status", {}).get("phase") in TERMINAL:
                time.sleep(0.3)
                return run
            if time.monotonic() > deadline:
                raise NotProved(f"run {name} ended within {seconds:.0f} s; it is {run.get('status', {}).get('phase')}")
            time.sleep(0.3)
    finally:
        if watch is not None:
            watch.terminate()
            watch.wait()


def condition(run: dict, kind: str) -> dict:
    return next((c for c in run["status"].get("conditions", []) if c["type"] == kind), {})


def governed_run(kubectl: Kubectl, world: World, state: Path, configuration: str) -> None:
    title("A data steward applies a grant, an engineer a run")
    for sample in ("namespace.yaml", "grant.yaml", "run.yaml"):
        apply_sample(kubectl, world, sample)

    title("The run's phases, live")
    run = wait_for_end(kubectl, "sotu-style", 180, show=True)
    ready = condition(run, "Ready")
    check(run["status"]["phase"] == "Succeeded", f"the run has Succeeded ({ready.get('reason')}: {ready.get('message')})")

    title("kubectl get ftr,dg -o wide")
    print(kubectl.run("get", "ftr,dg", "-n", NAMESPACE, "-o", "wide"), end="")

    title("Lineage, read back from the catalog")
    walk = proofs.lineage(world.catalog)
    for depth, node in walk:
        print(f"  {'   ' * depth}{'-> ' if depth else ''}{node}")
    model = run["status"]["registration"]
    kinds = [node.kind for _, node in walk]
    check(kinds == ["table", "EMR Serverless job run", "table", "SageMaker training job", "model version"]
          and walk[2][1].name == "finance.curated.sotu_sft" and walk[-1][1].name == f"{model['model']}/{model['version']}",
          "source table -> preparation job -> prepared table -> training job -> model version")

    title("The registered model version")
    version, files = proofs.model_files(world, run)
    print(f"  {model['model']} version {version['version']} ({version['status']}), alias {[a['alias_name'] for a in version.get('aliases', [])]}")
    manifest = proofs.train_manifest(world, run)
    for path, size, digest in files:
        print(f"  sha256:{digest}  {size:>8}  {path}")
    check(files == sorted((f["path"], f["bytes"], f["sha256"]) for f in manifest["files"]), "every stored file has the digest of the trainer's manifest")

    title("Training")
    metrics = manifest["metrics"]
    print(f"  train loss {metrics['firstTrainLoss']:.3f} at the first step, {metrics['lastTrainLoss']:.3f} at step {metrics['steps']}")
    print(f"  held-out loss {metrics['firstEvalLoss']:.3f} before, {metrics['lastEvalLoss']:.3f} after")
    check(metrics["lastEvalLoss"] < metrics["firstEvalLoss"] - 0.5, "the held-out loss fell: the model learned")

    title("The audit record, verified offline")
    print(f"  {proofs.verify_audit(world, state, configuration, run)}")


def denied_run(kubectl: Kubectl, world: World, state: Path) -> None:
    title("A second run, whose grant lacks one privilege")
    after = len(proofs.requests(state))
    for sample in ("denied-grant.yaml", "denied-run.yaml"):
        apply_sample(kubectl, world, sample)
    run = wait_for_end(kubectl, "sotu-denied", 60, show=False)
    print(kubectl.run("get", "ftr,dg", "-n", NAMESPACE, "-o", "wide"), end="")
    ready = condition(run, "Ready")
    print(f"  {ready.get('reason')}: {ready.get('message')}")
    check(run["status"]["phase"] == "Failed" and ready.get("reason") == "PrivilegeMissing", "the run has Failed with reason PrivilegeMissing")
    check("EXTERNAL_USE_SCHEMA on schema finance.restricted" in ready["message"], "the message names the privilege and the securable")
    check("GRANT EXTERNAL USE SCHEMA ON SCHEMA finance.restricted TO" in ready["message"], "the message gives the SQL that would grant it")
    proofs.nothing_happened(state, after)


def short_cut(world: World, state: Path) -> None:
    title("A job that reads the governed bucket with its own role")
    proofs.short_cut_is_refused(world, state)
