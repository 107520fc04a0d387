"""All designs at once: the family of systems that a scope has, with each mechanism as a switch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NoReturn

from mealspec.core import Branch, Configuration, Event, FeaturedSystem, Machine, branches
from mealspec.model.design import Design
from mealspec.model.events import pieces
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.product import Builder, builders, lets_in
from mealspec.model.scope import Scope
from mealspec.model.values import Seen, snapshots


class AnyDesign(Design):
    """A design that is made up as it is asked: ``mechanism in design`` is all that can be asked."""

    choice: Configuration

    def __init__(self, choice: Configuration) -> None:
        vars(self).update(name="any design", doc="", choice=choice)

    def __contains__(self, mechanism: M) -> bool:
        return mechanism in self.choice

    __repr__ = Design.__str__
    __eq__, __hash__ = object.__eq__, object.__hash__

    @property
    def mechanisms(self) -> NoReturn:
        """Raises ``TypeError``: what nobody has asked about is undecided, so there is no set to be listed."""
        raise TypeError("'any design' cannot list its mechanisms; ask 'mechanism in design' instead")


def family(scope: Scope, free: Collection[M] = tuple(M), fixed: Collection[M] = ()) -> FeaturedSystem:
    """The designs that have all of ``fixed`` and any of ``free``, in the scope."""
    switches = tuple(m.value for m in M if m in free and m not in fixed)
    on = frozenset(m.value for m in fixed)

    def every(build: Builder) -> tuple[Branch[Machine | None], ...]:
        return branches(lambda choice: build(AnyDesign(choice)), switches, on)

    events: dict[str, list[Branch[Event]]] = {}
    for piece in pieces(scope):
        for given, event in branches(lambda choice, piece=piece: piece(AnyDesign(choice)), switches, on):  # type: ignore[misc]
            if event is not None and lets_in(scope, event):
                events.setdefault(event.name, []).append(Branch(given, event))
    happening = (branch.value for some in events.values() for branch in some)
    machines = {name: every(build) for name, build in builders(scope, happening).items()}
    return FeaturedSystem(
        scope.describe(),
        switches,
        {name: some for name, some in machines.items() if any(branch.value for branch in some)},
        {name: tuple(some) for name, some in events.items()},
        order(scope),
        {name: stage(some[0].value, scope) for name, some in events.items()},
    )


def stage(event: Event, scope: Scope) -> int:
    """The last meal that an event is about, as a number; 0 if it is about none.

    A search that lets the meals in one after the other makes small detours only.
    """
    if "m" in event.values:
        return scope.meal_names.index(event.values["m"]) + 1
    says = next((s.meals for s in snapshots(scope) if s.name == event.values.get("answer")), ())
    return max((k for k, seen in enumerate(says, start=1) if seen is not Seen.ABSENT), default=0)


def twins(scope: Scope, bits: Iterable[str]) -> list[dict[str, str]]:
    """For each meal after the first: the bits of the first meal, with those that say the same of that one.

    All meals are alike: nothing in the protocol goes by their number, but for the name of the check by which
    a poll loop finds that one of them is not finished.

    >>> twins(Scope(meals=2), ["view.m1.0", "view.m2.0", "loader.poll.answer.0.1", "server.0"])
    [{'view.m1.0': 'view.m2.0', 'loader.poll.answer.0.1': 'loader.poll.answer.1.1'}]
    """
    split = [bit.split(".") for bit in bits]
    first = [parts for parts in split if "m1" in parts or parts[2:4] == ["answer", "0"]]

    def twin(parts: list[str], place: int) -> str:
        if "m1" in parts:
            return ".".join(f"m{place + 1}" if part == "m1" else part for part in parts)
        return ".".join([*parts[:3], str(place), *parts[4:]])

    return [{".".join(parts): twin(parts, place) for parts in first} for place in range(1, scope.meals)]


def order(scope: Scope) -> tuple[str, ...]:
    """Mechanisms and parts of machines, in the order in which a decision diagram should ask about them.

    Neighbours in the protocol stand together, and a mechanism beside what it gates. Found by measuring: the
    search for it began with this idea and moved names about as long as diagrams got smaller.
    """
    return tuple(_order(scope))


def _order(scope: Scope) -> Iterator[str]:
    def ends(part: str) -> Iterator[str]:
        return (f"connection.{c}.{part}" for c in scope.connection_names)

    yield from (M.CONNECT_ON_RETURN, "screen")
    yield from (M.RECONNECT, M.AUTO_RECONNECT, M.CONNECT_GUARD, M.CLOSE_BEFORE_DIAL, M.CLIENT_PING, M.SERVER_PING)
    yield from ("service", *ends("client"), *ends("caller"), "flags.connecting", M.STATE_FLAGS, "flags.connected")
    yield from (M.COMPARE_AND_DELETE, M.CONNECTION_SET, M.PUSH_TO_ALL, *ends("server"))
    yield from ("registry", "device.server", "device.far")
    yield from (M.READY_ACK, *ends("fine"), "server", M.REPLAY_FROM_CURSOR, M.EVICT_ON_FAILED_SEND)
    yield from (f"notification.{m}.flight" for m in scope.meal_names)
    yield from (M.HEALTH_CHECK, M.POLL_ON_CONNECT_FAILURE, M.CURRENT_SOCKET_ONLY, M.POLL_ON_DROP)
    yield from (M.VERIFY_ON_MESSAGE, M.POLL_NEEDS_BOTH, M.SOCKET_STOPS_POLLING, M.POLL_ON_SUBMIT, M.POLL_ON_APPEAR)
    yield from (M.GENERATION_TOKEN, "poller.loop", M.POLL_UNTIL_TERMINAL)
    yield from ("poller.woken", "poller.checks", "poller.stops")
    yield from (f"loader.{origin}.phase" for origin in ("poll", "handler", "appear", "connect"))
    yield from (M.CATCH_UP, M.RETRY_REFRESH, M.TERMINAL_ABSORBS, M.JOB_RECONCILIATION, M.WAIT_BEFORE_SUBMIT)
    yield M.FAILURE_NOTIFICATIONS
    for k, m in enumerate(scope.meal_names):
        yield from (f"notification.{m}.fate", f"job.{m}")
        yield from (f"loader.{origin}.answer.{k}" for origin in ("handler", "poll", "appear", "connect"))
        yield from (f"{part}.{m}" for part in ("view", "outbox", "receipt"))
    yield from ("path", "app", M.DIAL_ON_PATH_CHANGE, M.IDEMPOTENT_UPLOAD, M.PROBE_ON_FOREGROUND)
