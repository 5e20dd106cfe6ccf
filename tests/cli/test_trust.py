"""`guiche trust`, and `guiche inspect --trust`, as their users run them."""

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from pathlib import Path

import pytest

from certificates import pem
from certificates.signing import NOW, Signer, access, crl_point
from guiche.cli.inspect.lines import lines
from guiche.icpbrasil import inspect
from guiche.sources import Found, Source
from guiche.trust import Anchors, Revocation, check
from guiche.trust.shelf import start
from hierarchies import anchors, usual
from hierarchies.lists import crl, revoking
from loopback import content, serving

Run = subprocess.CompletedProcess[str]

REAL = [link.der for link in Anchors(start())]
"""Authorities of the country: the command pins the real roots."""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"GUICHE_TRUST": str(tmp_path / "trust")}


def guiche(*arguments: str | Path, env: dict[str, str]) -> Run:
    return subprocess.run(
        [sys.executable, "-m", "guiche", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "NO_COLOR": "1", **env},
    )


def bundle(folder: Path, *ders: bytes) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n, der in enumerate(ders):
            archive.writestr(f"{n}.crt", der)
    path = folder / "ACcompactado.zip"
    path.write_bytes(buffer.getvalue())
    digest = sha512(buffer.getvalue()).hexdigest()
    (folder / "hashsha512.txt").write_text(f"{digest}  {path.name}\n")
    return path


def leaf_file(folder: Path, der: bytes) -> Path:
    path = folder / "ana.cer"
    path.write_bytes(der)
    return path


# --- status and update ---------------------------------------------------------------------------


def test_the_status_of_a_fresh_machine(env: dict[str, str]) -> None:
    result = guiche("trust", "status", env=env)
    assert result.returncode == 0
    assert result.stdout.splitlines()[:2] == [
        "160 autoridades da ICP-Brasil, 0 delas vencidas.",
        "Raízes: v5, v10 SSL, v11 code.",
    ]
    assert "Atualize com guiche trust update." in result.stdout
    data = json.loads(guiche("trust", "status", "--json", env=env).stdout)
    assert (data["source"], data["age_days"], len(data["roots"])) == ("certifi-icpbr", None, 14)


def test_an_update_from_a_file(tmp_path: Path, env: dict[str, str]) -> None:
    others = Signer.root("Raiz de Outros")
    result = guiche("trust", "update", bundle(tmp_path, *REAL, others.der), env=env)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "ACcompactado.zip: 160 autoridades importadas.",
        "De fora: 1 que não levam a uma raiz reconhecida, 0 que não se leem.",
    ]
    status = guiche("trust", "status", env=env).stdout
    assert "(há 0 dias), em uso: 160 autoridades, 1 deixadas de fora." in status


def test_an_update_from_an_address(tmp_path: Path, env: dict[str, str]) -> None:
    data = bundle(tmp_path, *REAL).read_bytes()
    with serving(content(data)) as door:
        url = f"{door.url}ACcompactado.zip"
        allowed = {"GUICHE_TRUST_HOSTS": "127.0.0.1", "GUICHE_TRUST_PRIVATE": "1"}
        hashes = tmp_path / "hashsha512.txt"
        result = guiche("trust", "update", url, "--hash", hashes, env=env | allowed)
        assert result.returncode == 0, result.stderr
        # The bundle stands where the hash should: the hash of it is not in it.
        result = guiche("trust", "update", url, env=env | allowed)
        assert result.returncode == 2
        assert "SHA-512" in result.stderr
    assert door.heard == [
        "GET /ACcompactado.zip HTTP/1.1",
        "GET /hashsha512.txt HTTP/1.1",
        "GET /ACcompactado.zip HTTP/1.1",
    ]


def test_an_address_of_others_is_not_asked(env: dict[str, str]) -> None:
    result = guiche("trust", "update", "http://exemplo.com/ACcompactado.zip", env=env)
    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == (
        "exemplo.com não está na lista de endereços da ICP-Brasil. "
        "Se for mesmo de uma AC, acrescente-o em GUICHE_TRUST_HOSTS."
    )
    assert "baixe pelo navegador" in result.stderr


def test_an_update_without_its_hash(tmp_path: Path, env: dict[str, str]) -> None:
    path = bundle(tmp_path, *REAL)
    (tmp_path / "hashsha512.txt").unlink()
    result = guiche("trust", "update", path, env=env)
    assert result.returncode == 2
    assert "Ponha o hashsha512.txt do ITI ao lado" in result.stderr


def test_an_update_of_what_is_not_there(tmp_path: Path, env: dict[str, str]) -> None:
    result = guiche("trust", "update", tmp_path / "nada.zip", env=env)
    assert result.returncode == 2
    assert "nada.zip: não consegui ler ou gravar" in result.stderr


# --- inspect -------------------------------------------------------------------------------------


def test_a_real_authority_is_trusted(tmp_path: Path, env: dict[str, str]) -> None:
    path = leaf_file(tmp_path, REAL[-1])
    at = "--at=2026-11-25"
    result = guiche("inspect", "--all", "--trust", at, path, env=env)
    assert "Cadeia: Confiável: leva à raiz v5 da ICP-Brasil." in result.stdout
    (trust,) = [
        json.loads(line)["trust"]
        for line in guiche(
            "inspect", "--all", "--trust", at, "--json", path, env=env
        ).stdout.splitlines()
    ]
    assert (trust["status"], trust["at"]) == ("trusted", "2026-11-26T02:59:59Z")


def test_the_whole_life_of_one_date(tmp_path: Path, env: dict[str, str]) -> None:
    path = leaf_file(tmp_path, REAL[-1])
    result = guiche("inspect", "--all", "--trust", "--at", "2001-01-01", path, env=env)
    assert "Cadeia: Fora do prazo" in result.stdout
    assert "Fora do prazo" in result.stdout.splitlines()[2]
    result = guiche("inspect", "--trust", "--at", "ontem", path, env=env)
    assert result.returncode == 2
    assert "“ontem” não é uma data" in result.stderr


