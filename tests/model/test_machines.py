"""Single machines do what the requirements and the failure classes say of them."""

from __future__ import annotations

import pytest

from mealspec.core import At, Machine, State, explore, reach
from mealspec.model.budget import budget
from mealspec.model.client.app import App, app
from mealspec.model.client.flags import Flags, flags
from mealspec.model.client.loader import Loader, Phase, loader
from mealspec.model.client.local_poller import Tasks, local_poller
from mealspec.model.client.outbox import Outbox, outbox
from mealspec.model.client.poller import Loop, Poller, poll_starts, poll_stops, poller
from mealspec.model.client.screen import Screen, screen
from mealspec.model.client.service import Service, service
from mealspec.model.client.store import Store, store
from mealspec.model.client.sync import Fetch, Sync, sync
from mealspec.model.client.view import PAST, View, view
from mealspec.model.design import DESIGNS, Design, design
from mealspec.model.network.connection import DIALLED, IDLE, Await, Client, Connection, Server, connection
from mealspec.model.network.path import Path, path
from mealspec.model.product import system
from mealspec.model.scope import ASPECTS, FAULTS, Scope
from mealspec.model.server.job import Job, job
from mealspec.model.server.notification import Fate, Notification, notification
from mealspec.model.server.process import Process, server
from mealspec.model.server.receipt import Receipt, receipt
from mealspec.model.server.registry import Registry, registry
from mealspec.model.values import Seen

WIDE = Scope().with_([*FAULTS, *ASPECTS])
PLUS, PUBLISHED, BEFORE, HARDENED = (DESIGNS[name] for name in ("published_plus", "published", "before", "hardened"))


def after(machine: Machine, *events: str, since: State | None = None) -> State | None:
    """Where the events lead, from the initial state or another; None if one of them is refused."""
    state: State | None = machine.initial if since is None else since
    for event in events:
        assert event in machine.alphabet
        assert state is not None
        state = machine.step(state, event)
    return state


# ---------------------------------------------------------------------- flags

NEITHER, CONNECTED, CONNECTING, BOTH = (
    Flags(connected, connecting)
    for connected, connecting in ((False, False), (True, False), (False, True), (True, True))
)


def test_both_flags_are_down_at_the_start() -> None:
    assert flags(PUBLISHED, WIDE).initial == NEITHER


@pytest.mark.parametrize(
    ("event", "neither", "connected", "connecting", "both"),
    [
        ("client.connect.none.c1", CONNECTING, BOTH, None, None),  # R2: a connect during a connect is ignored,
        ("client.skip_connect", None, None, CONNECTING, BOTH),  # but not one while connected
        ("client.connected.c1", CONNECTED, CONNECTED, CONNECTED, CONNECTED),  # R3
        ("client.failed.c1", NEITHER, NEITHER, NEITHER, NEITHER),  # R4, whatever another dial has done since (F5)
        ("client.receive.m1.c1", CONNECTED, CONNECTED, BOTH, BOTH),  # R5, R6
        ("user.reconnect.c1.c2", CONNECTING, CONNECTING, CONNECTING, CONNECTING),  # R8: no guard holds it back
        ("user.leave.c1", NEITHER, NEITHER, NEITHER, NEITHER),  # R9
        ("client.heal.c1.c2", None, CONNECTING, None, CONNECTING),  # R25: only a flag that says connected
        ("client.poll.wake.verified", None, CONNECTED, None, BOTH),  # R7: both must say so
        ("client.poll.wake.unflagged", NEITHER, None, CONNECTING, None),
        ("user.submit.m1", NEITHER, CONNECTED, None, None),  # R28: a submission
        ("user.wait.m1", None, None, CONNECTING, BOTH),  # waits for a connect in progress
        ("client.submit.m1", NEITHER, CONNECTED, None, None),
    ],
)
def test_the_flags_are_set_as_the_published_code_sets_them(
    event: str, neither: Flags | None, connected: Flags | None, connecting: Flags | None, both: Flags | None
) -> None:
    machine = flags(PLUS, WIDE)
    found = [machine.step(state, event) for state in (NEITHER, CONNECTED, CONNECTING, BOTH)]
    assert found == [neither, connected, connecting, both]


def test_nothing_that_happens_to_a_socket_touches_the_published_flags() -> None:
    """A drop, a break, a server that forgets: the flag says connected as before (R30)."""
    takers = {event.name for event in system(PUBLISHED, WIDE).events if "flags" in event.takes}
    verbs = {name.split(".")[1] for name in takers}
    assert verbs == {"connect", "skip_connect", "connected", "failed", "receive", "reconnect", "leave", "poll", "stale"}


def test_without_the_guard_a_connect_during_a_connect_dials_again() -> None:
    machine = flags(design("published-connect_guard"), WIDE)
    assert machine.step(CONNECTING, "client.connect.none.c1") == CONNECTING
    assert machine.step(CONNECTING, "client.skip_connect") is None


def test_without_verification_a_message_leaves_the_flag_alone() -> None:
    machine = flags(design("published-verify_on_message"), WIDE)
    assert machine.step(NEITHER, "client.receive.m1.c1") == NEITHER


def test_a_noticed_drop_clears_the_flag() -> None:
    machine = flags(design("published+poll_on_drop"), WIDE)
    assert machine.step(CONNECTED, "client.notice_drop") == NEITHER
    assert machine.step(NEITHER, "client.notice_drop") is None


