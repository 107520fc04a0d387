"""Fault scripts: by a seed, one to three faults that befall a meal on its way over real sockets."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from mealspec.conform.proxy import Befalls, Link, Proxy, answer
from mealspec.conform.suite import ROLES
from mealspec.conform.watch import Open
from mealspec.model import Scope, design
from tests.conform.taps import ClientTap, Tap, watched, wrong

SECONDS = {"poll": 0.2, "redial": 0.02, "redial_most": 0.1, "upload": 0.05, "ping": 0.15, "pong": 0.5, "dial": 0.6}
USER = "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98"
FINISHED = ("completed", "failed")
TRIES = 5
"""A hardened script is played so often at most, until all of its faults happen: the socket may be gone before the push
that was to be befallen."""
PATIENCE = 15.0
"""Seconds after which a meal is lost, whosever it is: more than ten times what the longest script takes."""

PUSH = ("lose the push", "delay the push", "cut at the push", "silence at the push", "close at the push")
DIAL = ("refuse a dial", "deny a dial", "cut a dial", "delay a dial")
READY = ("cut at ready", "silence at ready", "close at ready", "drop ready")
REQUEST = (
    "drop a load", "lose the answer to a load", "fail a load", "delay a load",
    "drop the upload", "lose the answer to the upload", "fail the upload",
)  # fmt: skip
FAULTS = (*DIAL, *READY, "drop a pong", *REQUEST)


class Script(Befalls):
    """What befalls one meal; a fault waits for its occasion."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        some = [*self.random.sample(FAULTS, 2), self.random.choice(PUSH)]  # a meal is pushed once
        self.planned = self.random.sample(some, self.random.randint(1, 3))
        self.waiting = list(self.planned)
        self.fails = self.random.random() < 0.25
        self.work = self.random.uniform(0.02, 0.25)
        self.pause = self.random.uniform(0, 0.1)
        self.code = self.random.choice([1001, 1008, 1011, 4408])
        self.users = {"token-1": USER}
        self.later: set[asyncio.Task[None]] = set()

    def _fires(self, *faults: str) -> str:
        for fault in self.waiting:
            if fault in faults:
                self.waiting.remove(fault)
                self.fired.append(fault)
                return fault
        return ""

    def waits(self, *faults: str) -> bool:
        """Whether one of them has not happened yet."""
        return any(fault in faults for fault in self.waiting)

    async def _wait(self) -> None:
        await asyncio.sleep(self.random.uniform(0.02, 0.1))

    async def dial(self, number: int) -> int | None:
        match self._fires(*DIAL):
            case "refuse a dial":
                return 503
            case "deny a dial":
                return 401
            case "cut a dial":
                return 0
            case "delay a dial":
                await self._wait()
        return None

    async def message(self, link: Link, sender: str, text: str | bytes) -> bool:
        kind = json.loads(text)["type"].removeprefix("meal_log.") if sender == "server" else ""
        kind = {"completed": "the push", "failed": "the push"}.get(kind, kind)
        match self._fires(f"cut at {kind}", f"silence at {kind}", f"close at {kind}", f"lose {kind}", f"delay {kind}",
                          f"drop {kind}", f"drop a {kind}").partition(" ")[0]:  # fmt: skip
            case "cut":
                link.cut()
            case "silence":
                link.silence()
            case "close":
                closing = asyncio.ensure_future(link.close(self.code))
                self.later.add(closing)
                closing.add_done_callback(self.later.discard)
            case "delay":
                await self._wait()
                return True
            case "":
                return True
        return False

    async def request(self, head: str, body: bytes, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        if "/auth/refresh" in head:  # whoever gives tokens is played here
            fresh = f"token-{len(self.users) + 1}"
            self.users[fresh] = USER
            return answer(200, json.dumps({"data": {"access_token": fresh, "refresh_token": fresh}}).encode())
        kind = "the upload" if head.startswith("POST") else "a load"
        match self._fires(f"drop {kind}", f"lose the answer to {kind}", f"fail {kind}", f"delay {kind}").partition(" ")[
            0
        ]:
            case "drop":
                return b""
            case "lose":
                await ask()
                return b""
            case "fail":
                return answer(503, b'{"error": {"message": "refused"}}')
            case "delay":
                await self._wait()
        return await ask()


@dataclass
class Told:
    """What came of a script; ``plays`` says how often it was played, ``took`` the seconds of the last time."""

    seed: int
    planned: list[str]
    fired: list[str]
    lost: bool
    client: list[str]
    server: list[str]
    dials: int
    took: float
    plays: int = 1

    @property
    def whole(self) -> bool:
        """Whether all of its faults have happened."""
        return sorted(self.fired) == sorted(self.planned)

    @property
    def wrong(self) -> str:
        """What the specification does not allow of it, if there is anything."""
        ends = (wrong(model("client"), self.client), wrong(model("server"), self.server))
        return " | ".join(end for end in ends if end)


INCLUDES = frozenset(("dial", "break", "request", "push", "upload", "job", "restart", "token"))


@lru_cache
def model(role: str, plan: str = "hardened") -> Open:
    """What is allowed."""
    scope = {"client": Scope(1, 1, None, INCLUDES), "server": Scope(1, 4, None, INCLUDES - {"token", "restart"})}
    return Open.of(ROLES[role], design(plan), scope[role], hidden=("network.break",))


async def played(seed: int, parts: Any, plan: str, patience: float = PATIENCE) -> Told:
    """One script, over sockets of its own."""
    script = Script(seed)
    near, far = ClientTap(parts.app.Lost), Tap()
    database = sqlite3.connect(":memory:")

    async def work(meal: str) -> str:
        await asyncio.sleep(script.work)
        while script.waits(*PUSH) and not client.connected and time.monotonic() < begun + patience / 2:
            await asyncio.sleep(0.005)  # or there were no push to befall
        ends = "failed" if script.fails else "completed"
        far.told("work", meal="{id-1}", ends=ends)
        return ends

    modules = {
        "hardened": (parts.hardened_client, parts.hardened_server),
        "published": (parts.published_client, parts.published_server),
    }[plan]
    serves = watched(modules[1].Server, modules[1].Ended, far)(database, script.users, work, SECONDS)
    client: Any = None
    begun = time.monotonic()
    try:
        async with parts.sockets.Host(serves) as host:
            ports = (("127.0.0.1", host.rest), ("127.0.0.1", host.sockets))
            async with Proxy(ports, script) as proxy:
                near.network = parts.sockets.ClientNetwork(proxy.rest, proxy.sockets)
                client = modules[0].Client(near, SECONDS, "token-1", "refresh-1")
                near.told("appear")
                client.appear()
                await asyncio.sleep(script.pause)
                near.told("submit", meal=1)
                meal = client.submit("meal 1")
                await _over(script, proxy, meal, begun + patience)
                took, ends = time.monotonic() - begun, (list(near.items), list(far.items))
                client.leave()
                for task in list(client.tasks.values()):
                    task.cancel()
                await asyncio.sleep(0.02)  # what has just been dialled is let in before the doors close
                lost = meal.status not in FINISHED
                return Told(seed, script.planned, script.fired, lost, *ends, near.sockets, took)
    finally:
        database.close()


async def _over(script: Script, proxy: Proxy, meal: Any, end: float) -> None:
    """Until the meal is shown as finished and every fault has happened, or patience ends."""
    rounds = 0
    while time.monotonic() < end:
        done = meal.status in FINISHED
        if done and not set(script.waiting) - {*PUSH}:
            return
        rounds += 1
        if done and rounds % 10 == 0 and script.waits(*DIAL, *READY):  # it takes another dial
            for link in proxy.links:
                link.cut()
        await asyncio.sleep(0.02)


async def all_played(seeds: range, parts: Any, plan: str, at_once: int = 12, patience: float = PATIENCE) -> list[Told]:
    """Many scripts, some at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(seed: int) -> Told:
        async with gate:
            for k in range(TRIES):
                made = replace(await played(seed, parts, plan, patience), plays=k + 1)
                if made.lost or plan != "hardened" or made.whole:
                    break
            return made

    made = await asyncio.gather(*(one(seed) for seed in seeds))
    await asyncio.sleep(0.1)  # for what is being closed
    return made
