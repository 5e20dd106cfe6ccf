"""Signed documents made to hold the machine: refused in words, soon, and in little memory."""

import io
import resource
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates import der as asn1
from certificates import e_cpf
from guiche.sources import DamagedError, SourceError, read, read_path
from sources import signed
from sources.signed import By, cms, lines, signature

ANA = replace(e_cpf(), serial=11).der()
MEGABYTE = 1 << 20
GOOD = signature(ANA)
ROOT = "<!DOCTYPE a [\n{}]>\n<a>{}<X509Certificate>{}</X509Certificate></a>"


def laughs(count: int = 30) -> str:
    entities = ['<!ENTITY e0 "ha">']
    entities += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, count)]
    return "\n".join(entities)


def nested_cms(depth: int) -> bytes:
    data = b"fim"
    for _ in range(depth):
        data = cms([ANA], By(ANA), content=data)
    return data


def countersigned(depth: int) -> By:
    by = By(ANA)
    for _ in range(depth):
        by = By(ANA, (by,))
    return by


def open_ends(inner: bytes) -> bytes:
    """A SignedData whose content begins, and never ends."""
    start = asn1.oid(signed.SIGNED) + b"\xa0\x80\x30\x80" + asn1.integer(1) + asn1.set_of()
    return b"\x30\x80" + start + b"\x30\x80" + asn1.oid(signed.DATA) + b"\xa0\x80\x24\x80" + inner


def marks(count: int, numbers: bytes = b"0 1 2 3") -> bytes:
    return signed.HEADER + (b"/ByteRange [" + numbers + b"]\n") * count


def name(common: str) -> bytes:
    return asn1.sequence(asn1.set_of(asn1.sequence(asn1.oid("2.5.4.3"), asn1.utf8(common))))


def small(number: int) -> bytes:
    """A certificate that differs from its like in the holder alone."""
    noon = asn1.time(datetime(2026, 11, 24, 12, tzinfo=UTC))
    identifier = asn1.sequence(asn1.oid("2.5.29.14"), asn1.octets(asn1.octets(b"chave")))
    body = asn1.sequence(
        asn1.explicit(0, asn1.integer(2)),
        asn1.integer(1),
        signed.SHA256,
        name("A"),
        asn1.sequence(noon, noon),
        name(str(number)),
        asn1.sequence(signed.SHA256, asn1.bit_string(b"")),
        asn1.explicit(3, asn1.sequence(identifier)),
    )
    return asn1.sequence(body, signed.SHA256, asn1.bit_string(b""))


