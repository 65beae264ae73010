"""Asking a model on the server, in a test: what is sent, what comes back."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

from tests.apps.server.conftest import TASK, User

CHAT = f"chat/{TASK}"
LONG = "word " * 400


def question(text: str = "What is the rule?", **settings: Any) -> dict[str, Any]:
    return {"text": text, "model": "local:any", "client_id": os.urandom(6).hex(), **settings}


def ask(user: User, text: str = "What is the rule?", **settings: Any) -> str:
    """The id of the answer that is being written."""
    reply = user.send("POST", CHAT, question(text, **settings))
    assert reply.status_code == 202, reply.get_data(as_text=True)
    assert reply.json is not None
    return str(reply.json["message_id"])


def messages(user: User) -> list[dict[str, Any]]:
    return list(user.done("GET", CHAT)["messages"])


def answer(user: User, message_id: str) -> dict[str, Any]:
    """The message once it is over."""
    for _ in range(600):
        found = next(message for message in messages(user) if message["message_id"] == message_id)
        if found["status"] != "streaming":
            return found
        time.sleep(0.05)
    raise AssertionError("the answer never ended")


Told = tuple[int, str, dict[str, Any]]


def events(user: User, since: int | None, until: Callable[[list[Told]], bool]) -> list[Told]:
    """What a stream that begins after event `since` tells, until that is enough."""
    headers = {} if since is None else {"Last-Event-ID": str(since)}
    response = user.client.get(f"/arc2/api/{CHAT}/stream", headers=headers, buffered=False)
    told: list[Told] = []
    try:
        for block in response.response:
            for part in bytes(block).decode().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in part.splitlines() if ": " in line)
                if "event" in fields:
                    told.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
            if told and until(told):
                break
    finally:
        response.close()
    return told


def over(told: list[Told]) -> bool:
    return told[-1][1] in ("done", "failed")


def text_of(told: list[Told], message_id: str) -> str:
    """What a page shows of a message after these events."""
    text = ""
    for _, name, data in told:
        if name == "delta" and data["message_id"] == message_id:
            text = data["text"] if data["restart"] else text + data["text"]
    return text
