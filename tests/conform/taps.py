"""The reference pair over real sockets, each end watched where it speaks to its network.

There the order of things is the program's own; on the way between the ends it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mealspec.conform.watch import Open, Watch, seen, told


class Tap:
    """What one end is told and shows, in order."""

    def __init__(self) -> None:
        self.items: list[str] = []

    def told(self, what: str, **more: Any) -> None:
        self.items.append(told({"what": what, **more}))

    def seen(self, what: str, **more: Any) -> None:
        self.items.append(seen({"what": what, **more}))


def wrong(model: Open, items: list[str]) -> str:
    """The first thing that the model does not allow; empty if it allows all."""
    watch = Watch(model)
    for k, item in enumerate(items):
        if not watch.take(item):
            before = "; ".join(items[max(0, k - 12) : k])
            return f"{item}, after {before}; allowed: {'; '.join(watch.allowed())}"
    return ""


class ClientSocket:
    """A socket of the client."""

    def __init__(self, tap: ClientTap, inner: Any) -> None:
        self.tap, self.inner, self.closed, self.number = tap, inner, False, 0

    async def open(self, token: str) -> None:
        self.tap.sockets += 1
        self.number = self.tap.sockets
        self.tap.seen("dial", socket=self.number)
        try:
            await self.inner.open(token)
        except self.tap.lost as lost:
            self.closed = True
            if lost.status is None:
                self.tap.told("fail", socket=self.number)
            else:
                self.tap.told("refuse", socket=self.number, status=lost.status)
            raise
        self.tap.told("open", socket=self.number)

    async def receive(self) -> Any:
        try:
            message = await self.inner.receive()
        except self.tap.lost:
            if not self.closed:
                self.closed = True
                self.tap.told("close", socket=self.number)
            raise
        if not self.closed:
            self.tap.told("message", socket=self.number, message=numbered(message))
        return message

    def send(self, message: Mapping[str, Any]) -> None:
        self.tap.seen("send", socket=self.number, message=message["type"])
        self.inner.send(message)

    def close(self, code: int) -> None:
        if not self.closed and self.number:
            self.tap.seen("close", socket=self.number, code=code)
        self.closed = True
        self.inner.close(code)


def numbered(message: Mapping[str, Any]) -> dict[str, Any]:
    """With the meal's number for its id: there is one meal."""
    if "data" not in message:
        return dict(message)
    name = "id" if message["type"] == "meal_log.completed" else "meal_log_id"
    return {**message, "data": {name: "000000000001"}}


class ClientTap(Tap):
    """A network like the one within, watched."""

    def __init__(self, lost: Any) -> None:
        super().__init__()
        self.network: Any = None
        self.lost, self.sockets, self.counts = lost, 0, dict[str, int]()

    def socket(self) -> ClientSocket:
        return ClientSocket(self, self.network.socket())

    async def request(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        message = {"natural": "submit", "meal-logs": "list", "refresh": "refresh"}[path.rpartition("/")[2]]
        of = "submit-1" if message == "submit" else message
        self.counts[of] = self.counts.get(of, 0) + 1
        label = f"{of}-{self.counts[of]}"
        meal = {"meal": 1} if message == "submit" else {}
        self.seen("request", request=label, message=message, **meal)
        try:
            status, body = await self.network.request(method, path, **more)
        except self.lost:
            self.told("fail", request=label)
            raise
        page = {"data": {"meal_logs": statuses(body)}} if message == "list" and status == 200 else {}
        self.told("answer", request=label, answer={"status": status, "body": page})
        return status, body


def statuses(body: Any) -> list[dict[str, str]]:
    return [{"id": "000000000001", "status": meal["status"]} for meal in body["data"]["meal_logs"]]


class ServerSocket:
    """A socket of the server."""

    def __init__(self, tap: Tap, inner: Any, number: int, ended: type[Exception]) -> None:
        self.tap, self.inner, self.number, self.ended, self.gone = tap, inner, number, ended, False

    async def receive(self) -> Any:
        try:
            message = await self.inner.receive()
        except self.ended:
            if not self.gone:
                self.gone = True
                self.tap.told("close", socket=self.number)
            raise
        if not self.gone:
            self.tap.told("message", socket=self.number, message=message)
        return message

    def send(self, message: Mapping[str, Any]) -> None:
        kind = message["type"].removeprefix("meal_log.")
        more = {"listed": message.get("listed")} if kind == "pong" else {"meal": 1} if "data" in message else {}
        if not self.gone:
            self.tap.seen("send", socket=self.number, message=kind, **more)
        self.inner.send(message)

    def close(self, code: int) -> None:
        if not self.gone:
            self.tap.seen("close", socket=self.number, code=code)
        self.gone = True
        self.inner.close(code)

    def ping(self) -> Any:
        return self.inner.ping()


def watched(server: type[Any], ended: type[Exception], tap: Tap) -> type[Any]:
    """A server whose ends are watched."""

    class Watched(server):  # type: ignore[misc]
        sockets, counts = 0, dict[str, int]()

        async def connection(self, socket: Any, user: str) -> None:
            self.sockets += 1
            tap.told("dial", socket=self.sockets)
            tap.seen("accept", socket=self.sockets)
            await super().connection(ServerSocket(tap, socket, self.sockets, ended), user)

        async def request(self, method: str, path: str, headers: Any, body: Any) -> Any:
            of = "submit-1" if method == "POST" else "list"
            self.counts[of] = self.counts.get(of, 0) + 1
            label = f"{of}-{self.counts[of]}"
            tap.told("request", request=label)
            status, answer = await super().request(method, path, headers, body)
            if of == "list":
                meals = {each["id"].lstrip("0"): each["status"] for each in statuses(answer)}
                tap.seen("answer", request=label, status=status, meals=meals)
            else:
                tap.seen("answer", request=label, status=status, meal=1)
            return status, answer

    return Watched
