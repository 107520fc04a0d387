"""What can happen to whoever builds one side, in the order in which one needs it; and what the side may count on.

The words say when something happens, as far as the side itself can see it, and what the model leaves to whoever builds it.
What is to be done then is not said here: it follows from the rows (:mod:`mealspec.draw.duties`). Where the model asks what no
side can see, the words say what takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mealspec.model.mechanism import Mechanism as M
from mealspec.model.rows import EVERY, Given, Only
from mealspec.model.wire.message import Side


class Told(NamedTuple):
    """One thing that can happen to a side.

    Attributes
    ----------
    title, when
        In a few words, and how the side sees that it happens.
    events
        Beginnings of the names of its events.
    more
        What is said besides in some designs.
    """

    title: str
    when: str
    events: tuple[str, ...]
    more: tuple[tuple[str, Given], ...] = ()


Chapters = Mapping[str, tuple[Told, ...]]

CLIENT: Chapters = {
    "The screen and its buttons": (
        Told("The screen appears", "Each time there is a new view model. It loads beside the connect, and not after it.",
             ("client.appear", "client.return", "client.show")),
        Told("Its connect task runs", "Right after that.", ("client.connect", "client.connect_noop", "client.skip_connect")),
        Told("The button: reconnect", "At any time, also while another dial is out.", ("user.reconnect",),
             (("That one's outcome is ignored then.", M.CURRENT_SOCKET_ONLY),)),
        Told("A meal is saved", "Store it on the device, in one step with the rest and whatever the network does. The outbox below does not depend on "
             "the screen.", ("user.submit", "client.submit", "client.submit_anyway", "client.saved"),
             (("It gets a new `Idempotency-Key`, which is stored with it.", M.IDEMPOTENT_UPLOAD),)),
        Told("It has to wait for a connect", "A dial is out.", ("user.wait",)),
        Told("The screen is closed", "All in one step.", ("user.leave", "user.hide"),
             (("Cancel the poll task and every load, forget who awaits a dial, close the socket.", Only(lacking=(M.OUTLIVES_SCREEN,))),)),
        Told("The app is suspended, and returns", "While it is suspended no code runs and no timer does; its sockets may be taken away with no "
             "word.", ("user.background", "user.foreground", "client.probe_dead", "client.probe_alive", "client.probe_none"),
             (("Nothing need be done on return: timers go on, and a dead socket is found by the next ping.", Only((M.CLIENT_PING,), (M.PROBE_ON_FOREGROUND,))),)),
        Told("Other things that people do", "", ("user.other_day", "user.this_day", "user.pull")),
    ),
    "Dialling": (
        Told("No socket: dial by yourself", "When the pause is over. It grows with each failure and is spread at random; it ends never. "
             "Each dial makes a new socket object, so nothing that is still under way on an old one is taken for the new one's.",
             ("client.redial",)),
        Told("A health check", "Now and then, while the screen is shown.", ("client.heal",)),
        Told("The network path has changed", "The platform says so.", ("client.follow_path",)),
        Told("The handshake is answered", "It says nothing of the registry.", ("client.open",)),
        Told("`ready` comes", "Before it the library calls no socket usable, and the view model does not believe.", ("client.ready",)),
        Told("A dial has failed", "It is refused, there is no network, the token is not taken, it breaks, or its limit passes: the limit runs "
             "until the dial is over, and is cleared then. The model lets it pass only on a dial that nobody answers any more; one that "
             "passes though the answer was near is the same to you.",
             ("client.refused", "client.unreachable", "client.denied.{c}", "network.fail_dial", "client.give_up", "client.misfire")),
        Told("Whoever dialled runs on", "In a step of its own after the dial has succeeded or failed: other code may have run between the two, so "
             "look first which socket is held now.", ("client.connected", "client.failed", "client.superseded")),
    ),
    "The socket and its messages": (
        Told("Time for a ping, and its pong", "Again and again while the socket is usable. The pong clears the deadline of its ping.",
             ("client.ping", "client.pong")),
        Told("A pong says `listed: false`", "The socket works, and no push would find it. You stay connected meanwhile.", ("client.reregister",)),
        Told("A pong is late", "The model lets that happen only where the path is broken. You see just a deadline: if it passes on a socket that "
             "works, that socket is lost like any other, and no meal with it.", ("client.expire",)),
        Told("The socket ends", "A close arrives, or an error or a reset does; `error` before it changes nothing. A silent break you do not "
             "hear at all.", ("client.hear_close", "network.tell_client", "client.notice_drop")),
        Told("A meal is completed, or has failed", "One at a time: the next message waits until the load of this one is over. It may come twice, "
             "late, or never.", ("client.receive", "client.ignore", "client.garbled"),
             (("It says that something is new, not what: also one that cannot be read asks for a load (proposed).", Only(lacking=(M.LOCAL_STORE,))),
              ("What a completed meal causes on the device happens when it is first shown as completed, by whatever way that came.", M.EFFECT_ON_FINISH))),
    ),
    "Polling and loads": (
        Told("The poll task wakes", "When its interval is over.", ("client.poll.wake", "client.poll.pass", "client.poll.tire"),
             (("Nobody ends the task but itself, by what it finds, and whoever closes the screen.", Only(lacking=(M.CONNECT_STOPS_POLLING, M.MESSAGE_STOPS_POLLING, M.LOCAL_STORE))),)),
        Told("The poll's load is over", "Show, look and decide without an `await` between them. A meal is known in an answer by its key, or by the backend's id.",
             ("client.apply.poll", "client.error.poll", "client.offline.poll", "client.denied.poll", "network.cut.poll"),
             (("An unfinished meal is one that was submitted and is not shown as completed or failed, listed or not.", M.POLL_UNTIL_TERMINAL),
              ("After a failure the list stays as it is.", M.KEEP_ON_FAILURE))),
        Told("Another load is over", "That of the screen's appearance, or of a message. Loads overlap, and each shows what it was told.",
             ("client.apply", "client.error", "client.offline", "client.denied.{origin}", "network.cut"),
             (("After a failure the list stays as it is.", M.KEEP_ON_FAILURE),
              ("Nobody sends it again: the poll loop comes by.", Only((M.POLL_UNTIL_TERMINAL,), (M.RETRY_REFRESH,))))),
        Told("A meal is fetched", "One unfinished meal, by its id.", ("client.sync", "client.synced", "client.unchanged")),
    ),
    "Uploads and the token": (
        Told("An upload is due", "Also after a restart of the app: the outbox is on disk.", ("client.upload",),
             (("Always with the key that was stored with the meal.", M.IDEMPOTENT_UPLOAD),)),
        Told("An upload is over", "With the 201 store the backend's id. One that failed, in whatever way, may have arrived all the same. A 400 is no case of the "
             "model: show it to the person and keep the meal.",
             ("client.uploaded", "server.refuse_upload", "network.refuse_upload", "server.deny_upload", "network.cut_upload", "client.abandon_upload"),
             (("Never give up.", Only(lacking=(M.OUTBOX_GIVES_UP,))),)),
        Told("A 401 has come", "To a request or a dial. Renew once for everybody who waits.", ("client.renew_token",),
             (("The next dial uses the new token, too.", Only(lacking=(M.DIAL_REUSES_TOKEN,))),)),
    ),
}  # fmt: skip
"""What happens to a client."""

SERVER: Chapters = {
    "Requests": (
        Told("A meal is submitted", "One transaction: store the meal and queue its work; only then answer.", ("server.take",),
             (("A known key gets the same answer, and no second meal: keys are unique for each user by a constraint of the database, not by a "
               "look before.", M.IDEMPOTENT_UPLOAD),)),
        Told("The list is asked for", "From the database, at this moment. What it says of a meal stands in the table below.", ("server.read",)),
        Told("A request has a token that is not taken", "", ("server.deny_upload", "client.denied.{origin}")),
    ),
    "Sockets": (
        Told("A dial comes", "The token is good. The client may take the socket for open from here on, and nothing can be pushed to it yet.", ("server.accept",)),
        Told("A dial has a token that is not taken", "Answer the handshake with 401, and open no socket.", ("client.denied.{c}",)),
        Told("Enter the socket", "At once after that, before anything is read from it. Only after it look whether the client has gone.",
             ("server.register", "server.register_elsewhere", "server.return"), (("Only after it `ready` is sent.", M.READY_ACK),)),
        Told("A ping comes", "Whoever reads the socket answers. A ping that came before the socket was entered is read, and answered, after that.", ("client.pong", "client.probe_alive", "client.ping"),
             (("`listed` is looked up now.", M.PONG_SAYS_LISTED),)),
        Told("A client registers anew", "It has read `listed: false`. Enter the socket as a new one.", ("client.reregister",)),
        Told("A socket has ended", "A close, an error or a reset: leave the loop and remove this socket's entry in one step, with no `await` between.",
             ("server.notice", "network.tell_server", "server.evict"), (("Remove no other's.", Only(some=(M.CONNECTION_SET, M.COMPARE_AND_DELETE))),)),
        Told("A pong is late", "You ping each socket with a frame, from its entry to its end, whatever has become of the entry. A broken path and a suspended app look alike.", ("server.expire", "server.expire_suspended")),
        Told("An entry is gone though its socket works", "Not to be built, and to be borne: an expiry, a bug, another instance.",
             ("server.drop_entry", "server.expire_entry"), (("The next pong says it.", M.PONG_SAYS_LISTED),)),
    ),
    "Work": (
        Told("Work is taken up", "When a worker is free; it outlives the request, and is never done twice at once.", ("server.start",)),
        Told("Work has ended", "Store the result, or the failure, in one transaction; only then its notification is owed, for which memory is enough.", ("server.complete", "server.fail")),
        Told("A notification is owed", "At once after that; look the user up once. A send that raises no error says nothing about its arrival. "
             "The notification is not owed afterwards, whatever became of it.", ("server.push", "server.skip", "server.replay"),
             (("Instances share what their registries hold: a socket is found, and reached, whichever of them holds it.", M.BACKPLANE),)),
    ),
    "The process": (
        Told("It ends", "In order or not: registry and handlers are gone, what was owed and not sent is never sent. If it ends in order, close "
             "every socket with 1001.", ("server.crash",)),
        Told("It comes up", "With an empty registry.", ("server.boot",),
             (("Before it accepts anything it finds the work that its last life left unfinished.", M.JOB_RECONCILIATION),)),
    ),
}  # fmt: skip
"""What happens to a server."""

CHAPTERS: Mapping[Side, Chapters] = {Side.CLIENT: CLIENT, Side.SERVER: SERVER}


class Word(NamedTuple):
    """What a side may count on of the other, in the designs that are given; what it must not where they are not.

    ``events`` are those of the model in which it shows.
    """

    says: str
    given: Given
    events: tuple[str, ...]
    refs: tuple[str, ...]


RELY: Mapping[Side, tuple[Word, ...]] = {
    Side.CLIENT: (
        Word("a 201 says that the meal is stored and its work queued", EVERY, ("server.take",), ("R11",)),
        Word("a second upload with the same key makes no second meal", M.IDEMPOTENT_UPLOAD, ("server.take",), ("F15",)),
        Word("work that was queued is finished in the end, also across restarts of the server", M.JOB_RECONCILIATION, ("server.boot",), ("F9",)),
        Word("a load says what the database holds when it is read, never less than an earlier one that was read before it", EVERY, ("server.read",), ("F11",)),
        Word("`ready` is sent only after the registry holds the socket", M.READY_ACK, ("client.ready",), ("F4",)),
        Word("a pong says truly whether the registry holds the socket", M.PONG_SAYS_LISTED, ("client.reregister",), ("F16",)),
        Word("a failed meal is told like a completed one", M.FAILURE_NOTIFICATIONS, ("server.fail",), ("F13",)),
        Word("another socket or device of the user does not take your entry away", M.CONNECTION_SET, ("server.register",), ("F1", "F14")),
        Word("which instance of the server holds your socket does not matter", M.BACKPLANE, ("server.push",), ("F9", "F16")),
    ),
    Side.SERVER: (
        Word("a meal is uploaded again, with the same key, until it has been answered", Only(lacking=(M.OUTBOX_GIVES_UP,)), ("client.upload",), ("R11", "F15")),
        Word("a client polls until all its meals are shown as finished, so a lost push loses no meal", M.POLL_UNTIL_TERMINAL, ("client.poll.wake.anyway",), ("F12",)),
        Word("a client closes the socket it holds before it dials another", M.CLOSE_BEFORE_DIAL, ("user.reconnect",), ("F5",)),
        Word("a client bears duplicates: it does nothing for a message that it does not do again", M.EFFECT_ON_FINISH, ("client.receive",), ("F18",)),
        Word("a client notices a dead socket, and dials again", M.CLIENT_PING, ("client.expire",), ("F2",)),
        Word("a client dials by itself, for ever, with a pause that grows and is spread", M.AUTO_RECONNECT, ("client.redial",), ("F10",)),
        Word("a client registers anew when a pong says that it is not listed", M.PONG_SAYS_LISTED, ("client.reregister",), ("F16",)),
    ),
}  # fmt: skip
"""By side: what the other one keeps."""

BORNE: Mapping[Side, tuple[Word, ...]] = {
    Side.CLIENT: (
        Word("a message arrives, arrives once, or arrives before a load that has its news already", EVERY, ("network.lose", "network.void", "server.skip"), ("F2", "F3")),
        Word("a break is told: a socket may be dead for as long as no ping finds it", EVERY, ("network.break",), ("F2",)),
        Word("an open socket is in the registry", EVERY, ("server.drop_entry",), ("F16",)),
        Word("an upload that failed has not arrived", EVERY, ("network.cut_upload",), ("F15",)),
        Word("the answer that comes last is the newest", EVERY, ("client.apply.appear",), ("F11",)),
        Word("a token lasts as long as it says; a socket outlives it", EVERY, ("server.expire_token",), ("F10",)),
        Word("sockets survive a change of the network, or a suspension", EVERY, ("network.change_path", "network.reclaim"), ("F7", "F8")),
    ),
    Side.SERVER: (
        Word("a client that was pushed to has received it; a send into a dead socket raises no error", EVERY, ("network.void",), ("F2",)),
        Word("a close arrives: a client may be gone for as long as no ping finds it", EVERY, ("network.break",), ("F2",)),
        Word("one user has one socket: the old one may close long after the new one has come", EVERY, ("server.notice",), ("F1",)),
        Word("a request comes once", EVERY, ("network.cut_upload",), ("F15",)),
        Word("a suspended app answers anything", EVERY, ("server.expire_suspended",), ("F7",)),
        Word("this process lives until the work that it has queued is done", EVERY, ("server.crash",), ("F9",)),
    ),
}  # fmt: skip
"""By side: what it must not count on, each ended by a fault of the model or a step that nobody can prevent."""
