"""``mealspec COMMAND``: check the specification, show why a design fails, replay traces.

Exit 0: every verdict is as expected; 1: some verdict differs, a trace is refused, a mutant survives, or an external
checker disagrees; 2: bad input; 130: interrupted; 141: whoever reads the answer went away.

Whatever takes time is imported where an interrupt is heard, and so not here.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from types import FrameType

INTERRUPTED = 130
UNWRITABLE = (errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT)
"""What a stream that cannot take the answer says."""


def program() -> None:
    """The program: it ends with the status of :func:`main`, an interrupted one too.

    Where an interrupt fell into source that a library executes, Python says at its very end that it died of the signal,
    though that was heard and told. So an interrupted program ends before that, after all that waits for the end. One
    that comes when all is told changes nothing any more.
    """
    told: list[int] = []
    atexit.register(lambda: told and os._exit(INTERRUPTED))  # the first that is registered is the last
    try:
        main(last=True)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            sys.stderr.flush()
            told.append(INTERRUPTED)
        raise


def main(arguments: Iterable[str] | None = None, *, last: bool = False) -> None:
    """Run the command line; the exit status tells the outcome. After the ``last`` nobody is to be interrupted."""
    asked: list[int] = []
    try:
        with _heard(asked, last=last):
            status = _run(sys.argv[1:] if arguments is None else list(arguments))
            sys.stdout.flush()  # here, where a reader who went away is no error
    except Exception as error:
        status = _status(error, interrupted=bool(asked))
    except KeyboardInterrupt as error:
        status = _status(error, interrupted=True)
    if status:
        raise SystemExit(status)


@contextlib.contextmanager
def _heard(asked: list[int], *, last: bool) -> Iterator[None]:
    """Keep in ``asked`` the interrupts that come meanwhile; those that come after the ``last`` are ignored.

    A library may turn one into an error of its own: oxidd does, in the middle of its work, and so does an import.
    Another may swallow it, as what llvmlite calls back while it compiles does: so it comes again until it is heard.
    """

    def interrupt(number: int, _: FrameType | None) -> None:
        asked.append(number)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        if number == signal.SIGINT or not isinstance(sys.exc_info()[1], KeyboardInterrupt):  # else on its way up
            raise KeyboardInterrupt

    def ignored(error: sys.UnraisableHookArgs) -> None:
        if error.exc_type is not KeyboardInterrupt:
            sys.__unraisablehook__(error)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)}
    hook, sys.unraisablehook = sys.unraisablehook, ignored
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # else a shell that runs it in the background wants it so
            signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if last else handler)


def _run(arguments: list[str]) -> int:
    import click

    from mealspec.cli.group import cli

    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        raise click.ClickException("cannot write to standard output: it is closed")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ticks is no reason to stop
    if any("\0" in argument for argument in arguments):
        raise click.ClickException("an argument holds a NUL, which no name has")
    try:
        if "_MEALSPEC_COMPLETE" in os.environ:  # a shell asks what may come next
            cli.main(arguments, prog_name="mealspec")
        with cli.make_context("mealspec", arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0


def _status(error: BaseException, *, interrupted: bool) -> int:
    """The exit status that an error stands for, when it has been told in one sentence; ours are not told."""
    if isinstance(error, BrokenPipeError):
        _forget()
        return 141
    if interrupted:
        _say("interrupted; nothing was written")
        return INTERRUPTED
    import click

    from mealspec.core.errors import CheckerError

    if isinstance(error, OSError) and error.errno in UNWRITABLE and error.filename is None:
        _forget()
        _say(f"cannot write to standard output: {error.strerror}")
    elif isinstance(error, click.ClickException):
        _say(error.format_message())
    elif isinstance(error, CheckerError):
        _say(str(error))
    else:
        raise error
    return 2


def _say(text: str) -> None:
    if not text.isprintable():
        from mealspec.core.errors import printable

        text = printable(text)
    with contextlib.suppress(OSError):  # nobody listens
        print(f"mealspec: {text}", file=sys.stderr)


def _forget() -> None:
    """What is still in the buffers has nowhere to go: Python would try once more at the end, and complain."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
            continue
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
