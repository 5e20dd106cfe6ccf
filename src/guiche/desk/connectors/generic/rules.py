"""What the text of each operation may name: placeholders in its call, lines about its answer."""

from collections.abc import Mapping

_CASE = frozenset({
    "key", "mark", "title", "text", "name", "document", "email", "phone_1", "phone_2", "team",
    "category", "solution", "fact:",
})  # fmt: skip
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "create": _CASE,
    "find": frozenset({"key", "mark"}),
    "note": frozenset({"ref", "note", "key", "mark"}),
    "forward": frozenset({"ref", "team"}),
    "close": frozenset({"ref", "note", "key", "mark"}),
    "read": frozenset({"ref"}),
    "check": frozenset(),
}
PLACES: Mapping[str, frozenset[str]] = {
    "create": frozenset({"ref", "number"}),
    "find": frozenset({"list", "ref", "number", "at"}),
    "read": frozenset({"status", "team", "number"}),
}
WORDS: Mapping[str, frozenset[str]] = {
    "find": frozenset({"exact"}),
    "read": frozenset({"closed", "gone"}),
}
NEEDED: Mapping[str, frozenset[str]] = {
    "create": frozenset({"ref"}),
    "find": frozenset({"ref", "list"}),
    "read": frozenset({"status"}),
}
