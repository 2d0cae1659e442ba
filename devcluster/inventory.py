"""An inventory of the host, taken with other programs than those that remove the cluster."""

import subprocess
from pathlib import Path

_FOLDERS = ("/run", "/var/lib", "/var/log", "/etc", "/opt", "/tmp")
_WORDS = ("dask", "kube", "etcd", "containerd", "coredns", "doorway", "pause", "cni", "crio")
_COMMANDS = {
    "links": "ip -oneline link | cut -d: -f2",
    "addresses": "ip -oneline address | awk '{print $2, $4}'",
    "routes": "ip route show table all",
    "network namespaces": "ip netns list; lsns --noheadings --type net --output NS",
    "other namespaces": "lsns --noheadings --type mnt,pid,uts,ipc --output NS,TYPE",
    "mounts": "awk '{print $5, $9, $10}' /proc/self/mountinfo",
    "firewall": "iptables-save | grep -v '^#'",
    "settings": "sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops"
    " kernel.keys net.ipv4.ip_forward net.netfilter 2>/dev/null | grep -v conntrack_count",
}

# A zombie whose parent is init does not count: some inits reap late when many processes end at
# once.
_PROCESSES = "ps -eo ppid=,stat=,args= | awk '!($1 == 1 && $2 ~ /^Z/) { $1 = \"\"; print }'"

Inventory = dict[str, set[str]]


def take() -> Inventory:
    """Return everything on the host that a cluster could leave behind, by kind."""
    found = {what: _lines(command) for what, command in _COMMANDS.items()}
    return {
        **found,
        "processes": _ours(_lines(_PROCESSES)),
        "control groups": _ours(_lines("find /sys/fs/cgroup -type d")),
        "files": _ours(_lines(f"find {' '.join(_FOLDERS)} -maxdepth 2 -xdev")),
    }


def left_over(before: Inventory) -> Inventory:
    """Return what is on the host now and is not in an earlier inventory."""
    now = take()
    return {what: new for what in now if (new := now[what] - before[what])}


def _lines(command: str) -> set[str]:
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, capture_output=True, text=True)
    return set(done.stdout.splitlines())


def _ours(lines: set[str]) -> set[str]:
    """Return only the lines that a cluster could have caused.

    Other programs also start processes and create files and control groups at any time.
    """
    own = str(Path(__file__).parents[1])
    return {line for line in lines if any(word in line.replace(own, "") for word in _WORDS)}
