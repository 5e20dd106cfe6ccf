"""Requests from inside a page (htmx): they get the part that changes, or a new address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


def wanted(request: HttpRequest) -> bool:
    """Whether the request comes from inside a page, and not from a form or a link."""
    return "HX-Request" in request.headers


def sent_to(
    request: HttpRequest, name: str, place: str = "", /, **arguments: object
) -> HttpResponse:
    """Leads the browser to another page, or a `place` on it, from inside a page too."""
    address = reverse(name, kwargs=arguments) + (f"#{place}" if place else "")
    if not wanted(request):
        return redirect(address)
    return HttpResponse(status=204, headers={"HX-Redirect": address})
