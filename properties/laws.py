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
from mealspec.properties import changes, lasting, local, possible
from mealspec.properties.facts import Facts


@dataclass(frozen=True)
class Law:
    """A law.

    Attributes
    ----------
    id, refs
        Its name, and where it comes from.
    rules, sentence
        What it says: in detail, of a design in a scope, and in words.
    applies
        To which designs.
    whole
        Whether it takes the complete graph to decide it: a run for ever cannot be told from a part.
    """

    id: str
    refs: tuple[str, ...]
    rules: Callable[[Facts], Iterable[Rule]]
    sentence: str
    applies: Callable[[Design], bool] = field(default=lambda design: True)
    whole: bool = False


def broken(law: Law, facts: Facts, reading: Reading) -> Trace | None:
    """A shortest run that breaks the law, or None."""
    found = (rule.broken(reading) for rule in law.rules(facts))
    return min((trace for trace in found if trace is not None), key=len, default=None)


def _asks(design: Design) -> bool:
    """Its loads ask the backend, and its code is isolated to one actor."""
    return M.LOCAL_STORE not in design and M.UNISOLATED not in design


def _stores(design: Design) -> bool:
    """Its list shows what the device has stored."""
    return M.LOCAL_STORE in design


def _cancels(design: Design) -> bool:
    return _asks(design) and (M.CONNECT_STOPS_POLLING in design or M.MESSAGE_STOPS_POLLING in design)


def _has(*mechanisms: M) -> Callable[[Design], bool]:
    return lambda design: all(m in design for m in mechanisms)


