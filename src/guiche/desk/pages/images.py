"""Pictures beside a call or a ticket: kept, shown, removed; never read, never a proof."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guiche.desk.intake.draft import Draft
from guiche.desk.intake.image import Image, ImageRefused
from guiche.desk.models import User
from guiche.desk.pages import fragment
from guiche.desk.pages.access import account, attends, for_attendants, page_or_form
from guiche.desk.pages.calls import own_call


class Pictured(NamedTuple):
    """What became of the pictures that came with one upload; falsy where there were none."""

    kept: int
    refusal: str
    """Why one of them was not kept."""
    images: Iterable[Image]
    """All of the call, now."""

    @classmethod
    def of(cls, pictures: Sequence[bytes], draft: Draft, by: User) -> "Pictured":
        """Keeps them beside the call, as far as they may be."""
        kept, refusal = 0, ""
        for content in pictures:
            try:
                Image.keep(content, draft=draft, by=by)
                kept += 1
            except ImageRefused as refused:
                refusal = str(refused)
        return cls(kept, refusal, draft.images.listed() if pictures else ())

    def __bool__(self) -> bool:
        return bool(self.kept or self.refusal)

    @property
    def status(self) -> int:
        """Of an answer that is about the pictures alone."""
        return 422 if self.refusal and not self.kept else 200

    def tell(self, request: HttpRequest) -> None:
        """Says a refusal on the page that comes next."""
        if self.refusal:
            messages.error(request, self.refusal)


@require_GET
def show(request: HttpRequest, image_id: int) -> HttpResponse:
    """One picture, to whoever may see its ticket, or has its call."""
    image = Image.objects.select_related("draft").filter(pk=image_id).first()
    content = image.content if image and _may_see(account(request), image) else None
    if image is None or content is None:
        raise Http404("Esta imagem não existe mais.")
    return HttpResponse(
        content,
        content_type=image.kind,
        headers={
            "Content-Disposition": f'inline; filename="imagem-{image.position}.{image.extension}"',
            "Cache-Control": "no-store",
        },
    )


def _may_see(user: User, image: Image) -> bool:
    return image.draft is None or (attends(user) and image.draft.by_id == user.pk)


@page_or_form
@for_attendants
def remove(request: HttpRequest, draft_id: UUID, image_id: int) -> HttpResponse:
    """Takes a wrong picture out of a call."""
    draft = own_call(request, draft_id)
    if request.method == "POST" and draft.is_open:
        draft.images.filter(pk=image_id).delete()
    if not fragment.wanted(request):
        return redirect(reverse("atendimento", args=[draft_id]) + "#imagens")
    return render(request, "desk/images.html", {"draft": draft, "images": draft.images.listed()})