# ---------------------------------------------------------------------- registry


def held(*names: str) -> Registry:
    return Registry(names)


def test_a_single_entry_is_overwritten_by_the_last_to_register() -> None:
    """Also by a dial that is dead already: a late registration takes the place of the live one (F1)."""
    for plan in (PUBLISHED, design("published+compare_and_delete")):
        book = registry(plan, WIDE)
        assert after(book, "server.register.c2", "server.register.c1") == held("c1")


@pytest.mark.parametrize("end", ["server.notice.c1", "network.tell_server.c1"])
def test_a_blind_handler_removes_the_entry_of_another(end: str) -> None:
    assert after(registry(PUBLISHED, WIDE), "server.register.c1", "server.register.c2", end) == held()


@pytest.mark.parametrize("end", ["server.notice.c1", "network.tell_server.c1"])
def test_a_handler_that_compares_removes_its_own_entry_only(end: str) -> None:
    book = registry(design("published+compare_and_delete"), WIDE)
    assert after(book, "server.register.c1", "server.register.c2", end) == held("c2")
    assert after(book, "server.register.c1", end) == held()


def test_a_set_keeps_every_connection_until_its_own_handler_ends() -> None:
    book = registry(HARDENED, WIDE)
    assert after(book, "server.register.c2", "server.register.c1") == held("c1", "c2")
    assert after(book, "server.register.c2", "server.register.c1", "server.notice.c1") == held("c2")
    assert after(book, "server.register.c2", "server.expire.c1") == held("c2")


@pytest.mark.parametrize("plan", [PUBLISHED, HARDENED])
def test_a_crash_empties_the_registry_and_only_an_empty_one_is_skipped(plan: Design) -> None:
    book = registry(plan, WIDE)
    assert after(book, "server.register.c1", "server.crash") == held()
    assert after(book, "server.skip.m1") == held()
    assert after(book, "server.register.c1", "server.skip.m1") is None


def test_a_push_goes_to_any_one_of_a_set_or_to_all_of_it() -> None:
    one = registry(design("published+connection_set"), WIDE)
    both = held("c1", "c2")
    assert one.step(both, "server.push.m1.c1") == one.step(both, "server.push.m1.c2") == both
    assert "server.push.m1.c1+c2" not in one.alphabet
    every = registry(HARDENED, WIDE)
    assert every.step(both, "server.push.m1.c1+c2") == both
    assert every.step(both, "server.push.m1.c1") is None
    assert every.step(held("c1"), "server.push.m1.c1") == held("c1")


def test_a_replay_needs_a_registered_connection() -> None:
    book = registry(design("published+replay_from_cursor"), WIDE)
    assert after(book, "server.replay.m1.c1") is None
    assert after(book, "server.register.c1", "server.replay.m1.c1") == held("c1")


# ---------------------------------------------------------------------- poller

IDLING = Poller(Loop.NONE)
SLEEPING = Poller(Loop.SLEEP)


def test_a_screen_polls_at_once_only_where_the_design_says_so() -> None:
    assert after(poller(HARDENED, WIDE), "client.appear") == SLEEPING
    assert after(poller(BEFORE, WIDE), "client.appear") == after(poller(PUBLISHED, WIDE), "client.appear") == IDLING


@pytest.mark.parametrize("loop", [Loop.SLEEP, Loop.LOAD])
def test_starting_while_a_task_runs_changes_nothing(loop: Loop) -> None:
    machine = poller(PUBLISHED, WIDE)
    assert machine.step(IDLING, "client.failed.c1") == SLEEPING
    assert machine.step(Poller(loop), "client.failed.c1") == Poller(loop)


def test_a_pass_sleeps_first_then_loads_and_looks_in_the_step_in_which_it_is_answered() -> None:
    """R7; what is unfinished sends it back to sleep, and a list with nothing in it ends it."""
    machine = poller(PUBLISHED, WIDE)
    loading = after(machine, "client.poll.wake.service_down", since=SLEEPING)
    assert machine.step(loading, "client.apply.poll.processing.m1") == SLEEPING
    assert machine.step(loading, "client.apply.poll.completed.done") == IDLING


def test_a_verified_socket_ends_the_loop_and_an_unverified_one_does_not() -> None:
    machine = poller(PUBLISHED, WIDE)
    assert machine.step(SLEEPING, "client.poll.wake.verified") == IDLING
    for wake in ("service_down", "unflagged"):
        assert machine.step(SLEEPING, f"client.poll.wake.{wake}") == Poller(Loop.LOAD)
    steadfast = poller(HARDENED, WIDE)
    assert not [event for event in steadfast.alphabet if event.endswith("wake.verified")]
    assert steadfast.step(SLEEPING, "client.poll.wake.anyway") == Poller(Loop.LOAD)


def test_a_load_that_fails_is_followed_by_a_look_like_one_that_succeeds() -> None:
    machine = poller(PUBLISHED, WIDE)
    for failure in ("client.error.poll", "client.offline.poll", "network.cut.poll"):
        assert machine.step(Poller(Loop.LOAD), f"{failure}.done") == IDLING
        assert machine.step(Poller(Loop.LOAD), f"{failure}.m1") in (SLEEPING, None)


