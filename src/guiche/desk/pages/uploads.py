"""What comes from outside, bounded before anything reads it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from guiche.desk.pages.errors import too_large


class BodyLimit:
    """Middleware: refuses a larger body by its declared length, before parsing it.

    The memory upload handler steps aside for larger requests, and Django would then drop the file
    without a word. A body without a length is read as empty (WSGI).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """413 above the limit; else the answer of the rest of the chain."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            return too_large(request)
        return self.get_response(request)
