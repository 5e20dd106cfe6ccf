"""The real thing on loopback: nginx, PostgreSQL, and `guiche` as separate processes."""

from collections.abc import Iterator

import pytest

import postgresql
from operations.machines import NotInstalled, Site, whole_site
from operations.technician import PASSWORD, Technician

PEOPLE = ("ana", "bento", "clara")
# What a supervisor does on *Ajustes* and `guiche manage account`; the team is always there, so that
# any time may be said.
_SET_UP = f"""
from guiche.desk.models import SiteVersion, User
SiteVersion.objects.create(content={{"hours": {{"week": ["00:00-24:00"] * 7, "holidays": False}}}})
for name in {PEOPLE}:
    User.objects.create_user(name, password={PASSWORD!r}, name=name.title(), role="suporte")
"""


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    try:
        with whole_site(tmp_path_factory.mktemp("site")) as whole:
            done = whole.webs[0].run("manage", "shell", "-v0", given=_SET_UP)
            assert done.returncode == 0, done.stderr
            whole.start()
            yield whole
    except (NotInstalled, postgresql.NotInstalled) as error:
        pytest.skip(str(error))


@pytest.fixture(scope="package")
def technicians(site: Site) -> Iterator[list[Technician]]:
    """Signed in, each with a session that every machine knows."""
    signed_in = [Technician(site.url, site.certificate) for _ in PEOPLE]
    for technician, name in zip(signed_in, PEOPLE, strict=True):
        technician.sign_in(name)
    yield signed_in
    for technician in signed_in:
        technician.close()
