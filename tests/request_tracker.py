"""A throw-away Request Tracker 5 for tests: own folder, SQLite, loopback, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import httpx

from ports import free_port
from postgresql import INSTALL

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SETUP = "/usr/sbin/rt-setup-database-5"
OWNER = "www-data"
READY_SECONDS = 120
ACCOUNTS = ("robo", "curioso", "root")

SITE = Template("""\
Set($$rtname, 'rt.local'); Set($$Organization, 'rt.local');
Set($$WebDomain, '127.0.0.1'); Set($$WebPort, $port);
Set($$WebPath, ''); Set($$WebSecureCookies, 0);
Set($$DatabaseType, 'SQLite'); Set($$DatabaseName, '$folder/rt.sqlite3');
Set($$MailCommand, 'testfile'); Set($$Timezone, 'America/Sao_Paulo');
# A token is compared by bcrypt at every call: 0.3 s at the usual cost.
Set($$BcryptCost, 4);
Set($$LogToSyslog, undef); Set($$LogToSTDERR, 'warning'); Set($$LogToFile, undef);
1;
""")

CONTENT = """\
our @Queues = ({ Name => 'Suporte' }, { Name => 'Relacionamento' }, { Name => 'Diretoria' });
our @CustomFields = map {{ Name => $_->[0], Type => $_->[1], MaxValues => 1,
    LookupType => 'RT::Queue-RT::Ticket', Queue => $_->[2],
    ($_->[3] ? (Values => [map {{ Name => $_ }} @{$_->[3]}]) : ()) }}
  (['Guiche', 'FreeformSingle', ['Suporte', 'Relacionamento']],
   ['CNPJ', 'FreeformSingle', ['Suporte', 'Relacionamento']],
   ['Telefones', 'FreeformSingle', ['Suporte', 'Relacionamento']],
   ['CEI', 'FreeformSingle', ['Suporte', 'Relacionamento']],
   ['Categoria', 'SelectSingle', ['Suporte', 'Relacionamento'], ['Certificado digital', 'Outra']],
   ['Parecer', 'FreeformSingle', ['Diretoria']]);
our @Users = map {{ Name => $_, EmailAddress => "$_\\@rt.local", Privileged => 1,
    Password => "senha-de-$_" }} qw(robo curioso);
our @ACL = ((map { my $queue = $_; map {{ Right => $_, UserId => 'robo', Queue => $queue }}
    qw(RIGHTS) } qw(Suporte Relacionamento)),
  (map {{ Right => $_, UserId => 'curioso', Queue => 'Suporte' }}
    qw(SeeQueue CreateTicket ShowTicket)));
our @Final = (sub { for my $name (qw(robo curioso root)) {
    my $user = RT::User->new(RT->SystemUser); $user->Load($name);
    my ($ok, $message, $token) = RT::AuthToken->new(RT->SystemUser)->Create(
        Owner => $user->Id, Description => 'Guiche');
    die $message unless $ok;
    open my $file, '>', "$ENV{HOME}/token-$name" or die; print $file $token; close $file;
}});
1;
"""
RIGHTS = (
    "SeeQueue CreateTicket ShowTicket ShowTicketComments CommentOnTicket ModifyTicket "
    "SeeCustomField ModifyCustomField SetInitialCustomField"
)
"""All that the account of Guichê has, in both queues; `docs/connectors/rt.md` names the same."""


class NotInstalled(Exception):
    def __init__(self) -> None:
        super().__init__(f"Request Tracker 5 não está instalado; instale com: sudo {INSTALL}")


@dataclass(frozen=True)
class RequestTrackerServer:
    """Where it is, and tokens: of Guichê's account, of one with too few rights, of the owner."""

    url: str
    token: str
    few_rights: str
    root: str


@contextmanager
def server() -> Iterator[RequestTrackerServer]:
    """A running server with the queues, fields and accounts above, and no ticket."""
    if not SERVER.exists() or not Path("/usr/share/doc/rt5-db-sqlite").exists():
        raise NotInstalled
    folder = Path(tempfile.mkdtemp(prefix="guiche-rt-"))
    try:
        port = free_port()
        _write(folder, port)
        _run(folder, SETUP, "--action", "init", "--dba", "", "--dba-password", "", "--skip-create")
        _run(folder, SETUP, "--action", "insert", "--skip-create", "--datafile", folder / "init.pl")
        with _serving(folder, port) as url:
            tokens = [(folder / f"token-{name}").read_text() for name in ACCOUNTS]
            yield RequestTrackerServer(url, *tokens)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner() -> dict[str, Any]:
    """A server needs no root."""
    if os.geteuid() != 0:
        return {}
    return {"user": OWNER, "group": OWNER, "extra_groups": []}


def _write(folder: Path, port: int) -> None:
    (folder / "conf.d").mkdir()
    (folder / "site.pm").write_text(SITE.substitute(port=port, folder=folder))
    (folder / "init.pl").write_text(CONTENT.replace("RIGHTS", RIGHTS))
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, OWNER, OWNER)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"], "HOME": str(folder), "RT_SITE_CONFIG": f"{folder}/site.pm",
        "RT_SITE_CONFIG_DIR": f"{folder}/conf.d",
    }  # fmt: skip


def _run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(
        command, cwd=folder, check=False, env=_environment(folder), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, **_as_owner(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")


@contextmanager
def _serving(folder: Path, port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [SERVER, "--server", "Starlet", "--host", "127.0.0.1", "--port", str(port),
             "--max-workers", "2"],
            cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, start_new_session=True, **_as_owner(),
        )  # fmt: skip
    try:
        _wait_until_ready(process, url, folder)
        yield url
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """With its workers: they are its session."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
            return


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        # Anybody is told to log in: that is RT itself.
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/REST/2.0/rt", timeout=5).status_code == 401:
                return
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text("utf-8", "replace"))
