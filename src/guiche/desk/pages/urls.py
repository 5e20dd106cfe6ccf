"""Every address of the pages, in the order of a call."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from guiche.desk.pages import sign_in

urlpatterns = [
    path("entrar/", sign_in.SignIn.as_view(), name="entrar"),
    path("sair/", LogoutView.as_view(), name="sair"),
    path("", sign_in.start, name="inicio"),
]
