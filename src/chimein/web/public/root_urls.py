"""Addresses without a language, for search engines."""

from __future__ import annotations

from django.urls import path

from chimein.web.public import robots

urlpatterns = [
    path("robots.txt", robots.robots_txt, name="robots"),
    path("sitemap.xml", robots.sitemap_index, name="sitemap"),
    path("sitemaps/<slug:brand_slug>/<int:year>-<int:month>.xml", robots.sitemap, name="sitemap_month"),
]
