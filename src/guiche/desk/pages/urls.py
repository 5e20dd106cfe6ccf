"""Every address of the pages, in the order of a call."""

from django.urls import path

from guiche.desk.pages import (
    attend,
    batch,
    calls,
    images,
    queue,
    registered,
    renewal,
    search,
    sign_in,
    ticket,
)

urlpatterns = [
    path("entrar/", sign_in.SignIn.as_view(), name="entrar"),
    path("sair/", sign_in.leave, name="sair"),
    path("", sign_in.start, name="inicio"),
    path("atender/", attend.start, name="atender"),
    path("atender/<uuid:draft_id>/", attend.show, name="atendimento"),
    path("atender/<uuid:draft_id>/ler/", attend.read, name="ler"),
    path("atender/<uuid:draft_id>/salvar/", attend.save, name="salvar"),
    path("atender/<uuid:draft_id>/registrar/", attend.submit, name="registrar"),
    path("atender/<uuid:draft_id>/pausar/", calls.pause, name="pausar"),
    path("atender/<uuid:draft_id>/assumir/", calls.take, name="assumir"),
    path("atender/<uuid:draft_id>/falar/", calls.speak, name="falar"),
    path("atender/<uuid:draft_id>/encerrar/", calls.end, name="encerrar"),
    path(
        "atender/<uuid:draft_id>/descartar-leitura/", calls.drop_reading, name="descartar_leitura"
    ),
    path("atender/<uuid:draft_id>/descartar/", calls.discard, name="descartar"),
    path("atender/<uuid:draft_id>/tabela/", batch.table, name="tabela"),
    path("atender/<uuid:draft_id>/tabela/csv/", batch.export, name="exportar"),
    path("atender/<uuid:draft_id>/lote/", batch.begin, name="abrir_lote"),
    path("lote/<uuid:batch_id>/", batch.show, name="lote"),
    path("lote/<uuid:batch_id>/responder/", batch.answer, name="responder_lote"),
    path("lote/<uuid:batch_id>/registrar/", batch.submit, name="registrar_lote"),
    path("lote/<uuid:batch_id>/pausar/", batch.pause, name="pausar_lote"),
    path("lote/<uuid:batch_id>/assumir/", batch.take, name="assumir_lote"),
    path(
        "atender/<uuid:draft_id>/imagens/<int:image_id>/remover/",
        images.remove,
        name="remover_imagem",
    ),
    path("imagens/<int:image_id>/", images.show, name="imagem"),
    path("busca/", search.show, name="busca"),
    path("fila/", queue.show, name="fila"),
    path("chamados/<str:number>/", ticket.show, name="chamado"),
    path("chamados/<str:number>/registrado/", registered.show, name="registrado"),
    path("chamados/<str:number>/numero/", registered.take_number, name="numerar"),
    path("chamados/<str:number>/informado/", registered.inform, name="informar"),
    path("chamados/<str:number>/mensagem/", registered.send, name="mandar"),
    path("chamados/<str:number>/tentativa/", ticket.attempt, name="tentativa"),
    path("chamados/<str:number>/mudar/<slug:name>/", ticket.move, name="mover"),
    path("chamados/<str:number>/pedido/", renewal.order, name="pedido"),
    path("chamados/<str:number>/conferir/", renewal.prove, name="conferir"),
]
