"""What can go wrong, one exception per meaning."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CheckerError(Exception):
    """Any error that a person can mend; its text is one clear sentence."""


class InvalidMachine(CheckerError):
    """A machine is not a deterministic automaton over declared states."""


class InvalidSystem(CheckerError):
    """Machines and events do not fit together.

    ``offenders`` holds one sentence per mismatch; the text of the error shows them all, so that one
    attempt to build a system tells everything that is wrong with it.
    """

    def __init__(self, offenders: Iterable[str]) -> None:
        self.offenders = tuple(offenders)
        listing = "\n".join(f"  - {offender}" for offender in self.offenders)
        super().__init__(f"{len(self.offenders)} mismatch(es) between machines and events:\n{listing}")


class TooLarge(CheckerError):
    """An engine needs more memory than there is."""


class UnknownName(CheckerError):
    """A name that is not among the choices."""


class BadTrace(CheckerError):
    """A trace file that cannot be read as a trace of this system."""


def unknown(what: str, name: str, choices: Iterable[str]) -> UnknownName:
    """An :class:`UnknownName` that quotes the value, the nearest name and the choices.

    >>> print(unknown("design", "publishd", ["before", "published"]))
    unknown design 'publishd'; did you mean 'published'? (before, published)
    """
    names, name = list(choices), printable(name, 100)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else "; choose from"
    shown = ", ".join(names[:40]) + (f", ... {len(names) - 40} more" if len(names) > 40 else "")
    return UnknownName(f"unknown {what} '{name}'{hint} ({shown})")


def printable(text: str, most: int = 2000) -> str:
    r"""The text on one line, with nothing that moves a cursor, and cut if it is longer than ``most``.

    >>> print(printable("two" + chr(10) + "lines"))
    two\nlines
    """
    text = text if len(text) <= most else text[: most - 3] + "..."
    return text if text.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
