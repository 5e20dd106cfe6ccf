"""A technician at the pages, as a browser sends what is done there; each request has to succeed."""

import re
import ssl
from pathlib import Path

import httpx

from calls import answers, zeros
from operations.machines import SECONDS

PASSWORD = "balcao-de-teste-42"
CSRF = "__Host-guiche-csrf"


class Technician:
    def __init__(self, url: str, certificate: Path) -> None:
        context = ssl.create_default_context(cafile=str(certificate))
        self._client = httpx.Client(base_url=url, verify=context, timeout=SECONDS)
        self.requests = 0

    def close(self) -> None:
        self._client.close()

    def get(self, path: str) -> httpx.Response:
        return self._sent("GET", path)

    def post(
        self, path: str, data: dict[str, str] | None = None, file: bytes | None = None
    ) -> httpx.Response:
        """The form of a page, with its token and its origin."""
        files = {"arquivo": ("cliente.cer", file)} if file else None
        return self._sent("POST", path, data, files)

    def _sent(
        self,
        method: str,
        path: str,
        data: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        headers = {"Referer": f"{self._client.base_url}", "X-CSRFToken": self._token}
        answer = self._client.request(method, path, data=data, files=files, headers=headers)
        self.requests += 1
        # nginx sends a form again whose answer went down with its machine, and then it is done.
        is_done = answer.status_code in (200, 302) or "já está a caminho" in answer.text
        assert is_done, f"{method} {path}: {answer.status_code}"
        return answer

    @property
    def _token(self) -> str:
        return self._client.cookies.get(CSRF) or ""

    def sign_in(self, name: str) -> None:
        self.get("/entrar/")
        self.post("/entrar/", {"username": name, "password": PASSWORD})

    def open_ticket(self) -> str:
        """One call from the certificate to the number and its e-mail; the number."""
        page = self.post("/atender/").headers["Location"]
        self.post(f"{page}ler/", file=zeros())
        self.post(f"{page}salvar/", {"phone_1": "(11) 98888-7777"})
        self.post(f"{page}registrar/", answers())
        registered = self.get(page).headers["Location"]
        found = re.fullmatch(r"/chamados/(\d{10})/registrado/", registered)
        assert found, registered
        assert found[1][-4:] in self.get(registered).text
        self.post(f"/chamados/{found[1]}/mensagem/")
        return found[1]
