"""All addresses, by room."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from chimein.web import demo_login, design, landing, push_files

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("accounts/", include("allauth.urls")),
    path("console/", include("chimein.web.console.urls")),
    path("demo/login/<slug:public_id>", demo_login.demo_login, name="demo-login"),
    path("design", design.design, name="design"),
    path("service-worker.js", push_files.service_worker, name="service-worker"),
    path("manifest.webmanifest", push_files.manifest, name="manifest"),
    path("alerts/off/<str:token>/", push_files.alerts_off, name="alerts-off"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("chimein.web.public.root_urls")),
    *i18n_patterns(path("", include("chimein.web.public.urls"))),
]
