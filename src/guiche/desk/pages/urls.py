"""Every address of the pages, in the order of a call."""

from django.urls import path

from guiche.desk.pages import attend, calls, procedure, queue, sign_in, site, ticket

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
    path("atender/<uuid:draft_id>/encerrar/", calls.end, name="encerrar"),
    path(
        "atender/<uuid:draft_id>/descartar-leitura/", calls.drop_reading, name="descartar_leitura"
    ),
    path("atender/<uuid:draft_id>/descartar/", calls.discard, name="descartar"),
    path("fila/", queue.show, name="fila"),
    path("chamados/<str:number>/", ticket.show, name="chamado"),
    path("chamados/<str:number>/registrado/", ticket.registered, name="registrado"),
    path("chamados/<str:number>/tentativa/", ticket.attempt, name="tentativa"),
    path("chamados/<str:number>/mudar/<slug:name>/", ticket.move, name="mover"),
    path("ajustes/", site.settings_page, name="ajustes"),
    path("ajustes/<slug:slug>/", procedure.edit, name="procedimento"),
    path("ajustes/<slug:slug>/conferir/", procedure.review, name="conferir"),
    path("ajustes/<slug:slug>/publicar/", procedure.publish, name="publicar"),
    path("ajustes/<slug:slug>/versoes/", procedure.versions, name="versoes"),
]
