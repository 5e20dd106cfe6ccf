"""Where e-mails lie while no server is set: a folder that this account alone can open."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend


class Folder(EmailBackend):
    """Django's, a file each, in `settings.EMAIL_FILE_PATH`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Path(settings.EMAIL_FILE_PATH).mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(*args, **kwargs)


def delete_before(moment: datetime) -> int:
    """Deletes the files written before the moment; how many."""
    files = Path(settings.EMAIL_FILE_PATH).glob("*.log")
    old = [file for file in files if file.stat().st_mtime < moment.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
