"""By whom and when a certificate was issued, and whether that was the company itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guiche.icpbrasil.numbers import cnpj


@dataclass(frozen=True)
class Issued:
    """One line of the card. `ours` is None where the company has not listed its AC and AR, or the
    certificate does not say who issued it."""

    authority: str
    registration: str
    days: int | None
    ours: bool | None

    @classmethod
    def of(
        cls, contract: Mapping[str, Any], now: datetime, own: Sequence[str] = ()
    ) -> "Issued | None":
        """From the contract; `own` are names or CNPJs. None where nothing is known."""
        authority = (contract.get("issuer") or {}).get("name") or ""
        registration = contract.get("registration_authority") or {}
        name, number = registration.get("name") or "", registration.get("cnpj") or ""
        begin = (contract.get("validity") or {}).get("not_before")
        if not authority and not registration:
            return None
        return cls(
            authority=authority,
            registration=name or (number and f"AR de CNPJ {cnpj.format(number)}"),
            days=max(0, (now - datetime.fromisoformat(begin)).days) if begin else None,
            ours=_is_ours((authority, name), number, own) if own else None,
        )

    @property
    def words(self) -> str:
        """`Emitido há 200 dias por AC EXEMPLO RFB v5, AR EXEMPLO: é de outra empresa`."""
        when = "" if self.days is None else ago(self.days)
        by = f"por {self.authority}" if self.authority else ""
        parts = [f"Emitido {when} {by}".strip(), self.registration]
        whose = {True: "é dos nossos", False: "é de outra empresa", None: ""}[self.ours]
        return ": ".join(filter(None, (", ".join(filter(None, parts)), whose)))


def _is_ours(names: Sequence[str], number: str, own: Sequence[str]) -> bool:
    """Whether an entry is the AR's CNPJ, or stands in the name of AC or AR as whole words."""
    words = [f" {_plain(name)} " for name in names]
    return any(
        cnpj.compact(entry) == number if cnpj.is_valid(entry)
        else any(f" {_plain(entry)} " in name for name in words)
        for entry in own
    )  # fmt: skip


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def ago(days: int) -> str:
    """`hoje`, `há 3 dias`."""
    return "hoje" if days == 0 else f"há {days} dia{'s' * (days > 1)}"
