"""Text from anywhere made safe to write: as a TOML string, in a comment of a file, on a terminal."""

from __future__ import annotations

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    r"""Return text as a TOML string on one line, with whatever cannot be seen written as an escape.

    Parameters
    ----------
    text : str
        Any text; halves of a character, which no file can hold, become U+FFFD.

    Returns
    -------
    str
        A basic string that reads back as the text.

    Examples
    --------
    >>> print(quoted('a "b"\n]]'))
    "a \"b\"\n]]"
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return '"' + "".join(_ESCAPES.get(sign) or _seen(sign) for sign in whole) + '"'


def shown(text: str, most: int = 200) -> str:
    r"""Return text on one line for a person: what cannot be seen is escaped, what is too long is cut.

    Parameters
    ----------
    text : str
        Any text.
    most : int
        Characters to show.

    Returns
    -------
    str
        Harmless on a terminal and in a comment.

    Examples
    --------
    >>> shown("a\x1b[2Jb\n"), shown("abcdef", 3)
    ('a\\u001b[2Jb\\u000a', 'abc…')
    """
    line = "".join(map(_seen, text[:most]))
    return line if len(text) <= most else f"{line}…"


def _seen(sign: str) -> str:
    if sign.isprintable():
        return sign
    code = ord(sign)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
