"""Minha conta: password, second factor, and where one is logged in."""

from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from guiche.desk import clock
from guiche.desk.api.token import ApiToken
from guiche.desk.models import Login, Record, User
from guiche.desk.pages.access import account, page_or_form
from guiche.desk.people import factor


@dataclass(frozen=True)
class SecondFactor:
    """What this person proves who they are with, beside the password."""

    app: Authenticator | None
    keys: tuple[Authenticator, ...]
    codes_left: int | None
    """None without codes."""
    required: bool

    @classmethod
    def of(cls, user: User) -> "SecondFactor":
        """As it stands."""
        kinds: dict[str, list[Any]] = {}
        for each in Authenticator.objects.filter(user=user).order_by("pk"):
            kinds.setdefault(each.type, []).append(each)
        codes = kinds.get("recovery_codes")
        return cls(
            app=next(iter(kinds.get("totp", [])), None),
            keys=tuple(kinds.get("webauthn", [])),
            codes_left=len(codes[0].wrap().get_unused_codes()) if codes else None,
            required=factor.is_required(user),
        )

    @property
    def is_there(self) -> bool:
        """Whether there is one."""
        return bool(self.app or self.keys)


@page_or_form
def show(request: HttpRequest) -> HttpResponse:
    """The whole of one's own account."""
    user = account(request)
    page = {
        "section": "conta",
        "factor": SecondFactor.of(user),
        "logins": Login.held(timezone.now()).filter(user=user),
        "here": request.session.session_key,
        "has_password": user.has_usable_password(),
    }
    return render(request, "desk/conta.html", page)


class NewPassword(PasswordChangeForm):
    """The old one proves who it is; refused ones are counted as those of a login are."""

    def clean_old_password(self) -> str:
        """The password as it was."""
        from allauth.account.adapter import get_adapter

        old: str = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, old):
            raise ValidationError("A senha atual não confere.")
        return old


@page_or_form
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Changes it, and ends every other login, and those tokens of programs that the person says.

    Not all of them without asking: a program would stand still for a change that was due anyway.
    """
    user = account(request)
    tokens, chosen = ApiToken.made_by(user, clock.now()), request.POST.getlist("revogar")
    if not user.has_usable_password():
        raise Http404("Você entra pela conta da empresa: a senha é trocada lá.")
    form = NewPassword(user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        page = {
            "section": "conta",
            "form": form,
            "rules": password_validators_help_texts(),
            "tokens": tokens,
            "chosen": chosen,
        }
        return render(request, "desk/conta_senha.html", page, status=status)
    user.must_change_password = False
    form.save()
    _keep_only_this(request, user)
    revoked = [token for token in tokens if str(token.pk) in chosen]
    for token in revoked:
        token.revoke()
    more = f" Tokens revogados: {len(revoked)}." if revoked else ""
    what = f"senha trocada pela própria pessoa.{more}".removesuffix(".")
    Record.write(Record.Kind.ACCOUNT, what, user, person=user)
    messages.success(request, f"Senha trocada. Suas outras entradas foram encerradas.{more}")
    return redirect("conta")


def _keep_only_this(request: HttpRequest, user: User) -> None:
    before = request.session.session_key
    update_session_auth_hash(request, user)
    Login.objects.filter(session_key=before).update(session_key=request.session.session_key)
    Login.end_all(user, but=request.session.session_key)


class Address(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    """Name and e-mail."""

    class Meta:
        """What one may change oneself."""

        model = User
        fields = ("name", "email")


@page_or_form
def change_address(request: HttpRequest) -> HttpResponse:
    """Changes name and e-mail, after asking who it is."""
    user = account(request)
    raise_if_reauthentication_required(request, app="allauth.account")
    form = Address(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(
            request, "desk/conta_dados.html", {"section": "conta", "form": form}, status=status
        )
    form.save()
    if form.has_changed():
        Record.write(Record.Kind.ACCOUNT, "nome ou e-mail trocado", user, person=user)
    messages.success(request, "Dados salvos.")
    return redirect("conta")


@require_POST
def end_login(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one other login of one's own."""
    login = Login.objects.filter(pk=pk, user=account(request)).first()
    if login is None:
        messages.success(request, "Esta entrada já tinha terminado.")
    elif login.session_key == request.session.session_key:
        messages.error(request, "Esta é a entrada em que você está. Use Sair.")
    else:
        login.end()
        messages.success(request, "Entrada encerrada.")
    return redirect("conta")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Ends all others."""
    ended = Login.end_all(account(request), but=request.session.session_key)
    messages.success(
        request, f"Entradas encerradas: {ended}." if ended else "Não havia outra entrada."
    )
    return redirect("conta")
