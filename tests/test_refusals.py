"""Wrong values are refused, and Helm says where, what and (where the chart speaks) what to write."""

import hashlib
from typing import Any

import pytest

from tests.rendering import refusal, template

OLDER_DEFAULT = "sha1:aae8550c0a44:9507d45e087d5ee481a5ce9f4f16f37a0867318c"
NO_SCHEDULER = {"enabled": False, "address": "tcp://elsewhere:8786"}

# What the schema refuses: the line that Helm 4 prints.
TYPING: list[tuple[str, dict[str, Any], str]] = [
    (
        "unknown key, near a known one",
        {"workerDefaults": {"replica": 2}},
        "- at '/workerDefaults': additional properties 'replica' not allowed",
    ),
    (
        "unknown top-level key",
        {"additional_worker_groups": []},
        "- at '': additional properties 'additional_worker_groups' not allowed",
    ),
    (
        "wrong type",
        {"workers": {"a": {"replicas": "3"}}},
        "- at '/workers/a/replicas': got string, want null or integer",
    ),
    (
        "number where text belongs",
        {"image": {"tag": 2026.8}},
        "- at '/image/tag': got number, want",
    ),
    ("tag 0, which is like none to Helm", {"image": {"tag": 0}}, "- at '/image/tag': minimum"),
    (
        "bad quantity",
        {"workerDefaults": {"resources": {"limits": {"cpu": "1..5"}}}},
        "- at '/workerDefaults/resources/limits/cpu': '1..5' does not match pattern",
    ),
    (
        "bytes with a unit that Kubernetes does not know",
        {"scheduler": {"resources": {"limits": {"memory": "4GiB"}}}},
        "- at '/scheduler/resources/limits/memory': '4GiB' does not match pattern",
    ),
    (
        "negative replicas",
        {"workers": {"a": {"replicas": -1}}},
        "- at '/workers/a/replicas': minimum: got -1, want 0",
    ),
    (
        "two schedulers",
        {"scheduler": {"replicas": 2}},
        "- at '/scheduler/replicas': value must be one of 1, <nil>",
    ),
    (
        "unknown kind of pool",
        {"workers": {"a": {"type": "tpu"}}},
        "- at '/workers/a/type': value must be one of 'cpu', 'gpu'",
    ),
    (
        "typing error inside resources",
        {"jupyter": {"resources": {"limit": {"cpu": 1}}}},
        "- at '/jupyter/resources': additional properties 'limit' not allowed",
    ),
    (
        "typing error inside affinity",
        {"podDefaults": {"affinity": {"nodeAffinty": {}}}},
        "- at '/podDefaults/affinity': additional properties 'nodeAffinty' not allowed",
    ),
    (
        "typing error inside a list of tolerations",
        {"podDefaults": {"tolerations": [{"key": "a", "efect": "NoSchedule"}]}},
        "- at '/podDefaults/tolerations/0': additional properties 'efect' not allowed",
    ),
    (
        "a word that Kubernetes does not know",
        {"podDefaults": {"tolerations": [{"key": "a", "effect": "NoSchedul"}]}},
        "- at '/podDefaults/tolerations/0/effect': value must be one of 'NoExecute', "
        "'NoSchedule', 'PreferNoSchedule', <nil>",
    ),
    (
        "address without a scheme",
        {"scheduler": {"enabled": False, "address": "elsewhere:8786"}},
        "- at '/scheduler/address': 'elsewhere:8786' does not match pattern",
    ),
    (
        "kind of Service",
        {"scheduler": {"service": {"type": "Loadbalancer"}}},
        "- at '/scheduler/service/type': value must be one of 'ClusterIP', 'NodePort', "
        "'LoadBalancer', <nil>",
    ),
]

