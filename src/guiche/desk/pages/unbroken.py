"""Numbers inside a text: a line of a page ends before or after one, never within it."""

import re

from django.template import Library
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

register = Library()

_NUMBER = re.compile(
    r"(\(\d{2}\) ?\d{4,5}-\d{4}"  # phone
    r"|\w{2}\.\w{3}\.\w{3}/\w{4}-\d{2}"  # CNPJ, of letters too
    r"|\d{3}\.\d{3}\.\d{3}-\d{2}"  # CPF
    r"|\d{2}\.\d{3}\.\d{5}/\d{2})"  # CEI
)


@register.filter
def unbroken(text: object) -> SafeString:
    """The text with each phone, CNPJ, CPF and CEI kept on one line.

    >>> unbroken("Fone: (11) 3333-4444 <b>")
    'Fone: <span class="digits">(11) 3333-4444</span> &lt;b&gt;'
    """
    *before, last = _NUMBER.split(str(text))
    pairs = zip(before[::2], before[1::2], strict=True)
    return format_html_join("", '{}<span class="digits">{}</span>', pairs) + escape(last)
