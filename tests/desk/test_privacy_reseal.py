"""The data key replaced: everything is sealed anew, the second factor too, and nothing is lost."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from calls import answers, signed_in, zeros
from desk.api.caller import Caller
from desk.factors import PASSWORD, code_of, turn_on_app
from guiche.desk import clock, sealed, vault
from guiche.desk.api.answered import Answered
from guiche.desk.cloud.application import PscApplication
from guiche.desk.intake.image import IMAGE_KEPT
from guiche.desk.intake.reading import Inspection
from guiche.desk.models import Connection, Image, Line, Portfolio, User
from guiche.desk.people.role import Role

pytestmark = pytest.mark.django_db

OTHER = "another key, as long as a key should be"


def change(settings: Settings) -> None:
    settings.DATA_KEY_FALLBACKS, settings.DATA_KEY = [settings.DATA_KEY], OTHER


@pytest.fixture
def filled(bruno: User) -> Caller:
    """Something in every place."""
    caller = Caller(bruno)
    kept = caller.post("/inspections?keep=true", zeros(), content_type="application/pkix-cert")
    assert Inspection.objects.get(pk=kept.json()["items"][0]["id"]).der == zeros()
    assert caller.post("/tickets", {"facts": answers()}, "chave-1").status_code == 201
    Image.objects.create(
        kind="image/png", sealed=vault.seal(b"png"), by=bruno, expires_at=clock.now() + IMAGE_KEPT
    )
    Connection.objects.create(name="A", kind="webhook", sealed=vault.seal(b'{"secret": "x"}'))
    PscApplication.objects.create(
        provider_key="birdid", client_id="x", sealed=vault.seal(b"y"), by=bruno
    )
    portfolio = Portfolio.objects.create(by=bruno)
    Line.objects.create(
        portfolio=portfolio, position=1, number=1, urgency=1, sealed_der=vault.seal(zeros())
    )
    return caller


def test_every_place_is_sealed_anew(filled: Caller, settings: Settings) -> None:
    User.objects.create_user("silvia", PASSWORD, role=Role.SUPERVISAO)
    turn_on_app(signed_in(User.objects.get(username="silvia")))
    assert all(any(place.contents) for place in sealed.PLACES)
    count = sum(1 for _ in sealed.contents())
    change(settings)
    out = StringIO()
    call_command("reseal", stdout=out)
    assert f"Cifrados de novo: {count}." in out.getvalue()
    settings.DATA_KEY_FALLBACKS = []
    assert all(map(vault.is_present, sealed.contents()))
    answer = Answered.objects.get()
    assert answer.body
    assert answer.body.startswith(b'{"number"')
    call_command("verify", stdout=StringIO())
    out = StringIO()
    call_command("reseal", stdout=out)
    assert f"Cifrados de novo: 0. Já estavam com a chave de agora: {count}." in out.getvalue()


def test_the_second_factor_works_without_the_former_key(
    visitor: Client, settings: Settings
) -> None:
    silvia = User.objects.create_user("silvia", PASSWORD, role=Role.SUPERVISAO)
    secret, codes = turn_on_app(signed_in(silvia))
    used = Authenticator.objects.get(type="recovery_codes")
    assert used.wrap().validate_code(codes[0])
    change(settings)
    sealed.renew()
    settings.DATA_KEY_FALLBACKS = []
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 9
    visitor.post("/entrar/", {"username": "silvia", "password": PASSWORD})
    assert visitor.post("/entrar/codigo/", {"code": codes[1]}).status_code == 302
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, 1))


def test_what_no_key_opens_is_told_and_left(filled: Caller, settings: Settings) -> None:
    before = list(sealed.contents())
    settings.DATA_KEY, settings.DATA_KEY_FALLBACKS = OTHER, []
    with pytest.raises(CommandError, match=f"nenhuma chave abre: {len(before)}"):
        call_command("reseal", stdout=StringIO())
    assert list(sealed.contents()) == before
