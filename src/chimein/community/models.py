"""Data of the community room, by what it is about."""

from chimein.community.growth_models import (
    Candidate,
    Lapse,
    Lesson,
    Onboarding,
    Practice,
    QuizQuestion,
    SkillReset,
    TrustChange,
)
from chimein.community.points_models import (
    AnswerWorth,
    BadgeEarned,
    PointsAudit,
    PointsFact,
    PointsRow,
    Recognition,
    Reward,
    TopicDifficulty,
    VoteFlag,
)

__all__ = [
    "AnswerWorth",
    "BadgeEarned",
    "Candidate",
    "Lapse",
    "Lesson",
    "Onboarding",
    "PointsAudit",
    "PointsFact",
    "PointsRow",
    "Practice",
    "QuizQuestion",
    "Recognition",
    "Reward",
    "SkillReset",
    "TopicDifficulty",
    "TrustChange",
    "VoteFlag",
]
