"""The bare address: straight to the wall where there is one brand, a choice where there are several."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from chimein.core.policy import ANYONE
from chimein.people.models import Brand
from chimein.web.guard import page


@page(ANYONE)
def landing(request: HttpRequest) -> HttpResponseBase:
    """``/``"""
    brands = list(Brand.objects.filter(accounts__is_active=True).distinct().order_by("name")[:50])
    if len(brands) == 1:
        return redirect(reverse("public:wall", args=[brands[0].slug]))
    return render(request, "landing.html", {"brands": brands})
