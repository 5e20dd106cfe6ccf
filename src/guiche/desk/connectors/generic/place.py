r"""Where something stands in an answer: `json /id`, `xml ticket/id`, `regex id=(\d+)`, `whole`.

>>> Place.read("json /data/0/id").one(b'{"data": [{"id": 7}]}')
'7'
>>> Place.read("xml ticket/id").one(b"<r><ticket><id>7</id></ticket></r>")
'7'
>>> Place.read("whole").one(b' "7"\n')
'7'
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from guiche.desk.connectors.generic.xml import parsed

_REFERENCE = re.compile(r"[^\s<>\"\x00-\x1f\x7f]{1,120}")
# A whole page may be anything; only what looks like a number is taken for one.
_NUMBER_ALONE = re.compile(r"(?=.*\d)[\w.#/-]{1,40}")
_LONGEST = 1000


@dataclass(frozen=True)
class Place:
    """`answer` is the body of an answer, or one of what `each` gave."""

    kind: str
    path: str

    @classmethod
    def read(cls, line: str) -> "Place":
        """The place that a line names; `ValueError` says what is wrong with it."""
        kind, _, path = line.strip().partition(" ")
        place = cls(kind, path.strip())
        if kind == "json" and (not path or path.startswith("/")):
            return place
        if kind == "xml" and path:
            try:
                etree.Element("r").find(path)
            except SyntaxError:
                raise ValueError(f"“{path}” não é um caminho como ticket/id.") from None
            return place
        if kind == "regex":
            return place._with_one_group()
        if kind == "whole" and not path:
            return place
        raise ValueError("diga onde está: json /data/id, xml ticket/id, regex id=(…) ou whole.")

    def _with_one_group(self) -> "Place":
        try:
            groups = re.compile(self.path).groups
        except re.error as error:
            raise ValueError(f"a expressão regular não serve: {error}") from None
        if groups != 1:
            raise ValueError(f"a expressão regular tem {groups} grupos; precisa de um.")
        return self

    def one(self, answer: Any) -> str:
        """The text or whole number that stands there; "" where none does."""
        try:
            found = self._look(answer)
        except ValueError:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            return ""
        return str(found).strip()[:_LONGEST]

    def reference(self, answer: Any) -> str:
        """The same, where it can be the id or number of a ticket."""
        found = self.one(answer)
        return found if _REFERENCE.fullmatch(found) else ""

    def each(self, answer: bytes) -> list[Any]:
        """Every part that stands there; `ValueError` where there is no list at all."""
        if self.kind == "json":
            found = self._look(answer)
            if not isinstance(found, list):
                raise ValueError(f"não há lista em {self.path or 'toda a resposta'}.")
            return found
        if self.kind == "xml":
            return list(parsed(answer).iterfind(self.path))
        return [match[0] for match in re.finditer(self.path, text_of(answer))]

    def _look(self, answer: Any) -> Any:
        if self.kind == "json":
            return _pointed(json.loads(answer) if isinstance(answer, bytes) else answer, self.path)
        if self.kind == "xml":
            root = parsed(answer) if isinstance(answer, bytes) else answer
            return root.findtext(self.path)
        if self.kind == "regex":
            match = re.search(self.path, text_of(answer))
            return match[1] if match else None
        alone = text_of(answer).strip().strip("\"'").strip()
        return alone if _NUMBER_ALONE.fullmatch(alone) else None


def _pointed(value: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to; None where it leads nowhere."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isascii() and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def text_of(answer: Any) -> str:
    """All that an answer, or a part of one, says."""
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    if isinstance(answer, etree._Element):
        return "\n".join(str(text) for text in answer.itertext())
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
