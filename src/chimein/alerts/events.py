"""What alerts tell. Single alerts are rows of their own, not events: they are about people, not about customers."""

from chimein.core.events import declare

CHOSEN = declare(
    "alerts.chosen", "Somebody chose how to be told of a kind of thing.", "kind", "way", "wanted"
)
BROWSER_ADDED = declare("browser.added", "A browser takes pushes from now on.", "browser")
BROWSER_REMOVED = declare("browser.removed", "A browser takes no pushes any more.", "browser", "reason")
BRIDGE_SAVED = declare("bridge.saved", "A lead made or changed a way into a team chat.", "bridge", "platform")
BRIDGE_REMOVED = declare(
    "bridge.removed", "A lead took a way into a team chat away, or brought it back.", "bridge", "back"
)
