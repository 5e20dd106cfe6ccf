"""The XML of Qualitor: any text goes out well-formed, and no reply does harm."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from guiche.desk.connectors.qualitor import envelope
from guiche.desk.connectors.qualitor.envelope import NotAReply
from guiche.desk.doubles.qualitor.envelope import BOMB, Asked

LATIN = st.text(st.characters(max_codepoint=0xFF))
TEXTS = st.text(st.characters(codec="utf-8") | st.characters(max_codepoint=0x2FF))
HOSTILE = (
    "]]>", "a ]]> b <![CDATA[x]]>", "</dschamado>", "&amp;&#0;", "\0\x08\x0b\x1f\x7f\x85", "\ud800",
    "\ufffe\uffff", "um\r\ndois\rtrês", "1 + 1 = 2 %2B", "  margens  ", "😀 ✓ – “ç” €",
)  # fmt: skip
CLEAN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF])


def sent(text: str, encoding: str) -> str:
    """The text as a server reads it that goes by the prolog."""
    xml = envelope.request({"dschamado": text}, encoding)
    assert xml.isascii()
    return Asked.read(xml.encode("ascii")).data["dschamado"]


@given(text=TEXTS)
@example(text=HOSTILE[1])
def test_in_utf8_every_text_arrives_as_it_was_but_for_control_characters(text: str) -> None:
    assert sent(text, "utf-8") == text.translate(CLEAN)


@given(text=LATIN, encoding=st.sampled_from(("iso-8859-1", "none")))
def test_in_latin_1_what_fits_arrives_as_it_was(text: str, encoding: str) -> None:
    assert sent(text, encoding) == text.translate(CLEAN)


@given(text=TEXTS)
def test_in_latin_1_the_rest_is_spelt_with_what_there_is(text: str) -> None:
    arrived = sent(text, "iso-8859-1")
    arrived.encode("latin-1")
    assert envelope.fitting(arrived, "iso-8859-1") == arrived


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "none"])
@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_break_an_xml_does_not(text: str, encoding: str) -> None:
    arrived = sent(text, encoding)
    for kept in ("]]>", "</dschamado>", "&amp;&#0;", "um\r\ndois\rtrês", "1 + 1 = 2 %2B"):
        assert (kept in arrived) == (kept in text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ação – ç ã €", "ação - ç ã EUR"),
        ("“aspas” ‘simples’ … •", "\"aspas\" 'simples' ... *"),
        (unicodedata.normalize("NFD", "ação"), "ação"),
        ("Łódź Ștefan", "?ódz Stefan"),
        ("½ ² № ﬁm", "½ ² No fim"),
        ("família 👨\u200d👩\u200d👧", "família ???"),
    ],
)
def test_letters_that_latin_1_lacks(typed: str, kept: str) -> None:
    assert envelope.fitting(typed, "iso-8859-1") == kept


def test_the_prolog_is_the_one_that_was_set_up() -> None:
    prologs = [envelope.request({}, each).partition("<wsqualitor")[0] for each in
               ("iso-8859-1", "utf-8", "none")]  # fmt: skip
    assert prologs == [
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n',
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        "",
    ]


def test_additional_information_stands_beside_the_data() -> None:
    xml = envelope.request({"cdcliente": "A120"}, "none", {"321": "+551133334444"})
    contents = etree.fromstring(xml)[0]
    assert [child.tag for child in contents] == ["data", "informacoesadicionais"]
    assert contents.findtext("informacoesadicionais/vlinformacaoadicional321") == "+551133334444"


# Replies


def reply(inside: str, tag: str = "response_status", status: str = "1") -> bytes:
    return (
        f"<wsqualitor><{tag}><status>{status}</status><error_code/><msg/></{tag}>{inside}"
        "</wsqualitor>"
    ).encode()


ITEM = "<dataitem><cdchamado>1</cdchamado><msg> x </msg><vazio/></dataitem>"
ONE = f"<response_data>{ITEM}</response_data>"


@pytest.mark.parametrize("tag", ["response_status", "responsestatus"])
def test_both_spellings_of_the_status_are_read(tag: str) -> None:
    read = envelope.read(reply(ONE, tag))
    assert (read.ok, read.items) == (True, [{"cdchamado": "1", "msg": "x", "vazio": ""}])


def test_one_many_and_no_items_are_a_list() -> None:
    many = reply(f"<response_data>{ITEM}{ITEM}</response_data>")
    assert [len(envelope.read(each).items) for each in (reply(""), reply(ONE), many)] == [0, 1, 2]


def test_a_control_character_that_php_passed_on_spoils_no_reply() -> None:
    noisy = reply("<response_data><dataitem><a>x\x0b\x00y</a></dataitem></response_data>")
    assert envelope.read(noisy).items == [{"a": "xy"}]


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"OK", b"<html><body>Erro</body></html>", b"<wsqualitor/>", reply("", status="2"),
     reply(ONE)[:-20], b'{"status": 1}', b"\xff\xfe\x00", reply("", "other")],
)  # fmt: skip
def test_what_is_no_reply_is_not_taken_for_one(body: bytes) -> None:
    with pytest.raises(NotAReply, match="A resposta não é do Qualitor: "):
        envelope.read(body)


def test_a_page_in_place_of_a_reply_is_quoted_without_its_markup() -> None:
    with pytest.raises(NotAReply, match=r": Manutenção Volte às 18h\.$"):
        envelope.read("<html><h1>Manutenção</h1><br>Volte às 18h.".encode())


@pytest.mark.parametrize(
    "doctype",
    ["<!DOCTYPE wsqualitor>", '<!DOCTYPE wsqualitor SYSTEM "file:///etc/passwd">',
     '<!DOCTYPE wsqualitor [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
)  # fmt: skip
def test_a_doctype_is_refused(doctype: str) -> None:
    with pytest.raises(NotAReply, match="DOCTYPE"):
        envelope.read(doctype.encode() + reply(ONE))


def test_an_entity_bomb_is_refused() -> None:
    with pytest.raises(NotAReply):
        envelope.read(BOMB)
    with pytest.raises(NotAReply):
        envelope.read(BOMB.encode())


@given(body=st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_none(body: bytes) -> None:
    for encoding in ("declared", "iso-8859-1", "utf-8"):
        with pytest.raises(NotAReply):
            envelope.read(body, encoding)


@given(text=TEXTS)
def test_a_text_that_soap_carried_is_read_whatever_its_prolog(text: str) -> None:
    kept = envelope.fitting(text, "utf-8").replace("\r", "").strip()
    root = etree.fromstring(reply(ONE))
    root.find("response_data/dataitem/msg").text = kept  # type: ignore[union-attr]
    xml = etree.tostring(root, encoding="unicode")
    read = envelope.read(f'<?xml version="1.0" encoding="ISO-8859-1"?>{xml}')
    assert read.items[0]["msg"] == kept
