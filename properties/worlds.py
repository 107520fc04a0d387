"""The seed and the app, side by side: what the seed says, what the app's code did, and what follows.

Every difference between the two worlds is a mechanism or an aspect, never a second model. What follows is a claim
about designs, so each row has what shows it, held against the model as the facts of
:mod:`mealspec.properties.evidence` are.
"""

from __future__ import annotations

from dataclasses import dataclass

from mealspec.properties.evidence import BEFORE, ENDS, HEAD, PUBLISHED, READER
from mealspec.properties.shown import Shown, holds, never, run, vacuous, violated


@dataclass(frozen=True)
class Contrast:
    """One matter on which the two worlds differ.

    Attributes
    ----------
    matter
        What it is about, in a few words.
    seed, app
        What the seed says, and what the app's code did.
    follows
        What follows for whoever reads the seed.
    facts
        The facts it rests on.
    differ
        The mechanisms and aspects by which the designs differ there.
    shown
        What shows it.
    """

    matter: str
    seed: str
    app: str
    follows: str
    facts: tuple[str, ...]
    differ: tuple[str, ...]
    shown: tuple[Shown, ...]


def _row(matter: str, seed: str, app: str, follows: str, facts: str, differ: str, *shown: Shown) -> Contrast:
    return Contrast(matter, seed, app, follows, tuple(facts.split()), tuple(differ.split()), shown)


