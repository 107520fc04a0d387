"""Runs drawn at random: as often as the rates say, within the bounds, the same for the same seed; and drawn twice."""

from __future__ import annotations

import numpy as np
import pytest

from mealspec.core import At, CheckerError, Event, Kind, Machine, System
from mealspec.core.explicit.sampling import CERTAIN, UNIT, Noted, Odds, Sample, sample
from mealspec.core.system import Locals
from mealspec.core.timed import Bound, Clockwork, Phase, in_time, timed
from mealspec.model.clocks import timed_system
from mealspec.model.design import DESIGNS
from mealspec.model.rates import odds
from mealspec.model.scope import Scope

MANY = 20_000


def bells(least: int = 0, greatest: int | None = None) -> System:
    """Two bells that ring once each, or break; the first within bounds."""
    rows = [("ring", "rung"), ("break", "broken")]
    first, second = (
        Machine.table(name, "set", [(f"{name}.{event}", "set", dest) for event, dest in rows]) for name in ("a", "b")
    )
    kinds = {"ring": Kind.SYSTEM, "break": Kind.FAULT}
    events = [Event(f"{name}.{what}", kind, "x", (name,)) for name in ("a", "b") for what, kind in kinds.items()]
    bound = Bound(("a.ring",), least, greatest)
    clocks = Clockwork(first, (Phase("set", (bound,)),)), Clockwork(second, ())
    return in_time(System([first, second], events), [timed(clock) for clock in clocks])


def rung(system: System, rates: dict[str, float], instead: dict[str, list[tuple[str, float]]] | None = None,
         runs: int = MANY, seed: int = 1, within: float | None = None) -> Sample:  # fmt: skip
    """When the first bell rings."""
    every = {event.name: rates.get(event.name, 0.0) for event in system.events}
    told = Odds(every, lambda machine, state, event: within if event == "a.ring" else None, instead or {})
    names = ("a.ring", "b.ring", "a.break")
    counted = {name: np.array([event.name == name for event in system.events]) for name in names}
    until = At("b", lambda s: s == "rung")
    noted = Noted(counted["a.ring"], until, counted, {"set": At("b", lambda s: s == "set"), "rung": until}, 0, 40, 80)
    return sample(system, told, noted, runs, seed)


def close(share: float, wanted: float) -> bool:
    """Within four standard deviations, for so many runs."""
    return bool(abs(share - wanted) <= 4 * np.sqrt(wanted * (1 - wanted) / MANY))


def test_an_event_comes_before_the_next_tick_as_often_as_its_rate_says() -> None:
    """Rate r against the tick's one: r of r + 1, and the same again after each tick that came first."""
    found = rung(bells(), {"a.ring": 0.25})
    for tick in range(4):
        assert close(float((found.start == tick).mean()), 0.2 * 0.8**tick)


def test_what_else_may_happen_changes_nothing() -> None:
    alone, beside = rung(bells(), {"a.ring": 0.25}), rung(bells(), {"a.ring": 0.25, "b.ring": 5.0})
    assert close(float((beside.start == 0).mean()), 0.2)
    assert close(float((alone.start == 0).mean()), 0.2)


def test_bounds_are_kept_and_what_is_due_happens() -> None:
    found = rung(bells(2, 5), {"a.ring": 0.1})
    assert (found.start.min(), found.start.max()) == (2, 5)
    assert close(float((found.start == 5).mean()), (1 / 1.1) ** 3)


def test_a_state_of_a_machine_may_say_more() -> None:
    assert close(float((rung(bells(), {"a.ring": 0.0}, within=0.25).start == 0).mean()), 0.2)


def test_another_event_takes_the_place_of_some() -> None:
    found = rung(bells(), {"a.ring": 1.0}, {"a.ring": [("a.break", 0.3)]})
    assert close(float(found.counts["a.break"].mean()), 0.3)
    assert (found.counts["a.break"] + found.counts["a.ring"] == 1).all()


def test_the_stopwatch_starts_and_stops_and_time_is_counted_while_something_holds() -> None:
    found = rung(bells(1, 3), {"a.ring": 1.0, "b.ring": 0.5})
    later = found.counts["b.ring"] > 0
    assert later.any()
    stopped = found.stop >= 0
    assert (found.stop[stopped] >= found.start[stopped]).all()
    names = [found.system.events[e].name for e in np.unique(found.started_by[found.start >= 0])]
    assert names == ["a.ring"]
    assert (found.times["set"] + found.times["rung"] == found.ticks).all(), "each tick counts for what holds, and once"
    assert (found.times["rung"][~later] == 0).all()
    assert found.where(At("a", lambda s: s == "rung"))[found.start >= 0].all()


