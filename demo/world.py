"""What a data steward and a platform team have in place before the first run: a governed table, a service principal
with its privileges, roles, an EMR application, and the operator's configuration."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import corpus
from .cloud import Aws, Rest
from .cluster import NAMESPACE, OPERATOR_NAMESPACE, SERVICE_ACCOUNT
from .paths import ROOT

GOVERNED, ARTIFACTS, PREFIX = "governed", "artifacts", "finetune"
IMAGE = "governed-finetune/trainer:dev"
SECRET = "governed-finetune/default"
SOURCE, RESTRICTED = "finance.raw.sotu", "finance.restricted.sotu"
UC = "/api/2.1/unity-catalog"


@dataclass(frozen=True)
class World:
    """The sandbox after it was furnished."""

    endpoints: dict
    principal: str
    application: str
    prepare_role: str
    operator_keys: dict[str, str]
    config: Path

    @property
    def aws(self) -> Aws:
        """The account as its root."""
        e = self.endpoints
        return Aws(e["aws"], e["region"], e["rootAccessKeyId"], e["rootSecretAccessKey"])

    @property
    def catalog(self) -> Rest:
        """The catalog as its metastore admin."""
        return Rest(self.endpoints["catalog"], self.endpoints["adminToken"])


def package(state: Path) -> Path:
    """Packages the two jobs' code and gives the folder."""
    folder = state / "dist"
    subprocess.run(["python3", str(ROOT / "scripts" / "package_jobs.py"), str(folder)], check=True)
    return folder


