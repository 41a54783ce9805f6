"""Calls to a desk as they go over the wire: addresses, bodies, refusals, and when something is tried again."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 30.0
#: No answer, too often, or busy.
PASSING = frozenset({0, 429, 502, 503, 504})


class ApiProblem(Exception):
    """A refusal of the desk, in its own words (RFC 9457); status 0 where it does not answer."""

    def __init__(
        self,
        status: int,
        detail: str,
        problems: list[dict[str, str]] | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.problems = problems or []
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True)
class Call:
    """What an operation is asked with."""

    params: Mapping[str, str | int] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Any = None
    #: Of a body that is no JSON.
    type: str | None = None


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def request_of(place: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """The request, as httpx takes it."""
    by_any_id = place.get("pathByAnyId")
    path: str = by_any_id or place["path"]
    asked = {**call.query, **(call.params if by_any_id else {})}
    if not by_any_id:
        for name, value in call.params.items():
            path = path.replace(f":{name}", quote(str(value), safe=""))
    request: dict[str, Any] = {
        "method": place["method"],
        "url": path,
        "params": {name: _text(value) for name, value in asked.items() if value is not None},
    }
    headers = {name: value for name, value in call.headers.items() if value is not None}
    if call.type is not None:
        request["content"] = call.body
        headers["content-type"] = call.type
    elif call.body is not None:
        request["content"] = json.dumps(call.body)
        headers["content-type"] = "application/json"
    if headers:
        request["headers"] = headers
    return request


def problem_of(answer: httpx.Response) -> ApiProblem:
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    after = answer.headers.get("retry-after", "")
    return ApiProblem(
        answer.status_code,
        body.get("detail") or answer.reason_phrase,
        body.get("problems"),
        float(after) if after.isdigit() else None,
    )


def answer_of(place: Mapping[str, Any], answer: httpx.Response) -> Any:
    if answer.status_code == 204:
        return None
    return answer.content if place.get("isFile") else answer.json()


def no_answer() -> ApiProblem:
    return ApiProblem(0, "The desk does not answer. Try again once it is back.")


def may_repeat(place: Mapping[str, Any], problem: ApiProblem, failed: int, tries: int) -> bool:
    return bool(place.get("repeatable")) and problem.status in PASSING and failed < tries


def wait_seconds(problem: ApiProblem, failed: int) -> float:
    """What the desk asks for, else longer each time, and not all at once."""
    own: float = FIRST_WAIT_SECONDS * 2 ** (failed - 1) * (0.5 + random.random())
    return min(LONGEST_WAIT_SECONDS, max(own, problem.retry_after_seconds or 0))
