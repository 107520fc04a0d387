"""Facts of the app behind the seed, E1 to E43: each in one sentence, where it is modelled, and what shows it.

The facts were read in the app's public code and documents of November 2025; its backend is known from documents only.
``modelled`` names machines, mechanisms, kinds of fault, aspects and events; ``shown`` is data that the suite holds
against the model (:mod:`mealspec.properties.shown`). What of the facts the model leaves out stands in
:data:`LEFT_OUT`, each with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from mealspec.properties.shown import Shown, holds, never, prints, run, vacuous, violated


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes
    ----------
    id, sentence
        Its number and what it says.
    modelled
        What does it in the model.
    shown
        What shows that the model can.
    """

    id: str
    sentence: str
    modelled: tuple[str, ...]
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class LeftOut:
    """What of some facts the model leaves out, and why."""

    facts: tuple[str, ...]
    what: str
    reason: str


BEFORE, PUBLISHED, HEAD = "app_before", "app_published", "app_head"
READER = f"{PUBLISHED}+reader_outlives_handler"
ENDS = f"{READER}+entry_ends_with_handler"


def _fact(id_: str, sentence: str, modelled: str, *shown: Shown) -> Fact:
    return Fact(id_, sentence, tuple(modelled.split()), shown)


FACTS: dict[str, Fact] = {
    fact.id: fact
    for fact in (
        # What the screen shows.
        _fact(
            "E1", "The list shows what the device has stored for the selected day, never an answer of the backend; a meal that is saved is listed at once as pending.",
            "store.m1 view.m1 local_store day client.apply.appear.pending",
            run(PUBLISHED, "user.submit.m1 client.apply.appear.pending"),
            run(PUBLISHED, "user.submit.m1 user.other_day client.apply.appear.other user.this_day client.apply.appear.pending", "day"),
            run(HEAD, "client.apply.appear.pending client.uploaded.m1 client.apply.appear.processing"),
        ),
        _fact(
            "E2", "Four things write the store: saving, the answer to the upload (the id, then the status), a completed message, and a fetch of one meal; at the seed's time the answer wrote only the id, the message nothing, and no fetch worked.",
            "store.m1 store_status store_payload background_sync client.synced.m1.completed",
            run(HEAD, "client.uploaded.m1 client.apply.appear.processing"),
            run(HEAD, "client.receive.m1.c1.completed client.apply.handler.completed"),
            run(HEAD, "client.synced.m1.completed client.apply.sync.completed"),
            never(PUBLISHED, "client.apply.appear.processing"), never(PUBLISHED, "client.apply.handler.completed"), never(PUBLISHED, "client.sync"),
        ),
        _fact(
            "E3", "A load, whoever asks for it, reads that store in one step: no request, nothing in flight.",
            "loader.appear loader.handler local_store client.poll.pass.service_down.processing",
            run(HEAD, "client.poll.pass.service_down.processing"), never(HEAD, "server.read.appear", "request"), run("published", "server.read.appear"),
        ),
        _fact(
            "E4", "A load that fails empties the list and shows an error text; with a local store it fails only without a user or on a storage error.",
            "view.m1 keep_on_failure request network.cut.poll.done",
            run("published", "client.apply.poll.processing.m1 network.cut.poll.done", "request dial"),
            violated("published+terminal_absorbs", "no-regress", "request dial"), holds("published+terminal_absorbs+keep_on_failure", "no-regress", "request dial"),
            never(HEAD, "network.cut.appear", "request"),
        ),
        _fact(
            "E5", "Seven meals that the backend had taken were found pending on the device later that morning.",
            "store.m1 view.m1 local_store",
            run(PUBLISHED, "client.uploaded.m1 client.receive.m1.c1.completed client.apply.handler.pending"),
            violated(PUBLISHED, "delivery"), vacuous(PUBLISHED, "honest-view"),
        ),
        # Polling, sync, save.
        _fact(
            "E6", "Polling starts at each save, after the attempt to upload, if none runs; in an earlier version only while the service is not connected; never with the screen.",
            "poller save.m1 poll_on_submit poll_unless_connected save_awaits_upload client.saved.m1",
            run(PUBLISHED, "client.connected.c1 client.saved.m1 client.poll.wake.verified"), run(BEFORE, "client.saved.m1.not client.poll.pass"),
            never(BEFORE, "client.connected.c1 client.saved.m1.connected client.poll.wake"), never(BEFORE, "client.connected.c1 client.saved.m1.connected client.poll.pass"),
        ),
        _fact(
            "E7", "A pass sleeps 5 s, stops without a load if service and flag say connected, else loads, and stops if nothing listed is processing; pending does not count. Earlier the service alone decided, and an empty list stopped nothing.",
            "poller poll_needs_both stop_when_none_left client.poll.pass.service_down.pending client.poll.wake.verified",
            run(PUBLISHED, "client.saved.m1 client.poll.pass.service_down.pending client.stale.lower"),
            never(PUBLISHED, "client.poll.pass client.poll.pass"),
            run(BEFORE, "client.poll.pass.service_down.pending client.poll.pass.service_down.pending client.poll.wake.verified"),
        ),
        _fact(
            "E8", "The latest code looks right after the sleep whether it is cancelled; the seed's text does not, so that a cancelled task runs on.",
            "poller cancel_check client.stale.end client.stale.wake.verified",
            run(PUBLISHED, "client.saved.m1 client.connected.c1 client.stale.wake.verified"),
            run(HEAD, "client.saved.m1 client.connected.c1 client.stale.end"), never(HEAD, "client.stale.wake"),
        ),
        _fact(
            "E9", "A poll task that has ended lowers the flag of polling in a later step, without asking whether it is current; while the flag is down a stop does nothing, and a save starts another task.",
            "poller any_task_lowers client.stale.lower client.rogue.wake.verified",
            run(PUBLISHED, "client.poll.pass client.stale.lower client.rogue.pass", meals=3), violated(HEAD, "single-poll-task"),
            holds(f"{HEAD}-any_task_lowers", "single-poll-task"),
        ),
        _fact(
            "E10", "A connect that succeeds and both handlers of messages stop polling; earlier the handlers alone.",
            "poller connect_stops_polling message_stops_polling",
            run(PUBLISHED, "client.saved.m1 client.connected.c1 client.stale.wake.verified"),
            run(PUBLISHED, "client.connected.c1 client.saved.m1 client.apply.handler.pending client.stale.wake.verified"),
            never(f"{BEFORE}-message_stops_polling", "client.stale.wake"), run(BEFORE, "client.saved.m1.not client.apply.handler client.stale.wake"),
        ),
        _fact(
            "E11", "In the latest code each stored meal that is unfinished and has the backend's id is fetched every 30 s while the view model lives; what has changed is stored, and failures are skipped.",
            "sync loader.sync background_sync client.sync.m1.processing",
            run(HEAD, "client.sync.m1.processing client.synced.m1.completed client.apply.sync.completed"),
            run(HEAD, "client.sync.m1.processing network.cut.sync client.sync.m1.processing", "request"),
            holds(HEAD, "delivery", "dial"), violated(f"{HEAD}-background_sync", "delivery", "dial"),
        ),
        _fact(
            "E12", "Whether it has changed is asked of the status that was stored before the request, so an old answer can overwrite a newer one.",
            "sync store.m1 terminal_absorbs client.unchanged.m1",
            run(f"{HEAD}-store_status", "client.sync.m1.pending server.read.sync.m1.processing client.receive.m1.c1.completed client.synced.m1.processing client.apply.sync.processing"),
            violated(f"{HEAD}-store_status", "no-regress"), holds(f"{HEAD}-store_status+terminal_absorbs", "no-regress"), holds(HEAD, "no-regress"),
        ),
        _fact(
            "E13", "Pulling the list down does the same fetch once.",
            "sync pull_to_refresh user.pull.m1.processing",
            run(HEAD, "user.pull.m1.processing client.synced.m1.completed"), never(f"{HEAD}-background_sync-pull_to_refresh", "client.synced"),
        ),
        _fact(
            "E14", "Saving stores the meal, waits for one attempt to upload, loads, and starts polling.",
            "save.m1 outbox.m1 save_awaits_upload client.saved.m1",
            run(PUBLISHED, "user.submit.m1 client.upload.m1 network.cut_upload.m1 client.saved.m1", "upload"),
            never(PUBLISHED, "client.saved.m1 client.upload.m1"),
        ),
        # Connecting.
        _fact(
            "E15", "Connecting succeeds 0.5 s after the dial began, whatever has become of the dial; it fails only without a login, a token or a good address.",
            "service connection.c1 timed_connect client.connected.c1",
            run(PUBLISHED, "network.fail_dial.c1 client.connected.c1", "dial"), run(PUBLISHED, "client.connected.c1 server.accept.c1"),
            never(PUBLISHED, "client.failed", "dial break restart path token"),
        ),
        _fact(
            "E16", "That the socket is open is only printed, and the server's word that it is ready is awaited by nobody.",
            "connection.c1 ready_ack client.open.c1",
            run(PUBLISHED, "client.connected.c1 client.open.c1"), never(PUBLISHED, "client.ready"), violated(PUBLISHED, "no-early-belief"),
        ),
        _fact(
            "E17", "The client subscribes to messages after its connect has returned, and receives from before that.",
            "service late_subscription client.ignore.m1.c1",
            run(PUBLISHED, "client.open.c1 client.ignore.m1.c1 client.connected.c1"), never(f"{PUBLISHED}-late_subscription", "client.ignore"),
        ),
        _fact(
            "E18", "A connect while the client is connected or connecting returns at once and counts as a success.",
            "service flags noop_connect client.connect_noop",
            run(f"{PUBLISHED}+connect_on_return", "network.break.c1 client.return client.connect_noop", "break"),
            run(f"{PUBLISHED}+connect_on_return", "client.connected.c1 client.return client.connect_noop client.open.c1"),
        ),
        _fact(
            "E19", "A new connect after an error does not close the old socket; reconnect does.",
            "connection.c1 service close_before_dial reconnect",
            violated(f"{PUBLISHED}+reconnect", "single-connection", connections=2),
            holds(f"{PUBLISHED}+reconnect+close_before_dial", "single-connection", connections=2),
        ),
        _fact(
            "E20", "Refused handshakes, failed pings and closes lower neither what the service says nor the view model's flag.",
            "service flags drops_unheard client.hear_close.c1",
            run(PUBLISHED, "client.connected.c1 server.register.c1 server.crash client.hear_close.c1 user.submit.m1 client.poll.wake.verified server.skip.m1", "restart"),
            violated(PUBLISHED, "belief-is-earned", "dial"), violated(PUBLISHED, "belief-is-earned", "break"),
        ),
        _fact(
            "E21", "Nothing dials again: reconnect has no caller and no button, and neither the foreground nor a new network path does anything.",
            "screen reconnect auto_reconnect dial_on_path_change probe_on_foreground",
            never(HEAD, "user.reconnect", "dial path"), never(HEAD, "client.redial", "dial path"), never(HEAD, "client.follow_path", "path"),
            never(PUBLISHED, "client.probe_none", "background"), violated(HEAD, "socket-returns", "dial"),
        ),
        _fact(
            "E22", "The client pings every 30 s, first 30 s after its connect returned; when the last answer came is stored and never read.",
            "service connection.c1 client_ping client.ping.c1 client.pong.c1",
            run(PUBLISHED, "client.connected.c1 client.ping.c1 client.pong.c1"), run(PUBLISHED, "client.connected.c1 network.break.c1 client.ping.c1", "break"),
            never(PUBLISHED, "client.ping client.connected"), never(PUBLISHED, "client.expire", "break"),
        ),
        _fact(
            "E23", "The token stands in the address and lives 24 h or about 15 min, as documents differ; a dial with an expired one is refused, and an open socket keeps the one that it was opened with.",
            "token dial_reuses_token client.denied.c1 server.expire_token",
            run(PUBLISHED, "server.expire_token client.denied.c1 client.connected.c1", "token"),
            run(PUBLISHED, "client.open.c1 server.expire_token client.receive.m1.c1.completed", "token"),
            run(PUBLISHED, "server.expire_token server.deny_upload.m1 client.renew_token server.take.m1", "token"),
        ),
        # View model and screen.
        _fact(
            "E24", "The view model is made with the tabs after login and dials then; the screen's appearance only loads, and meals are saved through the view model.",
            "screen dial_at_login client.appear client.show",
            never(PUBLISHED, "user.submit.m1 client.connect"), run("published", "user.submit.m1 client.connect"),
            run(PUBLISHED, "client.connected.c1 user.hide client.show client.apply.appear", "screen"), never(PUBLISHED, "client.show client.connect", "screen"),
        ),
        _fact(
            "E25", "The tabs may make a second view model, as on 2025-11-08; both share one service with one handler slot, and each connect adds subscriptions.",
            "models twin one_subscriber client.receive_twin.m1.c1.completed",
            run(PUBLISHED, "user.twin client.receive_twin.m1.c1.completed", "twin"), never(PUBLISHED, "user.twin client.receive.m1", "twin"),
            run(f"{PUBLISHED}+one_subscriber", "user.twin client.receive.m1", "twin"),
        ),
        _fact(
            "E26", "The sync task holds the view model for ever, so leaving the screen ends no task and no socket.",
            "screen outlives_screen user.hide client.show",
            run(HEAD, "user.hide user.submit.m1 client.synced.m1.completed client.receive.m1.c1.completed", "screen"),
            never(HEAD, "user.leave", "screen"), run("published", "user.leave", "screen"),
        ),
        _fact(
            "E27", "All code is on the main actor by a build setting, so a stop that the poll loop awaits and a local load are no steps of their own.",
            "poller unisolated",
            run("published+unisolated", "client.failed.c1 client.poll.stop", "dial"), never("published", "client.poll.stop", "dial"), never(HEAD, "client.poll.stop"),
        ),
        # Messages.
        _fact(
            "E28", "Each message starts a new task for each subscription, and nothing queues the handlers.",
            "loader.handler models local_store",
            run(PUBLISHED, "client.receive.m1.c1 client.receive.m2.c1 client.apply.handler", meals=2),
            run(PUBLISHED, "user.twin client.receive_twin.m1.c1.completed", "twin"),
        ),
        _fact(
            "E29", "A completed message raises the flag, finds the stored meal by the backend's id, stores its payload, counts water, loads and stops polling; where the id is not stored yet the payload is lost, and the rest goes on.",
            "store.m1 store_payload match_by_local_id client.receive.m1.c1.completed",
            run(HEAD, "server.take.m1 client.receive.m1.c1.completed client.uploaded.m1 client.apply.handler.processing"),
            run(HEAD, "client.connected.c1 network.cut_upload.m1 client.saved.m1 client.receive.m1.c1.completed client.apply.handler.pending client.stale.end", "upload"),
            run(f"{HEAD}+match_by_local_id", "server.take.m1 client.receive.m1.c1.completed client.apply.handler.completed client.uploaded.m1"),
        ),
        _fact(
            "E30", "Water is added to a running total by that handler alone; on 2025-11-08 the entries of 17:39:24, 17:47:55 and 17:52:57 came in equal pairs.",
            "notification.m1 effect_on_finish models",
            violated(HEAD, "handled-once"), violated(HEAD, "handled-once", "twin"),
            run(HEAD, "server.skip.m1 client.synced.m1.completed client.apply.sync.completed"),
            holds(f"{HEAD}+effect_on_finish+terminal_absorbs", "handled-once", "dial"),
        ),
        _fact(
            "E31", "A failed message raises the flag, loads, and stops polling; the stored meal stays unfinished, and the load clears the error text.",
            "store.m1 store_failure job",
            run(HEAD, "client.uploaded.m1 client.receive.m1.c1.failed client.apply.handler.processing", "job"),
            run(f"{HEAD}+store_failure", "client.uploaded.m1 client.receive.m1.c1.failed client.apply.handler.failed", "job"),
            violated(PUBLISHED, "failure-reaches-screen", "job"), holds(HEAD, "failure-reaches-screen", "job"),
        ),
        _fact(
            "E32", "A message that cannot be decoded is dropped; two documents give the failed message different required fields.",
            "notification.m1 undecoded_failure client.garbled.m1.c1",
            run(f"{PUBLISHED}+undecoded_failure", "server.fail.m1 client.garbled.m1.c1", "job"), never(f"{PUBLISHED}+undecoded_failure", "client.receive.m1.c1.failed", "job"),
        ),
        # Outbox.
        _fact(
            "E33", "The outbox runs every 2 s and at each save; a save waits for its whole batch, also for back-offs of 1, 5, 30 and 120 s of other events.",
            "outbox.m1 save.m1 save_awaits_upload",
            run(PUBLISHED, "user.submit.m1 client.connected.c1 user.submit.m2 client.uploaded.m2 client.saved.m2 client.upload.m1", meals=2),
            run(PUBLISHED, "network.cut_upload.m1 client.upload.m1 client.uploaded.m1 client.saved.m1", "upload"),
        ),
        _fact(
            "E34", "After 5 attempts an event is never tried again, nor is one that is in hand when the app dies.",
            "outbox.m1 outbox_gives_up client.abandon_upload.m1",
            run(PUBLISHED, "network.cut_upload.m1 client.abandon_upload.m1", "upload"), never(f"{PUBLISHED}-outbox_gives_up", "client.abandon_upload", "upload"),
            violated(PUBLISHED, "no-lost-submission", "upload"),
        ),
        _fact(
            "E35", "A 201 that is lost is sent for again, and two batches may take one event; the request has no key, so the backend has the meal twice, and the last id wins.",
            "receipt.m1 outbox.m1 idempotent_upload upload",
            run(PUBLISHED, "server.take.m1 network.cut_upload.m1 server.take.m1 client.uploaded.m1", "upload"),
            violated("published", "no-lost-submission", "upload"), holds("published+idempotent_upload", "no-lost-submission", "upload"),
        ),
        # Backend, as documented.
        _fact(
            "E36", "The backend answers 201 with status processing, a dispatcher starts the work later, the result is stored, and then it looks the user up once: it pushes, or logs and skips, and never tries again.",
            "job.m1 notification.m1 registry server.start.m1",
            run(PUBLISHED, "server.take.m1 client.uploaded.m1 server.start.m1 server.complete.m1 server.push.m1.c1"),
            run(PUBLISHED, "server.take.m1 server.start.m1 server.complete.m1 server.skip.m1"), never(PUBLISHED, "server.skip.m1 client.receive.m1"),
        ),
        _fact(
            "E37", "From upload over start to result: 09:23:50, 09:24:16, 09:24:23; 09:33:13, unknown, 09:33:21; 09:41:08, 09:41:16, 09:41:22; 10:53:44, 10:53:54, 10:54:01. The work takes 6 to 7 s and the rest is waiting; two of the starts are 34 times 30 s apart, as by a tick of 30 s.",
            "job.m1 server.take.m1 server.start.m1 server.complete.m1",
            run(PUBLISHED, "server.take.m1 client.uploaded.m1 client.saved.m1 client.poll.pass server.start.m1 server.complete.m1"),
        ),
        _fact(
            "E38", "At the server the handler function, the reader of the socket (which answers pings) and the registry entry have lives of their own; the access log's line 000 0B says that the function has returned.",
            "connection.c1 registry reader_outlives_handler entry_ends_with_handler entry_expires entry",
            run(ENDS, "server.register.c1 server.return.c1 client.pong.c1 server.skip.m1 client.pong.c1"),
            run(READER, "server.return.c1 client.pong.c1 server.push.m1.c1 client.receive.m1.c1"),
            run(READER, "server.return.c1 network.break.c1 network.tell_server.c1", "break"),
            run(READER, "server.return.c1 server.drop_entry.c1 client.pong.c1 server.skip.m1", "entry"),
            run(f"{READER}+entry_expires", "server.expire_entry.c1 client.pong.c1 server.skip.m1"),
            violated(ENDS, "belief-is-earned"), holds(READER, "belief-is-earned"),
        ),
        _fact(
            "E39", "Specified are one connection for each user, of which a new one closes the old, a close after 10 min without traffic, and at most 10 connections in a minute; two socket endpoints can notify, that of consultations and that of meal logs.",
            "registry device replace_and_close other_registry",
            run(f"{PUBLISHED}+replace_and_close", "client.open.c1 server.register.c1 server.register.d2 client.hear_close.c1", "device"),
            run(f"{PUBLISHED}+other_registry", "server.register.c1 server.skip.m1 client.pong.c1"), never(f"{PUBLISHED}+other_registry", "server.push"),
        ),
        # Further logs.
        _fact(
            "E40", "The client's lines of the seed's excerpt have no recorded times; that polling stops because the socket is connected is printed by a poll task at the end of a sleep only.",
            "poller client.poll.wake.verified client.ping.c1",
            prints(PUBLISHED, "client.poll.wake.verified", "WebSocket connected, stopping polling"), prints(PUBLISHED, "client.ping", "Ping sent successfully"),
            run(PUBLISHED, "client.connected.c1 client.ping.c1 client.saved.m1 client.poll.wake.verified server.skip.m1"),
        ),
        _fact(
            "E41", "Server: registered 09:32:24, access log line 000 0B 09:32:24, POST 09:33:13, completed 09:33:21, skipped 09:33:21. Client: loads 09:32:23, saves 09:32:41, submitted 09:33:13.",
            "registry connection.c1 server.return.c1 server.skip.m1",
            run(ENDS, "server.register.c1 server.return.c1 user.submit.m1 server.take.m1 server.complete.m1 server.skip.m1"),
            run(f"{READER}+entry_expires", "server.register.c1 server.return.c1 user.submit.m1 server.expire_entry.c1 server.take.m1 server.complete.m1 server.skip.m1"),
            run(f"{READER}+other_registry", "server.register.c1 server.return.c1 user.submit.m1 server.take.m1 server.complete.m1 server.skip.m1"),
            run(READER, "server.register.c1 server.return.c1 user.submit.m1 network.break.c1 network.tell_server.c1 server.complete.m1 server.skip.m1", "break"),
        ),
        _fact(
            "E42", "Server: registered and 000 0B 09:40:07, POST 09:41:08, start 09:41:16, completed and skipped 09:41:22; the client's pings of 09:40:37, 09:41:07 and 09:41:37 were answered.",
            "registry connection.c1 server.return.c1 client.pong.c1 instances",
            run(ENDS, "server.register.c1 server.return.c1 client.pong.c1 server.take.m1 server.start.m1 server.complete.m1 server.skip.m1 client.pong.c1"),
            run(f"{READER}+other_key", "server.register.c1 server.return.c1 client.pong.c1 server.take.m1 server.start.m1 server.complete.m1 server.skip.m1 client.pong.c1"),
            run(PUBLISHED, "server.register_elsewhere.c1 client.pong.c1 server.take.m1 server.start.m1 server.complete.m1 server.skip.m1 client.pong.c1", "instances"),
            never(READER, "server.register.c1 client.pong.c1 server.skip.m1 client.pong.c1"),
        ),
        _fact(
            "E43", "What a line says: connected means that 0.5 s have passed, open is the handshake, loaded is a local read, none processing is the end of a pass, working is a handler, already connected is a connect that does nothing.",
            "client.connected.c1 client.open.c1 client.connect_noop client.poll.wake.verified",
            prints(PUBLISHED, "client.connected", "WebSocket connected"), prints(f"{PUBLISHED}", "client.connect_noop", "Already connected or connecting"),
            prints(ENDS, "server.return", "000 0B"), prints(PUBLISHED, "server.register", "WebSocket connected: user="),
            run(PUBLISHED, "network.fail_dial.c1 client.connected.c1 client.saved.m1 client.poll.wake.verified", "dial"),
        ),
    )
}  # fmt: skip
"""By number."""

