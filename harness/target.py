"""The Kubernetes cluster to use: one that the user names explicitly, else a local one."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devcluster import api, notebook
from devcluster.command import run

Values = dict[str, Any]


class TargetError(Exception):
    """No cluster is available; the message says what to do."""


@dataclass(frozen=True)
class Target:
    """A cluster with the programs to reach it.

    `image` holds the values that select an image that the cluster's nodes have or can pull. `stock`
    holds those for Jupyter with an image like ghcr.io/dask/dask-notebook and the packages that it
    lacks; empty if the cluster has no such images.
    """

    kubeconfig: Path
    context: str
    programs: Path
    image: Values
    stock: Values

    def kubectl(self, *arguments: str) -> list[str]:
        """Return a kubectl command line that names cluster and context."""
        named = ["--kubeconfig", str(self.kubeconfig), "--context", self.context]
        return [str(self.programs / "kubectl"), *named, *arguments]

    def helm(self, *arguments: str, version: int = 4) -> list[str]:
        """Return a command line of Helm 4 or 3 that names cluster and context."""
        program = {3: "helm3", 4: "helm"}[version]
        named = ["--kubeconfig", str(self.kubeconfig), "--kube-context", self.context]
        return [str(self.programs / program), *named, *arguments]


def find() -> Target:
    """Return the cluster that KUBECONFIG and KUBE_CONTEXT name, else start the local one.

    Raises TargetError when KUBECONFIG is set without KUBE_CONTEXT: an exported variable must not
    select a production cluster by accident.
    """
    kubeconfig, context = os.environ.get("KUBECONFIG"), os.environ.get("KUBE_CONTEXT")
    if not kubeconfig or Path(kubeconfig) == api.KUBECONFIG:
        return _local()
    if not context:
        raise TargetError(
            f"KUBECONFIG is set to {kubeconfig}. To use that cluster name the context, too: "
            "KUBE_CONTEXT=NAME; for a local cluster: unset KUBECONFIG"
        )
    tools = api.tools_only()
    return Target(Path(kubeconfig), context, tools, _image_of_the_user(), _stock_of_the_user())


def _local() -> Target:
    cluster = api.ensure()
    kubectl = (cluster.bin / "kubectl", "--kubeconfig", cluster.kubeconfig)
    context = run(*kubectl, "config", "current-context").strip()
    stock = stock_values(notebook.name(), notebook.PACKAGES)
    return Target(cluster.kubeconfig, context, cluster.bin, image_values(cluster.image), stock)


def _image_of_the_user() -> Values:
    """Return the image values for a user's cluster: DASK_IMAGE if set, else the default images."""
    name = os.environ.get("DASK_IMAGE")
    return image_values(name) if name else {}


def _stock_of_the_user() -> Values:
    names = [os.environ.get(name, "") for name in ("NOTEBOOK_IMAGE", "PACKAGES_IMAGE")]
    return stock_values(*names) if all(names) else {}


def image_values(name: str) -> Values:
    """Return the values that use one image, `repository:tag`, for every component."""
    return {"image": _image(name), "jupyter": {"image": {"repository": None}}}


def stock_values(notebook_name: str, packages: str) -> Values:
    """Return the values for Jupyter with another image, and an image with packages."""
    return {"jupyter": {"image": _image(notebook_name), "packagesImage": packages}}


def _image(name: str) -> Values:
    repository, _, tag = name.rpartition(":")
    return {"repository": repository, "tag": tag}