_ALL = (
    Law("user-acts", ("R9", "R11", "R19", "R20", "R28"), possible.exactly(possible.user_needs),
        "A meal can be submitted when none is under way and archived when it is over; the screen can be left and "
        "the app suspended at any time."),
    Law("who-dials", ("R2", "R8", "R15", "R18", "R25"), possible.exactly(possible.dial_needs),
        "Whoever wants a socket can dial as soon as a connection is free: the screen that appears, the button, the "
        "health check that sees a mismatch, and the client that holds none."),
    Law("pings", ("R10", "F16", "E22", "E38"), possible.exactly(possible.ping_needs),
        "A client that believes can ping, whatever the socket is worth; whoever reads it answers, whatever the registry "
        "holds; and where the answer says that the socket is not listed, the client can have it listed again."),
    Law("handshake", ("R4", "R30", "F4"), possible.exactly(possible.handshake_needs),
        "Whoever dials is answered by a server that is up and reachable, refused by one that is down, told at once "
        "that there is no network, and gives up when nobody answers any more; any dial may fail."),
    Law("outcome-is-heard", ("R3", "R4", "F5"), possible.exactly(possible.outcome_needs),
        "Whoever dialled runs on with the outcome, at any time after it is known."),
    Law("client-learns-of-a-drop", ("R10", "R22", "F2"), possible.exactly(possible.drop_needs),
        "The client hears of a close on a path that is fine, and of a break late: by a missing pong, or from the "
        "network."),
    Law("server-learns-of-a-drop", ("R13", "R30", "F1", "F2", "F7"), possible.exactly(possible.handler_needs),
        "A handler that has accepted can register, whatever became of its socket; once it listens it notices a "
        "close, and a break or a suspended client by a missing pong."),
    Law("another-device", ("R13", "F1", "F14"), possible.exactly(possible.elsewhere_needs),
        "Another device of the user may connect and close whenever it likes; its handler registers and ends as any "
        "other does, and what is sent to it reaches it or vanishes."),
    Law("upload", ("R11", "F15"), possible.exactly(possible.upload_needs),
        "A saved meal can be uploaded, is taken by a server that is up and reachable and refused by one that is "
        "not; the request or its answer may be lost."),
    Law("work-goes-on", ("R12", "F13"), possible.exactly(possible.work_needs),
        "Work that is queued can start, and work that has started can complete or fail."),
    Law("lookup", ("R13", "F14"), possible.exactly(possible.lookup_needs),
        "Whoever is owed a notification is pushed to if the registry lists a socket, and skipped exactly if it "
        "lists none."),
    Law("message-arrives-or-is-lost", ("R5", "R6", "F2"), possible.exactly(possible.message_needs),
        "A message can be received, or lost, on a socket that is open and a path that is fine; where nobody is at "
        "the other end it vanishes."),
    Law("load", ("R5", "R7", "R15", "F11", "F12"), possible.exactly(possible.load_needs),
        "A request that is out is answered with what the backend has, or fails because the server is down or the "
        "device offline; until its answer is shown it may be cut off.",
        applies=_asks),
    Law("poll", ("R7", "F12"), possible.exactly(possible.poll_needs),
        "A poll task that sleeps can wake, goes on while a meal is unfinished, and stops when none is.",
        applies=_asks),
    Law("cancelled-poll-winds-up", ("R7", "F6"), possible.exactly(possible.stale_poll_needs),
        "A cancelled poll task can always take its next step.",
        applies=_cancels),
    Law("local-reads", ("E1", "E3"), possible.exactly(local.read_needs),
        "A read of the local store that is due can be done at any time, and says what is stored; on another day it lists nothing.",
        applies=_stores),
    Law("saves-run-on", ("E6", "E14"), possible.exactly(local.save_needs),
        "A save runs on once its first attempt to upload is over, however that went.",
        applies=_has(M.SAVE_AWAITS_UPLOAD)),
    Law("fetch", ("E11", "E12", "E13"), possible.exactly(local.sync_needs),
        "A stored meal that is unfinished and has the backend's id can be fetched, one at a time; the answer is stored if it "
        "differs from what was stored before the request.",
        applies=_has(M.BACKGROUND_SYNC)),
    Law("poll-passes", ("R7", "E7", "E8", "E9"), possible.exactly(local.pass_needs),
        "A poll task that sleeps can wake, and then stops or reads the store and looks, in one step; so can a cancelled one that "
        "does not look whether it is, and one whose handle is lost.",
        applies=_stores),
    Law("outages", ("R20", "R21", "R22", "F2", "F7", "F8", "F9"), possible.exactly(possible.outage_needs),
        "What is up can go down and what is down can come up: the server, the path, and each connection as long as "
        "the server holds a trace of it."),
    Law("what-moves-the-screen", ("R2", "R9"), changes.only(changes.screen_moves),
        "The screen comes and goes with the user, and arrives until its connect has begun or was not needed."),
    Law("what-moves-the-service", ("R10", "R30"), changes.only(changes.service_moves),
        "The service holds the socket that was dialled last until it learns that it is gone, and calls it connected "
        "from its opening on (with ready_ack: from the server's ready on)."),
    Law("what-moves-the-flags", ("R1", "R3", "R4", "R5", "R8"), changes.only(changes.flag_moves),
        "A dial sets connecting, its outcome clears it and decides connected; nothing else touches the flags, but "
        "for a message where messages verify.",
        applies=_has(M.STATE_FLAGS)),
    Law("what-moves-the-poll-task", ("R7", "F6"), changes.only(changes.poller_moves),
        "A poll task sleeps, loads, looks and sleeps again or stops; who cancels it leaves a cancelled one that winds up.",
        applies=_asks),
    Law("what-moves-a-load", ("R5", "R7", "R9", "F11"), changes.only(changes.loader_moves),
        "A load is sent, carries the answer that it read, and is over when that is shown or it fails; whoever "
        "cancels it or leaves the screen ends it.",
        applies=_asks),
    Law("what-moves-a-connection", ("R30", "F2", "F4"), changes.only(changes.connection_moves),
        "Each end of a connection changes by its own steps; a break is told to neither. Whoever awaits a socket "
        "that closes has failed, and what both have let go of is free."),
    Law("what-moves-another-device", ("R13", "F14"), changes.only(changes.device_moves),
        "Each end of its socket changes by its own steps; when its handler ends or the server dies, it is away."),
    Law("what-moves-the-registry", ("R13", "R22", "F1"), changes.only(changes.registry_moves),
        "A handler enters its socket when it registers and removes it when it ends; a crash clears everything."),
    Law("what-moves-a-submission", ("R11", "F15"), changes.only(changes.submission_moves),
        "A meal is saved, uploaded and answered; a request that is refused or lost goes back, and the backend "
        "counts what it takes."),
    Law("what-moves-the-work", ("R12", "R22", "F9"), changes.only(changes.job_moves),
        "Work moves by the backend alone; a crash orphans what is unfinished."),
    Law("what-moves-a-notification", ("R6", "R13", "F3"), changes.only(changes.notification_moves),
        "What is finished is owed, then pushed to those listed or missed; each copy is received or gone, and when "
        "the last is gone unreceived the message is missed."),
    Law("what-moves-the-view", ("R5", "R7", "F11"), changes.only(changes.view_moves),
        "The list shows what the answer that is applied says, and nothing else changes it.",
        applies=_asks),
    Law("what-moves-the-device", ("E1", "E2", "E11", "E12", "E29", "E31"), changes.only(local.device_moves),
        "The store is written by saves, answers to uploads, messages and fetches, each where the design lets it; the list shows "
        "what is stored, and nothing else changes it.",
        applies=_stores),
    Law("what-moves-poll-tasks", ("R7", "E7", "E9"), changes.only(local.task_moves),
        "A poll task sleeps, looks and sleeps again or ends; whoever stops polling cancels the current one unless the flag is "
        "down, and a start while it is down makes a second one.",
        applies=_stores),
    Law("what-moves-the-world", ("R20", "R21", "R22"), changes.only(changes.world_moves),
        "Server, path and app change by their own outages and returns, and each fault uses one up."),
    Law("one-socket-one-belief", ("R2", "R30", "F5"), lasting.sockets,
        "The library holds every socket that it uses, calls it connected exactly while it is up, and somebody "
        "awaits it exactly until then.",
        applies=_has(M.CLOSE_BEFORE_DIAL)),
    Law("registry-lists-handlers", ("R13", "F1"), lasting.registered,
        "The registry lists exactly the sockets whose handlers have registered.",
        applies=_has(M.CONNECTION_SET)),
    Law("down-is-down", ("R22", "F9"), lasting.without_server,
        "A server that is down holds no socket, no entry, no work and no debt."),
    Law("finished-is-published", ("R6", "R13", "F13"), lasting.published,
        "A meal has a notification exactly when it is finished, and one that was sent has a copy under way.",
        applies=_has(M.FAILURE_NOTIFICATIONS)),
    Law("flags-exclude-each-other", ("R1", "R2"), lasting.flags_agree,
        "The flag says connecting only while a dial is awaited, and then not connected (but for a message where "
        "messages verify).",
        applies=_has(M.STATE_FLAGS)),
    Law("hidden-is-clean", ("R9",), lasting.hidden,
        "Without a screen there is no poll task, no load, no socket, no flag and nobody who awaits a dial."),
    Law("taken-before-shown", ("R11", "R13"), lasting.accepted,
        "The list shows a meal as processing, and the outbox as uploaded, only if the backend has taken it."),
    Law("code-runs-on", ("R31",), lasting.owed,
        "What client, server and network do by themselves they do in the end if they still can; only what people "
        "decide and what the world does to them may never happen."),
    Law("outages-end", ("R21", "R22"), lasting.outages,
        "The server comes up again, the path comes back, and the token is renewed.",
        whole=True),
    Law("requests-end", ("R7", "R11"), lasting.unanswered,
        "Every load is shown or fails, however long the work takes, and every saved meal is uploaded.",
        whole=True),
    Law("refusals-are-told", ("R4", "R21", "R22"), lasting.refused,
        "While the server is down or the device offline, even for ever, loads, uploads and dials fail instead of "
        "hanging.",
        whole=True),
    Law("dials-end", ("R2", "R4", "R15"), lasting.undialled,
        "The screen appears and connects; every dial ends at both ends, and whoever dialled hears of it.",
        whole=True),
    Law("messages-end", ("R13",), lasting.undelivered,
        "What is owed is looked up, and every copy is received or gone.",
        whole=True),
    Law("closed-is-freed", ("F2", "F7", "F9"), lasting.unfreed,
        "A socket that the client has closed is free in the end, and a suspended client is not listed for ever.",
        applies=_has(M.SERVER_PING), whole=True),
    Law("meals-are-shown", ("R16", "R17", "R31"), lasting.unshown,
        "No submitted meal stays unfinished on the screen for ever.",
        applies=_has(M.POLL_UNTIL_TERMINAL, M.JOB_RECONCILIATION), whole=True),
)  # fmt: skip

LAWS: dict[str, Law] = {law.id: law for law in _ALL}
"""By id, in the order in which they are decided."""
