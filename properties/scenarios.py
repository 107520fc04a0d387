"""Scenarios: named runs that a design must have, each found by the search and not written by hand.

A scenario is a list of milestones, events (or groups of events) that must come in this order; whatever
is needed between them is filled in. The failure classes are scenarios of designs that fail; the tests of
the seed are scenarios of designs that work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mealspec.core import At, Event, Machine, Trace, explore, reach, unknown
from mealspec.model.design import design
from mealspec.model.events import alphabet
from mealspec.model.product import system
from mealspec.model.scope import Scope

DEFAULT = Scope()


@dataclass(frozen=True)
class Scenario:
    """A run that a design must have.

    Attributes
    ----------
    id, title, refs
        Its name, what it shows, and where it comes from.
    design, scope
        Whose scenario it is.
    steps
        Its milestones.
    property
        For a failure class, the property that speaks of it.
    later
        What of it is not modelled yet.
    """

    id: str
    title: str
    refs: tuple[str, ...]
    design: str
    steps: tuple[str, ...]
    scope: Scope = DEFAULT
    property: str = ""
    later: str = ""


def _with(*items: str) -> Scope:
    return Scope().with_(items)


_SMALL = Scope(connections=1, includes=frozenset({"dial"}))

SCENARIOS: dict[str, Scenario] = {
    s.id: s
    for s in (
        Scenario(
            "timeline", "T+0 to T+30 s: skipped at T+26 s, fetched by polling at T+30 s", ("R15", "R13"), "before",
            (
                "client.connect", "user.submit.m1", "server.take.m1", "server.complete.m1", "server.skip.m1", "client.poll.wake",
                "client.apply.poll.completed",
            ),
            Scope(faults=0),
        ),
        Scenario(
            "happy", "the socket works: pushed, shown, and polling stops by itself", ("R16",), "published",
            (
                "network.fail_dial", "client.failed", "user.reconnect", "client.connected", "client.stale.wake.verified", "user.submit.m1",
                "server.push.m1", "client.receive.m1", "client.apply.handler.completed",
            ),
            _SMALL,
        ),
        Scenario(
            "fallback", "the dial fails: polling starts by itself and brings the meal", ("R17", "R4"), "published",
            (
                "user.submit.m1", "network.fail_dial", "client.failed", "client.poll.wake", "client.apply.poll.processing", "client.poll.wake",
                "client.apply.poll.completed.done",
            ),
        ),
        Scenario(
            "recovery", "polling runs, the socket comes back, polling stops, a later meal is pushed", ("R18", "R8"), "published",
            (
                "network.fail_dial", "client.failed", "client.apply.poll.completed", "user.reconnect", "client.connected", "user.archive.m1",
                "user.submit.m1", "server.push.m1", "client.receive.m1", "client.apply.handler.completed",
            ),
            _SMALL,
        ),
        Scenario(
            "guard", "a connect during a connect does nothing", ("R2",), "published+connect_on_return",
            ("client.connect", "client.return", "client.skip_connect"),
        ),
        Scenario(
            "health", "the flag says connected, the service does not: reconnect", ("R25",), "published_plus",
            ("client.connected.c1", "server.crash", "client.hear_close.c1", "client.heal", "client.connected"),
        ),
        Scenario(
            "waiting", "a submission waits for the connect in progress", ("R28",), "published_plus",
            ("client.connect", "user.wait.m1", "client.connected", "client.submit.m1"),
        ),
    )
}  # fmt: skip

FAILURES: dict[str, Scenario] = {
    s.id: s
    for s in (
        Scenario(
            "F1", "stale unregister: an old handler removes the new connection's entry", ("R13",), "published",
            ("server.register.c1", "user.reconnect.c1.c2", "client.connected.c2", "server.register.c2", "server.notice.c1", "server.skip.m1"),
            property="agreement",
        ),
        Scenario(
            "F2", "half-open: the registry hits, the send succeeds, and nothing arrives", ("R30",), "published",
            ("client.connected.c1", "network.break.c1", "server.push.m1.c1", "network.void.m1.c1"),
            property="no-zombie",
        ),
        Scenario(
            "F3", "gap: what happens between disconnect and reconnect is lost", ("R18",), "published",
            ("server.register.c1", "network.tell_server.c1", "server.skip.m1", "user.reconnect.c1.c2", "server.register.c2", "client.connected.c2"),
            property="delivery",
        ),
        Scenario(
            "F4", "connected too early: the client is told before the server can route", ("R30",), "published",
            ("client.connected.c1", "server.skip.m1", "server.register.c1"), property="no-early-belief",
        ),
        Scenario(
            "F5", "double connect: connect and reconnect both dial, and the old outcome lands on the new", ("R2", "R8"), "published",
            ("client.connect.none.c1", "user.reconnect.c1.c2", "client.connected.c2", "client.failed.c1"),
            property="agreement",
        ),
        Scenario(
            "F6", "stale task: a cancelled poll task stops its successor", ("R7",), "published",
            ("client.failed.c1", "client.connected.c2", "user.reconnect", "client.failed", "client.stale.wake"),
            property="single-poll-task",
        ),
        Scenario(
            "F7", "background: the socket is taken away while the app is suspended, and the flag still says connected", ("R20",), "published",
            ("client.connected.c1", "server.register.c1", "user.background", "network.reclaim", "server.push.m1.c1", "network.void.m1.c1", "user.foreground"),
            _with("background"), property="delivery",
        ),
        Scenario(
            "F8", "path change: the old socket is dead and nobody says so", ("R21",), "published",
            ("client.connected.c1", "server.register.c1", "network.change_path", "server.push.m1.c1", "network.void.m1.c1"),
            _with("path"), property="agreement",
        ),
        Scenario(
            "F9", "server restart: the registry is gone and the job orphaned", ("R22",), "published",
            ("server.register.c1", "server.take.m1", "server.crash", "server.boot"), property="no-orphan",
        ),
        Scenario(
            "F10", "reconnect stops: the socket is gone and nobody dials again", ("R18",), "published",
            ("client.connected.c1", "server.crash", "client.hear_close.c1", "server.boot", "server.skip.m1"), property="socket-returns",
            later="everyone reconnecting at once",
        ),
        Scenario(
            "F11", "order: an older snapshot overwrites a newer one", ("R5",), "published",
            ("server.read.appear.processing", "server.read.handler.completed", "client.apply.handler.completed", "client.apply.appear.processing"),
            property="no-regress",
        ),
        Scenario(
            "F12", "poll ends wrongly: the list looks empty, so polling stops before the work is done", ("R7",), "published",
            ("user.submit.m1", "client.failed", "client.apply.poll.absent.done", "server.complete.m1", "server.skip.m1"),
            property="delivery",
        ),
        Scenario(
            "F13", "failed jobs: the failure is never published", ("R6",), "published-failure_notifications",
            ("client.connected.c1", "server.register.c1", "client.apply.appear.processing", "server.fail.m1"), _with("job"), property="failure-reaches-screen",
        ),
        Scenario(
            "F14", "one of many: another device's socket replaces this one's in the registry, and only it is told", ("R13",), "published",
            ("client.connected.c1", "server.register.c1", "user.join.d2", "server.register.d2", "server.push.m1.d2", "network.deliver.m1.d2"),
            _with("device"), property="delivery",
        ),
        Scenario(
            "F15", "duplicate submit: a retried upload creates two meals", ("R11",), "published",
            ("server.take.m1", "network.cut_upload.m1", "server.take.m1"), _with("upload"), property="no-lost-submission",
        ),
        Scenario(
            "F16", "entry lost: the socket works, its pings are answered, and the registry does not hold it", ("R30", "E38", "E42"), "published",
            ("client.connected.c1", "server.register.c1", "server.drop_entry.c1", "client.pong.c1", "server.skip.m1", "client.pong.c1"),
            _with("entry"), property="belief-is-earned",
        ),
        Scenario(
            "F17", "belief by timer: the dial has failed, half a second later the client is connected, and nothing lowers that", ("E15", "E20"),
            "app_published", ("network.fail_dial.c1", "client.connected.c1", "server.skip.m1"), property="belief-is-earned",
        ),
        Scenario(
            "F18", "handled twice: a second view model takes the handler's place, and handles the message once for each subscription", ("E25", "E30"),
            "app_head", ("client.connected.c1", "user.twin", "server.push.m1.c1", "client.receive_twin.m1.c1"), _with("twin"), property="handled-once",
        ),
        Scenario(
            "F19", "no writer: the push arrives, the list is loaded, and nobody has stored what it said", ("E2", "E5"), "app_published",
            ("client.connected.c1", "server.push.m1.c1", "client.receive.m1.c1", "client.apply.handler.pending"), property="delivery",
        ),
    )
}  # fmt: skip
"""The failure classes, by id. For each, `hardened` is checked against the class's property."""

