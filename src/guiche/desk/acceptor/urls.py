"""All that there is at the name of the certificates."""

from django.urls import path

from guiche.desk.acceptor import page

urlpatterns = [path("c/<str:token>", page.show), path("c/<str:token>/", page.show)]

handler400 = handler403 = handler404 = "guiche.desk.acceptor.page.nothing_here"
handler500 = "guiche.desk.acceptor.page.failed"
