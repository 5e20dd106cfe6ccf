"""Another program, as it calls the API."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from guiche.desk.api.token import ApiToken, Scope
from guiche.desk.models import User

PROBLEM = "application/problem+json"


class Caller:
    """Calls with one token; answers are JSON."""

    def __init__(self, user: User, *scopes: Scope) -> None:
        self.token, self.text = ApiToken.create(user, "teste", scopes or list(Scope), "30", user)
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.text}"}
        return self.client.get(f"/api/v1{path}", query, headers=headers)

    def post(self, path: str, content: Any, key: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.text}"}
        if key:
            headers["Idempotency-Key"] = key
        body = content if isinstance(content, bytes | str) else json.dumps(content)
        kind = more.pop("content_type", "application/json")
        return self.client.post(f"/api/v1{path}", body, content_type=kind, headers=headers)


def problem_of(answer: HttpResponse, status: int) -> dict[str, Any]:
    """The problem that an answer tells, checked for its form."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == status
    assert told["type"].startswith("urn:guiche:problem:")
    assert told["title"]
    assert told["detail"]
    return told
