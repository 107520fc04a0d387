"""The rules of a hunt: what happens in the protocol, in the words that people use for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mealspec.core import Event

__all__ = ["VERBS", "verb_of", "verbs"]

VERBS: dict[str, tuple[str, ...]] = {
    "submit": ("user.submit", "user.wait", "client.submit", "client.submit_anyway"),
    "upload": ("client.upload", "client.uploaded", "server.take"),
    "refuse": ("server.refuse_upload", "network.refuse_upload", "client.refused", "client.unreachable"),
    "appear": ("client.appear", "client.return"),
    "connect": ("client.connect", "client.skip_connect"),
    "reconnect": ("user.reconnect", "client.redial", "client.heal", "client.follow_path"),
    "accept": ("server.accept", "server.register"),
    "open": ("client.open", "client.ready", "client.give_up"),
    "learn": ("client.connected", "client.failed", "client.superseded"),
    "complete": ("server.start", "server.complete"),
    "fail": ("server.fail",),
    "push": ("server.push", "server.replay"),
    "skip": ("server.skip",),
    "receive": ("client.receive", "network.void"),
    "refresh": ("server.read", "client.apply", "client.error", "client.offline"),
    "poll": ("client.poll",),
    "poll_stale": ("client.stale",),
    "ping": ("client.ping",),
    "notice": (
        "client.hear_close", "client.notice_drop", "client.expire", "server.notice", "server.expire",
        "server.expire_suspended", "server.evict",
    ),
    "probe": ("client.probe_alive", "client.probe_dead", "client.probe_none"),
    "archive": ("user.archive",),
    "leave": ("user.leave",),
    "elsewhere": ("user.join", "user.quit", "network.deliver"),
    "background": ("user.background",),
    "foreground": ("user.foreground",),
    "drop": ("network.break", "network.tell_client", "network.tell_server", "network.fail_dial", "network.reclaim"),
    "lose": ("network.lose", "network.cut", "network.cut_upload"),
    "change_path": ("network.change_path", "network.lose_path", "network.restore_path"),
    "restart": ("server.crash", "server.boot"),
}  # fmt: skip
"""The verbs, each with the beginnings of the names of its events."""

_PREFIXES = {prefix: verb for verb, prefixes in VERBS.items() for prefix in prefixes}


def verb_of(name: str) -> str:
    """The verb of an event, by the longest beginning that is listed.

    >>> verb_of("client.stale.wake.verified"), verb_of("server.push.m1.c1+c2")
    ('poll_stale', 'push')
    """
    words = name.split(".")
    beginnings = (".".join(words[:k]) for k in range(len(words), 0, -1))
    return next(_PREFIXES[each] for each in beginnings if each in _PREFIXES)


def verbs(events: Iterable[Event]) -> Mapping[str, int]:
    """For each verb that the events have, the set of its events as bits."""
    out: dict[str, int] = {}
    for e, event in enumerate(events):
        verb = verb_of(event.name)
        out[verb] = out.get(verb, 0) | 1 << e
    return {verb: out[verb] for verb in VERBS if verb in out}
