"""A node: containerd, the images, kubelet and kube-proxy."""

from devcluster import cgroups, controlplane, network
from devcluster.certificates import Authority
from devcluster.command import succeeds, wait_until
from devcluster.machine import HOME, Machine
from devcluster.template import fill

_SOCKET = "/run/containerd/containerd.sock"
_CTR = ("ctr", f"--address={_SOCKET}", "--namespace=k8s.io")


def name(number: int) -> str:
    """Return the name of a node."""
    return f"dask-node-{number}"


def start_containerd(machine: Machine) -> None:
    """Start containerd with the contents of the machine's /var/lib/containerd."""
    (machine.home / "containerd.toml").write_text(fill("containerd.toml"))
    machine.daemon("containerd", "containerd", f"--config={HOME}/containerd.toml")
    wait_until("containerd answers", lambda: succeeds(lambda: ctr(machine, "version")))


def ctr(machine: Machine, *words: str) -> str:
    """Run `ctr` on a machine, in the containerd namespace of Kubernetes; return its output."""
    return machine.run(*_CTR, *words)


def start(machine: Machine, number: int, authority: Authority) -> None:
    """Start kubelet and kube-proxy on a machine whose containerd is running."""
    _write_network_settings(machine, number)
    _write_kubelet_settings(machine, number, authority)
    identity = {"node": machine.name}
    address = network.node_address(number)
    controlplane.component(machine, "kubelet", address=address, **identity)
    controlplane.component(machine, "kube-proxy", pods=network.PODS, **identity)


def reaches_dns(machine: Machine) -> bool:
    """Return whether the node reaches a listening CoreDNS through the rules of kube-proxy."""
    connect = f"exec 3<>/dev/tcp/{network.DNS_SERVICE}/53"
    return succeeds(lambda: machine.run("timeout", "1", "bash", "-c", connect))


def _write_network_settings(machine: Machine, number: int) -> None:
    """Write CNI settings that route to pods: a bridge would need the host kernel's br_netfilter."""
    folder = machine.home / "cni"
    folder.mkdir(exist_ok=True)
    settings = fill("cni.conflist", pod_range=network.pod_range(number))
    (folder / "pods.conflist").write_text(settings)


def _write_kubelet_settings(machine: Machine, number: int, authority: Authority) -> None:
    subject = f"/O=system:nodes/CN=system:node:{machine.name}"
    authority.issue(machine.name, subject, f"IP:{network.node_address(number)}")
    authority.copy(machine.name, machine.home / "pki", "kubelet")
    for user, role in ((machine.name, "kubelet"), ("kube-proxy", "kube-proxy")):
        target = machine.home / f"{role}.kubeconfig"
        authority.write_kubeconfig(user, controlplane.SERVER, target)
    group = cgroups.pod_root(machine.name)
    settings = fill("kubelet.yaml", dns=network.DNS_SERVICE, home=str(HOME), cgroup=group)
    (machine.home / "kubelet.yaml").write_text(settings)
