"""The wires between the machines of the cluster. The real machine's network has no part in it.

    control plane 10.90.0.1 --- a switch in its network namespace --- node N 10.90.0.10+N

Addresses lie within namespaces of our own only, so they cannot clash with the real machine's.
"""

from tests.kubernetes.machine import Machine

CONTROL_PLANE = "10.90.0.1"
PODS = "10.91.0.0/16"
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
_SWITCH = "switch"


def node_address(number: int) -> str:
    """The address of a node."""
    return f"10.90.0.{10 + number}"


def pod_range(number: int) -> str:
    """The addresses of a node's pods."""
    return f"10.91.{number}.0/24"


def add_switch(control_plane: Machine) -> None:
    """Give the control plane a switch, with itself connected to it."""
    _ip(control_plane, f"link add {_SWITCH} type bridge")
    _ip(control_plane, f"addr add {CONTROL_PLANE}/24 dev {_SWITCH}")
    _ip(control_plane, f"link set {_SWITCH} up")


def connect(control_plane: Machine, node: Machine, number: int) -> None:
    """Plug a node in; all that it does not know, Services included, it sends to the switch.

    kube-proxy rewrites a Service's address on its way out, but only if there is a way out.
    """
    _ip(control_plane, f"link add {node.name} type veth peer name eth0")
    _ip(control_plane, f"link set eth0 netns {node.holder}")
    _ip(control_plane, f"link set {node.name} master {_SWITCH} up")
    _ip(node, f"addr add {node_address(number)}/24 dev eth0")
    _ip(node, "link set eth0 up")
    _ip(node, f"route add default via {CONTROL_PLANE}")


def route_pods(machine: Machine, number: int) -> None:
    """Tell a machine the way to the pods of a node."""
    _ip(machine, f"route add {pod_range(number)} via {node_address(number)}")


def _ip(machine: Machine, command: str) -> None:
    machine.run_in_network("ip", *command.split())
