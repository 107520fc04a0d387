"""Questions that whoever builds a side asks, each answered by what the rows of the design say.

What an answer adds of its own, because the model leaves it open, it calls *proposed*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mealspec.draw.duties import Duty, Happening, happenings
from mealspec.model.clocks import CLOCKS, seconds
from mealspec.model.design import Design
from mealspec.model.mechanism import Mechanism as M
from mealspec.model.wire.message import Side

DROPS = ("client.hear_close", "client.expire", "network.tell_client")
"""How the client learns that its socket is gone."""

PINGS = ("client_ping", "server_ping")
"""Clocks that are a pause and a wait, one after the other."""

RESTS, RUNS = ("off", "none"), ("sleep", "load", "stopping")
"""Of the poll task."""


def answers(side: Side, design: Design) -> list[tuple[str, str]]:
    """All of a side: questions and answers, in Markdown."""
    return list((_of_client if side is Side.CLIENT else _of_server)(Asked(side, design)))


@dataclass(frozen=True)
class Asked:
    """What a side does in a design."""

    side: Side
    design: Design

    def does(self, group: str, kind: str) -> list[Duty]:
        """What one kind of machines does at a group of events."""
        every = (duty for each in happenings(self.side, self.design) for duty in each.duties)
        return [duty for duty in every if duty.rule == (kind, group)]

    def happen(self, group: str) -> list[Happening]:
        """What happens at events of a group."""
        return [each for each in happenings(self.side, self.design) if each.events[0].is_of(group)]

    def changes(self, group: str) -> set[tuple[str, str, str]]:
        """What is asked and done at events of a group, by kind of machine."""
        every = (duty for each in self.happen(group) for duty in each.duties)
        return {(duty.rule[0], duty.when, duty.then) for duty in every if duty.when or duty.then}

    def sets(self, group: str, kind: str, text: str) -> bool:
        """Whether it then does just that."""
        return any(text in duty.then for duty in self.does(group, kind))

    def where(self, kind: str, text: str) -> str:
        """The groups at which a kind of machines does just that."""
        groups = dict.fromkeys(each.group for each in happenings(self.side, self.design))
        return _named(group for group in groups if self.sets(group, kind, text))

    def polls(self, before: tuple[str, ...], after: tuple[str, ...]) -> str:
        """The groups at which the poll task goes from one of some states to one of others."""
        return _named(
            f"{each.group} ({each.part})" if each.part else each.group
            for each in happenings(self.side, self.design)
            for duty in each.duties
            if duty.rule[0] == "poller" and any(a.poll in before and b.poll in after for a, b in duty.pairs)
        )

    @property
    def pushes_to_all(self) -> bool:
        """Whether one push goes to several sockets."""
        pushes = (each for each in happenings(self.side, self.design) if each.group == "server.push")
        return any("+" in event.values["to"] for each in pushes for event in each.events)


def _named(groups: Iterable[str]) -> str:
    return ", ".join(f"`{group}`" for group in groups) or "no event"


def _of_client(asked: Asked) -> Iterator[tuple[str, str]]:
    if M.STATE_FLAGS in asked.design:
        yield "Does the flag stay connected after a drop?", _after_a_drop(asked)
    guarded = any("usable is yes" in duty.when for duty in asked.does("client.ping", "service"))
    pings = f"You send none before {asked.where('service', 'usable := yes')}" if guarded else "You may send one"
    yield (
        "Are pings answered before `ready`?",
        f"{pings}. A server reads a socket only once it has entered it; what came before is answered then.",
    )
    yield from _paces(asked, "client_ping")
    if asked.does("client.redial", "service"):
        yield (
            "When is the back-off reset?",
            "The model knows only a pause before each dial, of any length between the bounds of `redial`, so nothing "
            "that is checked hangs on it. Proposed: when `ready` has come, not at the handshake, for a server that "
            "accepts and fails would be dialled without a pause; and when a person presses reconnect.",
        )
    if asked.does("user.reconnect", "service"):
        yield "What does a reconnect press do during a dial?", _pressed(asked)
    yield "What is shown between save and 201?", _shown(asked)
    if asked.sets("user.leave", "view", "shown := awaited (if shown is processing)"):
        yield (
            "When the screen comes back, what is shown before its first load?",
            "What was finished, so the list outlives the view model; an unfinished one is `awaited` until a load "
            "lists it.",
        )
    yield (
        "From when does a timer count?",
        "The model leaves it open. Proposed: the first upload is due at once, and later ones after the pause; a ping's "
        "pause counts from the last pong, the limit on a dial from the dial. A request needs a limit of yours, too.",
    )
    yield (
        "What starts and what ends polling?",
        f"It starts at {asked.polls(RESTS, RUNS)}. It ends at {asked.polls(RUNS, RESTS)}.",
    )
    yield (
        "Does an expired token close the socket?",
        "No: only requests and dials are refused. An open socket stays usable.",
    )
    yield "Does a 401 for a dial lead to a new token or to the back-off, and what does a second one?", _denied(asked)
    yield "What becomes of requests and dials while the token is renewed?", RENEWING
    yield "With which code do you give up a dial, and what does the server learn?", _given_up(asked)


def _paces(asked: Asked, name: str) -> Iterator[tuple[str, str]]:
    """A break is found at the soonest after the wait for a pong, at the latest after a pause and that wait."""
    clock = next(clock for clock in CLOCKS if clock.name == name)
    if clock.greatest is None or not any(each.group in clock.events for each in happenings(asked.side, asked.design)):
        return
    pause, wait = clock.greatest - clock.least, clock.least
    yield (
        "How often do you ping, and how long do you wait?",
        f"{pause:g} s between pings and {wait:g} s for the pong make the bounds of `{name}`: a break is found after "
        f"{seconds(clock)} s. The wait is that of the first ping without a pong: one that is sent meanwhile does not "
        "put it off.",
    )


def _after_a_drop(asked: Asked) -> str:
    lowered = any(asked.sets(group, "flags", "connected := no") for group in DROPS)
    looks = [name for name in ("verified", "unflagged") if asked.does(f"client.poll.wake.{name}", "flags")]
    hangs = "The poll loop asks it, too" if looks else "Polling does not ask it, so no meal hangs on it"
    if lowered:
        return f"No: it is lowered with the socket. {hangs}."
    lowers = asked.where("flags", "connected := no")
    return f"Yes: `connected` stays until {lowers}. What the library knows is `usable`, which goes at once. {hangs}."


RENEWING = (
    "Either is allowed: they wait for the new token, or go out with the old one, are answered 401 and have failed like "
    "others. No property of `hardened` rests on it: checked with both. But no renewal begins beside another, for a "
    "refresh token can be used once; one that fails without a 401 ends the waiting, and the next 401 begins it anew."
)


def _denied(asked: Asked) -> str:
    """A refused token, beside a dial that is refused for another reason."""
    if asked.changes("client.denied.c1") == asked.changes("client.refused.c1"):
        dials = "To both. The dial has failed like any other (`client.denied` does what `client.refused` does)"
    else:
        dials = "To a new token (`client.renew_token`), and the dial has failed in a way of its own (`client.denied`)"
    again = (
        "the next begins after its pause (`client.redial`)" if asked.happen("client.redial") else "nobody dials again"
    )
    return (
        f"{dials}, and {again}; the token is renewed beside that (`client.renew_token`). A 503 or no answer asks for "
        "no new token. A new one that is refused, too, is renewed in turn: the model's may expire at any moment, any "
        "number of times. Only a renewal that is answered 401 ends it: the person logs in."
    )


def _given_up(asked: Asked) -> str:
    (code,) = {m.start for each in asked.happen("client.give_up") for m in each.sends}
    return (
        f"{code}, if the handshake is answered; else cancel it, for there is nothing to send a code on. The server "
        "learns only that this socket has ended, as by any other code, and that late or not at all; it may enter it "
        "first."
    )


def _pressed(asked: Asked) -> str:
    closes = any(duty.whose == "held" and "gone" in duty.then for duty in asked.does("user.reconnect", "connection"))
    old = "The socket of the dial that is out is closed" if closes else "The dial that is out goes on"
    late = (
        "ignored (`client.superseded`)"
        if asked.does("client.superseded", "service")
        else "taken for the new one's (F5)"
    )
    return f"{old}, and a new one begins at once; the old one's outcome, which comes due all the same, is {late}."


def _shown(asked: Asked) -> str:
    first = [*asked.does("user.submit", "view"), *asked.does("client.submit", "view")][0].then.removeprefix("shown := ")
    if first != "awaited":
        return f"The meal, as `{first}`: the list shows what the device has stored."
    moved = any(duty.then for duty in asked.does("client.uploaded", "view"))
    answer = (
        "lists it" if moved else "changes nothing of that, and the first load that finds it at the backend lists it"
    )
    own = "A line of your own for it is allowed; nothing counts on it."
    return f"Nothing, by the list itself: the meal is `awaited`, and the 201 {answer}. {own}"


def _of_server(asked: Asked) -> Iterator[tuple[str, str]]:
    early = any("accepted" in duty.when for duty in asked.does("client.pong", "connection"))
    late = "No: the reader starts when the socket is entered. A ping that came before waits, and is answered then."
    yield "Are pings answered before `ready`?", "Yes." if early else late
    yield from _paces(asked, "server_ping")
    alone = asked.sets("server.register", "registry", "others := no")
    entered = (
        "takes the old one's place" if alone else "is entered beside the old one, and each stays until its own end"
    )
    yield "What if a user dials again while the old socket is held?", f"The new socket {entered}."
    to = (
        "To each of them, so a client may hear of one meal more than once."
        if asked.pushes_to_all
        else "To one of them."
    )
    yield "To whom does a push go if the registry holds several?", to
    again = "it is queued again" if asked.sets("server.boot", "job", "queued") else "nobody takes it up"
    yield (
        "What becomes of work when the process ends?",
        f"It reads as processing; when the process comes up, {again}. What was finished and not told is told no more.",
    )
    if asked.does("client.reregister", "registry"):
        yield (
            "What if `register` comes on a socket that is entered?",
            "The entry stays as it is, and `ready` is sent again. The model's clients send it only after `listed: "
            "false`; one that sends it at any time harms no property of `hardened`: checked. `connection_id` may be "
            "another one then, for nobody but logs asks for it.",
        )
    yield "What do you learn from a close code?", _learnt(asked)
    yield (
        "Does an expired token close sockets?",
        "No: refuse requests and dials, and leave open sockets and their entries alone. Who renews tokens is not this "
        "server; it only asks whether one is good, and whose.",
    )


def _learnt(asked: Asked) -> str:
    """All codes are heard in one step, which does not ask which it is."""
    codes = sorted({str(m.start) for each in asked.happen("server.notice") for m in each.hears})
    return (
        f"Only that this socket has ended: {', '.join(codes)} and no code at all are one rule (`server.notice`). A "
        "client that has given up a dial, perhaps before you entered it, may dial again; a push may not have arrived."
    )