# What only the chart can know: the whole message.
RULES: list[tuple[str, dict[str, Any], str]] = [
    (
        "no scheduler at all",
        {"scheduler": {"enabled": False}},
        """scheduler.enabled is false, but scheduler.address is empty. Workers and Jupyter need the address of a scheduler. Write:
  scheduler:
    enabled: false
    address: tcp://SERVICE.NAMESPACE.svc:8786""",
    ),
    (
        "two schedulers to choose from",
        {"scheduler": {"address": "tcp://elsewhere:8786"}},
        """scheduler.address is set, but scheduler.enabled is true. A release uses either its own scheduler or the one at this address. Write:
  scheduler:
    enabled: false
    address: tcp://elsewhere:8786""",
    ),
    (
        "Ingress on a scheduler that is off",
        {"scheduler": {**NO_SCHEDULER, "dashboard": {"ingress": {"enabled": True}}}},
        """scheduler.dashboard.ingress.enabled is true, but scheduler.enabled is false. The Ingress would have no backend. Write:
  scheduler:
    dashboard:
      ingress:
        enabled: false""",
    ),
    (
        "Ingress on a Jupyter that is off",
        {"jupyter": {"enabled": False, "ingress": {"enabled": True}}},
        """jupyter.ingress.enabled is true, but jupyter.enabled is false. The Ingress would have no backend. Write:
  jupyter:
    ingress:
      enabled: false""",
    ),
    (
        "a password instead of its hash",
        {"jupyter": {"hashedPassword": "secret"}},
        """jupyter.hashedPassword is not a hash of Jupyter's. The following command asks for a password and prints its hash: python -c "from jupyter_server.auth import passwd; print(passwd())\"""",
    ),
    *(
        (
            f"a hash of the older chart's password, {algorithm}",
            {"jupyter": {"hashedPassword": f"{algorithm}:5a17:{digest}"}},
            """jupyter.hashedPassword is a hash of the password "dask", which everyone knows as the default of the older dask chart. Remove it: Jupyter then creates a random token at each start.""",
        )
        for algorithm in ("sha1", "sha256")
        for digest in [hashlib.new(algorithm, b"dask5a17").hexdigest()]
    ),
    (
        "the older chart's password among the settings of Jupyter",
        {"jupyter": {"config": {"ServerApp": {"password": OLDER_DEFAULT}}}},
        """jupyter.config.ServerApp.password is a hash of the password "dask", which everyone knows as the default of the older dask chart. Remove it: Jupyter then creates a random token at each start.""",
    ),
    (
        "pool name",
        {"workers": {"High_Mem": {}}},
        """workers.High_Mem is not a valid pool name. Pool names are part of object names: at most 20 lower-case letters, digits and dashes. Write:
  workers:
    high-mem: {}""",
    ),
    *(
        (
            f"pool name {name!r}",
            {"workers": {name: {"replicas": 1}}},
            f"""workers.{name or '""'} is not a valid pool name. Pool names are part of object names: at most 20 lower-case letters, digits and dashes. Write:
  workers:
    {proper}: {{"replicas":1}}""",
        )
        for name, proper in [("a/b", "a-b"), ("a:b", "a-b"), ("é", "pool"), ("", "pool")]
    ),
    (
        "pools with clashing names",
        {"workers": {"high-mem": {}, "high_mem": {}}},
        "workers.high_mem and workers.high-mem conflict: both names become high-mem. "
        "Write two names that differ in their first 20 lower-case letters, digits and dashes.",
    ),
    (
        "GPU pool without a GPU",
        {"workers": {"gpu": {"type": "gpu", "gpu": None}}},
        """workers.gpu has type gpu, but not both gpu.resource and gpu.count. `dask cuda worker` exits if it finds no GPU. Write:
  workers:
    gpu:
      gpu:
        resource: nvidia.com/gpu
        count: 1""",
    ),
    (
        "GPUs asked for twice",
        {"workers": {"gpu": {"type": "gpu", "resources": {"limits": {"nvidia.com/gpu": 4}}}}},
        """workers.gpu.resources contains nvidia.com/gpu, which gpu.count sets. Remove it from resources and write:
  workers:
    gpu:
      gpu:
        count: 4""",
    ),
    (
        "processes of a GPU pool",
        {"workers": {"gpu": {"type": "gpu", "processes": 2}}},
        """workers.gpu.processes is 2, but a pool of type gpu runs one process per GPU. Write:
  workers:
    gpu:
      processes: 1
      gpu:
        count: 2""",
    ),
    (
        "less time to end than handing over needs",
        {"podDefaults": {"terminationGracePeriodSeconds": 309}},
        """workers.default.terminationGracePeriodSeconds is 309, but with drain.timeout 300 a worker can need 310 seconds to drain. Write a shorter timeout for this pool:
  workers:
    default:
      drain:
        timeout: 299
or null, which uses the required time:
  workers:
    default:
      terminationGracePeriodSeconds: null""",
    ),
    (
        "an image without the program dask",
        {"image": {"tag": "2021.7.2"}, "workers": {"default": {"image": {"tag": "2022.10.0"}}}},
        """The image of scheduler has the tag 2021.7.2, but the chart needs Dask 2022.10 or newer. Write:
  image:
    tag: "2026.8.0\"""",
    ),
    (
        "a port of Jupyter that only Jupyter knows",
        {"jupyter": {"extraArgs": ["--ServerApp.port=9999"]}},
        """jupyter.extraArgs contains "--ServerApp.port=9999", but Service and probes need to know it. Remove it from extraArgs and write:
  jupyter:
    port: 9999""",
    ),
    (
        "a path of Jupyter that only Jupyter knows",
        {"jupyter": {"extraArgs": ["--ServerApp.base_url", "/x"]}},
        """jupyter.extraArgs contains "--ServerApp.base_url", but Service and probes need to know it. Remove it from extraArgs and write:
  jupyter:
    prefix: /jupyter""",
    ),
    (
        "packages that a variable would replace",
        {
            "extraPackages": {"pip": ["s3fs"]},
            "workers": {"a": {"env": [{"name": "EXTRA_PIP_PACKAGES", "value": "zarr s3fs"}]}},
        },
        """workers.a.env sets EXTRA_PIP_PACKAGES, which would replace extraPackages.pip. Remove it and write:
  extraPackages:
    pip: ["s3fs","zarr"]""",
    ),
    (
        "two kinds of budget",
        {"scheduler": {"podDisruptionBudget": {"maxUnavailable": 1}}},
        """scheduler.podDisruptionBudget sets both minAvailable and maxUnavailable, but Kubernetes allows only one of them. Write:
  podDisruptionBudget:
    minAvailable: null
    maxUnavailable: 1""",
    ),
    (
        "node port of a ClusterIP",
        {"jupyter": {"service": {"nodePorts": {"http": 30888}}}},
        """jupyter.service.nodePorts is set, but jupyter.service.type is ClusterIP, which has no node ports. Write:
  jupyter:
    service:
      type: NodePort""",
    ),
]


