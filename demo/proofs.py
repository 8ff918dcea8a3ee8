"""What the demonstration claims, read back from the places where it would show if it were not so."""

import hashlib
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .cloud import Rest
from .paths import program
from .world import ARTIFACTS, GOVERNED, PREFIX, SOURCE, UC, World


class NotProved(Exception):
    """A claim does not hold."""


def check(holds: bool, claim: str) -> None:
    """Prints the claim, or ends the demonstration."""
    if not holds:
        raise NotProved(claim)
    print(f"  ok: {claim}")


def requests(state: Path, after: int = 0) -> list[dict]:
    """The sandbox's request log, from a line on."""
    lines = (state / "requests.jsonl").read_text().splitlines()[after:]
    return [json.loads(line) for line in lines]


# --- lineage ---------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Node:
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} [{self.kind}]"

    def query(self) -> dict[str, str]:
        if self.kind == "model version":
            model, version = self.name.rsplit("/", 1)
            return {"object_info.model_version.name": model, "object_info.model_version.version": version}
        field = "table" if self.kind == "table" else "external_metadata"
        return {f"object_info.{field}.name": self.name}


def _other_end(edge: dict) -> Node:
    if table := edge.get("table_info"):
        return Node("table", f"{table['catalog_name']}.{table['schema_name']}.{table['name']}")
    if model := edge.get("model_info"):
        return Node("model version", f"{model['model_name']}/{model['version']}")
    external = edge["external_metadata_info"]
    return Node(external["entity_type"], external["name"])


def lineage(catalog: Rest, start: str = SOURCE) -> list[tuple[int, Node]]:
    """Everything downstream of a table, one hop a call as the catalog answers it: (depth, node) in the order of a walk."""
    walked: list[tuple[int, Node]] = []

    def visit(node: Node, depth: int) -> None:
        walked.append((depth, node))
        answer = catalog.call("GET", "/api/2.0/lineage-tracking/external-lineage",
                              query={"lineage_direction": "DOWNSTREAM", "page_size": "100", **node.query()})
        for edge in answer.get("external_lineage_relationships", []):
            visit(_other_end(edge), depth + 1)

    visit(Node("table", start), 0)
    return walked


# --- the model version -----------------------------------------------------------------------------------------------

def model_files(world: World, run: dict) -> tuple[dict, list[tuple[str, int, str]]]:
    """The version as the catalog has it, and its files as they are stored, hashed here and now."""
    registration = run["status"]["registration"]
    version = world.catalog.call("GET", f"{UC}/models/{registration['model']}/versions/{registration['version']}", query={"include_aliases": "true"})
    bucket, prefix = version["storage_location"].removeprefix("s3://").split("/", 1)
    files = []
    for key in world.aws.list(bucket, prefix):
        body = world.aws.get(bucket, key)
        files.append((key.removeprefix(prefix).lstrip("/"), len(body), hashlib.sha256(body).hexdigest()))
    return version, sorted(files)


def train_manifest(world: World, run: dict) -> dict:
    bucket, prefix = run["status"]["training"]["artifactUri"].removeprefix("s3://").split("/", 1)
    return json.loads(world.aws.get(bucket, f"{prefix}/manifest.json"))


# --- the audit record ------------------------------------------------------------------------------------------------

def verify_audit(world: World, state: Path, configuration: str, run: dict) -> str:
    """Copies the record out of the bucket and has the operator's offline command verify it against the head in status."""
    audit = run["status"]["audit"]
    bucket, prefix = audit["uri"].removeprefix("s3://").split("/", 1)
    folder = state / "audit" / run["metadata"]["name"]
    folder.mkdir(parents=True, exist_ok=True)
    for key in world.aws.list(bucket, prefix):
        (folder / Path(key).name).write_bytes(world.aws.get(bucket, key))
    done = subprocess.run(["dotnet", str(program("Operator", configuration)), "audit", "verify", str(folder), "--head", audit["headDigest"]],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise NotProved(f"the audit record verifies: {done.stdout}{done.stderr}")
    for line in sorted(folder.glob("*.json")):
        entry = json.loads(line.read_text())
        grant = (entry.get("grant") or {}).get("digest") or "-"
        print(f"  {entry['sequence']:>3}  {entry['kind']:<8} {entry['action']:<22} {entry['target'][:58]:<58}  grant {grant[:19]}")
    return done.stdout.strip()


# --- governance ------------------------------------------------------------------------------------------------------

STARTS = ("emr-serverless:StartJobRun", "sagemaker:CreateTrainingJob")


def nothing_happened(state: Path, after: int) -> None:
    """No job was started and no governed object was touched since a line of the request log."""
    since = requests(state, after)
    check(any(r["service"] == "catalog" for r in since), f"the catalog was asked ({len(since)} requests since the run was applied)")
    check(not [r for r in since if r["operation"] in STARTS], "no job was started for it")
    touched = [r for r in since if r["operation"].startswith("s3:") and f"s3://{GOVERNED}" in r["resource"]]
    check(not touched, f"no object in s3://{GOVERNED} was read, listed or written for it")


def short_cut_is_refused(world: World, state: Path) -> None:
    """Runs a job that reads the governed bucket with its own role, and sees it refused."""
    script = (Path(__file__).resolve().parent / "short_cut.py").read_bytes()
    world.aws.put(ARTIFACTS, f"{PREFIX}/code/short_cut.py", script)
    after = len(requests(state))
    run = world.aws.emr("POST", f"/applications/{world.application}/jobruns", {
        "clientToken": "short-cut", "name": "short-cut", "executionRoleArn": world.prepare_role,
        "jobDriver": {"sparkSubmit": {
            "entryPoint": f"s3://{ARTIFACTS}/{PREFIX}/code/short_cut.py",
            "entryPointArguments": [GOVERNED, "raw/sotu/decade=1990/part-00000.json"],
            "sparkSubmitParameters": f"--py-files s3://{ARTIFACTS}/{PREFIX}/code/governed_jobs.zip"}}})
    deadline = time.monotonic() + 60
    while True:
        job = world.aws.emr("GET", f"/applications/{world.application}/jobruns/{run['jobRunId']}")["jobRun"]
        if job["state"] in ("SUCCESS", "FAILED", "CANCELLED"):
            break
        if time.monotonic() > deadline:
            raise NotProved("the short-cut job ended within a minute")
        time.sleep(0.2)
    print(f"  job run {run['jobRunId']}: {job['state']}: {job.get('stateDetails', '')[:230]}")
    check(job["state"] == "FAILED" and "AccessDenied" in job.get("stateDetails", ""), "the job failed with AccessDenied")
    denied = [r for r in requests(state, after) if r["operation"] == "s3:GetObject" and f"s3://{GOVERNED}/" in r["resource"]]
    check(bool(denied) and all(r["status"] == 403 for r in denied), "S3 refused its role the governed object (403 in the request log)")
