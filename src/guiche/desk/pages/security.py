"""Headers that every answer of the desk carries."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# No inline script or style, nothing from elsewhere, never inside a frame. `base-uri` and
# `form-action` do not fall back to `default-src` (CSP level 3, 6.3), so they are spelled out.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)


class SecurityHeaders:
    """Middleware, the outermost: content policy everywhere, no cached page.

    An answer that says nothing about caching is a page with a customer's data: neither the browser
    nor a proxy keeps it. Static files say it for themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the chain, with the headers set."""
        response = self.get_response(request)
        # A page may have a stricter one.
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
