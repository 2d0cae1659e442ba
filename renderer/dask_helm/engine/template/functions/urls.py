"""URLs and paths in parts, by the rules of Go's net/url and path."""

import re
import string
from typing import Any, NamedTuple

from dask_helm.engine.template.functions.casing import lower
from dask_helm.engine.template.functions.table import function
from dask_helm.engine.template.printing.quoting import quoted
from dask_helm.engine.types import FunctionError, kind_name
from dask_helm.engine.utf8 import decoded, encoded

Bytes = frozenset[int]

# The bytes that need no escape in a part.
UNRESERVED = frozenset((string.ascii_letters + string.digits + "-._~").encode())
PATH = UNRESERVED | frozenset(b"$&+,/:;=@")
USER = UNRESERVED | frozenset(b"$&+,;=")
FRAGMENT = UNRESERVED | frozenset(b"!$&()*+,/:;=?@")
HOST = UNRESERVED | frozenset(b"!\"$&'()*+,:;<=>[]")
# The zone of an IPv6 address has the host's bytes, but its own rule for escapes.
ZONE = HOST | {ord("\0")}

_ESCAPE = r"%([0-9A-Fa-f]{2})?"


def escaped(text: str, unescaped_bytes: Bytes) -> str:
    """Return the text with escapes for all other bytes."""
    data = encoded(text)
    return "".join(chr(b) if b in unescaped_bytes else f"%{b:02X}" for b in data)


def unescaped(text: str, part: Bytes) -> str:
    """Return the text without escapes; raises FunctionError for one that is not allowed there."""
    if part in (HOST, ZONE):
        _check_host(text, part)
    data = re.sub(_ESCAPE, lambda match: _plain(match, text), text) if "%" in text else text
    return decoded(encoded(data))


def _plain(match: re.Match[str], text: str) -> str:
    if match[1] is None:
        raise _wrong(text[match.start() : match.start() + 3])
    return decoded(bytes.fromhex(match[1]))


def _check_host(text: str, part: Bytes) -> None:
    for character in re.sub(_ESCAPE, "", text):
        if character < "\x80" and ord(character) not in part:
            raise FunctionError(f"invalid character {quoted(character)} in host name")
    for match in re.finditer(_ESCAPE, text):
        if match[1] and match[0] != "%25":
            byte = int(match[1], 16)
            is_allowed = byte in HOST or byte == ord(" ") if part is ZONE else byte >= 128
            if not is_allowed:
                raise _wrong(match[0])


def _wrong(escape: str) -> FunctionError:
    return FunctionError(f"invalid URL escape {quoted(escape)}")


_SCHEME = r"([A-Za-z][A-Za-z0-9+.-]*):"
_PORT = r"(?::[0-9]*)?"
_USER = r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*"
_CONTROL = r"[\x00-\x1f\x7f]"


class Url(NamedTuple):
    """The parts of a URL; only query and opaque keep their escapes. `user` may be missing: None."""

    scheme: str = ""
    opaque: str = ""
    user: str | None = None
    host: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""

    def hostname(self) -> str:
        """Return the host without port, and without the brackets of an IPv6 address."""
        host, colon, port = self.host.rpartition(":")
        name = host if colon and re.fullmatch(_PORT, f":{port}") else self.host
        bracketed = name.startswith("[") and name.endswith("]")
        return name[1:-1] if bracketed else name

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{escaped(self.fragment, FRAGMENT)}" if self.fragment else ""
        scheme = f"{self.scheme}:" if self.scheme else ""
        rest = self.opaque or self._authority() + self._path_after(scheme + self._authority())
        return scheme + rest + query + fragment

    def _authority(self) -> str:
        if not (self.scheme or self.host or self.user is not None):
            return ""
        slashes = "//" if self.host or self.path or self.user is not None else ""
        user = f"{self.user}@" if self.user is not None else ""
        return slashes + user + escaped(self.host, HOST)

    def _path_after(self, before: str) -> str:
        path = self.path if self.path == "*" else escaped(self.path, PATH)
        if path and path[0] != "/" and self.host:
            return f"/{path}"
        # What looks like a scheme must not begin a relative path.
        return f"./{path}" if not before and ":" in path.partition("/")[0] else path


def parsed(text: str) -> Url:
    """Return the parts of a URL; raises FunctionError for what Go refuses."""
    url, _, fragment = text.partition("#")
    try:
        parts = _without_fragment(url)
    except FunctionError as error:
        raise FunctionError(f"parse {quoted(url)}: {error}") from None
    try:
        return parts._replace(fragment=unescaped(fragment, FRAGMENT))
    except FunctionError as error:
        raise FunctionError(f"parse {quoted(text)}: {error}") from None


