"""The lane policy in words: what conditions, their values and the shipped rules are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chimein.triage import labels, policy, reasons

Words = str | Promise

CONDITIONS: dict[str, Words] = {
    "risk": gettext_lazy("What makes it risky"),
    "gate": gettext_lazy("How sure we are that it is risky"),
    "risk_score_at_least": gettext_lazy("Risk score at least"),
    "intent": gettext_lazy("What it is"),
    "sentiment": gettext_lazy("How the customer feels"),
    "anger": gettext_lazy("Angry"),
    "vague_abuse": gettext_lazy("Only an insult"),
    "topic": gettext_lazy("What it is about"),
    "language": gettext_lazy("Language"),
    "urgency_at_least": gettext_lazy("Urgency at least"),
    "private": gettext_lazy("Private message"),
    "found": gettext_lazy("Found by listening"),
    "followers_at_least": gettext_lazy("Followers at least"),
    "influence_at_least": gettext_lazy("Influence at least"),
    "verified": gettext_lazy("Verified account"),
    "fit": gettext_lazy("The lane the model would choose"),
    "no_reply": gettext_lazy("Why the model thinks nobody has to reply"),
}
HELP: dict[str, Words] = {
    "gate": gettext_lazy("Two thresholds on the risk score: below both it is clean, between them doubtful."),
    "risk_score_at_least": gettext_lazy("From 0 to 1."),
    "urgency_at_least": gettext_lazy("0 can wait, 1 today, 2 soon, 3 at once."),
    "influence_at_least": gettext_lazy(
        "3 is a thousand followers, 4 ten thousand; a verified account counts 1 more."
    ),
    "found": gettext_lazy("The brand was talked about, but not spoken to."),
}
_FLAGS: dict[str, tuple[Words, Words]] = {
    "anger": (gettext_lazy("Angry"), gettext_lazy("Not angry")),
    "vague_abuse": (gettext_lazy("Only an insult"), gettext_lazy("Not just an insult")),
    "private": (gettext_lazy("Private message"), gettext_lazy("Public")),
    "found": (gettext_lazy("Found by listening"), gettext_lazy("Said to us")),
    "verified": (gettext_lazy("Verified account"), gettext_lazy("Account not verified")),
}
_NUMBERS: dict[str, Words] = {
    "followers_at_least": gettext_lazy("At least %(number)s followers"),
    "influence_at_least": gettext_lazy("Influence %(number)s or more"),
    "urgency_at_least": gettext_lazy("Urgency %(number)s or more"),
    "risk_score_at_least": gettext_lazy("Risk score %(number)s or more"),
}
_GATE: dict[str, Words] = {
    "clean": gettext_lazy("No risk seen"),
    "doubtful": gettext_lazy("Perhaps risky"),
    "sure": gettext_lazy("Surely risky"),
}
LANES: dict[str, Words] = {
    "crisis": gettext_lazy("Crisis"),
    "vip": gettext_lazy("VIP manager"),
    "desk": gettext_lazy("Desk"),
    "expert": gettext_lazy("Experts"),
    "crowd": gettext_lazy("Crowd"),
    "thank": gettext_lazy("Thank"),
    "none": gettext_lazy("No reply needed"),
}
ADVICE: dict[str, Words] = {
    "": gettext_lazy("No advice"),
    "friendly": gettext_lazy("Answer quickly and kindly in public"),
    "private_line": gettext_lazy("Suggest a private message"),
}
_RULES: dict[str, Words] = {
    "life_in_danger": gettext_lazy("A life in danger"),
    "crisis": gettext_lazy("Many concerned at once"),
    "danger": gettext_lazy("Somebody may get hurt"),
    "spam": gettext_lazy("Advertising"),
    "law_and_press": gettext_lazy("Law and press"),
    "repost": gettext_lazy("Only passed on"),
    "not_to_us": gettext_lazy("Not said to us"),
    "thanks": gettext_lazy("Thanks after an answer"),
    "praise": gettext_lazy("Praise that asks nothing"),
    "small_talk": gettext_lazy("Small talk"),
    "vip": gettext_lazy("Very many followers"),
    "private_data": gettext_lazy("Money and personal data"),
    "private_message": gettext_lazy("Private messages"),
    "insult": gettext_lazy("Insults without a problem"),
    "anger": gettext_lazy("Angry customers"),
    "surely_risky": gettext_lazy("Surely risky"),
    "doubtful": gettext_lazy("Perhaps risky"),
    "complaint": gettext_lazy("Specific complaints"),
    "staff_matter": gettext_lazy("What only staff can settle"),
    "expert": gettext_lazy("Needs an expert"),
    "wide_reach": gettext_lazy("Questions many will read"),
    "everybody": gettext_lazy("Everything else"),
    policy.LAST_RESORT.name: gettext_lazy("Nothing above fits"),
}


def rule_name(name: str) -> str:
    """A rule's name: those of the shipped table in the reader's language, others as somebody typed them."""
    return str(_RULES.get(name, name))


def values_of(condition: str, topics: Mapping[str, str]) -> dict[str, str]:
    """What a condition can ask for, with names. `topics`: slug → name of the brand's topics."""
    if condition == "topic":
        return {**topics, "": _("None of them")}
    if condition == "no_reply":
        return {code: reasons.say(f"no_reply.{code}").label for code in policy.NO_REPLY}
    known = {
        "risk": labels.VALUES["risks"], "gate": _GATE, "fit": LANES, "intent": labels.VALUES["intent"],
        "sentiment": labels.VALUES["sentiment"], "language": labels.VALUES["language"],
    }[condition]  # fmt: skip
    return {value: str(words) for value, words in known.items()}


