"""URLs in parts, by the rules of Go's net/url."""

import re
from typing import Any, NamedTuple

from dask_helm.gotemplate.functions import urlescapes
from dask_helm.gotemplate.functions.casing import lower
from dask_helm.gotemplate.functions.table import function
from dask_helm.gotemplate.functions.urlescapes import escaped, unescaped
from dask_helm.gotemplate.kinds import kind_name
from dask_helm.gotemplate.printing.quoting import quoted
from dask_helm.gotemplate.types import FunctionError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PORT = re.compile(r"(?::[0-9]*)?")
_USER = re.compile(r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
        name = host if colon and _PORT.fullmatch(f":{port}") else self.host
        bracketed = name.startswith("[") and name.endswith("]")
        return name[1:-1] if bracketed else name

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{escaped(self.fragment, urlescapes.FRAGMENT)}" if self.fragment else ""
        scheme = f"{self.scheme}:" if self.scheme else ""
        rest = self.opaque or self._authority() + self._path_after(scheme + self._authority())
        return scheme + rest + query + fragment

    def _authority(self) -> str:
        if not (self.scheme or self.host or self.user is not None):
            return ""
        slashes = "//" if self.host or self.path or self.user is not None else ""
        user = f"{self.user}@" if self.user is not None else ""
        return slashes + user + escaped(self.host, urlescapes.HOST)

    def _path_after(self, before: str) -> str:
        path = self.path if self.path == "*" else escaped(self.path, urlescapes.PATH)
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
        return parts._replace(fragment=unescaped(fragment, urlescapes.FRAGMENT))
    except FunctionError as error:
        raise FunctionError(f"parse {quoted(text)}: {error}") from None


def _without_fragment(text: str) -> Url:
    if _CONTROL.search(text):
        raise FunctionError("net/url: invalid control character in URL")
    if text == "*":
        return Url(path=text)
    scheme, rest = _split_scheme(text)
    rest, _, query = rest.partition("?")
    if not rest.startswith("/") and scheme:
        return Url(scheme=scheme, opaque=rest, query=query)
    return _hierarchical(scheme, rest, query)


def _split_scheme(text: str) -> tuple[str, str]:
    if text.startswith(":"):
        raise FunctionError("missing protocol scheme")
    match = _SCHEME.match(text)
    return (lower(match[1]), text[match.end() :]) if match else ("", text)


def _hierarchical(scheme: str, rest: str, query: str) -> Url:
    if not rest.startswith("/") and ":" in rest.partition("/")[0]:
        raise FunctionError("first path segment in URL cannot contain colon")
    user, host = None, ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        user, host = _authority(scheme, authority)
        rest = slash + path
    return Url(scheme, "", user, host, unescaped(rest, urlescapes.PATH), query)


def _authority(scheme: str, text: str) -> tuple[str | None, str]:
    """Return user, with escapes, and host."""
    userinfo, at, host = text.rpartition("@")
    found = _host(scheme, host)
    if not at:
        return None, found
    if not _USER.fullmatch(userinfo):
        raise FunctionError("net/url: invalid userinfo")
    name, colon, password = userinfo.partition(":")
    return _user(name) + colon + _user(password), found


def _user(text: str) -> str:
    return escaped(unescaped(text, urlescapes.USER), urlescapes.USER)


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
    return unescaped(text, urlescapes.HOST)


def _check_port(port: str) -> None:
    if not _PORT.fullmatch(port):
        raise FunctionError(f"invalid port {quoted(port)} after host")


def _bracketed(text: str) -> str:
    address, bracket, port = text[1:].rpartition("]")
    if not bracket:
        raise FunctionError("missing ']' in host")
    _check_port(port)
    host, percent, zone = address.partition("%25")
    plain = unescaped(host, urlescapes.HOST)
    plain += unescaped(percent + zone, urlescapes.ZONE) if percent else ""
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
    return str(Url(**found, user=_parsed_user(userinfo) if userinfo else None))


def _parsed_user(userinfo: str) -> str | None:
    try:
        return parsed(f"proto://{userinfo}@host").user
    except FunctionError as error:
        raise FunctionError(f"unable to parse userinfo in dict: {error}") from None


def _part(parts: dict[str, Any], name: str) -> str:
    value = parts.get(name, "")
    if isinstance(value, str):
        return value
    found = f"must be of type string, but {kind_name(value)} found"
    raise FunctionError(f"unable to parse {name} key, {found}")