@pytest.mark.parametrize(
    ("loop", "stale"),
    [
        (Loop.SLEEP, "woken"),  # its sleep throws at once, and the body runs on
        (Loop.LOAD, "loads"),  # its request is cut off, or its answer is there
    ],
)
def test_a_cancelled_task_runs_on_from_where_it_stood(loop: Loop, stale: str) -> None:
    machine = poller(PUBLISHED, WIDE)
    assert machine.step(Poller(loop), "client.connected.c1") == Poller(Loop.NONE, **{stale: True})


def test_a_cancelled_task_may_stop_its_successor() -> None:
    """F6: it finds the socket verified, or the list empty, and stops whoever is current by then."""
    machine = poller(PUBLISHED, WIDE)
    successor = ("client.connected.c1", "client.failed.c2")
    assert after(machine, *successor, "client.stale.wake.verified", since=SLEEPING) == Poller(Loop.NONE, woken=True)
    loads = (*successor, "client.stale.wake.service_down")
    assert after(machine, *loads, "client.stale.fail.done", since=SLEEPING) == Poller(Loop.NONE, woken=True)
    looks = design("published+keep_on_failure")
    assert after(poller(looks, WIDE), *loads, "client.stale.fail.m1", since=SLEEPING) == SLEEPING


def test_a_task_is_cancelled_while_another_winds_up() -> None:
    """Nobody waits for a cancelled task; two at the same step count as one."""
    machine = poller(PUBLISHED, WIDE)
    idle = Poller(Loop.NONE, woken=True)
    assert machine.step(idle, "client.connected.c1") == idle
    assert machine.step(Poller(Loop.SLEEP, woken=True), "client.connected.c1") == idle
    assert machine.step(Poller(Loop.LOAD, woken=True), "client.connected.c1") == idle._replace(loads=True)


@pytest.mark.parametrize("plan", [PUBLISHED, BEFORE, HARDENED])
def test_starting_and_stopping_are_never_refused(plan: Design) -> None:
    """Else a submission or a handler would seem to wait for a task that is nothing to it."""
    machine = poller(plan, WIDE)
    calls = (*poll_starts(plan, WIDE), *poll_stops(plan, WIDE))
    assert all(machine.step(state, event) is not None for state in machine.states for event in calls)


@pytest.mark.parametrize("mechanism", ["generation_token", "cancel_check"])
def test_a_cancelled_sleeper_that_looks_just_ends(mechanism: str) -> None:
    machine = poller(design(f"published+{mechanism}"), WIDE)
    cancelled = machine.step(SLEEPING, "client.connected.c1")
    assert machine.step(cancelled, "client.stale.end") == IDLING
    assert not [event for event in machine.alphabet if event.startswith("client.stale.wake")]


def test_a_task_that_is_cancelled_in_its_load_stops_its_successor_unless_it_has_a_token() -> None:
    """E8: the look after the sleep comes too early for it."""
    cancelled = Poller(Loop.SLEEP, loads=True)
    for mechanism, then in (("cancel_check", Poller(Loop.NONE, woken=True)), ("generation_token", SLEEPING)):
        assert poller(design(f"published+{mechanism}"), WIDE).step(cancelled, "client.stale.fail.done") == then


def test_code_that_is_not_isolated_stops_in_a_step_of_its_own_and_loses_a_start() -> None:
    machine = poller(design("hardened+unisolated"), WIDE)
    stopping = machine.step(Poller(Loop.LOAD), "client.apply.poll.completed.done")
    assert stopping == Poller(Loop.STOPPING)
    assert machine.step(stopping, "user.submit.m1") == stopping
    assert machine.step(stopping, "client.poll.stop") == IDLING
    assert "client.poll.stop" not in poller(HARDENED, WIDE).alphabet


# ---------------------------------------------------------------------- the app's world

APP, HEAD = DESIGNS["app_published"], DESIGNS["app_head"]
POLLING = Tasks(Loop.SLEEP)


def test_a_task_that_ends_lowers_the_flag_of_its_successor() -> None:
    """E9: then nobody can stop that one, and the next start makes a second one."""
    machine = local_poller(HEAD, WIDE)
    ended = after(machine, "client.poll.wake.verified", since=POLLING)
    assert ended == Tasks(Loop.NONE, ending=True)
    lowered = after(machine, "client.saved.m1", "client.stale.lower", since=ended)
    assert lowered == Tasks(Loop.SLEEP, lowered=True)
    assert machine.step(lowered, "client.connected.c1") == lowered
    assert machine.step(lowered, "client.saved.m1") == Tasks(Loop.SLEEP, rogue=True)
    sound = local_poller(design("app_head+generation_token"), WIDE)
    assert after(sound, "client.poll.wake.verified", since=POLLING) == Tasks(Loop.NONE)


def test_a_pass_of_the_app_looks_at_the_store_and_pending_does_not_count() -> None:
    """E7."""
    machine = local_poller(APP, WIDE)
    assert machine.step(POLLING, "client.poll.pass.service_down.processing") == POLLING
    for stored in ("pending", "completed", "absent"):
        assert machine.step(POLLING, f"client.poll.pass.service_down.{stored}") == Tasks(Loop.NONE, ending=True)
    early = local_poller(DESIGNS["app_before"], WIDE)
    assert early.step(POLLING, "client.poll.pass.service_down.absent") == POLLING, "an empty list never stopped it"