def same(one: Sample, other: Sample, runs: int) -> bool:
    arrays = [(getattr(one, name), getattr(other, name)) for name in ("start", "stop", "started_by", "states", "ticks")]
    arrays += [(one.counts[name], other.counts[name]) for name in one.counts]
    return all(np.array_equal(left[:runs], right[:runs]) for left, right in arrays)


def test_the_same_seed_gives_the_same_runs_and_the_first_of_many_are_those_of_few() -> None:
    rates = {"a.ring": 0.25, "b.ring": 0.1}
    many, few, other = (rung(bells(), rates, runs=n, seed=s) for n, s in ((1200, 7), (130, 7), (130, 8)))
    assert same(many, few, 130)
    assert not same(few, other, 130)


def test_where_nothing_may_happen_time_stands_still_and_that_is_said() -> None:
    with pytest.raises(CheckerError, match="time stands still"):
        rung(bells(0, 3), {}, runs=3)


# ---------------------------------------------------------------------- a second account


class Slow:
    """The same draws by the system's own steps, one at a time."""

    def __init__(self, system: System, told: Odds, seed: int) -> None:
        self.system, self.told, self.seed = system, told, seed

    def run(self, number: int, ticks: int) -> list[str]:
        """The events of a run, until so many ticks have passed."""
        random = self.mixed(self.mixed(self.seed + self.GOLDEN) ^ number)
        state: Locals = self.system.initial
        out: list[str] = []
        while sum(self.system.event(name).kind is Kind.TIME for name in out) < ticks:
            can = self.system.enabled(state)
            passing = [event for event in can if event.kind is Kind.TIME]
            can = [event for event in can if event.kind is not Kind.TIME or event is passing[0]]
            random = random + self.GOLDEN & self.BITS
            left = self.mixed(random) % sum(self.rate(state, event) for event in can)
            for event in can:
                if left < self.rate(state, event):
                    break
                left -= self.rate(state, event)
            name = event.name
            for other, chance in self.told.instead.get(name, ()):
                if isinstance(self.system.step(state, other), tuple):
                    random = random + self.GOLDEN & self.BITS
                    if self.mixed(random) >> 11 < round(chance * CERTAIN):
                        name = other
                        break
            after = self.system.step(state, name)
            assert isinstance(after, tuple)
            state = after
            out.append(name)
        return out

    GOLDEN, BITS = 0x9E3779B97F4A7C15, (1 << 64) - 1

    def mixed(self, z: int) -> int:
        z &= self.BITS
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & self.BITS
        z = (z ^ z >> 27) * 0x94D049BB133111EB & self.BITS
        return z ^ z >> 31

    def rate(self, state: Locals, event: Event) -> int:
        if event.kind is Kind.TIME:
            return UNIT
        states = self.system.states(state)
        said = (self.told.within(name, states[name], event.name) for name in event.takes if name in states)
        best = max((rate for rate in said if rate is not None), default=self.told.rates[event.name])
        return round(best * UNIT)


def test_the_compiled_draws_are_those_of_the_systems_own_steps() -> None:
    scope = Scope(connections=2, faults=1)
    product = timed_system(DESIGNS["hardened"], scope)
    told = odds(product, DESIGNS["hardened"])
    ticks, runs, seed = 25, 12, 3
    every = {event.name: np.array([other is event for other in product.events]) for event in product.events}
    never = np.zeros(len(product.events), np.bool_)
    found = sample(product, told, Noted(never, At("screen", lambda s: True), every, {}, 0, 0, ticks), runs, seed)
    slow = Slow(product, told, seed)
    for number in range(runs):
        drawn = slow.run(number, ticks)
        assert {name: drawn.count(name) for name in every} == {name: int(found.counts[name][number]) for name in every}


@pytest.mark.parametrize(("after", "patience"), [(3, 7), (0, 5), (9, 2), (4, 0)])
def test_a_run_is_watched_for_so_long_after_the_stopwatch_has_stopped_or_has_started_and_does_not_stop(
    after: int, patience: int
) -> None:
    system, most = bells(), 20
    first = np.array([event.name == "a.ring" for event in system.events])
    told = Odds({"a.ring": 0.1, "b.ring": 0.1, "a.break": 0, "b.break": 0}, lambda *_: None, {})
    found = sample(system, told, Noted(first, At("b", lambda s: s == "rung"), {}, {}, after, patience, most), 500, 1)
    started, stopped = found.start >= 0, found.stop >= 0
    wanted = np.where(stopped, found.stop + after, np.where(started, found.start + patience, most))
    assert (found.ticks == np.minimum(wanted, most)).all()
    assert (found.stop[stopped] <= found.start[stopped] + patience).all()
    assert (~started).any()
    assert (started & ~stopped).any()
    assert stopped.any() or not patience
