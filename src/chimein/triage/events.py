"""What triage and its learning tell."""

from chimein.core.events import declare

CORRECTED = declare(
    "label.corrected",
    "A person corrected or confirmed labels of a message; `labels` maps each to what it is now.",
    "labels", "why", "source",
)  # fmt: skip
RESTORED = declare("label.restored", "The person took the correction back.", "labels")
READ_AGAIN = declare(
    "message.read_again",
    "A second, careful reading chose another lane; `trusted_only`: for colleagues only.",
    "before", "after", "trusted_only",
)  # fmt: skip
ASKED = declare("training.asked", "A training is to begin.", "run")
TRAINED = declare(
    "training.ended",
    "A training ended: `model` is the new candidate, empty when there was nothing to learn from or it failed.",
    "run", "stage", "model",
)  # fmt: skip
WENT_LIVE = declare(
    "model.live",
    "Another model labels new messages; model 0 is the shipped one.",
    "model",
    "before",
    "reason",
)
TURNED_DOWN = declare("model.rejected", "A candidate is not taken.", "model", "reason")
POLICY_SAVED = declare(
    "lane_policy.saved",
    "The lane policy has a new version; `before` was in force until now, 0 is the shipped one; `copy_of` when it is an"
    " old version brought back.",
    "version", "before", "copy_of", "note",
)  # fmt: skip
