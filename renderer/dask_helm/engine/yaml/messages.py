"""What the parser complains about, in words for people, with what to write instead."""

from typing import Any

from yaml.reader import ReaderError

from dask_helm.errors import Place, YamlError

_TAB = "a tab cannot indent; use spaces"
_QUOTE = "put the text in quotes"
_DIRECTIVE = "a line that begins with % is a directive of YAML; if it is text, put it in quotes"
_TAG = "a word that begins with ! is a tag of YAML; if it is text, put it in quotes"
_CONTROL = 'a control character; write it as an escape, "\\u0000", in double quotes'
_NO_UTF8 = "this is no UTF-8; save the file as UTF-8"
_NO_UTF16 = "this begins as UTF-16 and is none; save the file as UTF-8"
_ESCAPE = (
    "in a text in double quotes \\x, \\u and \\U are followed by 2, 4 and 8 hexadecimal digits; "
    "for a backslash write \\\\, or use single quotes"
)
_BLOCK = "after | or > stand only + or - and a digit from 1 to 9; begin the text on the next line"

_SAID: dict[str, str] = {
    "mapping values are not allowed in this context": (
        f"a ':' with a blank after it makes a key, and no key can stand here; {_QUOTE}, "
        "or check the indentation, and the blank after ':' in the line above"
    ),
    "block sequence entries are not allowed in this context": (
        "a '- ' begins an item of a list, and none can begin here; begin a new line, "
        "or put the text in quotes"
    ),
    "mapping keys are not allowed in this context": (
        f"a '? ' begins a key, and none can stand here; {_QUOTE}"
    ),
    "did not find expected key": (
        "this does not belong to the keys above; check the indentation, and the quotes before it"
    ),
    "did not find expected '-' indicator": (
        "this does not belong to the list above; begin each item with '- ', all indented alike"
    ),
    "did not find expected node content": f"a value is missing here; {_QUOTE} if this is text",
    "found unexpected document indicator": (
        "'---' or '...' ends the document inside of a text in quotes; close the quotes before it"
    ),
    "found unexpected ':'": "inside of [ ] and { }, write a blank after ':', or use quotes",
    "found unknown escape character": (
        "unknown escape after '\\' in a text in double quotes; for a backslash write \\\\, "
        "or use single quotes"
    ),
    "did not find expected hexdecimal number": _ESCAPE,
    "expected escape sequence of": _ESCAPE,
    "found invalid Unicode character escape code": _ESCAPE,
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "did not find expected comment or line break": _BLOCK,
    "found an indentation indicator equal to 0": _BLOCK,
    "found undefined tag handle": _TAG,
    "did not find expected whitespace or line break": _TAG,
    "did not find expected tag URI": _TAG,
    "did not find the expected '>'": _TAG,
    "did not find expected '!'": _TAG,
    "did not find URI escaped octet": _TAG,
    "found an incorrect leading UTF-8 octet": _TAG,
    "found an incorrect trailing UTF-8 octet": _TAG,
    "found unknown directive name": _DIRECTIVE,
    "could not find expected directive name": _DIRECTIVE,
    "found unexpected non-alphabetical character": _DIRECTIVE,
    "did not find expected digit or '.' character": _DIRECTIVE,
    "did not find expected version number": _DIRECTIVE,
    "found extremely long version number": _DIRECTIVE,
    "did not find expected whitespace": _DIRECTIVE,
    "found duplicate %YAML directive": "two %YAML lines in one document; keep one",
    "found duplicate %TAG directive": "two %TAG lines for the same name; keep one",
    "found incompatible YAML document": "only %YAML 1.1 is understood; remove that line",
    "did not find expected <document start>": (
        "the document has ended before this; write '---' before a second one, "
        "or check the indentation"
    ),
    "control characters are not allowed": _CONTROL,
    "invalid leading UTF-8 octet": _NO_UTF8,
    "invalid trailing UTF-8 octet": _NO_UTF8,
    "incomplete UTF-8 octet sequence": _NO_UTF8,
    "invalid length of a UTF-8 sequence": _NO_UTF8,
    "invalid Unicode character": _NO_UTF8,
    "unexpected low surrogate area": _NO_UTF16,
    "expected low surrogate area": _NO_UTF16,
    "incomplete UTF-16 character": _NO_UTF16,
    "incomplete UTF-16 surrogate pair": _NO_UTF16,
}

_CLOSERS = {"did not find expected ',' or ']'": "]", "did not find expected ',' or '}'": "}"}
_BAD_START = "found character that cannot start any token"
_BAD_NAME = "did not find expected alphabetic or numeric character"
_AT_THE_BEGINNING = {
    "could not find expected ':'": (
        "a ':' is missing here, or the key before it is longer than 1024 characters; "
        "write 'key: value'"
    ),
    "found unexpected end of stream": "the quotes that open here are never closed",
    _BAD_NAME: (
        "after * and & stands the name of an anchor, of letters, digits, _ and -; "
        f"{_QUOTE} if this is text"
    ),
}


def explained(error: Any, name: str, text: str) -> YamlError:
    """Return the parser's error as a YamlError about the text of that name."""
    if isinstance(error, ReaderError):
        message = _SAID.get(str(error.reason), _NO_UTF8 if error.encoding == "utf-8" else _CONTROL)
        read = text.encode("utf-8", "replace")[: error.position].decode("utf-8", "ignore")
        lines = read.split("\n")
        return YamlError(message, Place(name, len(lines), len(lines[-1]) + 1))
    mark = error.problem_mark or error.context_mark
    problem = error.problem or ""
    message = _SAID.get(problem, problem)
    if problem in _AT_THE_BEGINNING:
        message, mark = _AT_THE_BEGINNING[problem], error.context_mark or mark
    elif problem == _BAD_START:
        found = text[mark.index : mark.index + 1]
        message = _TAB if found == "\t" else f"a text cannot begin with {found}; put it in quotes"
    elif problem in _CLOSERS:
        missing = f"',' or '{_CLOSERS[problem]}' is missing here"
        opening = f"for what opens in line {error.context_mark.line + 1}"
        message = f"{missing}, {opening}; {_QUOTE} if this is text"
    return YamlError(message, Place(name, mark.line + 1, mark.column + 1))
