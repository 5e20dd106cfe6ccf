"""Who holds a certificate, and which certificates take each other's place.

A holder is known by CNPJ or CPF, by the name where there is neither. The e-CPF and the profile of
2024 for natural persons are of one kind: who renews the one gets the other.
"""

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from guiche.icpbrasil import Profile

_PERSONS = pa.array([profile.value for profile in Profile if profile.is_person], pa.string())


class Holding(NamedTuple):
    """Of each row of a batch, the holder (null where nothing tells) and the kind."""

    holder: pa.Array
    kind: pa.Array

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> "Holding":
        """What the columns of `COLUMNS` say."""
        holder = pc.coalesce(batch["holder_cnpj"], batch["holder_cpf"], batch["holder_name"])
        profile = batch["profile"]
        return cls(holder, pc.if_else(pc.is_in(profile, _PERSONS), _PERSONS[0], profile))

    def filter(self, mask: pa.Array) -> "Holding":
        """Of the rows that the mask has."""
        return Holding(self.holder.filter(mask), self.kind.filter(mask))

    def pairs(self) -> list[tuple[str | None, str | None]]:
        """Row by row."""
        return list(zip(self.holder.to_pylist(), self.kind.to_pylist(), strict=True))
