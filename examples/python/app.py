"""What clients of both designs have: the outbox, the token, tasks by name, and what they need of a network.

Every method that is no coroutine runs to its end without another coming between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

FINISHED = ("completed", "failed")
LEAVING, SILENT = 1000, 4408


class Lost(Exception):
    """A dial, a request or a socket came to nothing; ``status`` is what the server answered, if it did."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__(status)
        self.status = status


class Socket(Protocol):
    """One incarnation of a socket."""

    async def open(self, token: str) -> None: ...
    async def receive(self) -> dict[str, Any]: ...
    def send(self, message: Mapping[str, Any]) -> None: ...
    def close(self, code: int) -> None: ...


class Network(Protocol):
    """What reaches the server."""

    def socket(self) -> Socket: ...
    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str], query: Mapping[str, Any], body: Any
    ) -> tuple[int, Any]: ...


@dataclass
class Meal:
    """A submission: its key, what was typed, what the list shows of it."""

    key: str
    text: str
    status: str = ""
    uploaded: bool = False


class App:
    """Outbox, token and tasks.

    Attributes
    ----------
    meals
        By key; they outlive the screen.
    connected, connecting
        What the view model believes.
    shown
        Whether there is a view model.
    """

    def __init__(self, network: Network, seconds: Mapping[str, float], token: str, refresh_token: str) -> None:
        self.network, self.seconds = network, seconds
        self.token, self.refresh_token = token, refresh_token
        self.meals: dict[str, Meal] = {}
        self.connected = self.connecting = self.shown = False
        self.tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def polling(self) -> bool:
        """Whether a poll task runs."""
        return "poll" in self.tasks

    def submit(self, text: str) -> Meal:
        """Save a meal; the outbox uploads it."""
        meal = Meal(str(uuid4()), text)
        self.meals[meal.key] = meal
        self._run(f"upload {meal.key}", self._upload(meal))
        return meal

    async def _list(self) -> dict[str, str]:
        """What the backend says of each meal, by key; ``Lost`` if it says nothing."""
        page = await self._request("GET", "/api/v1/meal-logs", query={"limit": 100, "offset": 0})
        return {each.get("idempotency_key"): each["status"] for each in page["data"]["meal_logs"]}

    # ------------------------------------------------------------------ the outbox and the token

    async def _upload(self, meal: Meal) -> None:
        while not meal.uploaded:
            with suppress(Lost):
                body = {"raw_input": meal.text, "meal_type": "breakfast"}
                await self._request("POST", "/api/v1/meal-logs/natural", {"Idempotency-Key": meal.key}, body=body)
                meal.uploaded = True
                return
            await asyncio.sleep(self.seconds["upload"])

    async def _request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, *, query: Any = None, body: Any = None
    ) -> Any:
        """The body of the answer; ``Lost`` if that is no success."""
        bearer = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        status, answer = await self.network.request(method, path, headers=bearer, query=query or {}, body=body)
        if status == 401:
            self._renew()
        if status not in (200, 201):
            raise Lost(status)
        return answer

    def _renew(self) -> None:
        """Once, whoever asks first."""
        if "renew" not in self.tasks:
            self._run("renew", self._renew_once())

    async def _renew_once(self) -> None:
        with suppress(Lost):
            body = {"refresh_token": self.refresh_token}
            status, answer = await self.network.request("POST", "/api/v1/auth/refresh", headers={}, query={}, body=body)
            if status == 200:
                self.token, self.refresh_token = answer["data"]["access_token"], answer["data"]["refresh_token"]

    # ------------------------------------------------------------------ tasks

    def _run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a task under a name; the one before it ends."""
        self._stop(name)
        task = self.tasks[name] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda done: self.tasks.pop(name) if self.tasks.get(name) is done else None)

    def _stop(self, name: str) -> None:
        if name in self.tasks:
            self.tasks.pop(name).cancel()
