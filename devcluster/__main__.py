"""The command line: python3 -m devcluster up | down | status | kind."""

import sys
from collections.abc import Callable

from devcluster import api, kind
from devcluster.api import Cluster
from devcluster.errors import CommandError, UnusableError
from devcluster.progress import say


def _up() -> int:
    _print(api.ensure())
    return 0


def _down() -> int:
    api.down()
    return 0


def _status() -> int:
    found = api.running()
    if found:
        _print(found)
        return 0
    say("No local cluster is running. Start one with `make cluster`.")
    return 1


def _kind() -> int:
    kind.up()
    return 0


_COMMANDS: dict[str, Callable[[], int]] = {
    "up": _up,
    "down": _down,
    "status": _status,
    "kind": _kind,
}


def _print(cluster: Cluster) -> None:
    """Print the settings to paste into a shell."""
    print(f"export KUBECONFIG={cluster.kubeconfig}")
    print(f"export PATH={cluster.bin}:$PATH")


def main(words: list[str]) -> int:
    """Run a command; return 2 if it is unknown or cannot run on this machine, 1 if it fails."""
    if len(words) != 1 or words[0] not in _COMMANDS:
        say(f"usage: python3 -m devcluster {' | '.join(_COMMANDS)}")
        return 2
    try:
        return _COMMANDS[words[0]]()
    except UnusableError as error:
        say(str(error))
        return 2
    except CommandError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Interrupted. Run `make cluster` to start again or `make cluster-down` to clean up.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
