"""What is sent of a portfolio, written straight to its private folder, never to a common one."""

from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from guiche.desk.portfolios.folder import Folder
from guiche.portfolio import keys


class ToFolder(FileUploadHandler):
    """Writes each file as it comes; the folder is made for the first.

    `refused`: there was one named as a container of a private key, and this installation takes none
    (`ACCEPT_PFX`). Nothing of it is written.
    """

    def __init__(self, folder: Folder) -> None:
        super().__init__()
        self._folder = folder
        self.refused = False
        self._file: IO[bytes] | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begins a file."""
        super().new_file(*args, **kwargs)
        if not settings.ACCEPT_PFX and (self.file_name or "").lower().endswith(keys.NAMES):
            self.refused = True
            raise SkipFile
        self._folder.make()
        self._file = self._folder.place_for(self.file_name or "").open("xb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        """Writes a piece, and leaves nothing for other handlers."""
        if self._file:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """Ends the file. An empty one is none."""
        if self._file is None:
            return None
        self._file.close()
        if not file_size:
            return None
        return UploadedFile(None, self.file_name, self.content_type, file_size)

    def upload_interrupted(self) -> None:
        """Ends what broke off; whoever asked for it deletes the folder."""
        if self._file:
            self._file.close()
