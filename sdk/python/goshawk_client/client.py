"""Desks to be asked: one that waits for its answers, and one whose answers are awaited."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Any

import httpx

from .generated import PLACES, AsyncOperations, Operations
from .transport import (
    Call,
    answer_of,
    may_repeat,
    no_answer,
    problem_of,
    request_of,
    wait_seconds,
)

TRIES = 4
TIMEOUT_SECONDS = 30.0


def _settings(url: str, key: str | None, timeout_seconds: float) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return {"base_url": url.rstrip("/"), "headers": headers, "timeout": timeout_seconds}


class Goshawk(Operations):
    """Each method raises ApiProblem where the desk refuses, or does not answer."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        tries: int = TRIES,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._http = httpx.Client(**_settings(url, key, timeout_seconds))
        self._tries = tries

    def _call(self, operation: str, call: Call) -> Any:
        place = PLACES[operation]
        request = request_of(place, call)
        failed = 0
        while True:
            failed += 1
            try:
                answer = self._http.request(**request)
                if answer.is_success:
                    return answer_of(place, answer)
                problem = problem_of(answer)
            except httpx.TransportError:
                problem = no_answer()
            if not may_repeat(place, problem, failed, self._tries):
                raise problem
            time.sleep(wait_seconds(problem, failed))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Goshawk:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncGoshawk(AsyncOperations):
    """Each method raises ApiProblem where the desk refuses, or does not answer."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        tries: int = TRIES,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._http = httpx.AsyncClient(**_settings(url, key, timeout_seconds))
        self._tries = tries

    async def _call(self, operation: str, call: Call) -> Any:
        place = PLACES[operation]
        request = request_of(place, call)
        failed = 0
        while True:
            failed += 1
            try:
                answer = await self._http.request(**request)
                if answer.is_success:
                    return answer_of(place, answer)
                problem = problem_of(answer)
            except httpx.TransportError:
                problem = no_answer()
            if not may_repeat(place, problem, failed, self._tries):
                raise problem
            await asyncio.sleep(wait_seconds(problem, failed))

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> AsyncGoshawk:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.close()