@pytest.mark.parametrize(("values", "line"), [c[1:] for c in TYPING], ids=[c[0] for c in TYPING])
def test_typing_errors_name_the_place(values: dict[str, Any], line: str) -> None:
    assert line in refusal(values)


@pytest.mark.parametrize(("values", "text"), [c[1:] for c in RULES], ids=[c[0] for c in RULES])
def test_rules_between_values_say_what_to_write(values: dict[str, Any], text: str) -> None:
    message = refusal(values)
    assert message.startswith(
        f"Error: execution error at (dask/templates/validate.yaml:1:4): \n\n{text}\n"
    )


ALL = [values for _, values, _ in TYPING + RULES]


@pytest.mark.parametrize("values", ALL, ids=[case[0] for case in TYPING + RULES])
def test_helm_3_refuses_the_same(values: dict[str, Any]) -> None:
    assert refusal(values, version=3)


def test_a_release_name_that_begins_with_a_digit() -> None:
    assert (
        'The release name "1st" begins with a digit, but the name of a Service must begin with a letter. Write:\n'
        "  fullnameOverride: dask-1st-dask" in refusal({}, release="1st")
    )


def test_several_errors_are_shown_at_once() -> None:
    message = refusal(
        {
            "scheduler": {"enabled": False},
            "jupyter": {"enabled": False, "ingress": {"enabled": True}},
        }
    )
    assert message.count("Write:") == 2


def test_the_chart_checks_quantities_when_the_schema_is_skipped() -> None:
    values = {"workers": {"a": {"resources": {"limits": {"cpu": "1..5"}}}}}
    result = template(values, "--skip-schema-validation", check=False)
    assert (
        'workers.a.resources.limits.cpu is "1..5", which is not a valid Kubernetes quantity'
        in result.stderr
    )
