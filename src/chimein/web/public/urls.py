"""Addresses of the public pages, below the language: ``/en/<brand>/…``."""

from __future__ import annotations

from django.urls import path

from chimein.web.public import ask, feeds, pages

app_name = "public"

urlpatterns = [
    path("<slug:brand_slug>/", pages.wall, name="wall"),
    path("<slug:brand_slug>/topics/<slug:topic_slug>/", pages.topic, name="topic"),
    path("<slug:brand_slug>/people/", pages.people, name="people"),
    path("<slug:brand_slug>/people/<slug:public_id>/", pages.person, name="person"),
    path("<slug:brand_slug>/q/<slug:public_id>/", pages.question, {"slug": ""}, name="question_by_id"),
    path("<slug:brand_slug>/q/<slug:public_id>/<str:slug>/", pages.question, name="question"),
    path("<slug:brand_slug>/ask/", ask.ask, name="ask"),
    path("<slug:brand_slug>/ask/<slug:ask_id>/", ask.asked, name="asked"),
    path("<slug:brand_slug>/feed.atom", feeds.atom, name="atom"),
    path("<slug:brand_slug>/feed.json", feeds.json_feed, name="json_feed"),
]
