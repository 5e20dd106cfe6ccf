"""Every address: of programs, and of pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("guiche.desk.api.urls")),
    path("", include("guiche.desk.pages.urls")),
]

handler400 = "guiche.desk.pages.errors.bad_request"
handler403 = "guiche.desk.pages.errors.forbidden"
handler404 = "guiche.desk.pages.errors.not_found"
handler429 = "guiche.desk.pages.errors.too_often"  # django-allauth asks for it
handler500 = "guiche.desk.pages.errors.server_error"