HALVES: dict[str, Scenario] = {
    s.id: s
    for s in (
        Scenario(
            "F6-flag", "a poll task that has ended lowers its successor's flag: nobody can stop that one, and the next start makes a second",
            ("E9",), "app_published",
            ("client.poll.pass", "client.saved", "client.stale.lower", "client.saved"),
            Scope(meals=3, connections=1, includes=frozenset()), property="single-poll-task",
        ),
        Scenario(
            "F6-timer", "the time limit of a dial that is over closes the socket that is held now", ("R4",), "published+stale_dial_timer",
            ("client.connected.c1", "server.register.c1", "client.misfire.c1"), _SMALL, property="socket-returns",
        ),
        Scenario(
            "F9-instance", "another instance holds the socket, and the notifier does not ask it", ("R22",), "published",
            ("client.connected.c1", "server.register_elsewhere.c1", "client.pong.c1", "server.skip.m1"),
            Scope(connections=1, includes=frozenset({"instances"})), property="belief-is-earned",
        ),
        Scenario(
            "F10-token", "the token is renewed, and the dial goes on with the old one", ("E23",), "published+dial_reuses_token",
            ("server.expire_token", "client.renew_token", "client.denied.c1", "user.reconnect", "client.denied"),
            Scope(connections=1, includes=frozenset({"token"})), property="socket-returns",
        ),
        Scenario(
            "F12-emptied", "a load of the poll loop fails and empties the list, so polling stops before the work is done", ("R7", "E4"), "published",
            ("client.apply.poll.processing.m1", "network.cut.poll.done", "server.skip.m1"),
            Scope(connections=1, includes=frozenset({"dial", "request"})), property="delivery",
        ),
        Scenario(
            "F12-capped", "polling stops after a number of passes, and the work goes on", ("R7",), "hardened+poll_cap",
            ("user.submit.m1", "client.poll.wake", "client.apply.poll.processing.m1", "client.poll.tire", "server.skip.m1"),
            Scope(connections=1, includes=frozenset({"dial"})), property="polling-persists",
        ),
    )
}  # fmt: skip
"""Further ways of some classes, each by its class and a word."""


