"""The client of a Goshawk desk: each operation of its API as a method, with its types."""

from .bulk import asend_transactions, send_transactions
from .client import AsyncGoshawk, Goshawk
from .transport import ApiProblem
from .webhooks import verify_webhook

__all__ = [
    "ApiProblem",
    "AsyncGoshawk",
    "Goshawk",
    "asend_transactions",
    "send_transactions",
    "verify_webhook",
]
