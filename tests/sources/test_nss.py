"""NSS databases of Firefox and Chrome: real ones, in use, protected, old and damaged."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

import nss_database
from certificates import CEI, ca, e_cnpj, e_cpf
from guiche.sources import (
    DamagedError,
    MissingError,
    NoCertificateError,
    OldStoreError,
    StoreInUseError,
    TooLargeError,
    nss,
    read_text,
)
from guiche.sources.files import content
from guiche.sources.nss import database
from guiche.sources.nss.profiles import Profile, profiles
from nss_database import needs_nss
from sources.pair import Pair

PADARIA, ANA = e_cnpj(cei=CEI).der(), replace(e_cpf(), serial=77).der()
AUTHORITY = replace(ca(), serial=78).der()
# Root reads everything, unless it gives the right away.
NOT_ALMIGHTY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
INI = """[General]
StartWithLastProfile=1

[Profile0]
Name=default-release
IsRelative=1
Path=abcd1234.default-release
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user who never opened a browser."""
    home = tmp_path / "casa"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def firefox(home: Path) -> Path:
    """A profile of Firefox with a company, a person and an authority."""
    root = home / ".mozilla" / "firefox"
    folder = nss_database.create(root / "abcd1234.default-release")
    (root / "profiles.ini").write_text(INI)
    nss_database.add(folder, [("padaria", PADARIA), ("ana", ANA), ("raiz", AUTHORITY)])
    return folder


def ders() -> set[bytes | None]:
    return {found.der for found in nss.read().leaves}


# --- reading ------------------------------------------------------------------------------------


@needs_nss
def test_all_certificates_of_a_profile_by_their_nicknames(firefox: Path) -> None:
    reading = nss.read()
    found = {each.source.name: each for each in reading.found}
    assert set(found) == {f"Firefox: default-release/{name}" for name in ("padaria", "ana", "raiz")}
    padaria = found["Firefox: default-release/padaria"]
    assert padaria.der == PADARIA
    assert padaria.source.kind == "nss"
    assert padaria.source.index == 0
    assert {each.source.name[-4:] for each in reading.found if each.is_ca} == {"raiz"}
    assert reading.errors == ()
    assert nss.missing() is None


@needs_nss
def test_what_nss_itself_shows_is_what_is_read(firefox: Path) -> None:
    for nickname in ("padaria", "ana"):
        shown = nss_database.run("certutil", "-L", "-d", f"sql:{firefox}", "-n", nickname, "-a")
        (expected,) = read_text(shown, "certutil").found
        (ours,) = (each for each in nss.read().found if each.source.name.endswith(f"/{nickname}"))
        assert ours.der == expected.der


@needs_nss
def test_two_certificates_of_one_nickname_are_numbered(home: Path) -> None:
    folder = nss_database.create(home / ".pki" / "nssdb")
    renewed = replace(e_cnpj(cei=CEI), serial=79).der()
    nss_database.add(folder, [("padaria", PADARIA), ("padaria", renewed)])
    sources = [each.source for each in nss.read().found]
    assert {source.name for source in sources} == {"Chrome e Chromium/padaria"}
    assert [source.index for source in sources] == [0, 1]


@needs_nss
def test_a_certificate_with_its_key_in_a_protected_profile(home: Path, pair: Pair) -> None:
    """Nobody is asked for the password, and the database of the keys is not opened."""
    folder = nss_database.create(home / ".pki" / "nssdb", password="senha do perfil")
    pfx = serialize_key_and_certificates(
        b"minha", pair.key, pair.certificate, None, BestAvailableEncryption(b"senha")
    )
    nss_database.add_pfx(folder, pfx, "senha")
    with pytest.raises(AssertionError, match="SEC_ERROR_BAD_PASSWORD"):
        nss_database.run("certutil", "-K", "-d", f"sql:{folder}", "-f", os.devnull)
    code = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(f"{event} {given}"))
from guiche.sources import nss
(found,) = nss.read().found
print(found.source.name, found.inspect().enrolment.number)
assert not [each for each in opened if "key4" in each], opened
assert [each for each in opened if each.startswith("sqlite3.connect ")]
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(home)},
    )
    assert result.stdout == f"Chrome e Chromium/minha {CEI}\n", result.stderr
    (folder / "key4.db").unlink()
    assert len(nss.read().found) == 1


@needs_nss
def test_nothing_is_written_into_a_profile(firefox: Path) -> None:
    before = {file: (file.stat().st_mtime_ns, file.read_bytes()) for file in firefox.iterdir()}
    nss.read()
    assert {f: (f.stat().st_mtime_ns, f.read_bytes()) for f in firefox.iterdir()} == before


# --- in use -------------------------------------------------------------------------------------

HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    database.execute(statement)
print("pronto", flush=True)
sys.stdin.read()
"""
NEW = "INSERT INTO nssPublic (id, a0, a3, a11) VALUES (1, x'00000001', 'nova', x'{}')"


