"""The command line: python -m harness. Starts the local cluster unless the user names another.

The tests run this command first. The pytest processes then find a running cluster, and the minutes
that building it takes do not count as the time of a test.
"""

import sys

from devcluster.errors import CommandError, UnusableError
from harness import target


def main() -> int:
    """Return 0 when a cluster is available, 2 when none can run here, 1 when starting it failed."""
    try:
        found = target.find()
    except (target.TargetError, UnusableError) as error:
        print(error, file=sys.stderr)
        return 2
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"cluster: context {found.context} of {found.kubeconfig}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
