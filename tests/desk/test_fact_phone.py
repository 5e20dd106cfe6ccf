"""A phone of a customer: what it can be reached with."""

import pytest

from guiche.desk.intake.facts import whatsapp_url


@pytest.mark.parametrize(
    ("number", "text", "url"),
    [
        ("+5511988887777", "", "https://wa.me/5511988887777"),
        (
            "+5511988887777",
            "Olá & até já",
            "https://wa.me/5511988887777?text=Ol%C3%A1%20%26%20at%C3%A9%20j%C3%A1",
        ),
        ("+551133334444", "", ""),
        ("+551133334444", "Olá", ""),
    ],
)
def test_only_a_mobile_phone_has_whatsapp(number: str, text: str, url: str) -> None:
    assert whatsapp_url(number, text) == url
