"""How wide a text is, and where its lines break: by tables, so that no picture depends on the fonts of a machine.

The widths are those of DejaVu Sans, which are Verdana's too; the other fonts of the pictures are narrower.
"""

from __future__ import annotations

from collections.abc import Iterable

_ASCII = "".join(map(chr, range(32, 127)))

_REGULAR = """
318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337 838 838
838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989 685 611 685 390
337 390 838 500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 392 634 592 818 592 592
525 636 337 636 838
"""
_BOLD = """
348 456 521 838 696 1002 872 306 457 457 523 838 380 415 380 365 696 696 696 696 696 696 696 696 696 696 400 400 838 838
838 580 1000 774 762 734 830 683 683 821 837 372 372 775 637 995 837 850 733 850 770 720 682 812 774 1103 771 724 725
457 365 457 838 500 500 675 716 593 716 678 435 716 712 343 343 665 343 1042 712 687 716 716 493 595 478 712 652 924 645
652 582 712 365 712 838
"""
"""Thousandths of the height, in the order of ASCII."""


def _table(widths: str) -> dict[str, float]:
    found = dict(zip(_ASCII, (int(width) / 1000 for width in widths.split()), strict=True))
    return {**found, "\u00a0": found[" "], "·": found["."], "→": found["+"], "−": found["+"], "✓": found["+"]}


_WIDTHS = {False: _table(_REGULAR), True: _table(_BOLD)}


def measure(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is at that height, in the same unit; a letter that the tables lack is taken as a square.

    >>> round(measure("poll", 10), 2), measure("poll", 10) < measure("poll", 10, bold=True), measure("漢", 10)
    (18.03, True, 10.0)
    """
    widths = _WIDTHS[bold]
    return size * sum(widths.get(letter, 1.0) for letter in text)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines that fit, broken between words, and in a word after ``+``, ``.``, ``/`` or ``-`` where it must be.

    >>> wrapped("the socket is open", 50, 10), wrapped("m1.c1+c2", 30, 10)
    (['the', 'socket is', 'open'], ['m1.', 'c1+', 'c2'])
    """
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}".strip(" ")
        if measure(joined, size, bold=bold) <= width:
            lines[-1] = joined
        else:
            lines += _pieces(word, width, size, bold)
    return [line for line in lines if line]


def _pieces(word: str, width: float, size: float, bold: bool) -> Iterable[str]:
    out = [""]
    for letter in word:
        if out[-1] and measure(out[-1] + letter, size, bold=bold) > width:
            cut = max(out[-1].rfind(mark) for mark in "+./-") + 1 or len(out[-1])
            out[-1:] = [out[-1][:cut], out[-1][cut:]]
        out[-1] += letter
    return out
