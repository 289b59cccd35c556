"""Addresses of the console, below ``/console/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from chimein.web.console import acts, cards, channels, conversation, home, ledger, policy, queue

_IN = "<slug:brand_slug>/c/<slug:public_id>/"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("<slug:brand_slug>/", home.start, name="console-start"),
    path("<slug:brand_slug>/queue/", queue.queue, name="console-queue"),
    path(_IN, conversation.conversation, name="console-conversation"),
    path(f"{_IN}work/", conversation.work, name="console-work"),
    path(f"{_IN}claim/", acts.claim, name="console-claim"),
    path(f"{_IN}release/", acts.release, name="console-release"),
    path(f"{_IN}move/", acts.move, name="console-move"),
    path(f"{_IN}move/back/<int:moment>/", acts.move_back, name="console-move-back"),
    path(f"{_IN}dismiss/", acts.dismiss, name="console-dismiss"),
    path(f"{_IN}bring-back/<int:moment>/", acts.bring_back, name="console-bring-back"),
    path(f"{_IN}answer/", acts.answer, name="console-answer"),
    path(f"{_IN}again/<int:answer_id>/", acts.send_again, name="console-send-again"),
    path(f"{_IN}note/", acts.note, name="console-note"),
    path(f"{_IN}draft/<slug:kind>/", acts.draft, name="console-draft"),
    path(f"{_IN}typing/", acts.typing, name="console-typing"),
    path(f"{_IN}here/", acts.here, name="console-here"),
    path(f"{_IN}parts/", acts.parts, name="console-parts"),
    path("<slug:brand_slug>/undo/<int:answer_id>/", acts.undo, name="console-undo"),
    path("<slug:brand_slug>/answer/", cards.card, name="console-card"),
    path("<slug:brand_slug>/answer/skip/", cards.skip, name="console-skip"),
    path("<slug:brand_slug>/answer/skipped/", cards.forget_skipped, name="console-skip-forget"),
    path("<slug:brand_slug>/answers/", cards.my_answers, name="console-answers"),
    path("<slug:brand_slug>/channels/", channels.channels, name="console-channels"),
    path("<slug:brand_slug>/channels/journal/", channels.aside, name="console-aside"),
    path("<slug:brand_slug>/channels/journal/replay/", channels.replay, name="console-replay"),
    path("<slug:brand_slug>/channels/deliveries/", channels.unsent, name="console-unsent"),
    path("<slug:brand_slug>/channels/<int:account_id>/check/", channels.check, name="console-check"),
    path("<slug:brand_slug>/channels/<int:account_id>/pause/", channels.pause, name="console-pause"),
    path("<slug:brand_slug>/policy/", policy.show, name="console-policy"),
    path("<slug:brand_slug>/policy/change/", policy.change, name="console-policy-change"),
    path("<slug:brand_slug>/policy/row/<int:number>/", policy.row, name="console-policy-row"),
    path("<slug:brand_slug>/policy/preview/", policy.try_out, name="console-policy-preview"),
    path("<slug:brand_slug>/policy/save/", policy.save, name="console-policy-save"),
    path("<slug:brand_slug>/policy/back/<int:version>/<int:seen>/", policy.back, name="console-policy-back"),
    path("<slug:brand_slug>/ledger/", ledger.ledger, name="console-ledger"),
]