LEFT_OUT: tuple[LeftOut, ...] = (
    LeftOut(
        ("E7", "E11", "E15", "E22", "E23", "E33", "E37", "E38", "E39", "E41", "E42"),
        "seconds: sleeps, back-offs, idle limits, the life of a token, and the times of the logs",
        "here a timer may fire at any moment, so the model has every run that the seconds allow, and more; what they exclude is asked apart, by `mealspec latency` and `mealspec incident --seconds`",
    ),
    LeftOut(
        ("E18", "E26"),
        "another user, who finds the old one's socket after a logout; a connect that is cancelled in its sleep and so stays connecting for ever",
        "every promise here is made to one user; and in the app nothing cancels that sleep, since its view model never ends",
    ),
    LeftOut(
        ("E4", "E34"),
        "errors of the storage, the death of the app, and the exact number of attempts",
        "they are the device's failures, not the protocol's; a meal that is given up is lost alike after 5 attempts or after 1, and the model gives up after any number",
    ),
    LeftOut(
        ("E20", "E32", "E39"),
        "error messages and their codes, the limits on connections, and the fields of messages",
        "what they do to the protocol is there, as a dial that is refused, a socket that is closed, and a message without effect; the codes only name it",
    ),
    LeftOut(
        ("E29", "E35"),
        "a second copy of a meal at the backend: its own work, message and id, and two batches that send at once",
        "that there is a second copy is already the failure, and is found; what becomes of it is a meal that nobody asked for",
    ),
)
"""What the model leaves out of these facts."""
