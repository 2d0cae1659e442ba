"""The network between the machines of the cluster, separate from the host's network.

    control plane 10.90.0.1 --- a switch in its network namespace --- node N 10.90.0.10+N

The addresses exist only inside our own namespaces, so they cannot conflict with the host's.
"""

from devcluster.machine import Machine

CONTROL_PLANE = "10.90.0.1"
PODS = "10.91.0.0/16"
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
_SWITCH = "switch"


def node_address(number: int) -> str:
    """Return the address of a node."""
    return f"10.90.0.{10 + number}"


def pod_range(number: int) -> str:
    """Return the address range of a node's pods."""
    return f"10.91.{number}.0/24"


def add_switch(control_plane: Machine) -> None:
    """Create a switch in the control plane's network and connect the control plane to it."""
    _ip(control_plane, f"link add {_SWITCH} type bridge")
    _ip(control_plane, f"addr add {CONTROL_PLANE}/24 dev {_SWITCH}")
    _ip(control_plane, f"link set {_SWITCH} up")


def connect(control_plane: Machine, node: Machine, number: int) -> None:
    """Connect a node to the switch, which is its default route, also for Services.

    kube-proxy rewrites a Service's address on outgoing packets, but only if a route exists.
    """
    _ip(control_plane, f"link add {node.name} type veth peer name eth0")
    _ip(control_plane, f"link set eth0 netns {node.holder}")
    _ip(control_plane, f"link set {node.name} master {_SWITCH} up")
    _ip(node, f"addr add {node_address(number)}/24 dev eth0")
    _ip(node, "link set eth0 up")
    _ip(node, f"route add default via {CONTROL_PLANE}")


def route_pods(machine: Machine, number: int) -> None:
    """Add the route to a node's pods on a machine."""
    _ip(machine, f"route add {pod_range(number)} via {node_address(number)}")


def _ip(machine: Machine, command: str) -> None:
    machine.run_in_network("ip", *command.split())