@pytest.fixture
def held(firefox: Path) -> Iterator[Callable[..., None]]:
    """Another process that has carried out statements, and keeps the database open."""
    started = []

    def hold(*statements: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(firefox / "cert9.db"), *statements],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "pronto\n"

    yield hold
    for process in started:
        process.kill()
        process.communicate()


@needs_nss
def test_what_a_writer_has_not_finished_is_taken_back(
    firefox: Path, held: Callable[..., None]
) -> None:
    """A change half written to the disk, by a process that holds the database locked."""
    before = (firefox / "cert9.db").read_bytes()
    held(
        "PRAGMA cache_size = 1",
        "PRAGMA cache_spill = 1",
        "BEGIN EXCLUSIVE",
        "UPDATE nssPublic SET a11 = randomblob(3000), a3 = 'pela metade'",
        "INSERT INTO nssPublic (id, a0, a11) VALUES (2, x'00000001', randomblob(90000))",
    )
    assert (firefox / "cert9.db").read_bytes() != before, "nothing was written: nothing is tested"
    assert (firefox / "cert9.db-journal").stat().st_size
    with (
        closing(sqlite3.connect(firefox / "cert9.db", timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("SELECT * FROM nssPublic")
    assert ders() == {PADARIA, ANA}


@needs_nss
def test_what_a_writer_has_finished_is_read_from_its_log(
    firefox: Path, held: Callable[..., None]
) -> None:
    new = replace(e_cnpj(cei=CEI), serial=80).der()
    held("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", NEW.format(new.hex()))
    assert new not in (firefox / "cert9.db").read_bytes()
    assert ders() == {PADARIA, ANA, new}


def _writing(folder: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """A writer that changes the database each time that it was read, as often as it is told."""
    left = times

    def then_write(name: str, limit: int) -> bytes:
        nonlocal left
        data = content(name, limit)
        if left and name.endswith("cert9.db"):
            left -= 1
            with closing(sqlite3.connect(folder / "cert9.db")) as writer, writer:
                writer.execute("UPDATE nssPublic SET a3 = ? WHERE a11 = ?", (f"{left}", PADARIA))
        return data

    monkeypatch.setattr(database, "content", then_write)


@needs_nss
def test_a_writer_is_waited_for(firefox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _writing(firefox, monkeypatch, times=3)
    names = {found.source.name for found in nss.read().leaves}
    assert "Firefox: default-release/0" in names


@needs_nss
def test_a_writer_that_never_pauses_is_told(firefox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _writing(firefox, monkeypatch, times=1_000_000)
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    with pytest.raises(StoreInUseError) as raised:
        nss.read()
    assert raised.value.source.name == "Firefox: default-release"


# --- damaged, old, hostile ----------------------------------------------------------------------


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _page_gone(data: bytes) -> bytes:
    return data[:4096] + b"\xff" * 4096 + data[8192:]


def _nothing(data: bytes) -> bytes:
    return b""


def _rubbish(data: bytes) -> bytes:
    return b"\x00\xff" * 8192


@needs_nss
@pytest.mark.parametrize("damage", [_cut, _page_gone, _nothing, _rubbish])
def test_a_damaged_database_is_told(firefox: Path, damage: Callable[[bytes], bytes]) -> None:
    path = firefox / "cert9.db"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DamagedError) as raised:
        nss.read()
    assert raised.value.source == ("Firefox: default-release", "nss", 0)
    assert ".cer" in raised.value.message


@needs_nss
def test_one_damaged_profile_loses_no_other(firefox: Path, home: Path) -> None:
    other = home / ".pki" / "nssdb"
    other.mkdir(parents=True)
    (other / "cert9.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    reading = nss.read()
    assert {each.der for each in reading.leaves} == {PADARIA, ANA}
    assert [(error.code, error.source.name) for error in reading.errors] == [
        ("damaged", "Chrome e Chromium")
    ]


def test_the_format_before_2018_is_told(home: Path) -> None:
    folder = home / ".mozilla" / "firefox" / "velho.default"
    folder.mkdir(parents=True)
    (folder / "cert8.db").write_bytes(b"\x00\x06\x15\x61")
    with pytest.raises(OldStoreError, match=r"cert8\.db") as raised:
        nss.read()
    assert raised.value.source.name == "Firefox: velho.default"


def _made_by_hand(home: Path, *rows: tuple[object, object]) -> None:
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "cert9.db")) as made, made:
        made.execute("CREATE TABLE nssPublic (id PRIMARY KEY, a0, a3, a11)")
        made.executemany("INSERT INTO nssPublic VALUES (NULL, x'00000001', ?, ?)", rows)


def test_values_of_any_type_are_readings(home: Path) -> None:
    _made_by_hand(home, ("texto", PADARIA), (None, b"\xa5\x00\x5a"), (7, None), (b"\xff\x1b[2J", 5))
    found = nss.read().found
    assert [each.source.name for each in found] == [
        "Chrome e Chromium/texto",
        "Chrome e Chromium",
        "Chrome e Chromium",
        "Chrome e Chromium/\ufffd?[2J",
    ]
    assert [each.inspect().enrolment.status for each in found] == [
        "present",
        "unreadable",
        "unreadable",
        "unreadable",
    ]


def test_a_label_that_is_no_text_loses_no_other(home: Path) -> None:
    _made_by_hand(home, ("um", PADARIA), ("outro", ANA))
    with closing(sqlite3.connect(home / ".pki" / "nssdb" / "cert9.db")) as made, made:
        made.execute("UPDATE nssPublic SET a3 = CAST(x'ff41' AS TEXT) WHERE a3 = 'um'")
    names = {found.source.name for found in nss.read().found}
    assert names == {"Chrome e Chromium/\ufffdA", "Chrome e Chromium/outro"}


@needs_nss
def test_a_large_revocation_list_beside_them_is_left_alone(firefox: Path) -> None:
    with closing(sqlite3.connect(firefox / "cert9.db")) as made, made:
        made.execute(
            "INSERT INTO nssPublic (id, a0, a11) VALUES (1, x'ce534351', zeroblob(9000000))"
        )
    assert ders() == {PADARIA, ANA}


def test_too_much_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _made_by_hand(home, *[(str(number), PADARIA) for number in range(4)])
    monkeypatch.setattr(database, "MAX_CERTIFICATES", 3)
    with pytest.raises(DamagedError, match="mais de 3 certificados"):
        nss.read()
    monkeypatch.setattr(database, "MAX_DATABASE", 1000)
    with pytest.raises(TooLargeError):
        nss.read()


VIEWS = {
    "never ends": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0)"
    " SELECT i AS id, CAST(i AS BLOB) AS a0, '' AS a3, x'30' AS a11 FROM n",
    "one value larger than all": "SELECT 1 AS id, x'00000001' AS a0, '' AS a3,"
    " zeroblob(900000000) AS a11",
    "more rows than any": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 20000) SELECT i AS id, x'00000001' AS a0, '' AS a3, x'30' AS a11 FROM n",
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_table_that_is_a_trap_is_left(
    home: Path, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    monkeypatch.setattr(database, "_MAX_STEPS", 2_000_000)
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "cert9.db")) as made, made:
        made.execute(f"CREATE VIEW nssPublic AS {view}")
    with pytest.raises(DamagedError):
        nss.read()


# --- nothing there ------------------------------------------------------------------------------


def test_without_a_profile_it_is_said(home: Path) -> None:
    assert nss.missing()
    with pytest.raises(MissingError, match="Firefox ou Chrome"):
        nss.read()


@needs_nss
def test_authorities_alone_are_none(home: Path) -> None:
    folder = nss_database.create(home / ".pki" / "nssdb")
    with pytest.raises(NoCertificateError, match="Nenhum perfil"):
        nss.read()
    nss_database.add(folder, [("raiz", AUTHORITY)], trust="CT,C,C")
    with pytest.raises(NoCertificateError, match="Nenhum perfil"):
        nss.read()


def test_a_user_without_a_home_has_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert nss.missing()


@pytest.mark.skipif(os.name == "nt", reason="permissões do Unix")
def test_a_profile_that_is_closed_to_us_is_told(home: Path) -> None:
    folder = home / ".pki"
    folder.mkdir(mode=0)
    code = "from guiche.sources import nss; nss.read()"
    result = subprocess.run(
        [*(NOT_ALMIGHTY if os.geteuid() == 0 else []), sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(home)},
    )
    folder.chmod(0o700)
    error = "guiche.sources.errors.NoPermissionError: Chrome e Chromium: Sem permissão para ler."
    assert error in result.stderr


# --- where profiles are -------------------------------------------------------------------------


def _profile(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "cert9.db").touch()
    return folder


LINUX = {
    ".mozilla/firefox/a.default": "Firefox: a.default",
    ".config/mozilla/firefox/a.default": "Firefox: a.default",
    "snap/firefox/common/.mozilla/firefox/a.default": "Firefox (snap): a.default",
    ".var/app/org.mozilla.firefox/.mozilla/firefox/a.default": "Firefox (flatpak): a.default",
    ".var/app/org.mozilla.firefox/config/mozilla/firefox/a.default": "Firefox (flatpak): a.default",
    ".thunderbird/a.default": "Thunderbird: a.default",
    "snap/thunderbird/common/.thunderbird/a.default": "Thunderbird (snap): a.default",
    ".var/app/org.mozilla.Thunderbird/.thunderbird/a.default": "Thunderbird (flatpak): a.default",
    ".pki/nssdb": "Chrome e Chromium",
    ".local/share/pki/nssdb": "Chrome e Chromium",
    "snap/chromium/current/.pki/nssdb": "Chromium (snap)",
    ".var/app/org.chromium.Chromium/.pki/nssdb": "Chromium (flatpak)",
    ".var/app/com.google.Chrome/.pki/nssdb": "Chrome (flatpak)",
}
MACOS = {
    "Library/Application Support/Firefox/Profiles/a.default": "Firefox: a.default",
    "Library/Thunderbird/Profiles/a.default": "Thunderbird: a.default",
}
STORE_APP = "Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox"
WINDOWS = {
    "AppData/Roaming/Mozilla/Firefox/Profiles/a.default": "Firefox: a.default",
    f"AppData/Local/{STORE_APP}/Profiles/a.default": "Firefox (Microsoft Store): a.default",
    "AppData/Roaming/Thunderbird/Profiles/a.default": "Thunderbird: a.default",
}


@pytest.mark.parametrize(
    ("system", "places"), [("linux", LINUX), ("freebsd14", LINUX), ("darwin", MACOS),
                           ("win32", WINDOWS)],
)  # fmt: skip
def test_the_usual_places(tmp_path: Path, system: str, places: dict[str, str]) -> None:
    expected = {Profile(name, _profile(tmp_path / place)) for place, name in places.items()}
    assert set(profiles(tmp_path, {}, system)) == expected


def test_the_places_that_the_environment_names(tmp_path: Path) -> None:
    folder = _profile(tmp_path / "xdg/mozilla/firefox/a.default")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert profiles(tmp_path, environ, "linux") == [Profile("Firefox: a.default", folder)]
    folder = _profile(tmp_path / "roaming/Mozilla/Firefox/Profiles/b.default")
    environ = {"APPDATA": str(tmp_path / "roaming")}
    assert profiles(tmp_path, environ, "win32") == [Profile("Firefox: b.default", folder)]


def test_names_are_those_of_profiles_ini(tmp_path: Path) -> None:
    root = tmp_path / ".mozilla" / "firefox"
    named, away = _profile(root / "abcd1234.default-release"), _profile(tmp_path / "longe")
    unnamed = _profile(root / "xyz.novo")
    ini = f"{INI}\n[Profile1]\nName=Escritório 100%\nIsRelative=0\nPath={away}\n"
    (root / "profiles.ini").write_text(ini, "utf-8")
    assert set(profiles(tmp_path, {}, "linux")) == {
        Profile("Firefox: default-release", named),
        Profile("Firefox: Escritório 100%", away),
        Profile("Firefox: xyz.novo", unnamed),
    }


@pytest.mark.parametrize(
    "ini",
    [
        b"Path=x",
        b"\xff\xfe\x00",
        b"[Profile0]\nName=a\nPath=a\0b\n",
        b"[Profile0]\nPath=x\n",
        b"[Profile0",
    ],
)
def test_a_profiles_ini_that_cannot_be_read_hides_nothing(tmp_path: Path, ini: bytes) -> None:
    root = tmp_path / ".mozilla" / "firefox"
    folder = _profile(root / "a.default")
    (root / "profiles.ini").write_bytes(ini)
    assert profiles(tmp_path, {}, "linux") == [Profile("Firefox: a.default", folder)]


def test_one_folder_by_two_names_is_one_profile(tmp_path: Path) -> None:
    folder = _profile(tmp_path / ".pki/nssdb")
    (tmp_path / ".local/share").mkdir(parents=True)
    (tmp_path / ".local/share/pki").symlink_to(folder.parent)
    assert profiles(tmp_path, {}, "linux") == [Profile("Chrome e Chromium", folder)]