CONTRASTS: tuple[Contrast, ...] = (
    _row(
        "a dial that fails", "A connect that fails lowers both flags and starts polling.", "Connecting succeeds half a second after the dial began, whatever has become of it.",
        "The start of polling after a failed connect can almost never run: only without a login, a token or a good address.", "E15 E20", "timed_connect poll_on_connect_failure",
        run("published", "network.fail_dial.c1 client.failed.c1 client.poll.wake", "dial"), never(PUBLISHED, "client.failed", "dial break restart path token"),
        run(PUBLISHED, "network.fail_dial.c1 client.connected.c1", "dial"),
    ),
    _row(
        "a verified connection", "Polling stops only when service and flag both say connected.", "One timer raises both, and no drop lowers either.",
        "Verified verifies nothing: the two never disagree when a poll asks, and both go on saying connected beside a dead socket.", "E7 E15 E20", "poll_needs_both timed_connect drops_unheard",
        never(PUBLISHED, "client.poll.pass.unflagged", "dial break"), run("published", "client.poll.wake.unflagged", "dial"),
        run(PUBLISHED, "client.connected.c1 network.break.c1 client.saved.m1 client.poll.wake.verified", "break"), violated(PUBLISHED, "belief-is-earned", "dial"),
    ),
    _row(
        "stop polling on connect", "A connect that succeeds stops polling, because the socket will bring what is new.", "It stops polling half a second after every dial, also one that has failed.",
        "The stop comes beside a dead socket too, and nothing starts polling again before the next save.", "E10 E15", "connect_stops_polling timed_connect",
        run(PUBLISHED, "network.fail_dial.c1 client.saved.m1 client.connected.c1 client.stale.wake.verified", "dial"),
        never("published-reconnect", "network.fail_dial.c1 client.connected.c1", "dial"),
    ),
    _row(
        "how a result reaches the screen", "A message or a poll loads the list, and the list is what the backend answers.", "The list is what the device has stored, and at that time neither message nor poll stored a result.",
        "No route led from the backend to the screen: a meal that was pushed and handled stayed pending, whatever socket and polling did.", "E1 E2 E3 E5", "local_store store_payload store_status background_sync",
        holds("published", "honest-view"), vacuous(PUBLISHED, "honest-view"), vacuous(BEFORE, "honest-view"), holds(HEAD, "honest-view"),
        run(PUBLISHED, "client.uploaded.m1 client.receive.m1.c1.completed client.apply.handler.pending"), violated(PUBLISHED, "delivery"),
    ),
    _row(
        "polling as the fallback", "A poll asks the backend, so it brings what the push did not.", "A poll reads the local store.",
        "Polling was no fallback: it could show nothing that a push had not brought, and the push brought nothing.", "E3 E5 E7", "local_store",
        run("before", "server.skip.m1 client.apply.poll.completed"), never(PUBLISHED, "client.poll.pass.service_down.completed", "dial break job"),
    ),
    _row(
        "when polling has nothing left to do", "Polling stops when no listed meal is processing.", "The same; but a saved meal is listed as pending, which does not count.",
        "Polling that each save starts stops with its first pass, while the meal is unfinished.", "E1 E7", "stop_when_none_left poll_until_terminal local_store",
        run(PUBLISHED, "client.poll.pass.service_down.pending client.stale.lower"), never(PUBLISHED, "client.poll.pass client.poll.pass"),
    ),
    _row(
        "one poll task", "There is one poll loop at a time.", "A task that ends lowers the flag of its successor.",
        "Two poll loops side by side, of which one cannot be stopped.", "E9", "any_task_lowers",
        run(PUBLISHED, "client.poll.pass client.stale.lower client.rogue.pass", meals=3), violated(HEAD, "single-poll-task"), holds(f"{HEAD}-any_task_lowers", "single-poll-task"),
    ),
    _row(
        "a connect beside a connect", "A connect during a connect is ignored.", "So it is by the view model; and the client below takes a connect on a socket that it holds for a success.",
        "A second connect is told that it is connected, whatever the socket is worth.", "E18", "connect_guard noop_connect",
        run(f"{PUBLISHED}+connect_on_return", "network.break.c1 client.return client.connect_noop", "break"), never("published+connect_on_return", "client.connect_noop", "break"),
    ),
    _row(
        "reconnect", "A reconnect lowers both flags, dials, and ends as a connect does.", "It is written so, and nothing calls it.",
        "A socket that is gone stays gone, and the flag goes on saying connected.", "E21", "reconnect auto_reconnect",
        run("published", "user.reconnect", connections=2), never(HEAD, "user.reconnect", "dial break", connections=1), violated(HEAD, "socket-returns", "dial"),
    ),
    _row(
        "who comes first, the socket or the meal", "The screen connects when it appears, and a meal may be submitted before that.", "The view model connects after login, and every meal is saved through it.",
        "That the client had not dialled yet explains no lost notification of the app; that its socket was not registered yet may.", "E24 E41", "dial_at_login",
        run("published", "user.submit.m1 client.connect"), never(PUBLISHED, "user.submit.m1 client.connect"), run(PUBLISHED, "client.connect server.skip.m1 server.register.c1"),
    ),
    _row(
        "User not connected", "The backend skips a user whose socket is not there.", "It skipped one whose pings it answered before and after.",
        "The registry can lack a socket that works: where the entry ends with a handler function that has returned, expires, or stands elsewhere.", "E38 E41 E42", "reader_outlives_handler entry_ends_with_handler",
        run(ENDS, "client.pong.c1 server.skip.m1 client.pong.c1"), violated(ENDS, "belief-is-earned"), holds(READER, "belief-is-earned"),
    ),
    _row(
        "a ping", "The client pings to keep the connection.", "It prints that a ping is sent, and nobody reads when the last answer came.",
        "A ping that is sent needs no peer and shows nothing; without a deadline a dead socket is never found.", "E22", "client_ping",
        run(PUBLISHED, "network.break.c1 client.ping.c1", "break"), never(PUBLISHED, "client.expire", "break"), run(f"{PUBLISHED}+client_ping", "network.break.c1 client.expire.c1", "break"),
    ),
    _row(
        "leaving", "The end of the view model stops polling and closes the socket.", "The view model never ends.",
        "Tasks and socket live on with no screen.", "E26", "outlives_screen screen",
        run("published", "user.leave", "screen"), never(HEAD, "user.leave", "screen"), run(HEAD, "user.hide client.receive.m1.c1.completed", "screen"),
    ),
    _row(
        "a failed meal", "A failed message loads the list, which shows the failure.", "The load reads the store, in which nobody has written it.",
        "The failure is received and not shown; only a later fetch shows it.", "E31", "store_failure background_sync",
        run("published", "server.fail.m1 client.receive.m1.c1 client.apply.handler.failed", "job"), never(PUBLISHED, "client.apply.handler.failed", "job"),
        violated(f"{HEAD}-background_sync", "failure-reaches-screen", "job"), holds(HEAD, "failure-reaches-screen", "job"),
    ),
    _row(
        "what repaired it", "Stop polling on connect, verify, and reconnect.", "Later code stores what the answer and the message say, and fetches what is unfinished every 30 s.",
        "The fetch, which the seed does not have, delivers every meal without any socket; what a message causes beside it still may happen never or twice.", "E11 E30", "background_sync store_payload effect_on_finish",
        holds(HEAD, "delivery", "dial break"), violated(f"{HEAD}-background_sync", "delivery", "dial break"), violated(HEAD, "handled-once", "dial break"),
    ),
)  # fmt: skip
"""Row by row, from the dial to what the user sees."""
