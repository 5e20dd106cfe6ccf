"""Brazilian numbers, a module each, with the verbs of python-stdnum.

`compact` strips punctuation, `validate` returns the compact number or raises one of the
`ValueError` subclasses of `stdnum.exceptions`, `is_valid` answers, `format` writes for people.
"""
