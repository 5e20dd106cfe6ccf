"""The cases, by theme. A docstring is the published reason of its verdict."""

from vectors.cases import cei, damage, encoding, fields, hidden, people, profiles, subject

THEMES = (
    cei.theme,
    profiles.theme,
    fields.theme,
    people.theme,
    subject.theme,
    encoding.theme,
    damage.theme,
    hidden.theme,
)
