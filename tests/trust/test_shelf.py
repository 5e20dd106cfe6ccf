"""The bundles of ITI: hash, pins, versions, age; and what is there without any."""

import io
import zipfile
from datetime import timedelta
from hashlib import sha512
from pathlib import Path

import pytest

from certificates import pem
from certificates.signing import NOW, Signer
from guiche.trust import Status, check
from guiche.trust.bundle import Bundle, BundleError, hash_address
from guiche.trust.shelf import Known, Shelf, folder_of
from trust.hierarchy import pins, usual

NAME = "ACcompactado.zip"


def packed(*ders: bytes, **files: bytes) -> bytes:
    """A ZIP as ITI makes it, some files in PEM and some in DER."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n, der in enumerate(ders):
            archive.writestr(f"AC_{n}.crt", pem(der) if n % 2 else der)
        for name, content in files.items():
            archive.writestr(f"{name}.crt", content)
    return buffer.getvalue()


def bundle(*ders: bytes, name: str = NAME, **files: bytes) -> Bundle:
    data = packed(*ders, **files)
    return Bundle.read(data, name, f"{sha512(data).hexdigest()}  {name}\n")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "trust", pins(usual().root))


def test_a_bundle_is_taken_and_used(shelf: Shelf) -> None:
    others = Signer.root("Raiz de Outros")
    made = bundle(*usual().ders, others.der, estragado=b"nada", leia=b"\x30\x03\x02\x01\x01")
    version = shelf.take(made, "/tmp/ACcompactado.zip", NOW)
    assert (version.authorities, version.left_out, version.unreadable) == (3, 1, 2)
    assert shelf.versions() == shelf.used() == [version]
    assert check(usual().issuing.leaf(), shelf.anchors(), at=NOW).status is Status.TRUSTED


@pytest.mark.parametrize(
    "hashes",
    ["", "0" * 128, f"{'0' * 128}  {NAME}", "nada", f"{sha512(b'').hexdigest()} {NAME}"],
)
def test_a_bundle_whose_hash_is_not_the_published_one_is_not_opened(hashes: str) -> None:
    with pytest.raises(BundleError, match="SHA-512"):
        Bundle.read(packed(*usual().ders), NAME, hashes)


def test_the_hash_of_another_bundle_is_not_this_ones() -> None:
    data = packed(*usual().ders)
    with pytest.raises(BundleError, match="SHA-512"):
        Bundle.read(data, NAME, f"{sha512(data).hexdigest()}  ACcompactadox.zip\n")


FORMS = [
    "{hash}",
    "{hash}  ACcompactado.zip\n",
    "{HASH} *ACcompactado.zip\r\n",
    "SHA512(ACcompactado.zip)= {hash}",
]


@pytest.mark.parametrize("form", FORMS)
def test_hashes_in_every_form(form: str) -> None:
    data = packed(*usual().ders)
    digest = sha512(data).hexdigest()
    assert Bundle.read(data, NAME, form.format(hash=digest, HASH=digest.upper())).ders


def test_a_bundle_that_leads_to_no_pinned_root_is_refused(shelf: Shelf) -> None:
    others = Signer.root("Raiz de Outros")
    made = bundle(others.der, others.authority("AC de Outros").der)
    with pytest.raises(BundleError, match="nenhum certificado leva a uma raiz reconhecida"):
        shelf.take(made, "x", NOW)
    assert shelf.versions() == []


def test_what_is_no_archive_is_refused() -> None:
    digest = sha512(b"nada").hexdigest()
    with pytest.raises(BundleError):
        Bundle.read(b"nada", NAME, digest)


def test_versions_are_kept_and_the_newest_is_used(shelf: Shelf) -> None:
    root, policy, issuing = usual()
    old = shelf.take(bundle(root.der, policy.der), "x", NOW - timedelta(days=100))
    new = shelf.take(bundle(root.der, policy.der, issuing.der), "x", NOW)
    assert shelf.versions() == [new, old]
    assert shelf.used() == [new]
    assert len(shelf.anchors()) == 3


def test_an_authority_that_was_withdrawn_is_used_no_more(shelf: Shelf) -> None:
    root, policy, issuing = usual()
    shelf.take(bundle(root.der, policy.der, issuing.der), "x", NOW - timedelta(days=1))
    shelf.take(bundle(root.der, policy.der), "x", NOW)
    assert len(shelf.anchors()) == 2


def test_the_full_bundle_stands_beside_the_current_one(shelf: Shelf) -> None:
    root, policy, issuing = usual()
    shelf.take(bundle(root.der, policy.der), "x", NOW)
    shelf.take(bundle(issuing.der, root.der, policy.der, name="ACcompactadox.zip"), "x", NOW)
    assert {version.name for version in shelf.used()} == {NAME, "ACcompactadox.zip"}
    assert len(shelf.anchors()) == 3


def test_the_same_bundle_again_is_one_version_of_today(shelf: Shelf) -> None:
    made = bundle(*usual().ders)
    shelf.take(made, "x", NOW - timedelta(days=100))
    again = shelf.take(made, "x", NOW)
    assert shelf.versions() == [again]
    assert again.age(NOW) == 0


def test_the_folder_is_not_what_is_trusted(shelf: Shelf) -> None:
    """**Somebody writes an authority of their own into the folder**: it leads to no pinned root."""
    shelf.take(bundle(*usual().ders), "x", NOW)
    false = Signer.root("Raiz de Outros").authority("AC Falsa")
    (folder,) = shelf.folder.iterdir()
    with (folder / "authorities.pem").open("a") as file:
        file.write(pem(false.der))
    assert len(shelf.anchors()) == 3


def test_a_damaged_version_is_passed_over(shelf: Shelf) -> None:
    kept = shelf.take(bundle(*usual().ders), "x", NOW)
    for name, text in (("a", "{"), ("b", '{"name": 1}'), ("c", "[]")):
        (shelf.folder / name).mkdir()
        (shelf.folder / name / "origin.json").write_text(text)
    assert shelf.versions() == [kept]


def test_an_import_that_fails_leaves_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disco cheio")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="disco cheio"):
        shelf.take(bundle(*usual().ders), "x", NOW)
    assert list(shelf.folder.iterdir()) == []


def test_where_the_folder_is() -> None:
    assert folder_of({"GUICHE_TRUST": "/srv/confianca", "GUICHE_DATA": "/x"}) == Path(
        "/srv/confianca"
    )
    assert folder_of({"GUICHE_DATA": "/var/lib/guiche"}) == Path("/var/lib/guiche/trust")
    assert folder_of({}).parts[-2:] == ("guiche", "trust")


def test_the_hash_is_beside_the_bundle() -> None:
    address = "https://acraiz.icpbrasil.gov.br/credenciadas/CertificadosAC-ICP-Brasil/"
    assert hash_address(f"{address}ACcompactado.zip") == f"{address}hashsha512.txt"
    assert hash_address(f"{address}ACcompactadox.zip") == f"{address}hashsha512x.txt"


# --- what is told --------------------------------------------------------------------------------


def test_what_is_known_and_how_old(shelf: Shelf) -> None:
    shelf.take(bundle(*usual().ders), "x", NOW - timedelta(days=7))
    known = Known.of(shelf, NOW)
    text = "\n".join(known.lines())
    assert "3 autoridades da ICP-Brasil, 0 delas vencidas." in text
    assert "importado em 18/11/2026 (há 7 dias), em uso" in text
    assert "Atualize" not in text
    data = known.to_dict()
    assert (data["source"], data["authorities"], data["age_days"]) == ("imported", 3, 7)
    assert "Atualize com guiche trust update." in "\n".join(
        Known.of(shelf, NOW + timedelta(days=100)).lines()
    )


def test_without_anything_the_next_step_is_told(shelf: Shelf) -> None:
    """The first bundle has nothing below the root that this shelf pins."""
    known = Known.of(shelf, NOW)
    assert "Instale com guiche trust update." in list(known.lines())
    assert known.to_dict()["source"] is None
    assert known.newest is None
