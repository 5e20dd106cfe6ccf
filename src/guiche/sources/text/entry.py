"""One field of a pasted text."""

from typing import NamedTuple

from guiche.icpbrasil import OtherName


class Entry(NamedTuple):
    """A field named in the text; `value` is None where the text does not show what it holds.

    `shown_by` says whose text it is, to complete the sentence "O texto ...".
    """

    oid: str | None
    value: OtherName | None
    shown_by: str = "colado"
