"""What the device has stored of one meal: what the list shows in the app's world (E1 to E5).

It is written by whoever saves a meal, by the answer to its upload, by a completed or failed message, and by a fetch of
that one meal; each writer is a mechanism of its own but the first, and the id that the answer brings. A message finds
its meal by the backend's id; before that is stored the payload is lost (E29). A fetch stores what is not the status
that it remembers from before its request, even over a newer one (E12).

Left out: errors of the storage; another user's meals.
"""

from __future__ import annotations

from enum import StrEnum

from mealspec.core import STAY, Machine, On
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.scope import Scope
from mealspec.model.values import SYNCED, UNFINISHED, Seen, every, load_ends, messages, submits


class Store(StrEnum):
    """Saved is pending without the backend's id."""

    NONE = "none"
    SAVED = "saved"
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def seen(self) -> Seen:
        """What a read says of it."""
        return {Store.NONE: Seen.ABSENT, Store.SAVED: Seen.PENDING}.get(self) or Seen(self.value)


def store(m: str, design: Design, scope: Scope) -> Machine:
    """The machine ``store.m``."""
    S, finished = Store, {Store.COMPLETED, Store.FAILED}
    known = {S.PENDING, S.PROCESSING, *finished} | ({S.SAVED} if M.MATCH_BY_LOCAL_ID in design else set())
    open_ = known - finished if M.TERMINAL_ABSORBS in design else known
    answered = S.PROCESSING if M.STORE_STATUS in design else S.PENDING
    writes = {"completed": M.STORE_PAYLOAD in design, "failed": M.STORE_FAILURE in design}
    place = scope.meal_names.index(m)
    ends = load_ends(design, scope)
    rules = [
        On(submits(design, m), S.NONE, S.SAVED),  # E1
        On(f"client.uploaded.{m}", S.SAVED, answered, elsewhere=STAY),  # E2
        *(
            On(messages(design, scope, result, m=m), known, S(result) if writes[result] else STAY, elsewhere=STAY)
            for result in writes
        ),
        *(On(every(("client.sync", "user.pull"), m, seen), S(seen), STAY) for seen in UNFINISHED),  # E11
        *(On(f"client.synced.{m}.{seen}", open_, S(seen), elsewhere=STAY) for seen in SYNCED),  # E12
        *(
            On(
                [end.event for end in ends if end.says and end.says[place] is seen and not end.other_day],
                {"seen": seen},
                STAY,
            )
            for seen in Seen
        ),
        On([end.event for end in ends if end.other_day], {*S}, STAY),
        On(f"user.archive.{m}", finished, S.NONE),
    ]
    return Machine.ruled(f"store.{m}", S.NONE, rules, resting={S.NONE, *finished}, doc=__doc__ or "")