def zipped(*members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(members):
            archive.writestr(f"{number}.p7s", content)
    return buffer.getvalue()


PIECES = open_ends(asn1.octets(b"") * 2_000_000)

XML = {
    "billion laughs": ROOT.format(laughs(), "&e29;", lines(ANA)),
    "billion laughs in an attribute": ROOT.format(laughs(), '<b x="&e29;"/>', lines(ANA)),
    "quadratic blow-up": ROOT.format(f'<!ENTITY e "{"x" * 99_999}">', "&e;" * 99_999, lines(ANA)),
    "an external entity": ROOT.format(
        '<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;", lines(ANA)
    ),
    "an external DTD": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a>' + GOOD + "</a>",
    "parameter entities": ROOT.format(
        '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;', "", lines(ANA)
    ),
    "a DOCTYPE after comments": "<!-- a -->" * 10_000 + ROOT.format("", "", lines(ANA)),
    "depth": "<a>" * 500_000 + GOOD + "</a>" * 500_000,
    "depth, not closed": "<X509Certificate>" * 500_000,
    "a million signatures": "<a>" + GOOD + "<Signature><SignedInfo/></Signature>" * 200_000,
    "endless base64": f"<a><X509Certificate>{'MIIB' * (2 * MEGABYTE)}</X509Certificate></a>",
    "a million pieces of base64": "<a><X509Certificate>"
    + "<b/>A" * MEGABYTE
    + "</X509Certificate></a>",
}  # fmt: skip
LONG = "A" * 4 * MEGABYTE
POINTERS = "<Signature><SignedInfo>" + '<Reference URI="#a"/>' * 10 + "</SignedInfo></Signature>"
BUSY_XML = {
    "a long name, often referred to": f'<a><{LONG} Id="a"/>{POINTERS * 5000}{GOOD}</a>',
    "a long id, often referred to": f'<a><b Id="{LONG}"/>{signature(ANA, uri="#" + LONG)}</a>',
    "long names within each other": "<a>"
    + "".join(f"<{'b' * 40_000}{n}>" for n in range(240))
    + GOOD,
    "a huge attribute": f'<a x="{"y" * 9 * MEGABYTE}">{GOOD}</a>',
    "a million attributes": "<a " + " ".join(f'a{n}=""' for n in range(700_000)) + f">{GOOD}</a>",
    "the same attribute": "<a " + 'a="" ' * 1_000_000 + f">{GOOD}</a>",
    "namespaces": "<a "
    + " ".join(f'xmlns:a{n}="u"' for n in range(400_000))
    + f">{GOOD}</a>",
    "ids": "<a>" + "".join(f'<b Id="{n}"/>' for n in range(600_000)) + GOOD + "</a>",
    "empty elements": "<a>" + "<b/>" * 2_500_000 + GOOD + "</a>",
    "references": GOOD.replace("<Reference", "<Reference/>" * 800_000 + "<Reference"),
    "character references": "<a>" + "&#65;" * 2_000_000 + GOOD + "</a>",
    "comments, not closed": GOOD[:-1] + "<!--" * 2_000_000,
    "instructions": "<?a?>" * 2_000_000 + GOOD,
    "small certificates": "<a>"
    + signature(ANA).replace(
        "<X509Data>", "<X509Data>" + "<X509Certificate>MAA=</X509Certificate>" * 200_000
    )
    + "</a>",
    "certificates": "<a>" + signature(*[ANA] * 3000) + "</a>",
    "distinct certificates": "<a>"
    + signature(*(replace(e_cpf(), serial=n).der() for n in range(1, 2000)))
    + "</a>",
}  # fmt: skip
CMS = {
    "pieces without end": PIECES,
    "ends that never come": open_ends(b"\x24\x80" * 500_000),
    "all of open end": b"\x30\x80" + asn1.oid(signed.SIGNED) + b"\xa0\x80" * 500_000,
    "a length of 4 GB": cms([ANA], By(ANA)).replace(b"\x30\x82", b"\x30\x84\xff\xff", 1),
    "countersignatures in depth": cms([ANA], countersigned(300)),
    "a million signers": cms([ANA], *[asn1.sequence(asn1.integer(1))] * 300_000),
    "signers": cms([ANA], *[By(ANA).info()] * 20_000),
    "a serial number of a megabyte": cms(
        [ANA], signed.signer_info(asn1.sequence(asn1.sequence(), asn1.integer(1 << 8 * MEGABYTE)))
    ),
    "a name of a megabyte": cms(
        [ANA],
        signed.signer_info(asn1.sequence(asn1.sequence(bytes(MEGABYTE)), asn1.integer(1))),
    ),
    "certificates of nothing": cms([b"\x30\0" * 400_000], By(ANA)),
    "a certificate of a megabyte": cms([asn1.sequence(bytes(2 * MEGABYTE))], By(ANA)),
}
BUSY_CMS = {
    "signers who may be any of many": cms(
        [small(n) for n in range(4500)],
        *[signed.signer_info(asn1.sequence(name("A"), asn1.integer(1)))] * 9000,
    ),
    "key identifiers that may be any of many": cms(
        [small(n) for n in range(4500)],
        *[signed.signer_info(asn1.tlv(0x80, b"chave"))] * 9000,
    ),
    "nested": nested_cms(40),
    "nested and large": cms([ANA], By(ANA), content=cms([ANA], By(ANA), content=bytes(9 << 20))),
    "wide": cms([ANA], *[countersigned(2)] * 3000),
    "zeros in pieces": cms([ANA], By(ANA), content=bytes(9 << 20), ber=100),
}
PDF = {
    "a million ranges": marks(700_000),
    "ranges with blanks": signed.HEADER + (b"/ByteRange [" + b" " * 240) * 40_000,
    "contents never closed": signed.HEADER
    + b"2 0 obj<</ByteRange [0 1 2 3]/Contents <" + b"30" * (4 * MEGABYTE),
    "contents never closed, often": (
        signed.HEADER + b"<</ByteRange [0 1 2 3]/Contents <" + b"30" * 1000
    ) * 4_000,
    "one gap of all": marks(2_000, b"0 20 9000000 9") + b"<" + b"00" * (4 * MEGABYTE) + b">",
    "many gaps": signed.HEADER
    + b"".join(b"/ByteRange [0 %d 9000000 9]" % n for n in range(20, 4_000))
    + b"<" + b"30" * (4 * MEGABYTE) + b">",
    "signatures of open end": signed.pdf(*[b"\x30\x80" * 4_000 + bytes([n]) for n in range(250)]),
    "pieces in every signature": signed.pdf(
        *(open_ends(asn1.octets(bytes([n])) + asn1.octets(b"") * 100_000) for n in range(20))
    ),
}  # fmt: skip
BUSY_PDF = {
    "signatures": signed.pdf(*(cms([ANA], By(ANA)) + bytes([n]) for n in range(250))),
    "nothing": signed.HEADER + b"/Byte" * (2 * MEGABYTE),
    "names": signed.HEADER + b"/ByteRange" * MEGABYTE,
}
REFUSED: dict[str, bytes] = {
    **{f"XML: {name}": text.encode() for name, text in XML.items()},
    **{f"CMS: {name}": data for name, data in CMS.items()},
    **{f"PDF: {name}": data for name, data in PDF.items()},
}
ANSWERED: dict[str, bytes] = {
    **{f"XML: {name}": text.encode() for name, text in BUSY_XML.items()},
    **{f"CMS: {name}": data for name, data in BUSY_CMS.items()},
    **{f"PDF: {name}": data for name, data in BUSY_PDF.items()},
    "ZIP: pieces": zipped(*[PIECES[:MEGABYTE]] * 9),
    "ZIP: nested": zipped(*[nested_cms(10)] * 50),
}


@pytest.mark.parametrize("bomb", [name for name in BUSY_CMS if "any of many" in name])
def test_of_many_that_fit_none_signed(bomb: str) -> None:
    assert "Há 4500 certificados" in answer(BUSY_CMS[bomb]).message


def answer(data: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(data, "bomba")
    return caught.value


@pytest.mark.parametrize("bomb", REFUSED)
def test_a_bomb_is_refused_in_words(bomb: str) -> None:
    error = answer(REFUSED[bomb])
    assert error.code in ("damaged", "too_large", "signer_missing")
    assert len(error.message) < 200
    assert len(error.others) <= 10
    assert "root:" not in error.message


@pytest.mark.parametrize("bomb", ["XML: billion laughs", "XML: quadratic blow-up"])
def test_no_entity_is_ever_declared(bomb: str) -> None:
    with pytest.raises(DamagedError, match="DOCTYPE"):
        read(REFUSED[bomb], "bomba.xml")


EACH = """
import sys, time
from guiche.sources import SourceError, read_path
for path in sys.argv[1:]:
    began = time.process_time()
    try:
        read_path(path)
    except SourceError:
        pass
    print(time.process_time() - began)
with open("/proc/self/status") as status:  # what getrusage tells includes who started this
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.timed
@pytest.mark.parametrize("kind", ["XML", "CMS", "PDF", "ZIP"])
def test_no_bomb_takes_long_or_much_memory(kind: str, tmp_path: Path) -> None:
    bombs = {name: each for name, each in {**REFUSED, **ANSWERED}.items() if name.startswith(kind)}
    for number, data in enumerate(bombs.values()):
        (tmp_path / str(number)).write_bytes(data)
    paths = [str(tmp_path / str(number)) for number in range(len(bombs))]
    run = subprocess.run(
        [sys.executable, "-c", EACH, *paths], capture_output=True, text=True, check=True
    )
    *seconds, kilobytes = map(float, run.stdout.split())
    slow = {name: each for name, each in zip(bombs, seconds, strict=True) if each > 3}
    assert not slow
    assert kilobytes < 256 << 10


GIGABYTE_READ = """
import resource, sys
from guiche.sources import SourceError, read_path
limit = 256 << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    print(read_path(sys.argv[1]).leaves[0].signature.words)
except SourceError as error:
    print(error.code)
"""


@pytest.mark.timed
@pytest.mark.parametrize("kind", ["pdf", "p7s", "unsigned"])
def test_a_gigabyte_is_walked_in_little_memory_and_time(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "livro"
    size = 1 << 30
    with path.open("wb") as file:
        if kind == "p7s":
            whole = cms([ANA], By(ANA), content=b"@")
            at = whole.index(b"\x04\x01@")
            file.write(long_content(whole[:at], whole[at + 3 :], size))
            file.seek(size, io.SEEK_CUR)
            file.write(whole[at + 3 :])
        else:
            file.write(signed.HEADER)
            file.seek(size)
            file.write(signed.revision(size, 2, cms([ANA], By(ANA))) if kind == "pdf" else b"%%EOF")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-c", GIGABYTE_READ, str(path)], capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run.stdout.strip() == ("no_certificate" if kind == "unsigned" else "assinatura única")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10


def long_content(before: bytes, after: bytes, size: int) -> bytes:
    """The start of a SignedData up to a content of `size` octets, all lengths right."""
    certificates = after
    string = b"\x04\x84" + size.to_bytes(4, "big")
    head = string
    inner = size
    for prefix in (b"", asn1.oid(signed.DATA)):
        tag = b"\x30" if prefix else b"\xa0"
        body = prefix + head
        head = tag + b"\x84" + (len(body) + inner).to_bytes(4, "big") + body
    body = asn1.integer(1) + asn1.set_of(signed.SHA256) + head
    for prefix, tag in ((b"", b"\x30"), (b"", b"\xa0"), (asn1.oid(signed.SIGNED), b"\x30")):
        body = prefix + body
        body = tag + b"\x84" + (len(body) + inner + len(certificates)).to_bytes(4, "big") + body
    assert before.startswith(b"\x30")
    return body


def test_more_than_two_gigabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "livro.pdf"
    with path.open("wb") as file:
        file.write(signed.HEADER)
        file.truncate((2 << 30) + 1)
    with pytest.raises(SourceError, match="2,0 GB; o limite é 2,0 GB") as caught:
        read_path(path)
    assert caught.value.source.kind == "pdf"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(SourceError, match="O arquivo tem 1,0 GB; o limite é 10,0 MB"):
        read_path(path)
