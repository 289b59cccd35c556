"""The weather room: switches for everything that can go wrong, and what became of the webhooks."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from .errors import ApiError
from .faults import Faults, change_faults, load_faults
from .gate import Call, Reply, keyed, network_of
from .pages import Form, action, go, page
from .render import View, show
from .store import Db
from .visitors import WEATHER, read_cookie, set_cookie

OPEN = "open"


def read_faults(call: Call) -> Reply:
    """GET /control/faults."""
    with call.network.store.read() as db:
        return Reply(asdict(load_faults(db)))


def write_faults(call: Call) -> Reply:
    """PUT /control/faults: sets the named switches, leaves the others."""
    with call.network.write() as db:
        return Reply(asdict(change_faults(db, call.body)))


def weather(view: View, db: Db) -> Response:
    """The page with the switches, for holders of the key."""
    if read_cookie(view.request, WEATHER) != OPEN:
        return show(view, "locked.html", wrong=False)
    faults = load_faults(db)
    attempts = db.execute("SELECT * FROM attempts ORDER BY id DESC LIMIT 50").fetchall()
    counts = dict(db.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    values = {"faults": asdict(faults), "calm": faults == Faults(), "attempts": attempts, "counts": counts}
    return show(view, "weather.html", saved="saved" in view.request.query_params, **values)


def set_weather(view: View, db: Db, form: Form) -> Response:
    """The key, or new switches."""
    address = view.link("weather")
    if "key" in form:
        if not network_of(view.request).is_control_key(form["key"].strip()):
            return show(view, "locked.html", 403, wrong=True)
        response = go(address)
        set_cookie(view.request, response, WEATHER, OPEN)
        return response
    if read_cookie(view.request, WEATHER) != OPEN:
        return show(view, "locked.html", 403, wrong=False)
    change_faults(db, asdict(Faults()) if "calm" in form else _typed(form))
    return go(f"{address}?saved")


def _typed(form: Form) -> dict[str, Any]:
    """The form's texts as the types of the switches; an unticked box is not sent at all."""
    values: dict[str, Any] = {}
    for field in fields(Faults):
        given = form.get(field.name, "")
        try:
            values[field.name] = bool(given) if field.type == "bool" else _number(str(field.type), given)
        except ValueError:
            raise ApiError(422, "invalid_field", f"'{field.name}' must be a number.") from None
    return values


def _number(kind: str, given: str) -> int | float:
    return int(given) if kind == "int" else float(given)


ROUTES = [
    Route("/control/faults", keyed(read_faults), methods=["GET"]),
    Route("/control/faults", keyed(write_faults), methods=["PUT"]),
    Route("/control", page(weather), name="weather"),
    Route("/control", action(set_weather), methods=["POST"], name="set_weather"),
]
