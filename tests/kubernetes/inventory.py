"""What is on the machine, told by other programs than those that take the cluster down."""

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

# One that has ended and waits for init to take note of it is not the cluster's any more: some inits
# are late with that when many end at once.
_PROCESSES = "ps -eo ppid=,stat=,args= | awk '!($1 == 1 && $2 ~ /^Z/) { $1 = \"\"; print }'"

Inventory = dict[str, set[str]]


def take() -> Inventory:
    """Everything of which a cluster could leave some behind."""
    found = {what: _lines(command) for what, command in _COMMANDS.items()}
    return {
        **found,
        "processes": _ours(_lines(_PROCESSES)),
        "control groups": _ours(_lines("find /sys/fs/cgroup -type d")),
        "files": _ours(_lines(f"find {' '.join(_FOLDERS)} -maxdepth 2 -xdev")),
    }


def left_over(before: Inventory) -> Inventory:
    """What is there now and was not before."""
    now = take()
    return {what: new for what in now if (new := now[what] - before[what])}


def _lines(command: str) -> set[str]:
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, capture_output=True, text=True)
    return set(done.stdout.splitlines())


def _ours(lines: set[str]) -> set[str]:
    """Of what other programs also change all the time, only what a cluster could have made."""
    own = str(Path(__file__).parents[2])
    return {line for line in lines if any(word in line.replace(own, "") for word in _WORDS)}
