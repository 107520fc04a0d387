"""Rules: a machine's table with one row for many events and many states.

A rule says on which events, from which states, to what. Conditions and changes are written as data wherever
they can be, so that a row can be read, printed and checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

ANY: Mapping[str, Any] = MappingProxyType({})
"""Where a rule goes for every state."""

STAY: Mapping[str, Any] = MappingProxyType({})
"""What a rule does that permits an event and moves nothing."""


@dataclass(frozen=True, eq=False)
class On:
    """One rule: on these events, from these states, to what.

    Parameters
    ----------
    events
        One name or several; several mean the same to this machine.
    where
        The states in which the machine takes them, see :func:`condition`.
    then
        Where it goes: a state, a mapping of the fields that change, or a function of the state.
    elsewhere
        Where it goes from all other states; not given, it refuses the events there.
    given
        Whether there is this rule at all.

    Examples
    --------
    >>> print(On("use", {"left": {1, 2}}, {"left": 0}))
    where left is 1 or 2: left becomes 0
    """

    events: str | Iterable[str]
    where: Any
    then: Any
    elsewhere: Any = None
    given: bool = True

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The events, each once."""
        return (self.events,) if isinstance(self.events, str) else tuple(dict.fromkeys(self.events))

    def step(self, state: Any) -> Any:
        """The state after any of the events, or None where the rule does not say."""
        effect = self._then if self._where(state) else self._elsewhere
        return effect and effect(state)

    @cached_property
    def _where(self) -> Callable[[Any], bool]:
        return condition(self.where)

    @cached_property
    def _then(self) -> Callable[[Any], Any]:
        return _effect(self.then)

    @cached_property
    def _elsewhere(self) -> Callable[[Any], Any] | None:
        return None if self.elsewhere is None else _effect(self.elsewhere)

    def misfits(self, state: Any) -> list[str]:
        """The fields of which the rule speaks, and which a state like this one has not."""
        asked = [field for field in self.where if not hasattr(state, field)] if _is_fields(self.where) else []
        changed = [field for then in (self.then, self.elsewhere) if _is_fields(then) for field in then]
        return asked + [field for field in changed if field not in getattr(state, "_fields", ())]

    def __str__(self) -> str:
        where = "everywhere" if self.where == ANY else _told(self.where, "where", "is", "in")
        return f"{where}: {'stay' if self.then == STAY else _told(self.then, '', 'becomes', 'to').strip()}"


def condition(where: Any) -> Callable[[Any], bool]:
    """The predicate that ``where`` describes.

    It is a state, a set of states, a predicate, or a mapping from fields (or properties) of the state to
    what each must be: again a value, a set of values, or a predicate.

    >>> test = condition({"imag": {0, 1}, "real": lambda x: x > 3})
    >>> test(4 + 1j), test(4 + 2j), test(3)
    (True, False, False)
    """
    if _is_fields(where):
        tests = [(field, condition(wanted)) for field, wanted in where.items()]
        return lambda state: all(test(getattr(state, field)) for field, test in tests)
    if isinstance(where, (set, frozenset)):
        return where.__contains__
    return where if callable(where) else lambda state: bool(state == where)


def _effect(then: Any) -> Callable[[Any], Any]:
    if _is_fields(then):
        return (lambda state: state._replace(**then)) if then else lambda state: state
    return then if callable(then) else lambda state: then


def _is_fields(what: Any) -> bool:
    return isinstance(what, (dict, MappingProxyType))


def _told(what: Any, begin: str, verb: str, alone: str) -> str:
    """A condition or an effect in words."""
    if _is_fields(what):
        return f"{begin} " + " and ".join(f"{field} {verb} {_named(value)}" for field, value in what.items())
    return f"{alone} {_named(what)}"


def _named(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return " or ".join(sorted(map(str, value)))
    return str(getattr(value, "__name__", value)) if callable(value) else str(value)