REPORTS: dict[str, tuple[str, ...]] = {
    "F1": ("Netflix/zuul#1280", "meawoppl/agent-portal#1256", "link1st/gowebsocket#9", "Chetan0e/Verath#229"),
    "F2": ("Kludex/starlette#1811", "daltoniam/Starscream#696", "multica-ai/multica#916"),
    "F3": ("NodeBB/NodeBB#12458", "supabase/supabase-swift#1249"),
    "F4": ("rails/actioncable#74", "rails/actioncable#98"),
    "F5": ("apollographql/subscriptions-transport-ws#732", "daltoniam/Starscream#76"),
    "F6": ("openclaw/Peekaboo#203", "pladaria/reconnecting-websocket#50"),
    "F6-flag": ("dashpay/dashwallet-ios#1036",),
    "F6-timer": ("redis/ioredis#2148",),
    "F7": ("block/buzz#4962", "RocketChat/Rocket.Chat.ReactNative#7297"),
    "F8": ("home-assistant/frontend#17409", "daltoniam/Starscream#858"),
    "F9": ("volcengine/OpenViking#3023", "block/buzz#2575"),
    "F9-instance": ("ansible/awx#12539",),
    "F10": ("shridarpatil/whatomate#542", "mattermost/mattermost-webapp#10960"),
    "F10-token": ("wireapp/wire-webapp#21612",),
    "F11": ("ansible/awx#13154",),
    "F12": ("TwiStarSystems/Secure-FTP-WEB#6", "apache/superset#43782"),
    "F12-capped": ("raft-tech/TANF-app#3575",),
    "F13": ("ansible/awx#8053", "apache/superset#43799"),
    "F15": ("mastodon/mastodon-ios#273",),
    "F16": ("ansible/awx#12539",),
    "F17": ("ingo-eichhorst/Irrlicht#1957",),
}
"""Where failures of a class, or of a half of one, were reported: a public repository and a number."""

