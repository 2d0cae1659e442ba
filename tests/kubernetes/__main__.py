"""The command line: python3 -m tests.kubernetes up | down | status | kind."""

import sys
from collections.abc import Callable

from tests.kubernetes import api, kind
from tests.kubernetes.api import Cluster
from tests.kubernetes.errors import CommandError, UnusableError
from tests.kubernetes.progress import say


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
    say("No local cluster runs; `make cluster` starts one.")
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
    """Lines for the user's own shell."""
    print(f"export KUBECONFIG={cluster.kubeconfig}")
    print(f"export PATH={cluster.bin}:$PATH")


def main(words: list[str]) -> int:
    """Do what is asked; 2 for what this machine cannot do, 1 for what went wrong."""
    if len(words) != 1 or words[0] not in _COMMANDS:
        say(f"usage: python3 -m tests.kubernetes {' | '.join(_COMMANDS)}")
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
        say("Stopped half way; `make cluster` or `make cluster-down` puts things right.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
