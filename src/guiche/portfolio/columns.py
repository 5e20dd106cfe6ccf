"""The columns that a certificate gives: what `Inspection.to_dict` says, without its lists of bytes.

A name is the path in that contract, `enrolment_status` for `enrolment.status`. What only a look at
one certificate needs (the octets of each field, the words of each finding) stays out.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from guiche.icpbrasil import Inspection, Person

DER = "der"
"""The column that certificates are read from."""

MOMENT = pa.timestamp("ms", tz="UTC")

_COLUMNS: dict[str, pa.DataType] = {
    "sha256": pa.string(),
    "profile": pa.string(),
    "certificate_type": pa.string(),
    "icp_brasil": pa.bool_(),
    "holder_name": pa.string(),
    "holder_cnpj": pa.string(),
    "holder_cpf": pa.string(),
    "holder_email": pa.string(),
    "responsible_name": pa.string(),
    "responsible_cpf": pa.string(),
    "enrolment_status": pa.string(),
    "enrolment_reason": pa.string(),
    "enrolment_number": pa.string(),
    "nis_status": pa.string(),
    "nis_number": pa.string(),
    "not_before": MOMENT,
    "not_after": MOMENT,
    "validity_status": pa.string(),
    "issuer_name": pa.string(),
    "registration_authority_name": pa.string(),
    "registration_authority_cnpj": pa.string(),
    "serial": pa.string(),
    "key_algorithm": pa.string(),
    "key_bits": pa.int32(),
    "findings": pa.list_(pa.field("element", pa.string())),  # as Parquet names it
}

SCHEMA = pa.schema(list(_COLUMNS.items()))
"""What `inspect_batch` adds; a row is null throughout where there was no certificate to read."""

_KEYS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSA-PSS",
    "1.2.840.10045.2.1": "EC",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_NOBODY = Person()


def columns_of(readings: Iterable[Inspection | None]) -> list[pa.Array]:
    """The arrays of the schema, in its order, a row for each reading."""
    rows = [_row(reading) if reading else (None,) * len(SCHEMA) for reading in readings]
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    return [pa.array(column, kind) for column, kind in zip(columns, _COLUMNS.values(), strict=True)]


def with_rows(
    arrays: Sequence[pa.Array], rows: Sequence[int], others: Sequence[pa.Array]
) -> list[pa.Array]:
    """The arrays, but at these rows, in their order, what `others` have."""
    if not len(rows):
        return list(arrays)
    order = np.arange(len(arrays[0]))
    order[rows] = len(order) + np.arange(len(rows))
    index = pa.array(order)
    return [
        pa.concat_arrays([one, other]).take(index)
        for one, other in zip(arrays, others, strict=True)
    ]


def _row(reading: Inspection) -> tuple[object, ...]:
    certificate, holder = reading.certificate, reading.holder
    responsible = reading.responsible or _NOBODY
    nis, authority = reading.nis, reading.registration_authority
    key = certificate.key if certificate else None
    return (
        reading.sha256,
        reading.profile and reading.profile.value,
        reading.certificate_type and reading.certificate_type.name,
        reading.icp_brasil,
        holder.name,
        holder.cnpj,
        holder.cpf,
        holder.email,
        responsible.name,
        responsible.cpf,
        reading.enrolment.status.value,
        reading.enrolment.reason.value,
        reading.enrolment.number,
        nis.status.value,
        nis.number,
        reading.validity.not_before,
        reading.validity.not_after,
        reading.validity.status,
        certificate and certificate.issuer.label,
        authority and authority.name,
        authority and authority.cnpj,
        reading.serial,
        key and _KEYS.get(key.algorithm, key.algorithm),
        key and key.bits,
        list(dict.fromkeys(finding.code for finding in reading.findings)),
    )
