"""The learning loop: a training is asked for, done by a worker, and its model goes live by rule or by a lead's click.

A training may run twice without harm: what it leaves is one candidate, written in one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _

from chimein.core import db
from chimein.core.actor import Actor
from chimein.core.errors import Conflict, NotAllowed
from chimein.core.events import Fact, Kind, emit
from chimein.core.options import option
from chimein.people.models import Brand
from chimein.triage import comparing, events, lessons, models_in_use
from chimein.triage.learn.message_model import MessageModel, adapt
from chimein.triage.models import Correction, TrainedModel, TrainingRun

log = logging.getLogger(__name__)

TRAINING_CHANNEL = "chimein_training"
HOUR = option("LEARN_HOUR", 3, "The hour of the brand's night at which it learns from the day's corrections.")
BY_RULE = option(
    "LEARN_BY_RULE", True, "Whether a better model goes live by rule; otherwise a lead always decides."
)
_LOCK_SPACE = 7401
_KEPT_WEIGHTS = 4
State, Stage = TrainedModel.State, TrainingRun.Stage


# ------------------------------------------------------------ asking
def ask(*, actor: Actor, now: datetime) -> TrainingRun:
    """A lead, or the night, wants a training. While one waits or runs, that is the one."""
    if actor.role is not None and not actor.is_lead:
        raise NotAllowed(_("Only a lead may start a training."))
    with db.atomic():
        run, made = TrainingRun.objects.get_or_create(
            brand_id=actor.brand_id,
            ended_at=None,
            defaults={"asked_by_id": actor.membership_id, "asked_at": now},
        )
        if made:
            emit(Fact(events.ASKED, now, actor.label, actor.brand_id, data={"run": run.pk}))
            db.notify(TRAINING_CHANNEL)
    return run


def ask_for_nights(*, now: datetime) -> int:
    """Ask for each brand whose night has come since its last training; how many.

    It must have new corrections, or a model that this version cannot read.
    """
    asked = 0
    for brand in Brand.objects.annotate(last=Max("training_runs__asked_at")):
        night = _last_night(brand.timezone, now)
        if brand.last is not None and brand.last >= night:
            continue
        since = {"at__gte": brand.last} if brand.last else {}
        found = Correction.objects.filter(brand=brand, at__lt=night, **since).exists()
        if found or models_in_use.is_unread(brand.pk):
            ask(actor=Actor.system("night", brand_id=brand.pk), now=now)
            asked += 1
    return asked


def _last_night(timezone: str, now: datetime) -> datetime:
    """The last time the clock of the brand struck the hour of learning."""
    local = now.astimezone(ZoneInfo(timezone))
    night = local.replace(hour=HOUR.get(), minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


# ------------------------------------------------------------ training
def run_waiting(*, now: datetime) -> int:
    """Do every training that waits, or that a worker left behind; how many. Others' are left to them."""
    done = 0
    for run_id, brand_id in TrainingRun.objects.filter(ended_at=None).values_list("pk", "brand_id"):
        with db.held_lock(_LOCK_SPACE, brand_id % 2**31) as held:
            if held:
                done += _run(run_id, now)
    return done


def _run(run_id: int, now: datetime) -> int:
    run = TrainingRun.objects.filter(pk=run_id, ended_at=None).first()
    if run is None:
        return 0
    try:
        _train(run, now)
    except Exception as error:
        log.exception("training %s failed", run_id)
        run.error = f"{type(error).__name__}: {error}"[:200]
        with db.atomic():
            _end(run, Stage.FAILED, now)
    return 1


def _train(run: TrainingRun, now: datetime) -> None:
    _show(run, Stage.LEARNING)
    found = lessons.gather(run.brand_id)
    if not found.learn:
        with db.atomic():
            _end(run, Stage.NOTHING, now)
        return
    shipped = models_in_use.load(0)
    made = adapt(shipped, found.learn)
    _show(run, Stage.MEASURING)
    before = models_in_use.in_use(run.brand_id)
    comparison = comparing.compare(before.model, made, shipped, found.held_back)
    comparison |= {
        "learned": len(found.learn), "labels": found.corrections, "before": before.number,
        "verdict": comparing.verdict(comparison),
    }  # fmt: skip
    _keep(run, made, comparison, now)


def _show(run: TrainingRun, stage: str) -> None:
    run.stage = stage
    run.save(update_fields=["stage"])


def _keep(run: TrainingRun, made: MessageModel, comparison: dict[str, Any], now: datetime) -> None:
    """Write the candidate; let it live when the rule says so."""
    actor = Actor.system("learning", brand_id=run.brand_id)
    with db.atomic():
        _hold(run.brand_id)
        TrainedModel.objects.filter(brand_id=run.brand_id, state=State.CANDIDATE).update(
            state=State.REJECTED, reason="superseded", decided_at=now
        )
        run.model = TrainedModel.objects.create(
            brand_id=run.brand_id, weights=made.dump(), corrections=comparison["learned"], comparison=comparison,
            created_at=now, reason=comparison["verdict"],
        )  # fmt: skip
        if comparison["verdict"] == "better" and BY_RULE.get():
            _switch(actor, run.model, "better", now)
        _end(run, Stage.DONE, now)
        _forget_weights(run.brand_id)
    models_in_use.forget()


