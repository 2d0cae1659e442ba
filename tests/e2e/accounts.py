"""Accounts with few rights, and kubeconfig files that use them."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import dask_helm
import yaml
from dask_helm import labels

from harness import observation
from harness.release import CommandError, Release

Rule = dict[str, Any]


def rules(release: Release) -> list[Rule]:
    """Return the rules of the Role that the chart gives Jupyter in a release with these pools."""
    workers = release.objects("deployment", labels.WORKER)
    pools: dict[str, Any] = {one["metadata"]["labels"][labels.POOL]: {} for one in workers}
    rendered = dask_helm.render({"workers": pools}, release=release.name)
    (role,) = (one for one in rendered if one["kind"] == "Role")
    found: list[Rule] = role["rules"]
    return found


def without(release: Release, verb: str, resource: str) -> list[Rule]:
    """Return those rules, less one verb on one resource."""
    left = [
        {**rule, "verbs": [one for one in rule["verbs"] if one != verb]}
        if resource in rule["resources"]
        else rule
        for rule in rules(release)
    ]
    return [rule for rule in left if rule["verbs"]]


@dataclass(frozen=True)
class Account:
    """A service account in the namespace of a release, and a kubeconfig that uses it."""

    release: Release
    name: str
    token: str
    kubeconfig: str

    def may(self, verb: str, resource: str) -> bool:
        """Whether it has a right."""
        return not self.refusal("auth", "can-i", verb, resource)

    def remove(self) -> None:
        """Remove it, and wait until its token is worth nothing."""
        self.release.kubectl("delete", "serviceaccount", self.name)
        expired = partial(self.refusal, "auth", "whoami")
        observation.until(lambda: bool(expired()), what="the token has expired")

    def said(self, *words: str) -> str:
        """Return what kubectl says to it. Raises CommandError."""
        return self.release.kubectl("--kubeconfig", self.kubeconfig, *words)

    def refusal(self, *words: str) -> str:
        """Return the error of kubectl, "" if there is none; `can-i` fails for a no."""
        try:
            self.said(*words)
        except CommandError as error:
            return str(error)
        return ""


def account(release: Release, given: Iterable[Rule], folder: Path) -> Account:
    """Return a new service account that has just these rights."""
    name = f"few-{secrets.token_hex(3)}"
    release.kubectl("apply", "-f", "-", stdin=json.dumps(_objects(name, list(given), release)))
    new = existing(release, name, folder)
    observation.until(lambda: new.may("list", "events") or new.may("list", "pods"))
    return new


def existing(release: Release, name: str, folder: Path) -> Account:
    """Return a service account that exists, with a new token."""
    token = release.kubectl("create", "token", name).strip()
    return Account(release, name, token, kubeconfig(release, folder, {"token": token}))


def kubeconfig(
    release: Release, folder: Path, user: Rule | None = None, cluster: Rule | None = None
) -> str:
    """Return a copy of the kubeconfig with another user and cluster; None takes a key away."""
    given = yaml.safe_load(release.target.kubeconfig.read_text())
    given["users"][0]["user"] = user or given["users"][0]["user"]
    changed = {**given["clusters"][0]["cluster"], **(cluster or {})}
    given["clusters"][0]["cluster"] = {k: v for k, v in changed.items() if v is not None}
    file = folder / f"{secrets.token_hex(3)}.yaml"
    file.write_text(yaml.safe_dump(given))
    return str(file)


def _objects(name: str, given: list[Rule], release: Release) -> dict[str, Any]:
    metadata = {"name": name, "namespace": release.namespace}
    group = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", **metadata}
    role = {"apiGroup": group, "kind": "Role", "name": name}
    items = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": given},
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": role,
            "subjects": [subject],
        },
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}