def test_each_writer_of_the_store_is_a_mechanism() -> None:
    """E2: at the time of the incident the answer brought the id only, and the message nothing."""
    early, late = store("m1", APP, WIDE), store("m1", HEAD, WIDE)
    assert after(early, "user.submit.m1", "client.uploaded.m1") is Store.PENDING
    assert early.step(Store.PENDING, "client.receive.m1.c1.completed") is Store.PENDING
    assert after(late, "user.submit.m1", "client.uploaded.m1") is Store.PROCESSING
    assert late.step(Store.PROCESSING, "client.receive.m1.c1.completed") is Store.COMPLETED
    assert late.step(Store.PROCESSING, "client.receive.m1.c1.failed") is Store.PROCESSING, "E31"
    assert late.step(Store.SAVED, "client.receive.m1.c1.completed") is Store.SAVED, "E29"
    local = store("m1", design("app_head+match_by_local_id"), WIDE)
    assert local.step(Store.SAVED, "client.receive.m1.c1.completed") is Store.COMPLETED


def test_a_fetch_stores_what_it_was_told_over_what_is_newer() -> None:
    """E12."""
    machine = sync(HEAD, WIDE)
    told = after(machine, "client.sync.m1.pending", "server.read.sync.m1.processing")
    assert machine.step(told, "client.synced.m1.processing") == Sync(Fetch.IDLE)
    assert machine.step(told, "client.unchanged.m1") is None
    assert store("m1", HEAD, WIDE).step(Store.COMPLETED, "client.synced.m1.processing") is Store.PROCESSING
    kept = store("m1", design("app_head+terminal_absorbs"), WIDE)
    assert kept.step(Store.COMPLETED, "client.synced.m1.processing") is Store.COMPLETED


def test_the_app_is_connected_when_a_time_has_passed_and_nothing_lowers_that() -> None:
    """E15, E20."""
    machine = service(APP, WIDE)
    believing = after(machine, "client.connect.none.c1", "network.fail_dial.c1", "client.connected.c1")
    assert believing == Service("none", True)
    honest = service(PUBLISHED, WIDE)
    assert after(honest, "client.connect.none.c1", "client.open.c1", "client.hear_close.c1") == Service("none", False)


# ---------------------------------------------------------------------- the poller's end


@pytest.mark.parametrize("plan", [PUBLISHED, BEFORE, HARDENED])
def test_closing_the_screen_ends_every_task(plan: Design) -> None:
    machine = poller(plan, WIDE)
    for state in machine.states:
        assert machine.step(state, "user.leave.c1") == Poller(Loop.OFF)


# ---------------------------------------------------------------------- view


@pytest.mark.parametrize("shown", [View.COMPLETED, View.FAILED])
def test_an_older_answer_makes_a_finished_meal_unfinished_again(shown: View) -> None:
    """F11; with absorption what is finished stays so."""
    for seen in ("absent", "processing"):
        lost = View.GONE if seen == "absent" else View.AGAIN
        assert view("m1", PUBLISHED, WIDE).step(shown, f"client.apply.appear.{seen}") is lost
        assert view("m1", HARDENED, WIDE).step(shown, f"client.apply.appear.{seen}") is shown


def test_a_failed_load_empties_the_list_unless_it_is_kept() -> None:
    """E4."""
    emptied, kept = (view("m1", plan, WIDE) for plan in (PUBLISHED, design("published+keep_on_failure")))
    assert emptied.step(View.PROCESSING, "client.error.poll.done") is View.AWAITED
    assert emptied.step(View.COMPLETED, "network.cut.appear") is View.GONE
    assert kept.step(View.PROCESSING, "client.error.poll.m1") is View.PROCESSING
    assert kept.step(View.PROCESSING, "client.error.poll.done") is None
    assert "network.cut.appear" not in kept.alphabet


def test_the_list_shows_what_the_last_answer_said() -> None:
    machine = view("m1", PUBLISHED, WIDE)
    assert after(machine, "user.submit.m1") is View.AWAITED
    assert after(machine, "user.submit.m1", "client.apply.appear.absent") is View.AWAITED
    assert after(machine, "user.submit.m1", "client.apply.appear.processing") is View.PROCESSING
    assert machine.step(View.AGAIN, "client.apply.poll.failed.done") is View.FAILED
    assert machine.step(View.NONE, "client.apply.poll.processing.m1") is None


def test_a_poll_loop_sees_the_first_unfinished_meal() -> None:
    first, second = (view(m, HARDENED, Scope(meals=2)) for m in ("m1", "m2"))
    finds = "client.apply.poll.completed-processing.m2"
    assert first.step(View.AWAITED, finds) is View.COMPLETED
    assert first.step(View.AWAITED, "client.apply.poll.processing-processing.m2") is None
    assert second.step(View.AWAITED, finds) is View.PROCESSING


def test_a_meal_that_is_not_listed_yet_counts_only_for_a_loop_that_polls_until_all_is_finished() -> None:
    """F12: the published loop takes an empty list for finished work."""
    published, hardened = (view("m1", plan, WIDE) for plan in (PUBLISHED, HARDENED))
    assert published.step(View.AWAITED, "client.apply.poll.absent.done") is View.AWAITED
    assert published.step(View.AWAITED, "client.apply.poll.absent.m1") is None
    assert hardened.step(View.AWAITED, "client.apply.poll.absent.done") is None
    assert hardened.step(View.AWAITED, "client.apply.poll.absent.m1") is View.AWAITED


