"""Entrar and Sair: the only pages that a person without an account sees."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login as Arrival
from allauth.socialaccount.adapter import get_adapter as get_company_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from requests import RequestException

from guiche.desk.pages import fragment
from guiche.desk.pages.access import attends, landing
from guiche.desk.people.company import FAILED, Provider
from guiche.desk.people.company_settings import KEY
from guiche.desk.people.doors import NO_MATCH
from guiche.desk.people.user import User


class Credentials(AuthenticationForm):
    """User and password; one message for both, so that nobody learns which accounts exist."""

    error_messages = {"invalid_login": NO_MATCH}  # noqa: RUF012  # Django reads it from the class

    def clean(self) -> dict[str, Any]:
        """Who it is; refused attempts are counted for the user name and for the address."""
        typed = self.cleaned_data
        if typed.get("username") and typed.get("password"):
            name = User.objects.normalize_username(typed["username"])
            self.user_cache = get_adapter(self.request).authenticate(
                self.request, username=name, password=typed["password"]
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
        return typed


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The login; whoever has a second factor is asked for it next, then goes on."""

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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the sign-on of the company, where there is one."""
        return super().get_context_data(company=settings.OIDC, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The second step, or the page asked for; where this person may not open it, the start."""
        user, asked = form.get_user(), self.get_success_url()
        calls = asked.startswith(reverse("atender"))
        if calls and isinstance(user, User) and not attends(user):
            asked = resolve_url("inicio")
        arrival = Arrival(user=user, redirect_url=asked)
        response: HttpResponse = perform_password_login(self.request, {}, arrival)
        return response


@login_not_required
@never_cache
def by_company(request: HttpRequest) -> HttpResponse:
    """Leads to the provider of the company, and remembers what must come back."""
    provider = _provider(request)
    nonce = get_random_string(32)
    try:
        response: HttpResponse = provider.redirect(
            request, "login", auth_params={"nonce": nonce}, nonce=nonce
        )
    except (OAuth2Error, RequestException, KeyError, ValueError):
        messages.error(request, FAILED)
        return redirect("entrar")
    return response


@login_not_required
@never_cache
def from_company(request: HttpRequest) -> HttpResponse:
    """Takes back whoever the provider sends."""
    _provider(request)
    view = OAuth2CallbackView.adapter_view(Provider(request))
    try:
        response: HttpResponse = view(request)
    except (KeyError, ValueError):  # what the provider says of itself is not what it should be
        messages.error(request, FAILED)
        return redirect("entrar")
    return response


def _provider(request: HttpRequest) -> Any:
    if settings.OIDC is None:
        raise Http404
    provider = get_company_adapter(request).get_provider(request, KEY)
    provider.oauth2_adapter_class = lambda request, _: Provider(request)
    return provider


def leave(request: HttpRequest) -> HttpResponse:
    """Ends the login (POST); an address that is only opened leads to the start."""
    if request.method != "POST":
        return redirect("inicio")
    logout(request)
    response = redirect("entrar")
    # Not "cookies": that would log this person out of everything else of the company's domain.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def start(request: HttpRequest) -> HttpResponse:
    """The address without a path: the page that a role works on."""
    return redirect(landing(request))
