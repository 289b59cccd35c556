"""The public pages with what they refer to."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("chimein.web.public.root_urls")),
    *i18n_patterns(path("", include("chimein.web.public.urls"))),
]
