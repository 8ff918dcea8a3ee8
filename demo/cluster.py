"""The Kubernetes cluster: the sandbox's own, or one that is given. What the operator needs there, and as whom it comes."""

import json
import os
from pathlib import Path

from .kube import Kubectl
from .paths import ROOT

NAMESPACE = "credit-risk"
OPERATOR_NAMESPACE = SERVICE_ACCOUNT = "governed-finetune"
TOKEN_LIFETIME = "8h"
CRDS, RBAC = ROOT / "config" / "crds", ROOT / "config" / "rbac"


class Cluster:
    """The cluster as its administrator has it."""

    def __init__(self, state: Path, given: Path | None):
        self._state, self._given = state, given
        self.kubeconfig = given or state / "kubeconfig"
        self.kubectl = Kubectl(self.kubeconfig)

    def install(self) -> None:
        """The CRDs, and the operator's service account with its rights, as a platform team applies them."""
        if self._given is not None:
            self._remember_what_is_there()
        for what in (CRDS, RBAC):
            print(self.kubectl.run("apply", "-f", str(what)).strip())
        self.kubectl.run("wait", "--for=condition=Established", "--timeout=30s", "-f", str(CRDS))

    def operator_kubeconfig(self) -> Path:
        """Writes the operator's kubeconfig: the same server, and a token of the operator's service account and nothing else."""
        config = json.loads(self.kubectl.run("config", "view", "--raw", "--minify", "--flatten", "-o", "json"))
        token = self.kubectl.run("create", "token", SERVICE_ACCOUNT, "-n", OPERATOR_NAMESPACE, "--duration", TOKEN_LIFETIME).strip()
        [context] = config["contexts"]
        config["users"] = [{"name": SERVICE_ACCOUNT, "user": {"token": token}}]
        context["context"] |= {"user": SERVICE_ACCOUNT, "namespace": OPERATOR_NAMESPACE}
        path = self._state / "operator.kubeconfig"
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(config, file, indent=2)
        return path

    def clean_up(self) -> None:
        """Takes everything of the demonstration off a cluster that was given; the sandbox's goes with its process."""
        found = self._state / "installed.json"
        if not found.exists():
            return
        installed = json.loads(found.read_text())
        self.kubeconfig = Path(installed["kubeconfig"])
        self.kubectl = Kubectl(self.kubeconfig)
        self._let_go_of_runs()
        self.kubectl.run("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=60s")
        if installed["names"]:
            self.kubectl.run("delete", "--ignore-not-found", "--timeout=60s", "-n", OPERATOR_NAMESPACE, *installed["names"])
        found.unlink()

    def _remember_what_is_there(self) -> None:
        """What was on the cluster before stays on it; a namespace of someone else's is not used at all."""
        if self.kubectl.run("get", "namespace", NAMESPACE, "--ignore-not-found", "-o", "name"):
            raise SystemExit(f"error: namespace {NAMESPACE} exists on the cluster of {self.kubeconfig}. The demonstration makes it and "
                             "deletes it afterwards with all that is in it; delete it first, or give another cluster.")
        mine = set(self._names("create", "--dry-run=client"))
        there = set(self._names("get", "--ignore-not-found"))
        (self._state / "installed.json").write_text(json.dumps({"kubeconfig": str(self.kubeconfig), "names": sorted(mine - there)}, indent=2))

    def _names(self, verb: str, option: str) -> list[str]:
        return self.kubectl.run(verb, option, "-f", str(CRDS), "-f", str(RBAC), "-o", "name").split()

    def _let_go_of_runs(self) -> None:
        """The cloud of these runs is the sandbox, which ends; nobody is left to wait for."""
        self.kubectl.run("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")
        for name in self.kubectl.run("get", "finetuneruns", "-n", NAMESPACE, "--ignore-not-found", "-o", "name").split():
            self.kubectl.run("patch", name, "-n", NAMESPACE, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
