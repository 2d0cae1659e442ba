"""What the handle writes for Python, written for the shell."""

import re

_CALL = re.compile(r"HelmCluster\(([^()]*)\)")
_ARGUMENT = re.compile(
    r"\b(address|context|force|interval|kubeconfig|since|timeout|via)=(True|'[^']*')?"
)


def in_the_shell(message: str) -> str:
    """Return a message with options in place of the arguments of Python."""
    called = _CALL.sub(lambda call: _options(call[1]), message)
    return _ARGUMENT.sub(lambda found: _option(found[0]), called)


def _options(arguments: str) -> str:
    return " ".join(_option(one) for one in arguments.split(", ") if one != "…")


def _option(argument: str) -> str:
    """`namespace='team'` is `--namespace team`; what has no name is the release."""
    name, _, value = argument.rpartition("=")
    value = value.strip("'").removeprefix("True")
    return f"--{name or 'release'} {value}".rstrip()
