"""The errors a person sees: each one is a sentence that ends with what to do."""

INSTEAD = "name your own by KUBECONFIG and KUBE_CONTEXT, or run `make kind` with Docker"


class UnusableError(Exception):
    """This machine cannot run the cluster as it is."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing}: {INSTEAD}.")


class CommandError(Exception):
    """A program that was called failed; the message ends with the last lines it said."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output
