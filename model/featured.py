"""All designs at once: the family of systems that a scope has, with each mechanism as a switch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NoReturn

from mealspec.core import Branch, Configuration, Event, FeaturedSystem, Machine, branches
from mealspec.model.design import Design
from mealspec.model.events import pieces
from mealspec.model.mechanism import SEEDS
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


def family(scope: Scope, free: Collection[M] = SEEDS, fixed: Collection[M] = ()) -> FeaturedSystem:
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
    says = next((s.meals for s in snapshots(scope) if s.name == event.values.get("answer")), ())
    named = [scope.meal_names.index(event.values["m"]) + 1] if "m" in event.values else []
    return max([*named, *(k for k, seen in enumerate(says, start=1) if seen is not Seen.ABSENT)], default=0)


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

    yield from (M.CONNECT_ON_RETURN, M.DIAL_AT_LOGIN, M.OUTLIVES_SCREEN, "screen", M.NOOP_CONNECT, M.TIMED_CONNECT)
    yield from (M.DROPS_UNHEARD, M.LATE_SUBSCRIPTION, M.STALE_DIAL_TIMER)
    yield from (M.RECONNECT, M.AUTO_RECONNECT, M.CONNECT_GUARD, M.CLOSE_BEFORE_DIAL, M.CLIENT_PING, M.SERVER_PING)
    yield from ("service", *ends("client"), *ends("caller"), "flags.connecting", M.STATE_FLAGS, "flags.connected")
    yield from (M.COMPARE_AND_DELETE, M.CONNECTION_SET, M.PUSH_TO_ALL, *ends("server"))
    yield from (M.READER_OUTLIVES_HANDLER, M.ENTRY_ENDS_WITH_HANDLER, M.ENTRY_EXPIRES, M.PING_REFRESHES)
    yield from (
        M.REGISTER_ON_MESSAGE,
        M.REPLACE_AND_CLOSE,
        M.OTHER_REGISTRY,
        M.OTHER_KEY,
        M.BACKPLANE,
        M.PONG_SAYS_LISTED,
    )
    yield from ("registry", "device.server", "device.far")
    yield from (M.READY_ACK, *ends("fine"), "server", M.REPLAY_FROM_CURSOR, M.EVICT_ON_FAILED_SEND)
    yield from (f"notification.{m}.flight" for m in scope.meal_names)
    yield from (M.HEALTH_CHECK, M.POLL_ON_CONNECT_FAILURE, M.CURRENT_SOCKET_ONLY, M.POLL_ON_DROP)
    yield from (M.VERIFY_ON_MESSAGE, M.POLL_NEEDS_BOTH, M.CONNECT_STOPS_POLLING, M.MESSAGE_STOPS_POLLING)
    yield from (M.POLL_ON_SUBMIT, M.POLL_UNLESS_CONNECTED, M.POLL_ON_APPEAR, M.CANCEL_CHECK, M.UNISOLATED)
    yield from (M.ANY_TASK_LOWERS, M.POLL_CAP, M.SAVE_AWAITS_UPLOAD, M.LOCAL_STORE)
    yield from (M.GENERATION_TOKEN, "poller.loop", M.STOP_WHEN_NONE_LEFT, M.POLL_UNTIL_TERMINAL)
    yield from ("poller.woken", "poller.loads", "poller.stops", "poller.rogue", "poller.ending", "poller.lowered")
    yield from (f"loader.{origin}.phase" for origin in ("poll", "handler", "appear", "connect", "sync"))
    yield from (f"sync.{part}" for part in ("phase", "meal", "before", "says"))
    yield from (
        M.CATCH_UP,
        M.RETRY_REFRESH,
        M.KEEP_ON_FAILURE,
        M.TERMINAL_ABSORBS,
        M.JOB_RECONCILIATION,
        M.WAIT_BEFORE_SUBMIT,
    )
    yield M.FAILURE_NOTIFICATIONS
    for k, m in enumerate(scope.meal_names):
        yield from (f"notification.{m}.fate", f"job.{m}")
        yield from (f"loader.{origin}.answer.{k}" for origin in ("handler", "poll", "appear", "connect"))
        yield from (f"{part}.{m}" for part in ("store", "view", "outbox", "save", "receipt"))
    yield from (
        M.EFFECT_ON_FINISH,
        M.UNDECODED_FAILURE,
        M.ONE_SUBSCRIBER,
        "models",
        "day",
        "token",
        M.DIAL_REUSES_TOKEN,
    )
    yield from (M.STORE_STATUS, M.STORE_PAYLOAD, M.STORE_FAILURE, M.MATCH_BY_LOCAL_ID, M.BACKGROUND_SYNC)
    yield from (M.PULL_TO_REFRESH, M.OUTBOX_GIVES_UP)
    yield from ("path", "app", M.DIAL_ON_PATH_CHANGE, M.IDEMPOTENT_UPLOAD, M.PROBE_ON_FOREGROUND)
