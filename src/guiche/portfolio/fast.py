"""A batch by the compiled walk; what it refuses is read by the careful reader."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from guiche.icpbrasil import Inspection, inspect
from guiche.icpbrasil.enrolment import CEI_FIELDS, Reason, Status
from guiche.icpbrasil.oids import NOME_EMPRESARIAL
from guiche.icpbrasil.profile import Profile
from guiche.portfolio import judge, walk
from guiche.portfolio.columns import MOMENT, SCHEMA, columns_of, with_rows
from guiche.portfolio.moulds import Moulds
from guiche.portfolio.octets import octets_of

_KINDS = {
    Profile.E_CPF: judge.E_CPF, Profile.E_CNPJ: judge.E_CNPJ, Profile.PF: judge.PF,
    Profile.SELO_ELETRONICO: judge.SELO,
}  # fmt: skip
# Of the mould, and no hindrance: what else the careful reader remarks is looked at by it.
_OF_MOULD = frozenset(
    {"cei_misplaced", "cps_uri_mismatch", "explicit_default", "missing_mandatory_field", "no_san"}
)
# Of the values: the compiled reading sees to them, be it by a refusal.
_OF_VALUES = frozenset(
    {
        "bad_block_length", "birth_date_unreadable", "caepf_in_cei_field", "cn_number_mismatch",
        "cn_too_long", "expired", "not_yet_valid", "short_person_block",
    }
)  # fmt: skip
_FIELDS = frozenset(f"2.16.76.1.3.{number}" for number in (1, 2, 3, 4, 6, 7))
# By what the compiled reading says; its zero is "as the mould".
_JUDGED: dict[str, tuple[str | None, ...]] = {
    "enrolment_status": (
        None, Status.PRESENT, Status.DOUBTFUL, Status.BLANK, Status.BLANK, Status.DOUBTFUL,
    ),
    "enrolment_reason": (
        None, Reason.OK, Reason.CHECK_DIGIT, Reason.BLANKS, Reason.ZEROS, Reason.CHARACTERS,
    ),
    "nis_status": (None, Status.PRESENT, Status.DOUBTFUL, Status.BLANK),
    "validity_status": (None, "valid", "expired", "not_yet"),
}  # fmt: skip
_SPOKEN = (0, 0, 1, 2)
"""Which column of what was said each of these is of."""
_REMARKS = ((), (), ("expired",), ("not_yet_valid",))
_TEXTS = {
    "holder_name": judge.NAME, "holder_cnpj": judge.CNPJ, "holder_cpf": judge.CPF,
    "holder_email": judge.EMAIL, "responsible_name": judge.RESPONSIBLE,
    "responsible_cpf": judge.RESPONSIBLE_CPF, "enrolment_number": judge.NUMBER,
    "nis_number": judge.NIS,
}  # fmt: skip
_MOST, _MOST_PIECES = 1 << 14, 96
_DIGEST = 32
_NEVER = -(2**63)
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SAID = (
    "profile", "certificate_type", "icp_brasil", "issuer_name", "registration_authority_name",
    "registration_authority_cnpj", "key_algorithm",
)  # fmt: skip


_careful = inspect


class _Words(NamedTuple):
    """What is said of the moulds, as arrays to take from."""

    said: dict[str, pa.Array]
    judged: dict[str, pa.Array]
    """After what the values themselves say."""
    findings: pa.Array
    """Of each mould as many as there are validities."""
    is_rsa: Any

    @classmethod
    def of(cls, said: Sequence[dict[str, Any]], findings: Sequence[Sequence[str]]) -> "_Words":
        remarks = [[*each, *more] for each in findings for more in _REMARKS]
        return cls(
            {name: _array(name, [each[name] for each in said]) for name in _SAID},
            {
                name: _array(name, [*words[1:], *(each[name] for each in said)])
                for name, words in _JUDGED.items()
            },
            _array("findings", remarks),
            np.array([each["key_bits"] is not None for each in said] or [False]),
        )


def _array(name: str, values: Sequence[object]) -> pa.Array:
    return pa.array(values, SCHEMA.field(name).type)


class Reader:
    """The moulds that one thread has seen; they are kept from batch to batch."""

    def __init__(self, most: int = _MOST) -> None:
        """With room for so many."""
        self._most = most
        self._forget()

    def _forget(self) -> None:
        self._moulds = Moulds.none(self._most)
        self._kinds = np.zeros(self._most, np.uint8)
        self._ceis = np.zeros(self._most, np.uint8)
        self._said: list[dict[str, Any]] = []
        self._findings: list[list[str]] = []
        self._words = _Words.of([], [])

    @property
    def moulds(self) -> int:
        """How many are known."""
        return self._moulds.known

    def columns(self, ders: pa.Array, at: datetime | None) -> list[pa.Array]:
        """The columns of the schema, for certificates in an Arrow array of binary."""
        data, offsets = octets_of(ders)
        count = len(ders)
        present = ders.is_valid().to_numpy(zero_copy_only=False)
        mould = np.empty(count, np.int32)
        spans = np.empty((count, walk.SPANS, 2), np.int32)
        dates = np.zeros((count, 2), np.int64)
        bits = np.zeros(count, np.int32)
        if self._moulds.is_full:
            self._forget()
        pieces = np.empty((_MOST_PIECES, 3), np.int64)
        walk.walk(data, offsets, present, self._moulds, pieces, mould, spans, dates, bits)
        self._learn(data, offsets)
        texts = np.empty((count, judge.TEXTS, 2), np.int32)
        said = np.zeros((count, 3), np.uint8)
        moment = _NEVER if at is None else (at - _EPOCH) // _MICROSECOND
        judge.judge(data, mould, self._kinds, self._ceis, spans, dates, moment, texts, said)
        known = self._arrays(data, offsets, mould, spans, dates, bits, texts, said)
        return _with_careful(known, ders, present & (mould == walk.REFUSED), at)

    def _learn(self, data: Any, offsets: Any) -> None:
        """Asks the careful reader of each mould that is new, by the certificate that has it."""
        for number in range(len(self._said), self._moulds.known):
            row = self._moulds.marks[number, 1]
            reading = inspect(data[offsets[row] : offsets[row + 1]].tobytes())
            self._kinds[number], self._ceis[number] = _kind_of(reading)
            said = dict(zip(SCHEMA.names, columns_of([reading]), strict=True))
            self._said.append({name: each[0].as_py() for name, each in said.items()})
            codes = dict.fromkeys(each.code for each in reading.findings)
            self._findings.append([code for code in codes if code in _OF_MOULD])
        if len(self._words.said[_SAID[0]]) < len(self._said):
            self._words = _Words.of(self._said, self._findings)

    def _arrays(
        self, data: Any, offsets: Any, mould: Any, spans: Any, dates: Any, bits: Any, texts: Any,
        said: Any,
    ) -> dict[str, pa.Array]:  # fmt: skip
        refused = mould == walk.REFUSED
        arrays = {name: _gathered(data, texts, mould, of) for name, of in _TEXTS.items()}
        arrays["serial"] = _hexadecimal(data, spans, mould, walk.CERTIFICATE_SERIAL, refused)
        arrays["sha256"] = _fingerprints(data, offsets, mould, refused)
        for which, name in enumerate(("not_before", "not_after")):
            arrays[name] = pa.array(dates[:, which], pa.int64(), mask=refused).cast(MOMENT)
        arrays |= {name: self._of_moulds(name, mould, refused) for name in _SAID}
        arrays["key_bits"] = pa.array(bits, pa.int32(), mask=refused | ~self._words.is_rsa[mould])
        for which, (name, words) in zip(_SPOKEN, _JUDGED.items(), strict=True):
            arrays[name] = self._judged(name, words, said[:, which], mould, refused)
        index = pa.array(mould * len(_REMARKS) + said[:, 2], pa.int32(), mask=refused)
        arrays["findings"] = self._words.findings.take(index)
        return arrays

    def _of_moulds(self, name: str, mould: Any, refused: Any) -> pa.Array:
        return self._words.said[name].take(pa.array(mould, pa.int32(), mask=refused))

    def _judged(
        self, name: str, words: Sequence[str | None], said: Any, mould: Any, refused: Any
    ) -> pa.Array:
        """The word of each row; where the field is not there, that of the mould."""
        index = np.where(said > 0, said.astype(np.int32) - 1, mould + len(words) - 1)
        every = self._words.judged[name]
        return every.take(pa.array(index.astype(np.int32), pa.int32(), mask=refused))


def _kind_of(reading: Inspection) -> tuple[int, int]:
    """The profile whose values are read, and the field of the CEI; `NOT_KNOWN` where what the
    careful reader says of a certificate depends on more values than are read here."""
    entries = [field.oid for field in reading.fields]
    ceis = [oid for oid in entries if oid in CEI_FIELDS]
    kind, certificate_type = reading.profile, reading.certificate_type
    codes = {finding.code for finding in reading.findings}
    if kind not in _KINDS or certificate_type is None or not codes <= _OF_MOULD | _OF_VALUES:
        return judge.NOT_KNOWN, 0
    by_name_alone = certificate_type.profile is None and not _FIELDS.intersection(entries)
    if by_name_alone or NOME_EMPRESARIAL in entries or len(set(entries)) < len(entries):
        return judge.NOT_KNOWN, 0
    if len(ceis) > 1:
        return judge.NOT_KNOWN, 0
    return _KINDS[kind], int(ceis[0].rpartition(".")[2]) if ceis and ceis[0] else 0


def _gathered(data: Any, texts: Any, mould: Any, column: int) -> pa.Array:
    offsets = np.empty(len(mould) + 1, np.int32)
    judge.lengths(texts, mould, column, offsets)
    result = np.empty(offsets[-1], np.uint8)
    judge.copy(data, texts, column, offsets, result)
    there = (mould != walk.REFUSED) & (texts[:, column, 0] >= 0)
    return _strings(there, offsets, result)


def _hexadecimal(data: Any, spans: Any, mould: Any, column: int, refused: Any) -> pa.Array:
    offsets = np.empty(len(mould) + 1, np.int32)
    result = np.empty(2 * int(spans[~refused, column, 1].sum()), np.uint8)
    judge.hexadecimal(data, spans, mould, column, offsets, result)
    return _strings(~refused, offsets, result)


def _fingerprints(data: Any, offsets: Any, mould: Any, refused: Any) -> pa.Array:
    """SHA-256 by the library's own loop: one compiled here would be many times slower."""
    view, ends = memoryview(data), offsets.tolist()
    digests = [sha256(view[start:stop]).digest() for start, stop in pairwise(ends)]
    spans = np.full((len(mould), 1, 2), _DIGEST, np.int32)
    spans[:, 0, 0] = np.arange(len(mould)) * _DIGEST
    whole = np.frombuffer(b"".join(digests), np.uint8)
    return _hexadecimal(whole, spans, mould, 0, refused)


def _strings(there: Any, offsets: Any, content: Any) -> pa.Array:
    bits = pa.py_buffer(np.packbits(there, bitorder="little"))
    buffers = [bits, pa.py_buffer(offsets), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.string(), len(there), buffers)


def _with_careful(
    known: dict[str, pa.Array], ders: pa.Array, refused: Any, at: datetime | None
) -> list[pa.Array]:
    """All rows, those that were refused as the careful reader has them."""
    ordered = [known[name] for name in SCHEMA.names]
    rows = np.flatnonzero(refused).tolist()
    careful = columns_of(_careful(ders[row].as_py(), at=at) for row in rows)
    return with_rows(ordered, rows, careful)
