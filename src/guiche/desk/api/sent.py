"""The certificate that a request brings: bytes, base64, PEM, pasted text, or a form with a file.

The same limits and refusals as of an upload on a page, in the same words.
"""

import base64
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from guiche.desk.api.problem import NotDone
from guiche.desk.intake.image import kind_of
from guiche.desk.pages.uploads import NOTHING_SENT, PASTED, Input, NotRead, Upload
from guiche.sources import read, read_text

BYTES = (
    "application/octet-stream", "application/pkix-cert", "application/x-x509-ca-cert",
    "application/x-pkcs7-certificates", "application/pkcs7-mime", "application/pkcs7-signature",
    "application/x-pkcs12", "application/zip", "application/xml", "text/xml", "application/pdf",
    "message/rfc822",
)  # fmt: skip
TEXT = ("text/plain", "application/x-pem-file")
JSON, FORM = "application/json", "multipart/form-data"
ACCEPTED = (*BYTES, *TEXT, JSON, FORM)

_A_PICTURE = "É uma imagem, e de uma imagem não se lê o certificado. Mande o arquivo .cer."


def sent(request: HttpRequest) -> Upload:
    """What there is to read; raises `NotDone` or `NotRead` where there is nothing."""
    kind = (request.content_type or "").lower()
    readers: Mapping[str, Callable[[HttpRequest], list[Input]]] = {JSON: _of_json, FORM: of_form}
    if kind in readers:
        inputs = readers[kind](request)
    elif kind in TEXT:
        inputs = [of_text(request.body.decode("utf-8", "replace"))] if request.body else []
    elif kind in BYTES:
        inputs = [_of_bytes(request.body)] if request.body else []
    else:
        raise NotDone(415, f"Mande o certificado como um destes: {', '.join(ACCEPTED)}.")
    if not inputs:
        raise NotRead(NOTHING_SENT)
    return Upload((), tuple(inputs), len(inputs) > 1)


def of_text(text: str, password: str = "") -> Input:
    """A certificate in base64, or whatever a person would paste."""
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:  # of base64, or of a text that is not ASCII
        return partial(read_text, text, PASTED, keys=False)
    return _of_bytes(content, password=password)


def _of_bytes(content: bytes, name: str = "", password: str = "") -> Input:
    if kind_of(content):
        raise NotRead(_A_PICTURE)
    passwords = (password,) if password and settings.ACCEPT_PFX else ()
    return partial(read, content, name, passwords=passwords, keys=settings.ACCEPT_PFX)


def _of_json(request: HttpRequest) -> list[Input]:
    try:
        content: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise NotDone(400, "O corpo não é JSON.") from error
    fields = content if isinstance(content, dict) else {}
    text, password = fields.get("certificate"), fields.get("password", "")
    if not isinstance(text, str) or not isinstance(password, str) or not text.strip():
        words = "Mande o certificado em base64, ou o texto dele."
        raise NotDone(422, words, errors={"certificate": words})
    return [of_text(text, password)]


def of_form(request: HttpRequest) -> list[Input]:
    """What the fields `file` hold, else the field `text`; `NotRead` of a picture."""
    password = request.POST.get("password", "")
    files = request.FILES.getlist("file")
    inputs = [_of_bytes(file.read(), file.name or "", password) for file in files]
    text = "" if inputs else request.POST.get("text", "")
    return [*inputs, of_text(text, password)] if text.strip() else inputs
