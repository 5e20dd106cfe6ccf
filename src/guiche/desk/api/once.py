"""A request that changes something, done once for its `Idempotency-Key`, whatever is sent twice."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.responses import NinjaJSONEncoder

from guiche.desk.api.answered import LONGEST_KEY, Answered, digest_of, mark_of
from guiche.desk.api.bearer import token_of
from guiche.desk.api.problem import NotDone, refusal
from guiche.desk.api.sent import FORM, JSON
from guiche.desk.refusal import Refused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_MARK = "_guiche_mark"

P = ParamSpec("P")


def once(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view in one transaction with the answer kept of it.

    Of a refusal, which changed nothing, it is kept that there was one, and not its words: they may
    quote the customer. The same request is judged again. Another request with the key of an earlier
    one is refused (422), and one that comes while the first is under way is told to wait (409).
    """

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return _first(request, lambda: view(request, *args, **kwargs))
        except Refused as refused:
            told = refusal(refused)  # what the view had written is taken back
        return _first(request, lambda: told)

    return answered


def mark(request: HttpRequest) -> UUID:
    """The mark of this request, which the rows that it leaves behind are unique by."""
    found: UUID = getattr(request, _MARK)
    return found


class _InUtc(NinjaJSONEncoder):
    """A moment that was just made may be of the desk's own time; what the database gives is not."""

    def default(self, told: Any) -> Any:
        return super().default(told.astimezone(UTC) if isinstance(told, datetime) else told)


def made(request: HttpRequest, content: Any, location: str) -> HttpResponse:
    """201, with the address of what was made; moments as in the other answers."""
    headers = {"Location": request.build_absolute_uri(location)}
    return JsonResponse(content, _InUtc, status=201, headers=headers)


def _first(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    token, key = token_of(request), _key(request)
    setattr(request, _MARK, mark_of(token, key) if key else uuid4())
    with transaction.atomic():
        if not key:
            return make()
        if not Answered.alone_at(token, key):
            raise NotDone(
                409, "Este pedido ainda está sendo atendido. Repita-o em um instante.",
                code="in-progress", headers={"Retry-After": "1"},
            )  # fmt: skip
        digest = digest_of(request.method or "", request.get_full_path(), _content(request))
        kept = Answered.to(token, key)
        if kept and (kept.digest != digest or not kept.is_refusal):
            return _again(kept, digest)
        answer = make()
        (kept or Answered(token=token, key=key)).keep(digest, answer)
        return answer


def _content(request: HttpRequest) -> bytes:
    """What two requests are compared by: of a form its fields, for each time that a program makes
    one it parts them by another line."""
    if (request.content_type or "").lower() != FORM:
        return request.body
    fields = [(name, *values) for name, values in request.POST.lists()]
    files = []
    for name, uploads in request.FILES.lists():
        for upload in uploads:
            upload.seek(0)  # it may have been read before
            files.append((name, upload.name, sha256(upload.read()).hexdigest()))
            upload.seek(0)
    return json.dumps([fields, files]).encode()


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "").strip()
    # What is no ASCII comes in as an empty header.
    is_one = 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    if HEADER in request.headers and not is_one:
        words = f"A chave tem de uma a {LONGEST_KEY} letras, algarismos e sinais, sem acento."
        raise NotDone(400, words, errors={HEADER: words})
    return key


def _again(kept: Answered, digest: str) -> HttpResponse:
    if kept.digest != digest:
        words = "Esta chave já foi usada com outro pedido. Use uma chave nova para cada um."
        raise NotDone(422, words, errors={HEADER: words}, code="key-reused")
    body = kept.body
    if body is None:
        words = "A resposta a esta chave não pode mais ser lida. Procure o que ela fez."
        raise NotDone(409, words, code="answer-lost")
    headers = {REPLAYED: "true", **({"Location": kept.location} if kept.location else {})}
    return HttpResponse(body, status=kept.status, content_type=JSON, headers=headers)
