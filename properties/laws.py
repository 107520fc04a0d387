"""What the model says, step by step: when each event can happen, what it changes, what never is, what ends.

The properties speak of what a design promises. The laws speak of the world in which it must keep its
promises, and of what an implementer may count on: who can do what, and who is changed by it. They are
written event by event over the states of all machines, where the model is written machine by machine; each
holds of every design to which it applies, in every scope, and is decided in small ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mealspec.core import Trace
from mealspec.core.assertion import Reading, Rule
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.properties.changes import (
    changes,
    connection_moves,
    device_moves,
    flag_moves,
    job_moves,
    loader_moves,
    notification_moves,
    poller_moves,
    registry_moves,
    screen_moves,
    service_moves,
    submission_moves,
    view_moves,
    world_moves,
)
from mealspec.properties.facts import Facts
from mealspec.properties.lasting import (
    accepted,
    flags_agree,
    hidden,
    outages,
    owed,
    published,
    refused,
    registered,
    sockets,
    unanswered,
    undelivered,
    undialled,
    unfreed,
    unshown,
    without_server,
)
from mealspec.properties.possible import (
    dial_needs,
    drop_needs,
    elsewhere_needs,
    handler_needs,
    handshake_needs,
    load_needs,
    lookup_needs,
    message_needs,
    outage_needs,
    outcome_needs,
    poll_needs,
    possible,
    stale_poll_needs,
    upload_needs,
    user_needs,
    work_needs,
)

__all__ = ["LAWS", "Law", "broken"]


@dataclass(frozen=True)
class Law:
    """A law.

    Attributes
    ----------
    id, sentence, refs
        Its name, what it says, and where it comes from.
    rules
        What it says in detail, of a design in a scope.
    applies
        To which designs.
    whole
        Whether it takes the complete graph to decide it: a run for ever cannot be told from a part.
    """

    id: str
    sentence: str
    refs: tuple[str, ...]
    rules: Callable[[Facts], Iterable[Rule]]
    applies: Callable[[Design], bool] = field(default=lambda design: True)
    whole: bool = False


def broken(law: Law, facts: Facts, reading: Reading) -> Trace | None:
    """A shortest run that breaks the law, or None."""
    found = (rule.broken(reading) for rule in law.rules(facts))
    return min((trace for trace in found if trace is not None), key=len, default=None)


def _has(*mechanisms: M) -> Callable[[Design], bool]:
    return lambda design: all(m in design for m in mechanisms)


_ALL = (
    Law(
        "user-acts",
        "A meal can be submitted when none is under way and archived when it is over; the screen can be left "
        "and the app suspended at any time.",
        ("R9", "R11", "R19", "R20", "R28"),
        possible(user_needs),
    ),
    Law(
        "who-dials",
        "Whoever wants a socket can dial as soon as a connection is free: the screen that appears, the button, "
        "the health check that sees a mismatch, and the client that holds none.",
        ("R2", "R8", "R15", "R18", "R25"),
        possible(dial_needs),
    ),
    Law(
        "handshake",
        "Whoever dials is answered by a server that is up and reachable, refused by one that is down, told at "
        "once that there is no network, and gives up when nobody answers any more; any dial may fail.",
        ("R4", "R30", "F4"),
        possible(handshake_needs),
    ),
    Law(
        "outcome-is-heard",
        "Whoever dialled runs on with the outcome, at any time after it is known.",
        ("R3", "R4", "F5"),
        possible(outcome_needs),
    ),
    Law(
        "client-learns-of-a-drop",
        "The client hears of a close on a path that is fine, and of a break late: by a missing pong, or from "
        "the network.",
        ("R10", "R22", "F2"),
        possible(drop_needs),
    ),
    Law(
        "server-learns-of-a-drop",
        "A handler that has accepted can register, whatever became of its socket; once it listens it notices a "
        "close, and a break or a suspended client by a missing pong.",
        ("R13", "R30", "F1", "F2", "F7"),
        possible(handler_needs),
    ),
    Law(
        "another-device",
        "Another device of the user may connect and close whenever it likes; its handler registers and ends as any "
        "other does, and what is sent to it reaches it or vanishes.",
        ("R13", "F1", "F14"),
        possible(elsewhere_needs),
    ),
    Law(
        "upload",
        "A saved meal can be uploaded, is taken by a server that is up and reachable and refused by one that is "
        "not; the request or its answer may be lost.",
        ("R11", "F15"),
        possible(upload_needs),
    ),
    Law(
        "work-goes-on",
        "Work that is queued can start, and work that has started can complete or fail.",
        ("R12", "F13"),
        possible(work_needs),
    ),
    Law(
        "lookup",
        "Whoever is owed a notification is pushed to if the registry lists a socket, and skipped exactly if it "
        "lists none.",
        ("R13", "F14"),
        possible(lookup_needs),
    ),
    Law(
        "message-arrives-or-is-lost",
        "A message can be received, or lost, on a socket that is open and a path that is fine; where nobody is "
        "at the other end it vanishes.",
        ("R5", "R6", "F2"),
        possible(message_needs),
    ),
    Law(
        "load",
        "A request that is out is answered with what the backend has, or fails because the server is down or "
        "the device offline; until its answer is shown it may be cut off.",
        ("R5", "R7", "R15", "F11", "F12"),
        possible(load_needs),
    ),
    Law(
        "poll",
        "A poll task that sleeps can wake, goes on while a meal is unfinished, and stops when none is.",
        ("R7", "F12"),
        possible(poll_needs),
    ),
    Law(
        "cancelled-poll-winds-up",
        "A cancelled poll task can always take its next step.",
        ("R7", "F6"),
        possible(stale_poll_needs),
        lambda design: M.SOCKET_STOPS_POLLING in design or _has(M.GENERATION_TOKEN, M.POLL_ON_SUBMIT)(design),
    ),
    Law(
        "outages",
        "What is up can go down and what is down can come up: the server, the path, and each connection as long "
        "as the server holds a trace of it.",
        ("R20", "R21", "R22", "F2", "F7", "F8", "F9"),
        possible(outage_needs),
    ),
    Law(
        "what-moves-the-screen",
        "The screen comes and goes with the user, and arrives until its connect has begun or was not needed.",
        ("R2", "R9"),
        changes(screen_moves),
    ),
    Law(
        "what-moves-the-service",
        "The service holds the socket that was dialled last until it learns that it is gone, and calls it "
        "connected from its opening on (with ready_ack: from the server's ready on).",
        ("R10", "R30"),
        changes(service_moves),
    ),
    Law(
        "what-moves-the-flags",
        "A dial sets connecting, its outcome clears it and decides connected; nothing else touches the flags, "
        "but for a message where messages verify.",
        ("R1", "R3", "R4", "R5", "R8"),
        changes(flag_moves),
        _has(M.STATE_FLAGS),
    ),
    Law(
        "what-moves-the-poll-task",
        "A poll task sleeps, loads, checks and sleeps again, and stops in a step of its own; who starts or "
        "cancels it leaves a cancelled one that winds up.",
        ("R7", "F6"),
        changes(poller_moves),
    ),
    Law(
        "what-moves-a-load",
        "A load is sent, carries the answer that it read, and is over when that is shown or it fails; whoever "
        "cancels it or leaves the screen ends it.",
        ("R5", "R7", "R9", "F11"),
        changes(loader_moves),
    ),
    Law(
        "what-moves-a-connection",
        "Each end of a connection changes by its own steps; a break is told to neither. Whoever awaits a socket "
        "that closes has failed, and what both have let go of is free.",
        ("R30", "F2", "F4"),
        changes(connection_moves),
    ),
    Law(
        "what-moves-another-device",
        "Each end of its socket changes by its own steps; when its handler ends or the server dies, it is away.",
        ("R13", "F14"),
        changes(device_moves),
    ),
    Law(
        "what-moves-the-registry",
        "A handler enters its socket when it registers and removes it when it ends; a crash clears everything.",
        ("R13", "R22", "F1"),
        changes(registry_moves),
    ),
    Law(
        "what-moves-a-submission",
        "A meal is saved, uploaded and answered; a request that is refused or lost goes back, and the backend "
        "counts what it takes.",
        ("R11", "F15"),
        changes(submission_moves),
    ),
    Law(
        "what-moves-the-work",
        "Work moves by the backend alone; a crash orphans what is unfinished.",
        ("R12", "R22", "F9"),
        changes(job_moves),
    ),
    Law(
        "what-moves-a-notification",
        "What is finished is owed, then pushed to those listed or missed; each copy is received or gone, and "
        "when the last is gone unreceived the message is missed.",
        ("R6", "R13", "F3"),
        changes(notification_moves),
    ),
    Law(
        "what-moves-the-view",
        "The list shows what the answer that is applied says, and nothing else changes it.",
        ("R5", "R7", "F11"),
        changes(view_moves),
    ),
    Law(
        "what-moves-the-world",
        "Server, path and app change by their own outages and returns, and each fault uses one up.",
        ("R20", "R21", "R22"),
        changes(world_moves),
    ),
    Law(
        "one-socket-one-belief",
        "The library holds every socket that it uses, calls it connected exactly while it is up, and somebody "
        "awaits it exactly until then.",
        ("R2", "R30", "F5"),
        sockets,
        _has(M.CLOSE_BEFORE_DIAL),
    ),
    Law(
        "registry-lists-handlers",
        "The registry lists exactly the sockets whose handlers have registered.",
        ("R13", "F1"),
        registered,
        _has(M.CONNECTION_SET),
    ),
    Law(
        "down-is-down",
        "A server that is down holds no socket, no entry, no work and no debt.",
        ("R22", "F9"),
        without_server,
    ),
    Law(
        "finished-is-published",
        "A meal has a notification exactly when it is finished, and one that was sent has a copy under way.",
        ("R6", "R13", "F13"),
        published,
        _has(M.FAILURE_NOTIFICATIONS),
    ),
    Law(
        "flags-exclude-each-other",
        "The flag says connecting only while a dial is awaited, and then not connected (but for a message where "
        "messages verify).",
        ("R1", "R2"),
        flags_agree,
        _has(M.STATE_FLAGS),
    ),
    Law(
        "hidden-is-clean",
        "Without a screen there is no poll task, no load, no socket, no flag and nobody who awaits a dial.",
        ("R9",),
        hidden,
    ),
    Law(
        "taken-before-shown",
        "The list shows a meal as processing, and the outbox as uploaded, only if the backend has taken it.",
        ("R11", "R13"),
        accepted,
    ),
    Law(
        "code-runs-on",
        "What client, server and network do by themselves they do in the end if they still can; only what people "
        "decide and what the world does to them may never happen.",
        ("R31",),
        owed,
    ),
    Law(
        "outages-end",
        "The server comes up again, and the path comes back.",
        ("R21", "R22"),
        outages,
        whole=True,
    ),
    Law(
        "requests-end",
        "Every load is shown or fails, however long the work takes, and every saved meal is uploaded.",
        ("R7", "R11"),
        unanswered,
        whole=True,
    ),
    Law(
        "refusals-are-told",
        "While the server is down or the device offline, even for ever, loads, uploads and dials fail instead of "
        "hanging.",
        ("R4", "R21", "R22"),
        refused,
        whole=True,
    ),
    Law(
        "dials-end",
        "The screen appears and connects; every dial ends at both ends, and whoever dialled hears of it.",
        ("R2", "R4", "R15"),
        undialled,
        whole=True,
    ),
    Law(
        "messages-end",
        "What is owed is looked up, and every copy is received or gone.",
        ("R13",),
        undelivered,
        whole=True,
    ),
    Law(
        "closed-is-freed",
        "A socket that the client has closed is free in the end, and a suspended client is not listed for ever.",
        ("F2", "F7", "F9"),
        unfreed,
        _has(M.SERVER_PING),
        whole=True,
    ),
    Law(
        "meals-are-shown",
        "No submitted meal stays unfinished on the screen for ever.",
        ("R16", "R17", "R31"),
        unshown,
        _has(M.POLL_UNTIL_TERMINAL, M.JOB_RECONCILIATION),
        whole=True,
    ),
)

LAWS: dict[str, Law] = {law.id: law for law in _ALL}
"""By id, in the order in which they are decided."""
