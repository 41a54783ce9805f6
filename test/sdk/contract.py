"""The steps of contract.ts with the client for Python: as they come, or awaited where the last word is "async"."""

import asyncio
import json
import sys

from goshawk_client import (
    ApiProblem,
    AsyncGoshawk,
    Goshawk,
    asend_transactions,
    send_transactions,
    verify_webhook,
)

url, busy_url, secret, identifier, timestamp, signature, body, kind = sys.argv[1:9]
name = f"../sdk-{kind}"


def payment(own, **more):
    return {
        "id": own,
        "accountId": "../acc/1",
        "occurredAt": "2026-11-01T10:00:00Z",
        "amountMinor": 1234,
        "currency": "EUR",
        "type": "purchase",
        **more,
    }


def many():
    for i in range(2500):
        yield payment(f"{name}-{i}", **({"currency": "XXX"} if i == 1700 else {"accountId": f"many-{i % 50}"}))


def told(problem):
    return {"status": problem.status, "pointers": [one["pointer"] for one in problem.problems]}


def figures(taken):
    return {"accepted": taken["accepted"], "rejected": taken["rejected"], "errors": [one["index"] for one in taken["errors"]]}


def checked(webhook_headers, webhook_body):
    try:
        verify_webhook(secret, webhook_headers, webhook_body)
        return {"none": True}
    except ValueError as error:
        return {"error": str(error)}


headers = {"webhook-id": identifier, "webhook-timestamp": timestamp, "webhook-signature": signature}
webhooks = {
    "webhook": checked(headers, body),
    "forged": checked(headers, f"{body} "),
    "old": checked({**headers, "webhook-timestamp": "1"}, body),
}
labels = json.dumps([{"transactionId": name, "fraud": True}])
event = json.dumps({"id": name, "kind": "login", "occurredAt": "2026-11-01T09:59:00Z", "accountId": "../acc/1"})


def taken_of(answer):
    return answer["accepted"] + answer["repeated"]


def in_turn():
    def problem_of(work):
        try:
            work()
            return {"none": True}
        except ApiProblem as problem:
            return told(problem)

    with Goshawk(url) as desk, Goshawk(busy_url) as busy, Goshawk("http://127.0.0.1:9", tries=1) as away:
        decision = desk.decide(payment(name))
        return {
            "decided": decision["transactionId"] == name,
            "same": desk.decide(payment(name)) == decision,
            "story": desk.get_transaction(name)["transaction"]["id"] == name,
            "conflict": problem_of(lambda: desk.decide(payment(name, amountMinor=1))),
            "invalid": problem_of(lambda: desk.decide(payment("x", amountMinor=-1))),
            "missing": problem_of(lambda: desk.get_alert(999_999)),
            "away": problem_of(away.get_liveness),
            "taken": [figures(one) for one in send_transactions(desk, many())],
            "labelled": desk.add_labels(labels, type="application/json")["accepted"],
            "observed": taken_of(desk.add_events(event, type="application/json")),
            "found": any(row["id"] == name for row in desk.list_transactions(account_id="../acc/1", limit=5)["items"]),
            "afterBusy": busy.decide(payment("busy"))["transactionId"],
        }


async def awaited():
    async def problem_of(work):
        try:
            await work
            return {"none": True}
        except ApiProblem as problem:
            return told(problem)

    async with (
        AsyncGoshawk(url) as desk,
        AsyncGoshawk(busy_url) as busy,
        AsyncGoshawk("http://127.0.0.1:9", tries=1) as away,
    ):
        decision = await desk.decide(payment(name))
        return {
            "decided": decision["transactionId"] == name,
            "same": await desk.decide(payment(name)) == decision,
            "story": (await desk.get_transaction(name))["transaction"]["id"] == name,
            "conflict": await problem_of(desk.decide(payment(name, amountMinor=1))),
            "invalid": await problem_of(desk.decide(payment("x", amountMinor=-1))),
            "missing": await problem_of(desk.get_alert(999_999)),
            "away": await problem_of(away.get_liveness()),
            "taken": [figures(one) async for one in asend_transactions(desk, many())],
            "labelled": (await desk.add_labels(labels, type="application/json"))["accepted"],
            "observed": taken_of(await desk.add_events(event, type="application/json")),
            "found": any(
                row["id"] == name for row in (await desk.list_transactions(account_id="../acc/1", limit=5))["items"]
            ),
            "afterBusy": (await busy.decide(payment("busy")))["transactionId"],
        }


print(json.dumps({**(asyncio.run(awaited()) if kind == "async" else in_turn()), **webhooks}))