def test_a_closed_screen_forgets_what_was_processing_and_keeps_what_was_finished() -> None:
    machine = view("m1", PUBLISHED, WIDE)
    kept = {state: machine.step(state, "user.leave.c1") for state in View}
    assert kept == {s: View.AWAITED if s.processing or s in PAST else s for s in View if s is not View.PENDING} | {
        View.PENDING: View.AWAITED
    }


# ---------------------------------------------------------------------- notification

NOTHING = Notification(Fate.NONE, ())


def test_a_notification_is_owed_pushed_and_delivered_or_skipped_for_good() -> None:
    """R13."""
    machine = notification("m1", PUBLISHED, WIDE)
    owed = after(machine, "server.complete.m1")
    assert owed == Notification(Fate.OWED, ())
    assert after(machine, "server.push.m1.c1", since=owed) == Notification(Fate.SENT, ("c1",))
    assert after(machine, "server.push.m1.c1", "client.receive.m1.c1", since=owed) == Notification(Fate.DELIVERED, ())
    missed = after(machine, "server.skip.m1", since=owed)
    assert missed == Notification(Fate.MISSED, ())
    product = system(PUBLISHED, WIDE)
    rows = product.machines[product.position["notification.m1"]].rows
    assert {row.event for row in rows if row.source == missed != row.dest} == {"user.archive.m1"}


@pytest.mark.parametrize("loss", ["network.lose.m1.c1", "network.void.m1.c1"])
def test_a_message_all_of_whose_copies_are_lost_is_missed(loss: str) -> None:
    machine = notification("m1", HARDENED, WIDE)
    sent = after(machine, "server.complete.m1", "server.push.m1.c1+c2")
    assert sent == Notification(Fate.SENT, ("c1", "c2"))
    assert machine.step(sent, loss) == Notification(Fate.SENT, ("c2",))
    assert after(machine, loss, loss.replace("c1", "c2"), since=sent) == Notification(Fate.MISSED, ())
    assert after(machine, loss, "client.receive.m1.c2", since=sent) == Notification(Fate.DELIVERED, ())


def test_a_crash_forgets_what_is_owed_and_nothing_else() -> None:
    machine = notification("m1", PUBLISHED, WIDE)
    for state in machine.states:
        lost = Notification(Fate.MISSED, ())
        assert machine.step(state, "server.crash") == (lost if state == Notification(Fate.OWED, ()) else state)


def test_a_failure_is_notified_of_only_where_the_design_says_so() -> None:
    """F13."""
    assert after(notification("m1", PUBLISHED, WIDE), "server.fail.m1") == Notification(Fate.OWED, ())
    silent = notification("m1", design("published-failure_notifications"), WIDE)
    assert after(silent, "server.fail.m1") == NOTHING


def test_what_was_missed_is_sent_again_only_by_a_replay() -> None:
    machine = notification("m1", design("published+replay_from_cursor"), WIDE)
    missed = after(machine, "server.complete.m1", "server.skip.m1")
    assert machine.step(missed, "server.replay.m1.c2") == Notification(Fate.SENT, ("c2",))
    assert "server.replay.m1.c2" not in {e.name for e in system(PUBLISHED, WIDE).events}


def test_a_connection_with_a_copy_under_way_is_not_dialled_anew() -> None:
    machine = notification("m1", PUBLISHED, WIDE)
    sent = after(machine, "server.complete.m1", "server.push.m1.c1")
    assert machine.step(sent, "user.reconnect.c2.c1") is None
    assert machine.step(sent, "user.reconnect.c1.c2") == sent


# ---------------------------------------------------------------------- outbox, receipt, job


def test_a_submission_is_saved_uploaded_answered_and_done() -> None:
    """R11."""
    steps = ("user.submit.m1", "client.upload.m1", "server.take.m1", "client.uploaded.m1")
    machine = outbox("m1", PUBLISHED, WIDE)
    stands = [after(machine, *steps[:k]) for k in range(5)]
    assert stands == [Outbox.NONE, Outbox.SAVED, Outbox.UPLOADING, Outbox.ANSWERED, Outbox.UPLOADED]


@pytest.mark.parametrize(
    ("event", "lost"),
    [
        ("server.refuse_upload.m1", {Outbox.UPLOADING}),
        ("network.refuse_upload.m1", {Outbox.UPLOADING}),
        ("network.cut_upload.m1", {Outbox.UPLOADING, Outbox.ANSWERED}),
    ],
)
def test_an_upload_that_fails_is_tried_again(event: str, lost: set[Outbox]) -> None:
    rows = [row for row in outbox("m1", PUBLISHED, WIDE).rows if row.event == event]
    assert {row.source for row in rows} == lost
    assert {row.dest for row in rows} == {Outbox.SAVED}


def test_a_submission_that_waited_too_long_is_saved_anyway() -> None:
    """R28."""
    machine = outbox("m1", PLUS, WIDE)
    for event in ("client.submit.m1", "client.submit_anyway.m1"):
        assert after(machine, "user.wait.m1", event) is Outbox.SAVED
    assert "client.submit_anyway.m1" not in flags(PLUS, WIDE).alphabet, "the limit may pass at any moment"


