"""Ajustes: what the company sets for itself, and the way to its procedures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from guiche.desk import clock
from guiche.desk.intake.plain import plain_text
from guiche.desk.models import ProcedureVersion, SiteVersion
from guiche.desk.pages.access import account, for_supervisors, page_or_form, sent_number
from guiche.desk.pages.holidays import Law
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.promises import due_time
from guiche.desk.promises.due_choice import due_times
from guiche.desk.site import typed as forms
from guiche.desk.site.hours import DAYS, Hours, HoursRefused
from guiche.desk.site.site import SavedMeanwhile

_LISTED = 20
_FRIDAY, _SATURDAY = 4, 5


@dataclass(frozen=True)
class Input:
    """One setting in the form."""

    key: str
    label: str
    value: str
    problem: str
    saved: str
    """What somebody else saved meanwhile, where it differs; ""."""


@dataclass(frozen=True)
class Effect:
    """What a ticket would promise that is opened then."""

    when: str
    promises: list[tuple[str, str]]

    @classmethod
    def of(cls, hours: Hours, now: datetime) -> "list[Effect]":
        """For now, and for the two times at which hours matter most."""
        promised = ProcedureVersion.current(settings.PROCEDURE).procedure.promise
        moments = {
            "Um chamado registrado agora promete": now,
            "Na sexta, às 17h30": _next(now, _FRIDAY, time(17, 30)),
            "No sábado, às 10h": _next(now, _SATURDAY, time(10)),
        }
        return [
            cls(
                when, [(due_time.written(t.at), t.note) for t in due_times(moment, promised, hours)]
            )
            for when, moment in moments.items()
        ]


@dataclass(frozen=True)
class Listed:
    """A procedure in the list: the version that holds, or why it cannot be read."""

    slug: str
    version: ProcedureVersion | None
    title: str
    problem: str = ""

    @classmethod
    def all(cls) -> "Iterator[Listed]":
        """All of them."""
        for slug in ProcedureVersion.slugs():
            version = None
            try:
                version = ProcedureVersion.current(slug)
                yield cls(slug, version, version.procedure.title)
            except ProcedureError as error:
                yield cls(slug, version, slug, str(error))


@page_or_form
@for_supervisors
def settings_page(request: HttpRequest) -> HttpResponse:
    """Shows the settings, tries them out, saves them as the next version."""
    latest = SiteVersion.latest()
    if request.method != "POST":
        typed = forms.typed_of(latest.content if latest else {})
        return _page(request, typed, latest)
    typed = {key: plain_text(request.POST.get(key, "")) for key in forms.KEYS}
    content, problems = _read(request, typed, latest)
    if problems:
        return _page(request, typed, latest, problems=problems, status=422)
    if request.POST.get("acao") == "ver":
        return _page(request, typed, latest, tried=True)
    try:
        saved = SiteVersion.save_next(content, account(request), seen=_seen(request))
    except SavedMeanwhile as refused:
        return _page(request, typed, SiteVersion.latest(), refused=str(refused), status=409)
    messages.success(
        request, "Ajustes salvos. Valem a partir de agora." if saved else "Nada mudou."
    )
    return redirect("ajustes")


def _read(
    request: HttpRequest, typed: Mapping[str, str], latest: SiteVersion | None
) -> forms.Typed:
    before = latest.content if latest else {}
    return forms.read(typed, before, anew=bool(request.POST.get("de_novo")))


def _seen(request: HttpRequest) -> int:
    return sent_number(request.POST.get("visto", ""))


def _page(
    request: HttpRequest,
    typed: Mapping[str, str],
    latest: SiteVersion | None,
    *,
    problems: Mapping[str, str] | None = None,
    refused: str = "",
    tried: bool = False,
    status: int = 200,
) -> HttpResponse:
    problems = problems or {}
    content = _read(request, typed, latest).content
    today = timezone.localdate(clock.now())
    saved = forms.typed_of(latest.content if latest else {})
    inputs = {
        key: Input(
            key, label, typed[key], problems.get(key, ""),
            saved[key] if refused and saved[key] != typed[key] else "",
        )
        for key, label in forms.LABELS.items()
    }  # fmt: skip
    seen = _seen(request) if request.method == "POST" and not refused else None
    page = {
        "section": "ajustes",
        "inputs": inputs,
        "days": [inputs[f"day_{number}"] for number in range(len(DAYS))],
        "problems": [(inputs[key], _named(inputs[key], words)) for key, words in problems.items()],
        "refused": refused,
        "tried": tried,
        "seen": seen if seen is not None else latest.pk if latest else 0,
        "effects": None if problems else _effects(content),
        "law": Law.of(content, latest.content if latest else {}, today),
        "history": list(_history()),
        "procedures": list(Listed.all()),
    }
    return render(request, "desk/ajustes.html", page, status=status)


def _named(named: Input, words: str) -> str:
    """With the label before it; a weekday is named by its message already."""
    return words if words.startswith(named.label) else f"{named.label}: {words}"


def _effects(content: Mapping[str, Any]) -> list[Effect] | None:
    try:
        return Effect.of(Hours.read(**content["hours"]), clock.now())
    except (HoursRefused, ProcedureError):
        return None


def _history() -> Iterator[dict[str, Any]]:
    """The last versions, each with what it changed."""
    versions = list(SiteVersion.objects.select_related("by").order_by("-pk")[: _LISTED + 1])
    before = [version.content for version in versions[1:]]
    if len(versions) <= _LISTED:
        before.append({})
    for version, old in zip(versions, before, strict=False):
        yield {"version": version, "changes": list(forms.differences(old, version.content))}


def _next(now: datetime, weekday: int, at: time) -> datetime:
    local = timezone.localtime(now)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7 or 7)
    return datetime.combine(day, at, timezone.get_default_timezone())
