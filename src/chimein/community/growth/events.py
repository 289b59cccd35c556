"""What the growth of helpers tells."""

from chimein.core.events import declare

TRUST_CHANGED = declare(
    "trust.changed",
    "Somebody is trusted further or less; `before` and `after` are levels from 0 (new) to 3 (mentor), `why` a code.",
    "member", "topic", "language", "risk", "before", "after", "why", "reason",
)  # fmt: skip
PAUSED = declare("member.paused", "No questions for somebody until then.", "member", "until", "reason")
RESUMED = declare("member.resumed", "A lead ended somebody's pause.", "member")
SKILL_RESET = declare(
    "skill.reset", "A lead let somebody begin anew; an empty topic: in all.", "member", "topic", "reason"
)
LESSON_PASSED = declare(
    "lesson.passed", "Somebody finished a part of the way in: lesson, quiz, risk, practice.", "member", "part"
)
LESSONS_CHANGED = declare("lessons.changed", "A lead changed the lesson, the rules or the quiz.", "part")
VETTED = declare(
    "candidate.decided", "A lead decided about a customer who may answer.", "candidate", "state", "reason"
)
COACH_GIVEN = declare("coach.given", "Somebody has a coach from now on, or none any more.", "member", "coach")
