"""Whether a webhook comes from the desk (Standard Webhooks, https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

#: A webhook that is older or younger may be one that somebody kept.
TOLERANCE_SECONDS = 5 * 60


def verify_webhook(
    secret: str, headers: Mapping[str, str], body: bytes | str, now_seconds: float | None = None
) -> None:
    """Raises ValueError that says why a webhook is not believed. ``body`` is the body as it came, byte for byte."""
    named = {name.lower(): value for name, value in headers.items()}

    def header(name: str) -> str:
        value = named.get(name)
        if not value:
            raise ValueError(f"The webhook has no header {name}.")
        return value

    identifier, timestamp = header("webhook-id"), header("webhook-timestamp")
    if not timestamp.isdigit():
        raise ValueError("The webhook's timestamp is no number of seconds.")
    now = time.time() if now_seconds is None else now_seconds
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("The webhook's timestamp is more than five minutes from now.")
    raw = body.encode() if isinstance(body, str) else body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.new(key, f"{identifier}.{timestamp}.".encode() + raw, hashlib.sha256).digest()
    for one in header("webhook-signature").split(" "):
        version, _, signature = one.partition(",")
        if version == "v1" and hmac.compare_digest(base64.b64encode(expected).decode(), signature):
            return
    raise ValueError("No signature of the webhook is by this secret.")
