"""Messages of the wire as the tester sends them: what is required, and no more.

``{key-1}`` and ``{id-1}`` stand for the key that the client has made for the first meal, and for the id that the
server has given it: whoever is tested makes them.
"""

from __future__ import annotations

from typing import Any

from mealspec.model.wire.message import example
from mealspec.model.wire.table import BY_ID

USER = "4eb4c27c-304d-4cca-8cc8-2b67a4c75d98"
AT = "2025-11-08T09:24:23Z"


def meal_id(number: int | str) -> str:
    """The id that the tester's server gives a meal."""
    return f"00000000-0000-4000-8000-{int(number):012d}"


def key(number: int | str) -> str:
    """What stands for the key of a meal."""
    return f"{{key-{number}}}"


def text(number: int | str) -> str:
    """What the user types for a meal."""
    return f"meal {number}"


def token(number: int) -> str:
    """The access token after so many logins and renewals."""
    return f"token-{number}"


def _meal(number: int | str, status: str) -> dict[str, Any]:
    return {
        "id": meal_id(number), "user_id": USER, "idempotency_key": key(number), "raw_input": text(number),
        "meal_type": "breakfast", "status": status, "logged_at": AT, "created_at": AT, "updated_at": AT,
    }  # fmt: skip


def taken(number: int) -> dict[str, Any]:
    """The answer to a submission."""
    return {"status": 201, "body": {"data": _meal(number, "processing")}}


def list_answer(meals: dict[str, str]) -> dict[str, Any]:
    """The answer to a load: newest first."""
    some = [_meal(number, meals[number]) for number in sorted(meals, key=int, reverse=True)]
    page = {"meal_logs": some, "total_count": len(some), "limit": 100, "offset": 0, "has_more": False}
    return {"status": 200, "body": {"data": page}}


def error(status: int) -> dict[str, Any]:
    """The answer to a request that is refused."""
    return {"status": status, "body": {"error": {"message": "refused"}}}


def tokens(number: int) -> dict[str, Any]:
    """The answer to a renewal."""
    return {"status": 200, "body": {"data": {"access_token": token(number), "refresh_token": f"refresh-{number}"}}}


def note(message: str, *, meal: int | None = None, **fields: Any) -> dict[str, Any]:
    """A message on a socket, about a meal if one is given."""
    made: dict[str, Any] = {**example(BY_ID[message]), **fields}
    if meal is None:
        return made
    about: dict[str, Any] = made["data"]
    if message == "completed":
        about |= _meal(meal, "completed") | {"items": []}
    else:
        about |= {"meal_log_id": meal_id(meal), "raw_input": text(meal)}
    return made


def dial(bearer: str) -> dict[str, Any]:
    """A dial with that token."""
    return example(BY_ID["dial"]) | {"query": {"token": bearer}}


def list_request(bearer: str) -> dict[str, Any]:
    """A load with that token."""
    return example(BY_ID["list"]) | {"headers": {"Authorization": f"Bearer {bearer}"}}


def submission(number: int, bearer: str) -> dict[str, Any]:
    """The submission of a meal: always under the same key."""
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"00000000-0000-4000-9000-{number:012d}"}
    return example(BY_ID["submit"]) | {
        "headers": headers, "body": {"raw_input": text(number), "meal_type": "breakfast", "logged_at": AT},
    }  # fmt: skip
