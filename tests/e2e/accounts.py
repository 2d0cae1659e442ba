"""Accounts with few rights, and kubeconfig files that use them."""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dask_helm
import yaml

from demo.release import CommandError, Release
from tests.e2e import observing

Rule = dict[str, Any]


def rules() -> list[Rule]:
    """Return the rules of the Role that the chart gives Jupyter."""
    (role,) = (one for one in dask_helm.render({}, release="any") if one["kind"] == "Role")
    found: list[Rule] = role["rules"]
    return found


def without(verb: str, resource: str) -> list[Rule]:
    """Return those rules, less one verb on one resource."""
    return [
        {**rule, "verbs": [one for one in rule["verbs"] if one != verb]}
        if resource in rule["resources"]
        else rule
        for rule in rules()
    ]


def account(release: Release, given: Iterable[Rule], folder: Path) -> Path:
    """Return the kubeconfig of a new service account that has just these rights."""
    name = f"few-{secrets.token_hex(3)}"
    release.kubectl("apply", "-f", "-", stdin=json.dumps(_objects(name, list(given), release)))
    token = release.kubectl("create", "token", name).strip()
    file = kubeconfig(release, folder, {"token": token})
    observing.until(lambda: _may(release, name), 10, "the rights are known")
    return file


def kubeconfig(
    release: Release, folder: Path, user: Rule, cluster: Rule | None = None, name: str = "own"
) -> Path:
    """Return a copy of the kubeconfig with another user, and changes to the cluster."""
    given = yaml.safe_load(release.target.kubeconfig.read_text())
    given["users"][0]["user"] = user or given["users"][0]["user"]
    given["clusters"][0]["cluster"].update(cluster or {})
    file = folder / f"{name}-{secrets.token_hex(3)}.yaml"
    file.write_text(yaml.safe_dump(given))
    return file


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


def _may(release: Release, name: str) -> bool:
    """Whether the API server has taken note of the Role; each lets events or pods be listed."""
    account = f"system:serviceaccount:{release.namespace}:{name}"
    said = [_can_i(release, kind, account) for kind in ("events", "pods")]
    return "yes" in said


def _can_i(release: Release, kind: str, account: str) -> str:
    """Return what `kubectl auth can-i` says; it fails when it says no."""
    try:
        return release.kubectl("auth", "can-i", "list", kind, "--as", account).strip()
    except CommandError:
        return "no"
