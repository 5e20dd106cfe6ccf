"""The words of the digest."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from guiche.desk.figures.choice import Choice
from guiche.desk.figures.risk import SOON, Risk
from guiche.desk.figures.summary import OUTCOMES, Summary
from guiche.desk.figures.tally import day_of
from guiche.desk.figures.words import percent
from guiche.desk.promises.due_time import length
from guiche.desk.site.hours import DAYS

_END = "Você recebe este resumo porque pediu no Painel do Guichê, e lá ele é desligado."


def letter(now: datetime) -> tuple[str, str]:
    """Subject and text of the digest at `now`: of this moment, and of the day before."""
    today, yesterday = day_of(now), day_of(now) - timedelta(days=1)
    risk = Risk.of(Choice(today, today), now)
    summary = Summary.of(Choice(yesterday, yesterday), today)
    date = f"{DAYS[today.weekday()]}, {today:%d/%m}"
    subject = f"Resumo de {date}: {risk.overdue} vencidos, {risk.soon} vencem em 2 h"
    before = f"Ontem, {DAYS[yesterday.weekday()]}, {yesterday:%d/%m}:"
    parts = [
        f"Bom dia. Agora, às {_hour(now)}:", _now(risk, now), before, _before(summary),
        f"Painel: {settings.PAGES_URL}{reverse('painel')}", _END,
    ]  # fmt: skip
    return subject, "\n\n".join(parts) + "\n"


def _now(risk: Risk, now: datetime) -> str:
    return _list(
        ("Vencidos sem contato nem tentativas", risk.overdue),
        (f"Vencem até as {_hour(now + SOON)}, sem nenhuma tentativa", risk.soon),
        ("Prazos fora do horário da equipe", risk.outside),
        ("Envios a verificar", risk.unsure),
        ("Envios recusados", risk.refused),
        ("Sistemas sem resposta", risk.away),
    )


def _before(summary: Summary) -> str:
    half = summary.contact_within(0.5)
    met, need = summary.met_share, summary.no_need_share
    return _list(
        ("Chamados abertos", summary.opened),
        *((f"Prazo: {label.lower()}", summary.outcome[label]) for label in OUTCOMES),
        ("Prazos cumpridos ou tentados, dos que terminaram", percent(met)),
        ("Metade dos primeiros contatos em até", length(half) if half else "sem dado"),
        ("Atendimentos que não precisaram de chamado", percent(need)),
    )


def _list(*lines: tuple[str, object]) -> str:
    return "\n".join(f"- {label}: {value}" for label, value in lines)


def _hour(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.hour}h{local:%M}"