def when_words(when: Mapping[str, Any], topics: Mapping[str, str]) -> list[str]:
    """The conditions of a rule, one short sentence each; all of them must hold."""
    return [_condition(name, when[name], topics) for name in CONDITIONS if name in when]


def _condition(name: str, value: Any, topics: Mapping[str, str]) -> str:
    if name in policy.FLAGS:
        return str(_FLAGS[name][0 if value else 1])
    if name in policy.NUMBERS:
        return str(_NUMBERS[name]) % {"number": number_format(value, force_grouping=True)}
    names = values_of(name, topics)
    said = _either(names.get(one, one) for one in value)
    if name == "fit":
        return _("The model would choose: %(lanes)s") % {"lanes": said}
    return _("No reply: %(reasons)s") % {"reasons": said} if name == "no_reply" else said


def _either(words: Iterable[str]) -> str:
    """One or the other: “Money / Privacy”."""
    return " / ".join(words)


def then_words(then: policy.Then) -> list[str]:
    """What a rule decides besides the lane."""
    said = []
    if then.no_reply:
        said.append(reasons.say(f"no_reply.{then.no_reply}").label)
    if then.priority:
        said.append(_("Priority %(number)d") % {"number": then.priority})
    if then.sla_minutes is not None:
        said.append(_("Within %(number)d min") % {"number": then.sla_minutes})
    if then.advice:
        said.append(str(ADVICE[then.advice]))
    return said


def changes(before: policy.Table, after: policy.Table) -> list[str]:
    """What differs between two tables, row by row."""
    old, new = ({rule.name: rule for rule in table.rules} for table in (before, after))
    said = [_("New: %(row)s") % {"row": rule_name(name)} for name in new if name not in old]
    said += [_("Gone: %(row)s") % {"row": rule_name(name)} for name in old if name not in new]
    said += [
        _("Changed: %(row)s") % {"row": rule_name(name)}
        for name in new
        if name in old and new[name] != old[name]
    ]
    both = [name for name in old if name in new]
    moved = [name for name in new if name in old]
    return [*said, _("Another order")] if both != moved else said
