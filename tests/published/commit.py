"""Transaction commit, and two-phase commit, which implements it.

Source: J. Gray, L. Lamport, *Consensus on Transaction Commit* (ACM TODS 31, 2006); ``TCommit.tla`` and
``TwoPhase.tla`` in ``specifications/transaction_commit`` of https://github.com/tlaplus/Examples. What the transaction
manager has sent to all follows from its own state. So the set of messages is modelled by one machine for each resource
manager, which says whether it has sent ``Prepared`` and whether that was received.
"""

from __future__ import annotations

from mealspec.core import Claim, Machine, System, any_of
from tests.published.figures import inside, never, step

__all__ = ["consistent", "transaction_commit", "two_phase_commit"]


def transaction_commit(managers: int) -> System:
    """All resource managers decide at once what they may decide: nothing but the outcome is specified."""
    names = [f"rm{k}" for k in range(managers)]
    machines = []
    for name in names:
        rows = [(f"prepare.{name}", "working", "prepared"), (f"commit.{name}", "prepared", "committed")]
        rows += [(f"abort.{name}", source, "aborted") for source in ("working", "prepared")]
        for other in names:
            if other != name:
                rows += [(f"commit.{other}", here, here) for here in ("prepared", "committed")]
                rows += [(f"abort.{other}", here, here) for here in ("working", "prepared", "aborted")]
        machines.append(Machine.table(name, "working", rows))
    events = [step(f"prepare.{name}", name) for name in names]
    events += [step(f"{decision}.{name}", *names) for decision in ("commit", "abort") for name in names]
    return System(machines, events, name="transaction commit")


def two_phase_commit(managers: int) -> System:
    """The resource managers prepare; the transaction manager hears of it, decides, and tells them."""
    names = [f"rm{k}" for k in range(managers)]
    said = [f"said.{name}" for name in names]
    machines = [Machine.table("tm", "init", _manager(names))]
    for name in names:
        rows = [(f"prepare.{name}", "working", "prepared"), (f"choose_abort.{name}", "working", "aborted")]
        for here in ("working", "prepared", "committed", "aborted"):
            rows += [(f"told_commit.{name}", here, "committed"), (f"told_abort.{name}", here, "aborted")]
        machines.append(Machine.table(name, "working", rows))
        heard = [(f"hear.{name}", here, "heard") for here in ("sent", "heard")]
        message = [(f"prepare.{name}", "no", "sent"), *heard, ("commit", "heard", "heard")]
        machines.append(Machine.table(f"said.{name}", "no", message))
    events = [step("commit", "tm", *said), step("abort", "tm")]
    for name in names:
        events += [step(f"hear.{name}", "tm", f"said.{name}"), step(f"prepare.{name}", name, f"said.{name}")]
        events += [step(f"choose_abort.{name}", name)]
        events += [step(f"told_{decision}.{name}", "tm", name) for decision in ("commit", "abort")]
    return System(machines, events, name="two-phase commit")


def _manager(names: list[str]) -> list[tuple[str, str, str]]:
    rows = [("commit", "init", "committed"), ("abort", "init", "aborted")]
    for name in names:
        rows += [(f"hear.{name}", "init", "init"), (f"told_commit.{name}", "committed", "committed")]
        rows += [(f"told_abort.{name}", "aborted", "aborted")]
    return rows


def consistent(managers: int) -> Claim:
    """``TCConsistent``."""
    names = [f"rm{k}" for k in range(managers)]
    wrong = any_of(inside(a, "aborted") & inside(b, "committed") for a in names for b in names if a != b)
    return never("consistent", "No two resource managers arrive at conflicting decisions.", wrong)
