"""What the screen shows of one meal, and what its user has been promised.

The list shows what the last load said; a request that fails empties it (E4). ``again`` and ``gone`` are the
regress: something was shown as finished, and is now shown as processing or not at all (F11).

In the seed's world a saved meal is not listed before a load brings it; in the app's world the list shows what is
stored, so it is listed at once, as pending (E1).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import LoadEnd, Seen, leaves, load_ends, submits


class View(StrEnum):
    """What is shown: ``awaited`` is submitted and not listed yet."""

    NONE = "none"
    AWAITED = "awaited"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    AGAIN = "again"
    GONE = "gone"

    @property
    def finished(self) -> bool:
        """Shown as finished, one way or the other."""
        return self in (View.COMPLETED, View.FAILED)

    @property
    def awaited(self) -> bool:
        """Submitted, and not listed, or listed as not uploaded."""
        return self in (View.AWAITED, View.PENDING, View.GONE)

    @property
    def processing(self) -> bool:
        """Shown as processing."""
        return self in (View.PROCESSING, View.AGAIN)


FINISHED, PAST = {View.COMPLETED, View.FAILED}, {View.AGAIN, View.GONE}


def view(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``view.m``."""
    V, local = View, M.LOCAL_STORE in design
    outcomes = _stored() if local else _answered(design)
    ends = load_ends(design, scope)
    says = partial(_says, scope.meal_names.index(m), scope, design, [end for end in ends if not end.other_day])
    rules = [
        On(submits(design, m), V.NONE, V.PENDING if local else V.AWAITED),  # E1
        *(On(says(seen, dest), where, dest) for seen, where, dest in outcomes),
        On([end.event for end in ends], set(), STAY),  # what fits no outcome is refused
        On([end.event for end in ends if end.other_day], {*V} - {V.NONE}, V.AWAITED, elsewhere=STAY),
        On(leaves(scope), {V.PENDING, V.PROCESSING, *PAST}, V.AWAITED, elsewhere=STAY),
        On(f"user.archive.{m}", FINISHED, V.NONE),
    ]
    return Machine.ruled(f"view.{m}", V.NONE, rules, resting={V.NONE, *FINISHED}, doc=__doc__ or "")


Outcomes = list[tuple[Seen | None, set[View], View]]
"""What a load says of the meal (None: it failed), what was shown, and what is shown then."""


def _answered(design: Design) -> Outcomes:
    """A load that asks the backend."""
    V, absorbs, keeps = View, M.TERMINAL_ABSORBS in design, M.KEEP_ON_FAILURE in design
    fresh, lost = {V.AWAITED, V.PROCESSING}, PAST if absorbs else PAST | FINISHED  # what an older answer takes away
    emptied: Outcomes = [(None, {V.NONE}, V.NONE), (None, fresh, V.AWAITED), (None, PAST | FINISHED, V.GONE)]
    return [
        (Seen.ABSENT, {V.NONE}, V.NONE),
        (Seen.ABSENT, fresh, V.AWAITED),
        (Seen.ABSENT, lost, V.GONE),  # F11
        (Seen.PROCESSING, fresh, V.PROCESSING),
        (Seen.PROCESSING, lost, V.AGAIN),  # F11
        (Seen.COMPLETED, {*V} - {V.NONE}, V.COMPLETED),
        (Seen.FAILED, {*V} - {V.NONE}, V.FAILED),
        *((seen, {s}, s) for seen in (Seen.ABSENT, Seen.PROCESSING) for s in FINISHED if absorbs),
        *([(None, {s}, s) for s in V] if keeps else emptied),  # E4
    ]


def _stored() -> Outcomes:
    """A read of what the device has stored (E1)."""
    V, fresh = View, {View.AWAITED, View.PENDING, View.PROCESSING}
    return [
        (Seen.ABSENT, {V.NONE}, V.NONE),
        (Seen.PENDING, fresh, V.PENDING),
        (Seen.PROCESSING, fresh, V.PROCESSING),
        (Seen.PENDING, PAST | FINISHED, V.AGAIN),
        (Seen.PROCESSING, PAST | FINISHED, V.AGAIN),
        (Seen.COMPLETED, {*V} - {V.NONE}, V.COMPLETED),
        (Seen.FAILED, {*V} - {V.NONE}, V.FAILED),
    ]


def _says(
    place: int, scope: Scope, design: Design, ends: Sequence[LoadEnd], seen: Seen | None, shown: View
) -> list[str]:
    """The ends of loads that say so of the meal; a poll loop goes on where it is then unfinished (R7, F12)."""
    before, after = scope.meal_names[:place], scope.meal_names[place + 1 :]
    unfinished = shown.processing or (shown.awaited and M.POLL_UNTIL_TERMINAL in design)
    left = {"", "any", *before} | ({scope.meal_names[place]} if unfinished else {"done", *after})
    if seen is None and M.KEEP_ON_FAILURE in design:
        left -= {"", "any", *before}  # the meal has no part in it
    return [end.event for end in ends if end.left in left and (end.says and end.says[place]) == seen]
