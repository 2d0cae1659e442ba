"""The name and the namespace of an installation."""

from dataclasses import dataclass

from dask_helm.errors import UsageError
from dask_helm.values.names import check_namespace, check_release


@dataclass(frozen=True)
class Release:
    """What `helm install NAME --namespace NAMESPACE` is told."""

    name: str = "dask"
    namespace: str = "default"

    def check(self) -> None:
        """Raise UsageError for names that Helm or Kubernetes refuse, for both at once."""
        messages = []
        for check, value in ((check_release, self.name), (check_namespace, self.namespace)):
            try:
                check(value)
            except UsageError as error:
                messages.append(str(error))
        if messages:
            raise UsageError("\n".join(messages))

    def as_data(self) -> dict[str, object]:
        """Return what templates see as ``.Release`` when nothing is installed yet."""
        return {
            "Name": self.name,
            "Namespace": self.namespace,
            "Service": "Helm",
            "Revision": 1,
            "IsInstall": True,
            "IsUpgrade": False,
        }
