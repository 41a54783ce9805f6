"""Any number of transactions, sent in batches: each batch is tried again as a whole, since an id that is known is no second payment."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from .generated import AsyncOperations, Operations, Transaction, TransactionsTaken

BATCH = 1000


def _batches(transactions: Iterable[Transaction], size: int) -> Iterator[list[Transaction]]:
    rest = iter(transactions)
    while some := list(islice(rest, size)):
        yield some


def _lines(transactions: Iterable[Transaction]) -> bytes:
    return "\n".join(json.dumps(one) for one in transactions).encode()


def _counted(taken: TransactionsTaken, before: int) -> TransactionsTaken:
    errors = [{**error, "index": before + error["index"]} for error in taken["errors"]]
    return {**taken, "errors": errors}  # type: ignore[typeddict-item]


def send_transactions(
    desk: Operations, transactions: Iterable[Transaction], batch: int = BATCH
) -> Iterator[TransactionsTaken]:
    """Gives what became of each batch; ``index`` of an error counts from the first transaction on.

    Raises ApiProblem where a batch was not taken at all: what was given before is in the log.
    """
    before = 0
    for some in _batches(transactions, batch):
        taken = desk.add_transactions(_lines(some), type="application/x-ndjson")
        yield _counted(taken, before)
        before += len(some)


async def asend_transactions(
    desk: AsyncOperations, transactions: Iterable[Transaction], batch: int = BATCH
) -> AsyncIterator[TransactionsTaken]:
    """The same, awaited."""
    before = 0
    for some in _batches(transactions, batch):
        taken = await desk.add_transactions(_lines(some), type="application/x-ndjson")
        yield _counted(taken, before)
        before += len(some)