def _without_fragment(text: str) -> Url:
    if re.search(_CONTROL, text):
        raise FunctionError("net/url: invalid control character in URL")
    if text == "*":
        return Url(path=text)
    if text.startswith(":"):
        raise FunctionError("missing protocol scheme")
    match = re.match(_SCHEME, text)
    scheme, rest = (lower(match[1]), text[match.end() :]) if match else ("", text)
    rest, _, query = rest.partition("?")
    if not rest.startswith("/") and scheme:
        return Url(scheme=scheme, opaque=rest, query=query)
    return _hierarchical(scheme, rest, query)


def _hierarchical(scheme: str, rest: str, query: str) -> Url:
    if not rest.startswith("/") and ":" in rest.partition("/")[0]:
        raise FunctionError("first path segment in URL cannot contain colon")
    user, host = None, ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        user, host = _authority(scheme, authority)
        rest = slash + path
    return Url(scheme, "", user, host, unescaped(rest, PATH), query)


def _authority(scheme: str, text: str) -> tuple[str | None, str]:
    """Return user, with escapes, and host."""
    userinfo, at, host = text.rpartition("@")
    found = _host(scheme, host)
    if not at:
        return None, found
    if not re.fullmatch(_USER, userinfo):
        raise FunctionError("net/url: invalid userinfo")
    name, colon, password = userinfo.partition(":")
    return _user(name) + colon + _user(password), found


def _user(text: str) -> str:
    return escaped(unescaped(text, USER), USER)


def _host(scheme: str, text: str) -> str:
    bracket = text.rfind("[")
    if bracket > 0:
        raise FunctionError("invalid IP-literal")
    if bracket == 0:
        return _bracketed(text)
    # Lists of hosts with ports are allowed, but not for the web.
    strict = scheme in ("http", "https")
    at = text.find(":") if strict else text.rfind(":")
    _check_port(text[at:] if at >= 0 else "")
    return unescaped(text, HOST)


def _check_port(port: str) -> None:
    if not re.fullmatch(_PORT, port):
        raise FunctionError(f"invalid port {quoted(port)} after host")


def _bracketed(text: str) -> str:
    address, bracket, port = text[1:].rpartition("]")
    if not bracket:
        raise FunctionError("missing ']' in host")
    _check_port(port)
    host, percent, zone = address.partition("%25")
    plain = unescaped(host, HOST)
    plain += unescaped(percent + zone, ZONE) if percent else ""
    _check_address(plain)
    return f"[{plain}]{port}"


def _check_address(text: str) -> None:
    from ipaddress import IPv6Address

    address, percent, zone = text.partition("%")
    try:
        IPv6Address(address)
    except ValueError:
        raise FunctionError(f"invalid host: ParseAddr({quoted(text)}): no IPv6 address") from None
    if percent and not zone:
        message = "zone must be a non-empty string"
        raise FunctionError(f"invalid host: ParseAddr({quoted(text)}): {message}")


@function("urlParse")
def url_parse(text: str) -> dict[str, Any]:
    """Return the parts of a URL as a dict."""
    try:
        url = parsed(text)
    except FunctionError as error:
        raise FunctionError(f"unable to parse url: {error}") from None
    return {
        "scheme": url.scheme,
        "host": url.host,
        "hostname": url.hostname(),
        "path": url.path,
        "query": url.query,
        "opaque": url.opaque,
        "fragment": url.fragment,
        "userinfo": url.user or "",
    }


@function("urlJoin")
def url_join(parts: dict) -> str:  # type: ignore[type-arg]
    """Return the URL of parts as urlParse gives them."""
    names = ("scheme", "opaque", "host", "path", "query", "fragment")
    found = {name: _part(parts or {}, name) for name in names}
    userinfo = _part(parts or {}, "userinfo")
    try:
        user = parsed(f"proto://{userinfo}@host").user if userinfo else None
    except FunctionError as error:
        raise FunctionError(f"unable to parse userinfo in dict: {error}") from None
    return str(Url(**found, user=user))


def _part(parts: dict[str, Any], name: str) -> str:
    value = parts.get(name, "")
    if isinstance(value, str):
        return value
    found = f"must be of type string, but {kind_name(value)} found"
    raise FunctionError(f"unable to parse {name} key, {found}")


@function("base", "osBase")
def base(path: str) -> str:
    """Return the last part of a path."""
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    return stripped.rpartition("/")[2]


@function("dir", "osDir")
def directory(path: str) -> str:
    """Return all but the last part of a path, cleaned."""
    folder, slash, _ = path.rpartition("/")
    return clean(folder + slash)


@function("clean", "osClean")
def clean(path: str) -> str:
    """Return the shortest path to the same place."""
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", ".") and not (part == ".." and rooted):
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


@function("ext", "osExt")
def extension(path: str) -> str:
    """Return the end of the last part, from its last dot on."""
    _, dot, end = path.rpartition("/")[2].rpartition(".")
    return dot + end if dot else ""


@function("isAbs", "osIsAbs")
def is_absolute(path: str) -> bool:
    """Whether the path begins at the root."""
    return path.startswith("/")
