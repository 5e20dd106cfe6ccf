"""Pessoas: supervisors make accounts, change them, and help whoever cannot get in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST

from guiche.desk import clock
from guiche.desk.api.token import ApiToken
from guiche.desk.models import Login, Record, Ticket, User
from guiche.desk.pages.access import account, for_supervisors, page_or_form
from guiche.desk.people import factor
from guiche.desk.people.role import Role
from guiche.desk.people.turn import take_turn

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another when it is read aloud."""


class Account(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    """One account, less its password."""

    class Meta:
        """What supervisors decide."""

        model = User
        fields = ("username", "name", "email", "role", "is_active")

    def clean_username(self) -> str:
        """In lower case, and nobody else's."""
        name = User.objects.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Já existe uma conta com este usuário.")
        return name

    def clean(self) -> dict[str, Any]:
        """Somebody must remain who may open this page."""
        typed = super().clean() or {}
        remains = typed.get("role") == Role.SUPERVISAO and typed.get("is_active")
        others = User.objects.people().filter(role=Role.SUPERVISAO)
        was = others.filter(pk=self.instance.pk).exists()
        if was and not remains and not others.exclude(pk=self.instance.pk).exists():
            raise ValidationError("É a única conta ativa da supervisão. Crie outra antes.")
        return typed


@page_or_form
@for_supervisors
def listed(request: HttpRequest) -> HttpResponse:
    """Everybody, the active first."""
    query = Q(authenticator__type__in=("totp", "webauthn"))
    secured = set(User.objects.filter(query).values_list("pk", flat=True))
    people = User.objects.select_related("service").order_by("-is_active", "name", "username")
    page = {"section": "ajustes", "people": people, "secured": secured}
    return render(request, "desk/pessoas.html", page)


@page_or_form
@for_supervisors
def new(request: HttpRequest) -> HttpResponse:
    """Makes an account, with a password that is shown once or for the sign-on of the company."""
    form = Account(request.POST or None, initial={"role": Role.SUPORTE, "is_active": True})
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, None)
    user = form.save(commit=False)
    by_company = request.POST.get("entra") == "empresa"
    password = "" if by_company else _fresh(user)
    if by_company:
        user.set_unusable_password()
    with transaction.atomic():
        user.save()
        _wrote(request, user, f"criada, {user.role_label}")
    return _page(request, Account(instance=user), user, password=password, made=True)


@page_or_form
@for_supervisors
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an account; one that is switched off is out at once."""
    user = _person(pk)
    with transaction.atomic():
        take_turn()
        form = Account(request.POST or None, instance=_person(pk))
        if request.method != "POST" or not form.is_valid():
            return _page(request, form, user)
        changed = form.save()
        if form.has_changed():
            labels = [str(form.fields[key].label) for key in form.changed_data]
            _wrote(request, changed, f"mudou: {', '.join(labels)}")
        if not changed.is_active or changed.role != user.role:
            # Of one's own account this request goes on, and whoever may do nothing sees so next.
            Login.end_all(changed, but=request.session.session_key)
        if not changed.is_active:
            Ticket.release_all_of(changed, account(request))
    messages.success(request, f"Conta de {changed} salva.")
    return redirect("pessoas")


def _acts(act: Callable[[HttpRequest, User], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A button of a supervisor on the page of somebody else."""

    @require_POST
    @for_supervisors
    def acting(request: HttpRequest, pk: int) -> HttpResponse:
        user = _person(pk)
        if user == account(request):
            messages.error(request, "Da sua própria conta você cuida em Minha conta.")
            return redirect("conta")
        if user.is_program:
            messages.error(request, f"{user} é conta de programa: ninguém entra por ela.")
            return redirect("programas")
        return act(request, user)

    return acting


@_acts
def give_password(request: HttpRequest, user: User) -> HttpResponse:
    """A new password, shown once; whoever logs in with it must change it."""
    with transaction.atomic():
        password = _fresh(user)
        user.save(update_fields=["password", "must_change_password"])
        Login.end_all(user)
        _wrote(request, user, "senha nova")
    if holding := ApiToken.made_by(user, clock.now()).count():
        messages.warning(
            request,
            f"Tokens de programas de {user} que continuam valendo: {holding}. Se alguém pode ter "
            "sabido a senha, revogue-os em Programas (API).",
        )
    return _page(request, Account(instance=user), user, password=password)


@_acts
def take_factor(request: HttpRequest, user: User) -> HttpResponse:
    """Takes the second factor away: the phone was lost, and no code is left."""
    with transaction.atomic():
        had = factor.take_away(user)
        Login.end_all(user)
        if had:
            _wrote(request, user, "segunda etapa tirada")
    messages.success(
        request, f"{user} entra só com a senha até cadastrar outra." if had else "Não havia uma."
    )
    return redirect("pessoa", pk=user.pk)


@_acts
def end_logins(request: HttpRequest, user: User) -> HttpResponse:
    """Ends every login of the person."""
    ended = Login.end_all(user)
    if ended:
        _wrote(request, user, "entradas encerradas")
    messages.success(request, f"Entradas encerradas: {ended}.")
    return redirect("pessoa", pk=user.pk)


def _person(pk: int) -> User:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404("Não há conta com este número.")
    return user


def _fresh(user: User) -> str:
    """Gives the account a password that nobody chose, and that must be changed."""
    password = "-".join(get_random_string(5, _LETTERS) for _ in range(3))
    user.set_password(password)
    user.must_change_password = True
    return password


def _wrote(request: HttpRequest, user: User, what: str) -> None:
    Record.write(Record.Kind.ACCOUNT, what, account(request), person=user)


def _page(
    request: HttpRequest,
    form: Account,
    user: User | None,
    *,
    password: str = "",
    made: bool = False,
) -> HttpResponse:
    page = {
        "section": "ajustes",
        "form": form,
        "person": user,
        "password": password,
        "made": made,
        "secured": bool(user and factor.has(user)),
        "is_self": user == request.user,
    }
    return render(request, "desk/pessoa.html", page, status=422 if form.errors else 200)
