"""Time for a tester: the clocks of one role, which are exact, and an environment that is prompt or takes its time.

An implementation under test is told how many seconds its timers take, and its clock is virtual; so it is known when
each of them ends. What the tester does by itself takes as long as the tester likes, but no answer that is on its way
is later than one tick: an implementation may limit its requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mealspec.core import ANY, Machine, On, System
from mealspec.core.timed import TICK, Clockwork, Phase, in_time, timed
from mealspec.model.client.app import App
from mealspec.model.design import Design
from mealspec.model.network.connection import Client
from mealspec.model.product import system
from mealspec.model.scope import Scope


class Clock(NamedTuple):
    """The phases of a kind of machine, events that it must do before the next tick, and its excuses."""

    phases: tuple[Phase, ...] = ()
    at_once: Mapping[str, Any] = {}
    excuses: Mapping[str, Any] = {}


Watchers = Callable[[System, Scope], Sequence[Machine]]
"""Machines beside the model's that a role's clocks need."""


def tested(clocks: Mapping[str, Clock], watchers: Watchers, design: Design, scope: Scope) -> System:
    """The product of a design in a scope, with these clocks by kind of machine."""
    plain = system(design, scope)
    whole = system(design, scope, extra=tuple(watchers(plain, scope)))
    excused = {name for clock in clocks.values() for name in clock.excuses}
    parts = [_with_clock(machine, clocks.get(machine.name.split(".")[0]), excused) for machine in whole.machines]
    return in_time(whole, [part for part in parts if part is not None])


def _with_clock(machine: Machine, clock: Clock | None, excused: set[str]) -> Machine | None:
    if machine.name == "app":  # a suspended app's clocks stand still, so time goes on only where it runs
        runs = timed(Clockwork(machine, ()), dict.fromkeys(excused, ANY))
        return runs.keeping(lambda row: row.event.split(".")[0] != TICK or row.source.untimed is not App.BACKGROUND)  # type: ignore[attr-defined]
    if clock is None:
        return None
    known = Clockwork(machine, clock.phases, clock.at_once)
    return timed(known, {name: clock.excuses.get(name, ANY) for name in sorted(excused)})


def pulses(plain: System, scope: Scope) -> list[Machine]:
    """For each connection when its client pings: it rests, or it has asked and waits for the answer."""
    return [_pulse(plain, c) for c in scope.connection_names]


def _pulse(plain: System, c: str) -> Machine:
    known = set(plain.number)
    opens, top = (
        (f"client.ready.{c}", Client.READY) if f"client.ready.{c}" in known else (f"client.open.{c}", Client.OPEN)
    )
    expires, answers = f"client.expire.{c}", [f"client.pong.{c}", f"client.reregister.{c}"]
    rows = plain.machines[plain.position[f"connection.{c}"]].rows
    ends = {r.event: None for r in rows if r.source.client is top and r.dest.client is not top and r.event != expires}  # type: ignore[attr-defined]
    limited = expires in known
    rules = [
        On(opens, "off", "rest"),
        On(
            f"client.ping.{c}", "rest" if limited else {"rest", "asked"}, "asked"
        ),  # without a limit the answer is no matter
        On([event for event in answers if event in known], "asked", "rest"),
        On(expires, "asked", "off", given=limited),
        On(list(ends), ANY, "off"),
    ]
    return Machine.ruled(f"pulse.{c}", "off", rules)


def patience(plain: System, scope: Scope) -> list[Machine]:
    """For each meal whether its next upload is the first, which comes at once, or one after a failure."""
    return [_patience(plain, m) for m in scope.meal_names]


def _patience(plain: System, m: str) -> Machine:
    verbs = ("server.refuse_upload", "network.refuse_upload", "server.deny_upload", "network.cut_upload")
    fails = [f"{verb}.{m}" for verb in verbs if f"{verb}.{m}" in plain.number]
    rules = [
        On(f"user.submit.{m}", ANY, "fresh"),
        On(fails, ANY, "failed", given=bool(fails)),
        On(f"client.upload.{m}", ANY, "fresh"),
    ]
    return Machine.ruled(f"patience.{m}", "fresh", rules)


def renewals(plain: System, scope: Scope) -> list[Machine]:
    """Whether a renewal of the token is out: it begins with the first refusal, and one is enough."""
    denies = [e.name for e in plain.events if e.name.startswith(("client.denied.", "server.deny_upload."))]
    if not denies:
        return []
    return [
        Machine.ruled("renewal", "none", [On(denies, ANY, "asked"), On("client.renew_token", "asked", "none")]),
    ]
