"""What adapters share for reading JSON from strangers: parsing, field types, and errors in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
)

from chimein.channels.port import Payload, Unparseable
from chimein.core.http import is_web_address

Model = TypeVar("Model", bound=BaseModel)

_MAX_LINK = 500
_MAX_FOLLOWERS = 10**12


def read_json(body: bytes) -> Payload:
    """The body as a JSON object. Raises Unparseable, also for half characters that no database stores."""
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unparseable(f"the body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Unparseable("the body is not a JSON object")
    return found


def read_model(model: type[Model], value: object, *, at: str = "") -> Model:
    """The value as a model. Raises Unparseable naming each field that is wrong, below the path `at`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Unparseable(in_words(error, at=at)) from error


def in_words(error: ValidationError, *, at: str = "") -> str:
    """For example ``data.author.id: field required; data.text: input should be a valid string``."""
    parts = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(step) for step in ((at, *one["loc"]) if at else one["loc"]))
        message = one["msg"][:1].lower() + one["msg"][1:]
        parts.append(f"{path}: {message}" if path else message)
    return "; ".join(parts)


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _empty_for_none(value: object) -> object:
    return "" if value is None else value


def _text_for_number(value: object) -> object:
    """Whole numbers only: a fraction is a large id that has lost its last digits already."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _web_address_or_nothing(value: object) -> str:
    """A link that is no web address is dropped: it neither costs a question nor becomes a link."""
    if not value:
        return ""
    try:
        usable = isinstance(value, str) and len(value) <= _MAX_LINK and is_web_address(value)
    except ValueError:
        usable = False
    return str(value) if usable else ""


Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A time with its zone, given in UTC."""

Id = Annotated[
    str,
    BeforeValidator(_text_for_number),
    StringConstraints(min_length=1, max_length=150, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
"""An id, always text; numbers are accepted and made text."""

MaybeId = Annotated[
    str,
    BeforeValidator(_text_for_number),
    BeforeValidator(_empty_for_none),
    StringConstraints(max_length=150, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""An id that may be missing or null: then empty."""

MaybeText = Annotated[str, BeforeValidator(_empty_for_none)]
"""Text that may be missing or null: then empty."""

Email = Annotated[
    MaybeText, StringConstraints(max_length=254, pattern=r'^([^\s@"\\<>]+@[^\s@"\\<>]+\.[^\s@"\\<>]+)?$')
]
"""An e-mail address, or empty."""

Link = Annotated[str, BeforeValidator(_web_address_or_nothing)]
"""A complete http(s) address; anything else becomes empty."""

Followers = Annotated[
    int, BeforeValidator(lambda value: 0 if value is None else value), Field(ge=0, le=_MAX_FOLLOWERS)
]
"""A number of followers; null is 0."""
