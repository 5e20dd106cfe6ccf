"""docs/accessibility.md names tests that exist, and no page of the desk is left unlooked at."""

import re

import pytest

import documents

TEXT = (documents.ROOT / "docs" / "accessibility.md").read_text("utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("|") and "`tests/" in line]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)

LOOKED_AT = {
    "test_every_page": {
        "entrar": "login",
        "enviar": "giving",
        "acompanhar": "finding_by_number",
        "acompanhamento": "followed",
        "mandar_telefone": "refused_answer",
        "responder": "received_answer",
        "mandar_arquivo": "sending_a_file",
        "atender": "empty_call",
        "atendimento": "read_call",
        "ler": "choice",
        "lido": "proposed_procedure",
        "pedir": "asked",
        "registrar": "incomplete_call",
        "assumir": "taking_up",
        "falar": "spoken",
        "tabela": "table",
        "lote": "batch",
        "busca": "found",
        "fila": "queue",
        "chamado": "ticket",
        "registrado": "number",
        "tentativa": "refused_attempt",
        "conferir": "refused_proof",
        "painel": "figures",
        "repetidos": "came_back",
        "ajustes": "settings",
        "novo_procedimento": "new_procedure",
        "procedimento": "procedure",
        "conferir_procedimento": "reviewed_procedure",
        "versoes": "procedure_versions",
    },
    "test_pages_beside": {
        "encerrar": "ending",
        "descartar": "discarding",
        "assumir_lote": "taking_up_a_batch",
        "confianca": "genuine",
        "nuvens": "clouds",
        "aplicacao_da_nuvem": "application_of_a_cloud",
        "programas_documento": "what_the_api_does",
    },
    "test_cloud": {
        "nuvem": "at_the_provider",
        "retorno_da_nuvem": "test_refused_on_the_phone_and_then_chosen_of_several",
        "escolher_da_nuvem": "test_refused_on_the_phone_and_then_chosen_of_several",
    },
    "test_portfolio": {
        "carteiras": "refused_folder",
        "carteira": "read_portfolio",
        "previa_da_carteira": "previewed",
        "carteira_de_pasta": "refused_folder",
    },
    "test_team": {"em_lote": "outcomes", "dono": "own_ticket", "equipe": "teams"},
    "test_integrations": {
        "envios": "refused_ones",
        "integracoes": "listed",
        "nova_integracao": "refused_form",
        "integracao": "checked",
        "testar_integracao": "checked",
        "chamado_de_teste": "confirming",
    },
    "test_account_pages": {
        "mfa_authenticate": "second_step",
        "programas": "programs",
        "novo_token": "programs",
        "pessoas": "people",
        "nova_pessoa": "made",
        "pessoa": "person",
        "registro": "records",
        "titular": "holder",
        "apagar_do_titular": "erased",
        "mostrar": "shown",
        "conta": "own_account",
        "conta_dados": "own_data",
        "account_change_password": "password",
        "account_reauthenticate": "asked_again",
        "mfa_reauthenticate": "asked_by_code",
        "mfa_reauthenticate_webauthn": "asked_by_passkey",
        "mfa_activate_totp": "setting_up_the_app",
        "mfa_deactivate_totp": "removing_the_app",
        "mfa_add_webauthn": "new_passkey",
        "mfa_remove_webauthn": "removing_a_passkey",
        "mfa_view_recovery_codes": "codes",
        "mfa_generate_recovery_codes": "other_codes",
    },
}
"""By file and name of the address: the state of its page that axe sees."""

_NO_PAGE = """
account_login mfa_index mfa_list_webauthn
comprovante exportar grafico imagem leitura_pdf painel_csv planilha vencimento entregar_ao_titular
mfa_login_webauthn presenca aviso cancelar_pedido pedido_ao_cliente salvar remover_imagem
openid_connect_login openid_connect_callback sair inicio trocar_procedimento pausar
descartar_leitura abrir_lote responder_lote registrar_lote pausar_lote trocar_link chegou numerar
informar mandar mover desfazer pedido resumo repetir_recusados repetir_envio dispensar_envio
resolver_achado ligar_achado tentar_integracao revogar_token publicar retirar_procedimento dar_senha
enviar_carteira andamento_da_carteira relatorio_da_carteira baixar_carteira comparar_carteira
cancelar_carteira apagar_carteira abrir_da_carteira
tirar_segunda_etapa encerrar_entradas entrada_encerrar entradas_encerrar
"""
NO_PAGE = _NO_PAGE.split()
"""Second names; files; parts of a page; and what leads on to a page that is looked at."""


def lines_of(file: str) -> str:
    return (documents.ROOT / file).read_text("utf-8")


def test_every_task_names_a_test() -> None:
    assert ROWS
    assert all(re.search(r"`tests/[\w/]+\.py::\w+`", row) for row in ROWS)


@pytest.mark.parametrize(("file", "test"), NAMED, ids=lambda each: each)
def test_what_is_named_is_there(file: str, test: str) -> None:
    assert f"def {test}(" in lines_of(file)


def test_every_test_by_keyboard_is_named() -> None:
    text = lines_of("tests/desk/e2e/test_keyboard.py")
    written = re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)
    named = {test for file, test in NAMED if file.endswith("/test_keyboard.py")}
    assert set(written) == named


def test_every_page_is_looked_at() -> None:
    from guiche.desk.pages.urls import urlpatterns

    names = {str(each.name) for each in urlpatterns}
    seen = {name for states in LOOKED_AT.values() for name in states}
    assert seen.isdisjoint(NO_PAGE)
    assert seen | set(NO_PAGE) == names


@pytest.mark.parametrize("module", LOOKED_AT)
def test_each_state_is_one_of_its_file(module: str) -> None:
    text = lines_of(f"tests/desk/e2e/{module}.py")
    for state in LOOKED_AT[module].values():
        assert f"def {state}(" in text
        listed = text.count(state) > 1 or state.startswith("test_")
        assert listed, f"{state} is written and not looked at"