def test_a_second_upload_makes_a_second_meal_unless_it_is_recognised() -> None:
    """F15."""
    twice = ("server.take.m1", "server.take.m1")
    assert after(receipt("m1", PUBLISHED, WIDE), *twice) is Receipt.TWICE
    assert after(receipt("m1", HARDENED, WIDE), *twice) is Receipt.ONCE


def test_work_is_queued_processed_and_completed_or_failed() -> None:
    """R12."""
    machine = job("m1", PUBLISHED, WIDE)
    assert after(machine, "server.take.m1") is Job.QUEUED
    assert after(machine, "server.take.m1", "server.start.m1", "server.complete.m1") is Job.COMPLETED
    assert after(machine, "server.take.m1", "server.start.m1", "server.fail.m1") is Job.FAILED
    assert machine.step(Job.PROCESSING, "server.take.m1") is Job.PROCESSING, "a repeated upload starts no second work"


@pytest.mark.parametrize("state", [Job.QUEUED, Job.PROCESSING])
def test_a_restart_orphans_unfinished_work_unless_jobs_are_reconciled(state: Job) -> None:
    """F9."""
    for plan, then in ((PUBLISHED, Job.ORPHANED), (HARDENED, Job.QUEUED)):
        assert after(job("m1", plan, WIDE), "server.crash", "server.boot", since=state) is then


@pytest.mark.parametrize("state", [Job.NONE, Job.COMPLETED, Job.FAILED])
def test_a_restart_does_not_touch_finished_work(state: Job) -> None:
    assert after(job("m1", PUBLISHED, WIDE), "server.crash", "server.boot", since=state) is state


def test_a_load_is_told_just_what_the_work_is() -> None:
    """Orphaned work reads as processing."""
    machine = job("m1", PUBLISHED, WIDE)
    answers = ("absent", "processing", "completed", "failed")
    told = {state: [x for x in answers if machine.step(state, f"server.read.poll.{x}")] for state in Job}
    assert told == {
        Job.NONE: ["absent"],
        Job.QUEUED: ["processing"],
        Job.PROCESSING: ["processing"],
        Job.ORPHANED: ["processing"],
        Job.COMPLETED: ["completed"],
        Job.FAILED: ["failed"],
    }


# ---------------------------------------------------------------------- connection and service


def at(client: Client, end: Server, fine: bool = True, caller: Await = Await.NONE) -> Connection:
    return Connection(client, end, fine, caller)


@pytest.mark.parametrize("name", DESIGNS)
def test_half_open_is_reached_in_both_directions(name: str) -> None:
    """F2: the server holds what the client has closed, and the client holds what the server has left."""
    graph = explore(system(DESIGNS[name], Scope(connections=1, faults=1)))
    ours = At("connection.c1", lambda s: s.live and s.server is Server.GONE)
    theirs = At("connection.c1", lambda s: s.server is Server.REGISTERED and s.client is Client.CLOSED)
    silent = At("connection.c1", lambda s: s.live and s.server is Server.REGISTERED and not s.fine)
    assert reach(graph, ours) is not None
    assert reach(graph, silent) is not None
    assert reach(graph, theirs) is not None


def test_the_client_may_learn_that_it_is_open_before_the_server_has_registered_it() -> None:
    """F4; with a ready message its caller goes on only afterwards."""
    dialled = ("client.connect.none.c1", "server.accept.c1", "client.open.c1")
    early = after(connection("c1", PUBLISHED, WIDE), *dialled)
    assert early == at(Client.OPEN, Server.ACCEPTED, caller=Await.SUCCEEDED)
    machine = connection("c1", HARDENED, WIDE)
    patient = after(machine, *dialled)
    assert patient == at(Client.OPEN, Server.ACCEPTED, caller=Await.WAITING)
    assert after(machine, "client.ready.c1", since=patient) is None
    ready = after(machine, "server.register.c1", "client.ready.c1", since=patient)
    assert ready == at(Client.READY, Server.REGISTERED, caller=Await.SUCCEEDED)


@pytest.mark.parametrize("end", ["network.fail_dial.c1", "client.refused.c1", "client.unreachable.c1"])
def test_a_dial_that_fails_tells_its_caller_and_then_the_socket_is_free_again(end: str) -> None:
    """R4."""
    machine = connection("c1", PUBLISHED, WIDE)
    failed = machine.step(DIALLED, end)
    assert failed == at(Client.CLOSED, Server.NONE, caller=Await.FAILED)
    assert machine.step(failed, "client.failed.c1") == IDLE


def test_a_reconnect_closes_the_old_socket_and_the_server_notices_later() -> None:
    machine = connection("c1", PUBLISHED, WIDE)
    closed = machine.step(at(Client.OPEN, Server.REGISTERED), "user.reconnect.c1.c2")
    assert closed == at(Client.CLOSED, Server.REGISTERED)
    assert machine.step(closed, "server.notice.c1") == IDLE
    kept = connection("c1", design("published-close_before_dial"), WIDE)
    assert kept.step(at(Client.OPEN, Server.REGISTERED), "user.reconnect.c1.c2") == at(Client.OPEN, Server.REGISTERED)