def test_without_being_asked_nothing_is_checked(tmp_path: Path, env: dict[str, str]) -> None:
    path = leaf_file(tmp_path, usual().issuing.leaf())
    result = guiche("inspect", "--json", path, env=env)
    assert json.loads(result.stdout)["trust"] == {"status": "unchecked"}
    assert "Cadeia" not in guiche("inspect", path, env=env).stdout


def test_an_issuer_that_is_not_here(tmp_path: Path, env: dict[str, str]) -> None:
    """The verdict and the exit status stay: the number is there whatever the path."""
    path = leaf_file(tmp_path, usual().issuing.leaf())
    result = guiche("inspect", "--trust", "--use", "servidor", path, env=env)
    assert result.returncode == 0
    assert result.stdout.splitlines()[0] == "Tem CEI: 11.583.00249/85."
    assert "Falta aqui o certificado da AC “AC Exemplo RFB G1”" in result.stdout
    assert "não serve para identificar um servidor" in result.stdout


def test_what_came_in_the_same_container_closes_the_path(
    tmp_path: Path, env: dict[str, str]
) -> None:
    """To a root that the real ones do not vouch for."""
    path = tmp_path / "cadeia.pem"
    path.write_text("".join(map(pem, [usual().issuing.leaf(), *usual().ders])))
    result = guiche("inspect", "--trust", "--json", path, env=env)
    trust = json.loads(result.stdout)["trust"]
    assert (trust["status"], len(trust["path"])) == ("unknown_root", 4)
    assert trust["findings"][0]["code"] == "unknown_root"


def test_the_issuer_is_fetched_only_when_asked_for(tmp_path: Path, env: dict[str, str]) -> None:
    with serving(content(usual().issuing.der)) as door:
        part = access("1.3.6.1.5.5.7.48.2", f"{door.url}ac.cer")
        path = leaf_file(tmp_path, usual().issuing.leaf(extensions=(part,)))
        allowed = env | {"GUICHE_TRUST_HOSTS": "127.0.0.1", "GUICHE_TRUST_PRIVATE": "1"}
        guiche("inspect", "--trust", path, env=allowed)
        assert door.heard == []
        result = guiche("inspect", "--fetch", "--json", path, env=allowed)
        assert door.heard == ["GET /ac.cer HTTP/1.1"]
    assert len(json.loads(result.stdout)["trust"]["path"]) == 2


def test_a_list_that_is_not_there_is_a_usage_error(tmp_path: Path, env: dict[str, str]) -> None:
    path = leaf_file(tmp_path, usual().issuing.leaf())
    result = guiche("inspect", "--crl", tmp_path / "nada.crl", path, env=env)
    assert result.returncode == 2
    assert "nada.crl: não consegui ler" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["inspect", "--trust", "ana.cer"], "pyhanko_certvalidator"),
        (["inspect", "--revocation", "ana.cer"], "httpcore"),
        (["trust", "update", "http://acraiz.icpbrasil.gov.br/AC.zip"], "httpcore"),
    ],
)
def test_what_is_not_installed_is_told(
    arguments: list[str], missing: str, tmp_path: Path, env: dict[str, str]
) -> None:
    leaf_file(tmp_path, usual().issuing.leaf())
    code = f"import sys; sys.modules[{missing!r}] = None; from guiche.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, **env},
    )
    assert result.returncode == 2
    assert f'({missing}): pip install "guiche[trust]"' in result.stderr


def test_without_the_extra_the_status_is_told(env: dict[str, str]) -> None:
    code = (
        "import sys; "
        "sys.modules |= dict.fromkeys(['pyhanko_certvalidator', 'httpcore', 'certifi_icpbr']); "
        "from guiche.cli import main; main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "trust", "status"],
        capture_output=True,
        text=True,
        env={**os.environ, **env},
    )
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "Nenhuma raiz da ICP-Brasil: a cadeia não pode ser conferida.",
        "Instale com guiche trust update.",
    ]


def test_pasted_text_has_no_path(tmp_path: Path, env: dict[str, str]) -> None:
    path = tmp_path / "colado.txt"
    path.write_text("2.16.76.1.3.6=04 0c 31 31 35 38 33 30 30 32 34 39 38 35")
    result = guiche("inspect", "--trust", "--json", path, env=env)
    assert json.loads(result.stdout)["trust"] is None
    assert "Cadeia" not in guiche("inspect", "--trust", path, env=env).stdout


def test_a_revoked_one_takes_the_green_away() -> None:
    """The command pins the real roots, so its lines are looked at here."""
    root, policy, issuing = usual()
    leaf = issuing.leaf(extensions=(crl_point("http://lcr.exemplo.gov.br/"),))
    lists = [
        crl(root),
        crl(policy),
        revoking(issuing, leaf, NOW - timedelta(days=3), "keyCompromise"),
    ]
    trust = check(leaf, anchors(), at=NOW, revocation=Revocation(lists))
    inspection = inspect(leaf, at=datetime(2026, 11, 25, tzinfo=UTC))
    found = Found(Source("a", "der", 0), leaf)
    told = list(lines(inspection, found, verbose=True, expected=None, trust=trust))
    assert told[0].text == "Tem CEI: 11.583.00249/85."
    assert told[0].colour == "yellow"
    assert (told[1].text, told[1].bold) == ("  Revogado.", True)
    text = "\n".join(line.text for line in told)
    assert "O certificado foi revogado em 22/11/2026 (chave comprometida)." in text
    assert "[revoked; RFC 5280, 5.3]" in text
