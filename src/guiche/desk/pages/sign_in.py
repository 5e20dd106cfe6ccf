"""Entrar and Sair: the only pages that a person without an account sees."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator

from guiche.desk.pages import fragment
from guiche.desk.pages.access import account, attends, landing


class Credentials(AuthenticationForm):
    """User and password; one message for both, so that nobody learns which accounts exist."""

    error_messages = {  # noqa: RUF012  # Django reads it from the class
        "invalid_login": "Usuário ou senha não conferem.",
        "inactive": "Usuário ou senha não conferem.",
    }


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The login; whoever has an account goes on to the page asked for."""

    template_name = "desk/entrar.html"
    authentication_form = Credentials
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page; to a request inside a page that outlived its login, one line for that page."""
        if fragment.wanted(request):
            return HttpResponse(
                '<span class="problem" role="alert">Seu acesso expirou. Entre de novo em outra aba '
                "e volte a esta: o que você digitou continua aqui.</span>",
                status=401,
            )
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        """The page asked for; where this person may not open it, the start of the day."""
        asked = super().get_success_url()
        calls = asked.startswith(reverse("atender"))
        return resolve_url("inicio") if calls and not attends(account(self.request)) else asked


def leave(request: HttpRequest) -> HttpResponse:
    """Ends the login (POST); an address that is only opened leads to the start."""
    if request.method != "POST":
        return redirect("inicio")
    logout(request)
    return redirect("entrar")


def start(request: HttpRequest) -> HttpResponse:
    """The address without a path: the page that a role works on."""
    return redirect(landing(request))