def test_a_silent_break_tells_nobody_until_someone_asks() -> None:
    """F2, R10: without pings only a late word from the network does."""
    works = at(Client.OPEN, Server.REGISTERED)
    broken = at(Client.OPEN, Server.REGISTERED, fine=False)
    machine = connection("c1", PUBLISHED, WIDE)
    assert machine.step(works, "network.break.c1") == broken
    assert machine.step(broken, "server.notice.c1") is machine.step(broken, "client.hear_close.c1") is None
    asked = connection("c1", HARDENED, WIDE)
    ready = at(Client.READY, Server.REGISTERED, fine=False)
    assert asked.step(ready, "client.expire.c1") == at(Client.CLOSED, Server.REGISTERED, fine=False)
    assert asked.step(ready, "server.expire.c1") == at(Client.READY, Server.GONE, fine=False)
    pings = {"client.expire.c1", "server.expire.c1"}
    assert not pings & {event.name for event in system(PUBLISHED, WIDE).events}
    assert pings <= {event.name for event in system(HARDENED, WIDE).events}


@pytest.mark.parametrize("event", ["network.change_path", "network.lose_path", "network.reclaim"])
def test_a_new_path_kills_every_socket_and_tells_no_one(event: str) -> None:
    """F7, F8."""
    machine = connection("c1", PUBLISHED, WIDE)
    assert machine.step(at(Client.OPEN, Server.REGISTERED), event) == at(Client.OPEN, Server.REGISTERED, fine=False)
    assert machine.step(IDLE, event) == IDLE


def test_a_dial_takes_the_first_free_connection() -> None:
    assert connection("c1", PUBLISHED, WIDE).step(IDLE, "client.connect.none.c2") is None
    assert connection("c2", PUBLISHED, WIDE).step(IDLE, "client.connect.none.c2") == DIALLED


def test_the_service_calls_a_socket_connected_when_it_is_open_and_not_before() -> None:
    machine = service(PUBLISHED, WIDE)
    assert after(machine, "client.connect.none.c1") == Service("c1", False)
    assert after(machine, "client.connect.none.c1", "client.open.c1") == Service("c1", True)
    assert after(service(HARDENED, WIDE), "client.connect.none.c1", "client.ready.c1") == Service("c1", True)


@pytest.mark.parametrize("drop", ["client.hear_close.c1", "network.tell_client.c1"])
def test_the_service_forgets_a_socket_that_it_knows_is_gone_and_no_other(drop: str) -> None:
    machine = service(PUBLISHED, WIDE)
    assert machine.step(Service("c1", True), drop) == Service("none", False)
    assert machine.step(Service("c2", True), drop) == Service("c2", True)


def test_a_silent_break_is_no_matter_of_the_service() -> None:
    names = {event.name for event in system(PUBLISHED, WIDE).events if "service" in event.takes}
    assert not [name for name in names if name.startswith(("network.break", "network.reclaim", "network.change_path"))]


def test_only_the_outcome_of_the_current_dial_counts_where_the_design_says_so() -> None:
    """F5."""
    machine = service(HARDENED, WIDE)
    assert machine.step(Service("c2", True), "client.connected.c1") is None
    assert machine.step(Service("c2", False), "client.failed.c1") is None
    assert machine.step(Service("c2", True), "client.superseded.c1") == Service("c2", True)
    takers = {event.name for event in system(PUBLISHED, WIDE).events if "service" in event.takes}
    assert not [name for name in takers if name.startswith(("client.connected", "client.failed"))]


def test_a_health_check_heals_only_a_service_that_is_down() -> None:
    machine = service(PLUS, WIDE)
    assert machine.step(Service("none", False), "client.heal.none.c1") == Service("c1", False)
    assert machine.step(Service("c1", True), "client.heal.c1.c2") is None


# ---------------------------------------------------------------------- loader


def test_an_answer_is_what_was_true_when_the_server_read_it() -> None:
    """F11: between reading and applying it knows nothing of what happens."""
    machine = loader("appear", PUBLISHED, WIDE)
    answered = after(machine, "client.appear", "server.read.appear.processing")
    assert answered == Loader(Phase.ANSWERED, (Seen.PROCESSING,))
    assert machine.step(answered, "client.apply.appear.completed") is None
    assert machine.step(answered, "client.apply.appear.processing") == Loader(Phase.IDLE, ())


def test_a_refresh_that_a_message_asked_for_is_lost_or_tried_again() -> None:
    """F12."""
    sent = Loader(Phase.SENT, ())
    for plan, then in ((PUBLISHED, Loader(Phase.IDLE, ())), (design("published+retry_refresh"), sent)):
        machine = loader("handler", plan, WIDE)
        for failure in ("client.error.handler", "client.offline.handler", "network.cut.handler"):
            assert machine.step(sent, failure) == then


def test_a_second_message_waits_until_the_first_is_handled() -> None:
    machine = loader("handler", PUBLISHED, WIDE)
    sent = after(machine, "client.receive.m1.c1")
    assert sent == Loader(Phase.SENT, ())
    assert machine.step(sent, "client.receive.m1.c2") is None


def test_a_second_appearance_asks_anew() -> None:
    machine = loader("appear", design("published+connect_on_return"), WIDE)
    assert after(machine, "client.appear", "server.read.appear.absent", "client.return") == Loader(Phase.SENT, ())


