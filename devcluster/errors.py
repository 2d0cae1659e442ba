"""The errors that a user sees: each message is a sentence that ends with what to do."""

INSTEAD = "name your own by KUBECONFIG and KUBE_CONTEXT, or run `make kind` with Docker"


class UnusableError(Exception):
    """The machine, as it is, cannot run the cluster."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing}: {INSTEAD}.")


class CommandError(Exception):
    """A program failed; the message ends with the last lines of its output."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output
