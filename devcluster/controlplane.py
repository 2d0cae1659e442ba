"""The control plane: etcd, API server, controller manager, scheduler, CoreDNS, host access."""

import socket

from devcluster import network
from devcluster.certificates import Authority
from devcluster.command import succeeds, wait_until
from devcluster.machine import HOME, Machine, inside
from devcluster.programs import program
from devcluster.template import fill, flags

_PORT = 6443
_NAMES = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost")
_ADDRESSES = (network.CONTROL_PLANE, network.API_SERVICE, "127.0.0.1")
_CLIENTS = {
    "admin": "/O=system:masters/CN=admin",
    "coredns": "/O=system:masters/CN=coredns",
    "front-proxy": "/CN=front-proxy",
    "kube-controller-manager": "/CN=system:kube-controller-manager",
    "kube-proxy": "/CN=system:kube-proxy",
    "kube-scheduler": "/CN=system:kube-scheduler",
    "kubelet-client": "/O=system:masters/CN=kube-apiserver-kubelet-client",
    "service-account": "/CN=service-account",
}

AUDIT_LOG = "/var/log/audit.log"
SERVER = f"https://{network.CONTROL_PLANE}:{_PORT}"


def create_authority(machine: Machine) -> Authority:
    """Create all certificates except the nodes', and the kubeconfigs used on this machine."""
    authority = Authority(machine.home / "pki").create()
    for name, subject in _CLIENTS.items():
        authority.issue(name, subject)
    names = (*(f"DNS:{name}" for name in _NAMES), *(f"IP:{address}" for address in _ADDRESSES))
    authority.issue("kube-apiserver", "/CN=kube-apiserver", *names)
    for name in ("admin", "coredns", "kube-controller-manager", "kube-scheduler"):
        authority.write_kubeconfig(name, SERVER, machine.home / f"{name}.kubeconfig")
    return authority


def start(machine: Machine) -> None:
    """Start the components that must run before a node can start."""
    machine.daemon("etcd", "etcd", *flags("etcd"))
    log = machine.var / "log/kube-apiserver.log"
    (machine.home / "audit.yaml").write_text(fill("audit.yaml"))
    start_api_server(machine)
    wait_until(f"the API server is ready (see {log})", lambda: _is_ready(machine))
    component(machine, "kube-controller-manager")
    component(machine, "kube-scheduler")


def start_api_server(machine: Machine) -> None:
    """Start the API server, also one that was killed."""
    addresses = {"address": network.CONTROL_PLANE, "services": network.SERVICES}
    component(machine, "kube-apiserver", log=AUDIT_LOG, **addresses)


def component(machine: Machine, name: str, **values: str) -> None:
    """Start a component of Kubernetes with the options in its `.flags` file."""
    options = flags(name, home=str(HOME), **values)
    machine.daemon(name, inside(program("kubernetes")), name, *options)


def kubectl(machine: Machine, *words: str, stdin: str | None = None) -> str:
    """Run kubectl as the cluster's administrator and return its output."""
    settings = f"--kubeconfig={HOME}/admin.kubeconfig"
    return machine.run(inside(program("kubernetes")), "kubectl", settings, *words, stdin=stdin)


def start_dns(machine: Machine) -> None:
    """Start CoreDNS on this machine and create the Service that points to it."""
    corefile = fill("Corefile", address=network.CONTROL_PLANE, home=str(HOME))
    (machine.home / "Corefile").write_text(corefile)
    machine.daemon("coredns", inside(program("coredns")), "-conf", HOME / "Corefile")
    where = {"service": network.DNS_SERVICE, "address": network.CONTROL_PLANE}
    kubectl(machine, "apply", "-f", "-", stdin=fill("coredns.yaml", **where))


def open_doorway(machine: Machine) -> str:
    """Open a loopback port on the host that leads to the API server; return the server's URL there.

    The port is any free one, so that it cannot conflict with others. A link between the networks
    would be faster, but it would give the host an interface, an address and a route, which may
    conflict with the host's own.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        target = f"{network.CONTROL_PLANE}:{_PORT}"
        doorway = inside(program("doorway"))
        machine.daemon("doorway", doorway, str(number), target, files=(number,))
        return f"https://127.0.0.1:{listener.getsockname()[1]}"


def _is_ready(machine: Machine) -> bool:
    return succeeds(lambda: kubectl(machine, "get", "--raw", "/readyz"))