def furnish(state: Path, endpoints: dict) -> World:
    """Lays everything out."""
    aws = Aws(endpoints["aws"], endpoints["region"], endpoints["rootAccessKeyId"], endpoints["rootSecretAccessKey"])
    catalog = Rest(endpoints["catalog"], endpoints["adminToken"])
    account = Rest(endpoints["aws"], endpoints["adminToken"])

    for bucket in (GOVERNED, ARTIFACTS):
        account.call("POST", "/_sandbox/buckets", {"name": bucket})
    for name in ("governed_jobs.zip", "prepare.py"):
        aws.put(ARTIFACTS, f"{PREFIX}/code/{name}", (state / "dist" / name).read_bytes())

    principal = catalog.call("POST", "/_sandbox/service-principals", {"displayName": "finetune-default"})
    aws.create_secret(SECRET, {"client_id": principal["applicationId"], "client_secret": principal["clientSecret"]})
    _tables(aws, catalog)
    _privileges(catalog, principal["applicationId"])

    application = aws.emr("POST", "/applications", {
        "name": "governed-finetune", "releaseLabel": "emr-7.12.0", "type": "SPARK", "clientToken": "demo"})["applicationId"]
    roles = _roles(account, endpoints, application)
    keys = account.call("POST", "/_sandbox/access-keys", {"role": _role("operator")})
    config = state / "operator.json"
    config.write_text(json.dumps(_configuration(endpoints, application, roles), indent=2))
    return World(endpoints, principal["applicationId"], application, roles["prepare-job"], {
        "AWS_ACCESS_KEY_ID": keys["accessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["secretAccessKey"],
        "AWS_REGION": endpoints["region"], "AWS_ENDPOINT_URL": endpoints["aws"]}, config)


def _tables(aws: Aws, catalog: Rest) -> None:
    catalog.call("POST", f"{UC}/storage-credentials", {"name": "governed", "aws_iam_role": {"role_arn": "arn:aws:iam::123456789012:role/unity-catalog"}})
    catalog.call("POST", f"{UC}/external-locations", {"name": "governed", "url": f"s3://{GOVERNED}", "credential_name": "governed"})
    catalog.call("POST", f"{UC}/catalogs", {"name": "finance", "storage_root": f"s3://{GOVERNED}/managed"})
    for schema in ("raw", "restricted", "curated", "ml"):
        catalog.call("POST", f"{UC}/schemas", {"name": schema, "catalog_name": "finance"})

    columns = [{"name": name, "type_text": text, "type_name": kind, "position": position, "nullable": True} |
               ({"partition_index": 0} if (name, text, kind) == corpus.PARTITION else {})
               for position, (name, text, kind) in enumerate([*corpus.COLUMNS, corpus.PARTITION])]
    for table in (SOURCE, RESTRICTED):
        _, schema, name = table.split(".")
        for path, body in corpus.partitions():
            aws.put(GOVERNED, f"{schema}/{name}/{path}", body)
        catalog.call("POST", f"{UC}/tables", {
            "catalog_name": "finance", "schema_name": schema, "name": name, "table_type": "EXTERNAL",
            "data_source_format": "JSON", "storage_location": f"s3://{GOVERNED}/{schema}/{name}", "columns": columns})


def _privileges(catalog: Rest, principal: str) -> None:
    metastore = catalog.call("GET", f"{UC}/metastore_summary")["metastore_id"]
    catalog.call("POST", "/_sandbox/metastore", {"externalAccessEnabled": True})
    for kind, name, privileges in [
        ("catalog", "finance", ["USE_CATALOG"]),
        ("schema", "finance.raw", ["USE_SCHEMA", "EXTERNAL_USE_SCHEMA"]),
        ("table", SOURCE, ["SELECT"]),
        # EXTERNAL_USE_SCHEMA is left out on purpose: the second run of the demonstration fails on it.
        ("schema", "finance.restricted", ["USE_SCHEMA"]),
        ("table", RESTRICTED, ["SELECT"]),
        ("schema", "finance.curated", ["USE_SCHEMA", "CREATE_TABLE", "EXTERNAL_USE_SCHEMA"]),
        ("schema", "finance.ml", ["USE_SCHEMA", "CREATE_MODEL"]),
        ("external_location", "governed", ["CREATE_EXTERNAL_TABLE", "EXTERNAL_USE_LOCATION", "READ_FILES", "WRITE_FILES"]),
        ("metastore", metastore, ["CREATE_EXTERNAL_METADATA"]),
    ]:
        catalog.call("PATCH", f"{UC}/permissions/{kind}/{name}", {"changes": [{"principal": principal, "add": privileges}]})


def _roles(account: Rest, endpoints: dict, application: str) -> dict[str, str]:
    """The roles of config/iam, with its placeholders filled in."""
    values = {
        "ACCOUNT_ID": endpoints["accountId"], "REGION": endpoints["region"], "ARTIFACTS_BUCKET": ARTIFACTS, "PREFIX": PREFIX,
        "EMR_APPLICATION_ID": application, "SECRET_NAME": SECRET, "PREPARE_ROLE": _role("prepare-job"), "TRAINING_ROLE": _role("training-job"),
        "OIDC_ISSUER": "oidc.example", "NAMESPACE": OPERATOR_NAMESPACE, "SERVICE_ACCOUNT": SERVICE_ACCOUNT, "TRAINER_REPOSITORY": "governed-finetune/trainer",
    }

    def document(name: str) -> dict:
        text = (ROOT / "config" / "iam" / f"{name}.json").read_text()
        return json.loads(re.sub(r"[A-Z_]{4,}", lambda word: values.get(word[0], word[0]), text))

    return {
        role: account.call("POST", "/_sandbox/roles", {"name": _role(role), "policies": [document(role)], "trustPolicy": document(f"{role}-trust")})["arn"]
        for role in ("operator", "prepare-job", "training-job")}


def _role(name: str) -> str:
    return f"governed-finetune-{name}"


def _configuration(endpoints: dict, application: str, roles: dict[str, str]) -> dict:
    home = f"s3://{ARTIFACTS}/{PREFIX}"
    return {
        "resyncInterval": "30s",
        "profiles": [{
            "name": "default",
            "namespaces": [NAMESPACE],
            "catalog": {"host": endpoints["catalog"].rstrip("/"), "flavor": "Databricks"},
            "credentialSecretId": SECRET,
            "aws": {"region": endpoints["region"]},
            "emr": {
                "applicationId": application, "executionRoleArn": roles["prepare-job"], "entryPoint": f"{home}/code/prepare.py",
                "pyFiles": [f"{home}/code/governed_jobs.zip"], "logUri": f"{home}/logs"},
            "training": {"roleArn": roles["training-job"], "image": IMAGE, "instanceTypes": ["ml.g5.2xlarge", "ml.g6e.2xlarge"]},
            "storage": {"artifacts": home, "prepared": f"s3://{GOVERNED}/prepared", "externalLocation": "governed"},
            "jobPollInterval": "1s",
        }],
    }
