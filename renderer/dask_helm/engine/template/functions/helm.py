"""The functions that Helm adds; without a cluster there is nothing to look up."""

from typing import Any

from dask_helm.engine.template.functions.table import function
from dask_helm.engine.types import FunctionError


@function("required")
def required(message: str, value: Any) -> Any:
    """Return the value; raises FunctionError with the message for nil and an empty string."""
    if value is None or value == "":
        raise FunctionError(message)
    return value


@function("fail")
def fail(message: str) -> str:
    """Raise FunctionError with the message."""
    raise FunctionError(message)


@function("lookup")
def lookup(_version: str, _kind: str, _namespace: str, _name: str) -> dict[str, Any]:
    """Return an empty map, as `helm template` does."""
    return {}


@function("getHostByName")
def get_host_by_name(_name: str) -> str:
    """Return nothing, as Helm does unless it is asked to look names up."""
    return ""


# Why functions of Helm are an error when they are called.
_REASONS = {
    "its result would differ at every rendering": """
        randAlpha randAlphaNum randAscii randBytes randInt randNumeric shuffle uuidv4""",
    "its result would depend on when and where the templates are rendered": """
        ago date dateInZone dateModify date_in_zone date_modify htmlDate htmlDateInZone
        mustDateModify must_date_modify mustToDate now toDate unixEpoch""",
    "keys, certificates and passwords would be new at every rendering; keep them in a Secret": """
        bcrypt htpasswd derivePassword encryptAES decryptAES buildCustomCert genCA genCAWithKey
        genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert
        genSignedCertWithKey""",
    "only Helm 4.3 and later have it, so a chart with it would not work with Helm 3": """
        durationSeconds durationMilliseconds durationMicroseconds durationNanoseconds
        durationMinutes durationHours durationDays durationWeeks durationRoundTo
        durationTruncateTo mustToDuration""",
    "TOML is not in the subset of functions; write the text into the template": """
        toToml mustToToml fromToml""",
    "no value of a template is a function": "call",
}
ABSENT = {name: reason for reason, names in _REASONS.items() for name in names.split()}
"""The functions of Helm that are not in the table, and why."""
