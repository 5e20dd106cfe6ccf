"""HTML that is safe because of how it is made: what is no markup already is escaped."""

from html import escape
from typing import Self


class Html(str):
    """Markup: nothing in it is escaped any more."""

    __slots__ = ()

    @classmethod
    def joined(cls, *parts: "str | Html") -> Self:
        """One after the other; a part that is no markup is text.

        >>> Html.joined("a < b", tag("br"))
        'a &lt; b<br>'
        """
        return cls("".join(p if isinstance(p, Html) else escape(p, quote=False) for p in parts))


_VOID = frozenset({"br", "input", "meta"})


def tag(kind: str, *content: "str | Html", **attributes: str | bool) -> Html:
    """An element. `for_` gives the attribute `for`, `aria_label` gives `aria-label`; True has no
    value, and False is left out.

    >>> tag("p", "<script>", class_="soft", title='"', hidden=True)
    '<p class="soft" title="&quot;" hidden>&lt;script&gt;</p>'
    """
    named = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not False
    )
    if kind in _VOID:
        return Html(f"<{kind}{named}>")
    return Html(f"<{kind}{named}>{Html.joined(*content)}</{kind}>")
