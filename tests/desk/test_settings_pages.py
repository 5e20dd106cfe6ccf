import pytest
from django.test import Client
from guiche.desk.models import User
pytestmark = pytest.mark.django_db
def test_pages(supervisao: User, stopped_clock) -> None:
    c = Client(); c.force_login(supervisao)
    for url in ("/ajustes/","/ajustes/cei-ausente/","/ajustes/cei-ausente/?modo=texto","/ajustes/cei-ausente/versoes/","/ajustes/cei-ausente/conferir/?versao=arquivo"):
        r = c.get(url); assert r.status_code == 200, url
