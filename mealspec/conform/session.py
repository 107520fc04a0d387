"""One run of an implementation: what it is told in labels, and what it shows, read by the table of the wire.

The model speaks of ``list-2``, the second request for the list; drivers count requests as they come. Keys that the
implementation makes stand as ``{key-1}`` until they are seen. Whatever it sends is checked by the schema of the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from mealspec.conform.driver import Exchange
from mealspec.conform.role import Json
from mealspec.conform.wire import token
from mealspec.core.errors import printable
from mealspec.model.design import DESIGNS, Design
from mealspec.model.wire.message import Kind, Message, Side, schema
from mealspec.model.wire.table import MESSAGES


class Session:
    """From one reset to the next.

    Attributes
    ----------
    frames
        How many commands have been given: where something happened.
    """

    def __init__(self, driver: Exchange, role: str, plan: Design = DESIGNS["hardened"]) -> None:
        self.driver, self.role, self.plan, self.frames = driver, role, plan, 0
        self._numbers: dict[str, int] = {}
        self._labels: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self._bound: dict[str, str] = {}
        self._token = 1
        self.driver.ask({"op": "reset"})

    def tell(self, does: Json) -> tuple[list[Json], Json]:
        """Something is done: what is seen then, in labels, and what is shown."""
        self.frames += 1
        if does["what"] == "advance":
            answer = self.driver.ask({"op": "advance", "seconds": does["seconds"]})
        else:
            answer = self.driver.ask({"op": "do", **self._concrete(does)})
        if does["what"] == "answer" and "access_token" in str(does):
            self._token += 1
        return [self._seen(sight) for sight in answer["seen"]], answer["shows"]

    def more(self) -> list[Json]:
        """What has been seen since."""
        return [self._seen(sight) for sight in self.driver.ask({"op": "observe"})["seen"]]

    # ------------------------------------------------------------------ to the implementation

    def _concrete(self, does: Json) -> dict[str, Any]:
        made: dict[str, Any] = dict(self._filled(does))
        if isinstance(made.get("request"), str):
            made["request"] = self._numbers.get(made["request"], 0) or self._new(made["request"])
        return made

    def _new(self, label: str) -> int:
        self._numbers[label] = len(self._numbers) + 1
        self._labels[self._numbers[label]] = label
        return self._numbers[label]

    def _filled(self, what: Any) -> Any:
        """With what stands for names that the implementation has made."""
        if isinstance(what, Mapping):
            return {name: self._filled(value) for name, value in what.items()}
        if isinstance(what, (list, tuple)):
            return [self._filled(value) for value in what]
        return self._bound.get(what, what) if isinstance(what, str) else what

    def _bind(self, name: str, value: str) -> bool:
        """Whether the name stands for the value, as it did before if it did."""
        return self._bound.setdefault(f"{{{name}}}", value) == value

    # ------------------------------------------------------------------ from the implementation

    def _seen(self, sight: Json) -> Json:
        match sight["what"]:
            case "dial":
                wrong = self._wrong("dial", sight["request"]) or self._stale(sight["request"]["query"].get("token"))
                return {"what": "dial", "socket": sight["socket"], **wrong}
            case "request":
                return self._requested(sight)
            case "send":
                return self._sent(sight)
            case "answer":
                return self._answered(sight)
        return sight

    def _stale(self, carried: object) -> dict[str, str]:
        return {} if carried == token(self._token) else {"wrong": "it carries another token than the last"}

    def _requested(self, sight: Json) -> Json:
        sent = sight["sent"]
        message = _request(str(sent.get("method")), str(sent.get("path")))
        if message is None:
            return {"what": "request", "wrong": printable(f"{sent.get('method')} {sent.get('path')}", 200)}
        wrong, of, found = self._wrong(message.id, sent), message.id, dict[str, Any]()
        if message.id == "submit" and not wrong:
            number = str(sent["body"]["raw_input"]).removeprefix("meal ")
            of, found["meal"] = f"submit-{number}", int(number) if number.isdecimal() else 0
            if not self._bind(f"key-{number}", sent["headers"]["Idempotency-Key"]):
                wrong = {"wrong": "another key than before"}
        self._counts[of] = self._counts.get(of, 0) + 1
        label = f"{of}-{self._counts[of]}"
        self._numbers[label], self._labels[sight["request"]] = sight["request"], label
        found = {"what": "request", "request": label, "message": message.id, **found}
        if not wrong and message.id in ("submit", "list"):
            wrong = self._stale(sent["headers"]["Authorization"].removeprefix("Bearer "))
        return {**found, **wrong}

    def _sent(self, sight: Json) -> Json:
        kind = str(sight["message"].get("type"))
        names = {str(each.start): each.id for each in MESSAGES if each.kind is Kind.TEXT and each.sender == self.role}
        if kind not in names:
            return {"what": "send", "socket": sight["socket"], "wrong": printable(f"a message of type {kind}", 200)}
        told = self._told(names[kind], sight["message"])
        return {
            "what": "send",
            "socket": sight["socket"],
            "message": names[kind],
            **told,
            **self._wrong(names[kind], sight["message"]),
        }

    def _told(self, message: str, body: Json) -> dict[str, Any]:
        """What a server's message says that matters."""
        if message == "pong":
            return {"listed": body.get("listed")}
        if message in ("completed", "failed") and isinstance(body.get("data"), dict):
            return {"meal": self._meal(body["data"].get("id" if message == "completed" else "meal_log_id"))}
        return {}

    def _meal(self, of: object) -> int:
        known = {value: name for name, value in self._bound.items() if name.startswith("{id-")}
        return int(known[of][4:-1]) if isinstance(of, str) and of in known else 0

    def _answered(self, sight: Json) -> Json:
        label = self._labels.get(sight["request"], "nothing")
        status, kind = sight["answer"]["status"], label.partition("-")[0]
        found: dict[str, Any] = {"what": "answer", "request": label, "status": status}
        if status == 200 and kind == "list":
            found |= self._wrong("list.answer", sight["answer"])
            if "wrong" not in found:
                meals = sight["answer"]["body"]["data"]["meal_logs"]
                found["meals"] = {str(self._meal(meal["id"])): meal["status"] for meal in meals}
        elif status == 201 and kind == "submit":
            found |= self._wrong("submit.taken", sight["answer"])
            if "wrong" not in found:
                meal = sight["answer"]["body"]["data"]
                number = str(meal["raw_input"]).removeprefix("meal ")
                if not self._bind(f"id-{number}", meal["id"]):
                    found["wrong"] = "another id than before"
                found["meal"] = int(number) if number.isdecimal() else 0
        return found

    def _wrong(self, message: str, what: Any) -> dict[str, str]:
        """What is wrong with a message, by its schema."""
        error = next(iter(_validator(message, self.plan).iter_errors(what)), None)
        return {} if error is None else {"wrong": printable(f"{message}: {error.message}", 300)}


@cache
def _validator(message: str, plan: Design) -> Draft202012Validator:
    found = next(each for each in MESSAGES if each.id == message)
    return Draft202012Validator(schema(found, plan))


@cache
def _request(method: str, path: str) -> Message | None:
    for message in MESSAGES:
        if message.kind is Kind.REQUEST and message.sender is Side.CLIENT and message.start == f"{method} {path}":
            return message
    return None