def test_stopping_a_poll_task_cuts_its_request_off_unless_the_answer_is_there() -> None:
    """Then the cancelled task shows it, or its request fails all the same."""
    machine = loader("poll", PUBLISHED, WIDE)
    assert machine.step(Loader(Phase.SENT, ()), "client.connected.c1") == Loader(Phase.CUT, ())
    told = Loader(Phase.ANSWERED, (Seen.COMPLETED,))
    assert machine.step(told, "client.connected.c1") == told
    for event in ("client.stale.apply.completed.done", "client.stale.fail.done"):
        assert machine.step(told, event) == Loader(Phase.IDLE, ())
    assert machine.step(Loader(Phase.CUT, ()), "client.stale.apply.completed.done") is None


# ---------------------------------------------------------------------- screen, app, path, server, budget


def test_a_screen_appears_connects_and_closes() -> None:
    machine = screen(PUBLISHED, WIDE)
    assert after(machine, "client.appear") is Screen.ARRIVING
    assert after(machine, "user.leave.c1", since=Screen.ARRIVING) is None, "its connect comes first"
    assert after(machine, "client.appear", "client.connect.none.c1") is Screen.SHOWN
    assert after(machine, "client.appear", "client.skip_connect") is Screen.SHOWN
    assert machine.step(Screen.SHOWN, "user.leave.c1") is Screen.HIDDEN
    assert machine.step(Screen.HIDDEN, "user.reconnect.none.c1") is None


def test_a_suspended_app_runs_no_code() -> None:
    """R20, F7: every step of user and client waits, and the network may take its sockets."""
    product = system(PUBLISHED, WIDE)
    machine = product.machines[product.position["app"]]
    for event in product.events:
        if event.owner in ("user", "client") and event.name != "user.foreground":
            assert machine.step(App.BACKGROUND, event.name) is None
    assert machine.step(App.BACKGROUND, "network.reclaim") is App.BACKGROUND
    assert machine.step(App.FOREGROUND, "network.reclaim") is None


def test_an_app_that_comes_back_probes_its_socket_where_the_design_says_so() -> None:
    assert after(app(PUBLISHED, WIDE, []), "user.background", "user.foreground") is App.FOREGROUND
    probing = app(design("published+probe_on_foreground"), WIDE, [])
    assert after(probing, "user.background", "user.foreground") is App.PROBING
    for end in ("client.probe_dead.c1", "client.probe_alive.c1", "client.probe_none"):
        assert probing.step(App.PROBING, end) is App.FOREGROUND
    assert not probing.resting(App.PROBING)


def test_without_a_path_nothing_is_reached_and_everything_is_refused() -> None:
    """R21."""
    machine = path(PUBLISHED, WIDE)
    absent = after(machine, "network.lose_path")
    assert absent is Path.ABSENT
    for event in ("server.accept.c1", "server.take.m1", "server.read.poll.absent"):
        assert machine.step(absent, event) is None
        assert machine.step(Path.FINE, event) is Path.FINE
    for event in ("client.unreachable.c1", "network.refuse_upload.m1", "client.offline.poll.done"):
        assert machine.step(absent, event) is absent
        assert machine.step(Path.FINE, event) is None


def test_a_changed_path_is_noticed_only_by_a_client_that_watches_it() -> None:
    assert after(path(PUBLISHED, WIDE), "network.change_path") is Path.FINE
    watched = path(design("published+dial_on_path_change"), WIDE)
    assert after(watched, "network.change_path") is Path.CHANGED
    assert after(watched, "network.change_path", "client.follow_path.c1") is Path.FINE


def test_a_server_that_is_down_serves_nobody_until_it_is_up_again() -> None:
    """R22."""
    machine = server(PUBLISHED, WIDE)
    assert after(machine, "server.crash") is Process.DOWN
    assert after(machine, "server.crash", "server.boot") is Process.UP
    for event in ("server.accept.c1", "server.take.m1", "server.read.poll.absent"):
        assert machine.step(Process.DOWN, event) is None
    for event in ("client.refused.c1", "server.refuse_upload.m1", "client.error.poll.done"):
        assert machine.step(Process.DOWN, event) is Process.DOWN
        assert machine.step(Process.UP, event) is None


def test_a_budget_is_used_up_by_so_many_faults() -> None:
    machine = budget(2, ["server.crash", "network.break.c1"])
    assert after(machine, "server.crash", "network.break.c1") == 0
    assert after(machine, "server.crash", "network.break.c1", "server.crash") is None


def test_the_states_in_which_a_machine_may_rest_are_those_with_nothing_under_way() -> None:
    """What no-deadlock takes for rest."""
    resting = {
        m.name.split(".")[0]: {str(s) for s in m.states if m.resting(s)}
        for m in system(PUBLISHED, WIDE).machines
        if not m.name.startswith(("connection", "notification", "service", "registry", "receipt", "poller", "device"))
    }
    assert resting == {
        "screen": {"shown"},
        "flags": {"neither", "connected"},
        "loader": {"idle"},
        "outbox": {"none", "uploaded"},
        "job": {"none", "completed", "failed"},
        "view": {"none", "completed", "failed"},
        "server": {"up"},
        "path": {"fine"},
        "app": {"foreground", "background"},
        "token": {"fresh"},
        "models": {"one", "two"},
    }