def _end(run: TrainingRun, stage: str, now: datetime) -> None:
    run.stage, run.ended_at = stage, now
    run.save(update_fields=["stage", "ended_at", "model", "error"])
    data = {"run": run.pk, "stage": str(stage), "model": run.model_id}
    emit(Fact(events.TRAINED, now, "system:learning", run.brand_id, data=data))


def _forget_weights(brand_id: int) -> None:
    """Old models keep their scores; their weights go, but for those one may still want to go back to."""
    rows = TrainedModel.objects.filter(brand_id=brand_id).exclude(weights=b"")
    spare = rows.exclude(state__in=[State.LIVE, State.CANDIDATE]).order_by("-pk")
    rows.filter(pk__in=list(spare.values_list("pk", flat=True)[_KEPT_WEIGHTS:])).update(weights=b"")


# ------------------------------------------------------------ deciding
def _hold(brand_id: int) -> None:
    """One decision on a brand's models at a time."""
    Brand.objects.select_for_update().get(pk=brand_id)


def _tell(kind: Kind, actor: Actor, now: datetime, **data: object) -> None:
    emit(Fact(kind, now, actor.label, actor.brand_id, data=data))


def _switch(actor: Actor, chosen: TrainedModel | None, reason: str, now: datetime) -> None:
    """Let another model label from now on; None is the shipped one."""
    live = TrainedModel.objects.filter(brand_id=actor.brand_id, state=State.LIVE).first()
    if live is not None:
        live.state = State.RETIRED
        live.save(update_fields=["state"])
    if chosen is not None:
        chosen.state, chosen.reason = State.LIVE, reason
        chosen.decided_by_id, chosen.decided_at = actor.membership_id, now
        chosen.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    before = live.pk if live else 0
    _tell(events.WENT_LIVE, actor, now, model=chosen.pk if chosen else 0, before=before, reason=reason)


def _lead_only(actor: Actor) -> None:
    if not actor.is_lead:
        raise NotAllowed(_("Only a lead may choose the model."))


def go_live(*, actor: Actor, model_id: int, now: datetime) -> None:
    """A lead takes a model into use: the candidate, or one from before. 0 is the shipped one.

    Raises Conflict when it is in use already or its weights are not kept any more.
    """
    _lead_only(actor)
    with db.atomic():
        _hold(actor.brand_id)
        rows = TrainedModel.objects.filter(brand_id=actor.brand_id)
        chosen = rows.exclude(weights=b"").exclude(state=State.LIVE).filter(pk=model_id).first()
        if (chosen is None) if model_id else not rows.filter(state=State.LIVE).exists():
            raise Conflict(_("This model is in use already, or it is not kept any more."))
        _switch(actor, chosen, "by_person", now)
    models_in_use.forget()


def previous_of(live: TrainedModel) -> TrainedModel | None:
    """The model that was in use before this one; None is the shipped one."""
    rows = TrainedModel.objects.filter(brand_id=live.brand_id, state=State.RETIRED, pk__lt=live.pk)
    return rows.exclude(weights=b"").order_by("-pk").first()


def go_back(*, actor: Actor, live_id: int, now: datetime) -> None:
    """One click back: the model before `live_id` labels again. Raises Conflict when another is live by now."""
    _lead_only(actor)
    with db.atomic():
        _hold(actor.brand_id)
        rows = TrainedModel.objects.filter(brand_id=actor.brand_id, state=State.LIVE, pk=live_id)
        live = rows.first()
        if live is None:
            raise Conflict(_("Another model is in use by now."))
        _switch(actor, previous_of(live), "back", now)
    models_in_use.forget()


def turn_down(*, actor: Actor, model_id: int, now: datetime) -> None:
    """A lead does not want the candidate. Raises Conflict when it is none any more."""
    _lead_only(actor)
    with db.atomic():
        _hold(actor.brand_id)
        rows = TrainedModel.objects.filter(brand_id=actor.brand_id, pk=model_id, state=State.CANDIDATE)
        changed = rows.update(
            state=State.REJECTED, reason="by_person", decided_by_id=actor.membership_id, decided_at=now
        )
        if not changed:
            raise Conflict(_("This model is no candidate any more."))
        _tell(events.TURNED_DOWN, actor, now, model=model_id, reason="by_person")


def newest(brand_id: int, states: Iterable[str]) -> TrainedModel | None:
    """The newest model in one of these states, without its weights."""
    rows = TrainedModel.objects.filter(brand_id=brand_id, state__in=list(states)).defer("weights")
    return rows.order_by("-pk").first()
