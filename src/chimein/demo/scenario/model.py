"""What a scenario consists of: plain frozen records, no behaviour beyond small look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chimein.demo.scenario.scenes import Practice, Scene

Lane = Literal["crowd", "desk", "none"]
Role = Literal["owner", "lead", "agent", "colleague"]
StepKind = Literal["ask", "reply", "edit", "delete", "dm", "answer", "answer_dm"]

CUSTOMER_STEPS: frozenset[str] = frozenset({"ask", "reply", "edit", "delete", "dm"})
ANSWER_STEPS: frozenset[str] = frozenset({"answer", "answer_dm"})


class ScenarioError(ValueError):
    """The data files contradict each other; ``problems`` lists every one found, not just the first."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("scenario is not sound:\n  - " + "\n  - ".join(problems))


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject people ask about; ``department`` is the id of the site that answers for it."""

    key: str
    name_en: str
    name_zh: str
    department: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A product the brand sells under a name of its own."""

    key: str
    name_en: str
    name_zh: str
    topic: str


@dataclass(frozen=True, slots=True)
class Brand:
    """The company. ``listening`` words make a post heard without an @; answers never name ``unreleased``."""

    handle: str
    name_en: str
    name_zh: str
    bio_en: str
    bio_zh: str
    followers: int
    topics: tuple[Topic, ...]
    products: tuple[Product, ...]
    listening: tuple[str, ...]
    unreleased: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A shop or a department; ``number`` is 0 for departments."""

    id: str
    kind: Literal["shop", "department"]
    name_en: str
    name_zh: str
    city_en: str
    city_zh: str
    number: int

    def label(self, language: str) -> str:
        """The short form used in a signature: "Store 12", "12号店", "Care Desk", "客服台"."""
        if self.number:
            return f"{self.number}号店" if language == "zh" else f"Store {self.number}"
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Colleague:
    """One who answers for the brand. ``minutes``: usual time to answer; ``shift``: from and to hour."""

    id: str
    name: str
    pinyin: str
    email: str
    role: Role
    site: str
    languages: tuple[str, ...]
    topics: tuple[tuple[str, int], ...]
    sign: str
    minutes: int
    shift: tuple[int, int]

    def sign_in(self, language: str) -> str:
        """The name signed with: as spoken in Chinese answers, in Latin letters in all others."""
        return self.sign if language == "zh" or not self.pinyin else self.pinyin.split()[-1]


@dataclass(frozen=True, slots=True)
class Newcomer(Colleague):
    """A colleague who is still growing. `level`: "new" or "coached"; `coach`: whose, by id."""

    level: Literal["new", "coached"]
    coach: str


@dataclass(frozen=True, slots=True)
class TrustedCustomer:
    """A proven customer who answers as the brand; ``handle`` is this person's own account on the network."""

    id: str
    name: str
    handle: str
    email: str
    languages: tuple[str, ...]
    topics: tuple[tuple[str, int], ...]
    sign: str
    minutes: int
    shift: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Customer:
    """An account on the simulated network."""

    handle: str
    name: str
    bio: str
    languages: tuple[str, ...]
    followers: int
    following: int
    verified: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    ``by`` is a customer's handle, or for answers the id of a colleague or trusted customer. ``wanted`` says
    how that answerer was meant: "named", "role:agent" or "topic:wifi". ``at`` is in minutes after the
    episode's start. ``to`` is the index of the step answered, edited or deleted. Answers carry no signature.
    """

    kind: StepKind
    by: str
    at: int
    text: str
    to: int | None = None
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """A post and what follows; ``start``: minute of the day; ``lane``: what a sensible person would say."""

    id: str
    kind: str
    language: str
    topic: str
    lane: Lane
    start: int
    steps: tuple[Step, ...]
    handwritten: bool

    @property
    def author(self) -> str:
        """Handle of the customer who opens the episode."""
        return self.steps[0].by


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A question already answered ``days_ago`` days before the demo starts, at ``minute`` of that day."""

    id: str
    language: str
    topic: str
    days_ago: int
    minute: int
    asker: str
    question: str
    answerer: str
    answer: str
    minutes_to_answer: int
    thanks: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything; episodes sorted by start, history oldest first, ``helpers`` all who may answer.

    ``newcomers`` come besides them: the day is cast without them, ``scenes`` and ``practice`` are theirs too.
    """

    brand: Brand
    sites: tuple[Site, ...]
    colleagues: tuple[Colleague, ...]
    trusted: tuple[TrustedCustomer, ...]
    customers: tuple[Customer, ...]
    episodes: tuple[Episode, ...]
    history: tuple[HistoryItem, ...]
    newcomers: tuple[Newcomer, ...] = ()
    scenes: tuple[Scene, ...] = ()
    practice: tuple[Practice, ...] = ()
    helpers: tuple[Colleague | TrustedCustomer, ...] = field(init=False, repr=False, compare=False)
    _by_id: dict[str, Colleague | TrustedCustomer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        helpers: list[Colleague | TrustedCustomer] = [*self.colleagues, *self.trusted]
        object.__setattr__(self, "helpers", tuple(helpers))
        object.__setattr__(self, "_by_id", {person.id: person for person in (*helpers, *self.newcomers)})

    def person(self, person_id: str) -> Colleague | TrustedCustomer:
        """The answerer with this id; KeyError when there is none."""
        return self._by_id[person_id]

    def signature(self, person_id: str, language: str) -> str:
        """What is added to an answer: " ^Ann, Store 12"."""
        person = self.person(person_id)
        if isinstance(person, TrustedCustomer):
            return f" ^{person.sign}, {'热心客户' if language == 'zh' else 'customer'}"
        site = next(site for site in self.sites if site.id == person.site)
        return f" ^{person.sign_in(language)}, {site.label(language)}"
