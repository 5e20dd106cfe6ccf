"""No CPF, CNPJ, e-mail or phone reaches the log, whatever stands around it; what serves does."""

import json
import logging
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cnpj

from guiche.desk.logs.lines import Json, Lines
from guiche.desk.logs.redaction import redact
from guiche.desk.tickets import number
from guiche.icpbrasil.numbers import cpf

DIGITS, ALNUM = string.digits, string.digits + string.ascii_uppercase


def written(forms: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(forms)


@st.composite
def cpfs(draw: st.DrawFn) -> str:
    body = draw(st.text(DIGITS, min_size=9, max_size=9).filter(lambda text: len(set(text)) > 1))
    bare = next(found for n in range(100) if cpf.is_valid(found := f"{body}{n:02}"))
    spaced = f"{bare[:3]} {bare[3:6]} {bare[6:9]} {bare[9:]}"
    return draw(written([bare, cpf.format(bare), spaced, f"{bare[:9]}-{bare[9:]}"]))


@st.composite
def cnpjs(draw: st.DrawFn) -> str:
    body = draw(st.text(ALNUM, min_size=12, max_size=12))
    bare = body + cnpj.calc_check_digits(body)
    # Without punctuation only a word of its own is known for one.
    forms = [cnpj.format(bare), f" {bare} ", f" {bare.lower()} "]
    return draw(written(forms)).strip(" ") if body.isdigit() else draw(written(forms))


@st.composite
def phones(draw: st.DrawFn) -> str:
    area = str(draw(st.integers(11, 99)))
    line = draw(st.sampled_from(["9", "3", ""])) + draw(
        st.text(DIGITS, min_size=8, max_size=8).filter(lambda text: text[0] != "0")
    )
    dashed = f"{line[:-4]}-{line[-4:]}"
    forms = [
        f"({area}) {dashed}", f"({area}){dashed}", f"{area} {dashed}", f"+55 {area} {dashed}",
        f"+55{area}{line}", f"{area}{line}", f"0{area} {dashed}", dashed, line,
    ]  # fmt: skip
    return draw(written(forms))


EMAILS = st.builds(
    lambda local, at, domain: f"{local}{at}{domain}",
    st.text(string.ascii_letters + DIGITS + "._+-", min_size=1, max_size=70),
    st.sampled_from(["@", "%40"]),
    st.sampled_from(["exemplo.com.br", "sub.exemplo.org", "localhost"]),
)
PEOPLE = st.one_of(cpfs(), cnpjs(), phones(), EMAILS)
# Only the forms of a ticket number are let through; a datum is not written as one.
AROUND = st.text(max_size=40).filter(lambda text: not re.search(r"(G|/chamados/)$", text))


def record(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("guiche.x", logging.INFO, __file__, 1, message, arguments, None)
    made.__dict__.update(more)
    return made


@given(AROUND, PEOPLE, AROUND)
def test_nobody_survives_in_a_message(before: str, datum: str, after: str) -> None:
    made = record("%s", before + datum + after)
    for form in (Lines(), Json()):
        # A cut-off beginning or end of it would be enough to tell who it is.
        assert datum.strip() not in form.format(made)
        assert not re.search(r"\d{8}", _message(form.format(made), form))


def _message(text: str, form: logging.Formatter) -> str:
    message: str = json.loads(text)["message"] if isinstance(form, Json) else text[20:]
    # What is escaped in a line is no digit of anybody.
    return re.sub(r"\\u[0-9a-f]{4}", "", message)


@given(PEOPLE)
def test_nobody_survives_in_an_exception(datum: str) -> None:
    try:
        raise ValueError(f"não há cliente {datum}")
    except ValueError as error:
        made = record("failed", exc_info=(ValueError, error, error.__traceback__))
    for form in (Lines(), Json()):
        text = form.format(made)
        assert datum.strip() not in text
        assert "não há cliente" in (text if type(form) is Lines else json.loads(text)["exception"])


@given(AROUND.filter(lambda text: not re.search(r"[\d@%]", text)), st.integers(0, 10**9 - 1))
def test_the_number_of_a_ticket_survives(around: str, body: int) -> None:
    protocolo = number.new(lambda _: body * 9 // 10)
    for text in (number.spoken(protocolo), f"[G{protocolo}]", f"/chamados/{protocolo}/"):
        assert text in redact(f"{around} {text} {around}")


@pytest.mark.parametrize(
    "text",
    [
        "GET /atender/6fe2b0a4-93c1-4c58-9c1f-0d6d7a7a1f11/ler/ from 10.128.200.100:53211",
        "due 2026-11-25T18:22:47.123456+00:00, now 2026-11-25 18:22:47",
        "retention: 12 certificates, 1234567 drafts",
        "Python 3.11.7, Django 5.2.19",
    ],
)
def test_what_serves_survives(text: str) -> None:
    assert redact(text) == text


def test_a_number_like_a_tickets_with_a_wrong_check_digit_does_not() -> None:
    assert redact("[G4821703650] 482 170 365-0") == "[G[número]] [número]"


def test_a_long_word_is_searched_in_no_time() -> None:
    assert redact("a" * 1_000_000)[:1] == "a"
    assert redact("1." * 500_000) == "[número]."


def test_the_link_of_a_ticket_is_cut() -> None:
    said = redact("Not Found: /acompanhar/uI5cM22t-D53a_IwK/leitura.pdf")
    assert said == "Not Found: /acompanhar/[link]/leitura.pdf"


@given(AROUND, AROUND)
def test_no_key_of_ours_survives(before: str, after: str) -> None:
    token, secret = f"guiche_{'aB3' * 15}Z", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/8="
    for key in (token, token[:40], secret, secret[:20], secret.replace("+/", "%2B%2F")):
        made = record("%s", before + key + after)
        for form in (Lines(), Json()):
            text = form.format(made)
            assert key not in text
            assert key[8:16] not in text


def test_by_what_a_token_is_told_survives() -> None:
    for text in ("token guiche_aB3aB3 lacks search", "guiche_requests_in_progress_total 3"):
        assert redact(text) == text
