"""What is written in a ticket of Zammad: plain text of ours, often HTML of theirs."""

from guiche.desk.connectors.connector import RemoteNote
from guiche.desk.connectors.markup import as_text
from guiche.desk.connectors.web import moment
from guiche.desk.connectors.zammad.api import Row


def article(subject: str, text: str) -> Row:
    """An internal note: the customer does not see it, and no trigger answers it by e-mail."""
    return {"subject": subject, "body": text, "content_type": "text/plain", "type": "note",
            "internal": True}  # fmt: skip


def body(written: Row) -> str:
    """The text of an article."""
    text = str(written.get("body") or "")
    return as_text(text) if "html" in str(written.get("content_type")) else text


def remote_note(written: Row) -> RemoteNote:
    """An article as it comes home."""
    at = moment(str(written.get("created_at")))
    return RemoteNote(str(written["id"]), body(written), str(written.get("from") or ""), at)