FLAW = Scenario(
    "flaw", "the socket breaks silently, as they do every day: the push vanishes, and nobody polls", ("R17", "F2"), "published",
    (
        "client.apply.appear", "client.connected.c1", "server.register.c1", "user.submit.m1", "client.uploaded.m1", "network.break.c1",
        "server.push.m1.c1", "network.void.m1.c1",
    ),
    Scope(connections=1, includes=frozenset({"break"})), property="delivery",
)  # fmt: skip
"""How the published fix loses a meal on an ordinary day: one fault, and no step that must fall into a gap of milliseconds."""

PATHS: dict[str, Scenario] = {
    s.id: s
    for s in (
        FLAW,
        Scenario(
            "repair", "the flaw's run with the repairs: the push vanishes just the same, and polling brings the meal", ("R13", "R31"), "hardened",
            (
                "client.apply.appear", "client.connected.c1", "user.submit.m1", "client.uploaded.m1", "network.break.c1",
                "server.push.m1.c1", "network.void.m1.c1", "client.poll.wake", "client.apply.poll.completed.done",
            ),
            Scope(connections=1, includes=frozenset({"break"})),
        ),
        Scenario(
            "happy-hardened", "the socket works: pushed, shown, and polling stops by itself", ("R16",), "hardened",
            (
                "client.appear", "client.connected.c1", "user.submit.m1", "server.push.m1.c1", "client.receive.m1",
                "client.apply.handler.completed", "client.apply.poll.completed.done",
            ),
            _SMALL,
        ),
        Scenario(
            "fallback-hardened", "no dial succeeds: polling shows the work, brings the meal and lasts until then", ("R17",), "hardened",
            (
                "network.fail_dial.c1", "client.failed.c1", "user.submit.m1", "client.poll.wake", "client.apply.poll.processing",
                "server.skip.m1", "client.poll.wake", "client.apply.poll.completed.done",
            ),
            _SMALL,
        ),
        Scenario(
            "recovery-hardened", "the dial fails, polling brings the meal, the socket comes back, and a later meal is pushed", ("R18",), "hardened",
            (
                "network.fail_dial.c1", "client.failed.c1", "client.apply.poll.completed", "client.redial", "client.connected.c1",
                "user.archive.m1", "user.submit.m1", "server.push.m1.c1", "client.receive.m1", "client.apply.handler.completed",
                "client.apply.poll.completed.done",
            ),
            _SMALL,
        ),
    )
}  # fmt: skip
"""The flaw, and the paths of R16 to R18 as the repaired design takes them."""

EVERY = SCENARIOS | FAILURES | HALVES | PATHS
"""All of them, by id."""


def scenario(name: str) -> Scenario:
    """A scenario, failure class or path by id; ``UnknownName`` names the choices."""
    if name not in EVERY:
        raise unknown("scenario", name, EVERY)
    return EVERY[name]


def milestones(steps: Iterable[str], events: Iterable[Event], name: str = "scenario") -> Machine:
    """The machine of that name: how many milestones are behind. It refuses nothing.

    An event that is the next milestone counts; at any other time it passes unnoticed.
    """
    steps = tuple(steps)
    rows = []
    for event in events:
        wanted = [k for k, step in enumerate(steps) if event.is_of(step)]
        if wanted:
            rows += [(event.name, k, k + 1 if k in wanted else k) for k in range(len(steps) + 1)]
    return Machine.table(name, 0, rows, doc="How many milestones are behind.")


def shortest(scenario: Scenario, *, depth: int = 40) -> Trace | None:
    """A shortest run of the scenario's design through its milestones, as a run of the plain design."""
    plan, scope = design(scenario.design), scenario.scope
    watch = milestones(scenario.steps, alphabet(plan, scope))
    end = len(scenario.steps)
    done = At("scenario", lambda s: s == end)
    watched = system(plan, scope, extra=(watch,))
    for limit in range(10, depth + 1, 2):  # a deeper search only where a shallow one finds nothing
        graph = explore(watched, depth=limit)
        found = reach(graph, done)
        if found is not None:
            return Trace.of(system(plan, scope), found.events)
        if graph.complete:
            return None
    return None
