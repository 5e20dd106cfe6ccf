"""Whatever a customer is called: no value breaks out of the place where a template puts it."""

import json
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from guiche.desk.connectors.generic.format import Format
from guiche.desk.connectors.generic.place import Place
from guiche.desk.connectors.generic.template import Template

KNOWN = {"title", "name", "fact:"}
ANY = st.text() | st.sampled_from(
    ['"', "\\", '\\"', "]]>", "&#0;", "{title}", "a&b=c", "\r\n", "%22"]
)
UTF8 = st.text(st.characters(exclude_categories=["Cs"]))


def template(text: str, format: Format) -> Template:  # noqa: A002
    return Template.read(text, format, KNOWN)


@given(ANY, ANY)
def test_json_holds_exactly_the_values(title: str, name: str) -> None:
    body = template('{"a": ["{title}", 1], "b {name}": "x {name} {fact:k}"}', Format.JSON)
    filled = body.filled({"title": title, "name": name, "fact:k": title})
    assert json.loads(filled) == {"a": [title, 1], f"b {name}": f"x {name} {title}"}


@given(UTF8, UTF8)
def test_a_form_holds_exactly_the_values(title: str, name: str) -> None:
    filled = template("a={title}&b=x+{name}", Format.FORM).filled({"title": title, "name": name})
    read = parse_qs(filled, keep_blank_values=True, strict_parsing=True)
    assert read == {"a": [title], "b": [f"x {name}"]}


@given(ANY, ANY)
def test_xml_holds_the_values_less_what_xml_cannot(title: str, name: str) -> None:
    body = template("<r><t>{title}</t><n v='{name}' w=\"{name}\"/></r>", Format.XML)
    root = etree.fromstring(body.filled({"title": title, "name": name}).encode())
    assert [child.tag for child in root] == ["t", "n"]
    assert (root.findtext("t") or "") == allowed(title)
    assert [*root[1].attrib.values()] == [allowed(name)] * 2


def allowed(text: str) -> str:
    """What of a text an XML parser takes, asked of the parser itself."""

    def takes(each: str) -> bool:
        try:
            etree.fromstring(f"<a>&#{ord(each)};</a>")
        except etree.XMLSyntaxError:
            return False
        return True

    return "".join(each for each in text if takes(each))


@given(UTF8.filter(lambda value: value.strip(".") != ""), UTF8)
def test_a_path_stays_one_and_its_query_too(name: str, title: str) -> None:
    filled = template("/t/{name}/n?q={title}&z=1", Format.PATH)
    path, query = urlsplit(filled.filled({"name": name, "title": title}))[2:4]
    assert [unquote(part) for part in path.split("/")] == ["", "t", name, "n"]
    assert parse_qs(query, keep_blank_values=True) == {"q": [title], "z": ["1"]}


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ('{"a": {title}}', Format.JSON),
        ('{"a": "\\{title}"}', Format.JSON),
        ('{"a": "{title}", "a": "b"}', Format.JSON),
        ('{"a": "{título}"', Format.JSON),
        ("{title}", Format.JSON),
        ("<a>{title}", Format.XML),
        ("<{title}/>", Format.XML),
        ("<a b={title}/>", Format.XML),
        ("<a><!-- {title} --></a>", Format.XML),
        ("<a><?x {title}?></a>", Format.XML),
        ("<a><![CDATA[{title}]]></a>", Format.XML),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><a>{title}&e;</a>", Format.XML),
        ("<?xml version='1.0' encoding='UTF-7'?><a>{title}</a>", Format.XML),
        ("a{title}", Format.FORM),
        ("/a#{title}", Format.PATH),
        ("/a b/{title}", Format.PATH),
        ("/../{title}", Format.PATH),
        ("{title}", Format.PATH),
        ("/a/{Title}", Format.PATH),
        ('{"a": "{cpf}"}', Format.JSON),
        ("{fact}", Format.TEXT),
        ('{"a": 1{title#}.5}', Format.JSON),
        ('{"a": {title#} }{"b": 1}', Format.JSON),
        ("<a>{titulo#}</a>", Format.XML),
    ],
)
def test_a_place_out_of_which_a_value_would_break_is_refused(text: str, format: Format) -> None:  # noqa: A002
    with pytest.raises(ValueError, match=r"não existe aqui|não chegaria inteiro|não é|não serve"):
        template(text, format)


@pytest.mark.parametrize("value", ["7", "0", "123456789012345678"])
def test_a_whole_number_stands_without_quotes(value: str) -> None:
    body = template('{"id": {title#}, "t": "{title}"}', Format.JSON)
    assert json.loads(body.filled({"title": value})) == {"id": int(value), "t": value}


@pytest.mark.parametrize(
    "value", ["", "7.5", "-1", "007", "1e9", "7}", "٣", "7, 8", "7\n", "9" * 19]
)
def test_what_is_no_whole_number_is_sent_nowhere(value: str) -> None:
    with pytest.raises(ValueError, match="não é um número inteiro"):
        template('{"id": {title#}}', Format.JSON).filled({"title": value})


@pytest.mark.parametrize(
    ("place", "answer", "found"),
    [
        ("whole", b"12345", "12345"),
        ("whole", b' "12345"\r\n', "12345"),
        ("whole", b"Cliente inexistente", ""),
        ("whole", b"<html>1</html>", ""),
        ("json /id", b'{"id": "A-7"}', "A-7"),
        ("json /a~1b/0", b'{"a/b": [9]}', "9"),
        ("json /id", b'{"id": true}', ""),
        ("json /id", b'{"id": [1]}', ""),
        ("json /id/x", b'{"id": 3}', ""),
        ("json /9", b"[1]", ""),
        ("json", b"7", "7"),
        ("json /id", b"nada", ""),
        ("xml a/id", b'<r xmlns="urn:x"><a><id>7</id></a></r>', "7"),
        ("xml id", b'<!DOCTYPE r [<!ENTITY e "7">]><r><id>&e;</id></r>', ""),
        ("xml id", b"<r", ""),
        (r"regex id=(\d+)", b"ok; id=77;", "77"),
        (r"regex id=(\d+)", b"ok", ""),
        ("json /id", b'{"id": "com espaco"}', ""),
    ],
)
def test_an_id_is_taken_from_where_it_stands_and_from_nowhere_else(
    place: str, answer: bytes, found: str
) -> None:
    assert Place.read(place).reference(answer) == found


def test_lists_are_told_from_pages_that_are_none() -> None:
    assert Place.read("json /l").each(b'{"l": []}') == []
    assert Place.read(r"regex <t>(\d+)").each(b"<t>1 <t>2") == ["<t>1", "<t>2"]
    assert [Place.read("xml id").one(each) for each in Place.read("xml t").each(
        b"<r><t><id>1</id></t><t><id>2</id></t></r>")] == ["1", "2"]  # fmt: skip
    for answer in (b"<html>", b'{"erro": "x"}', b'{"l": {}}'):
        with pytest.raises(ValueError, match=r"não há lista|Expecting value"):
            Place.read("json /l").each(answer)
