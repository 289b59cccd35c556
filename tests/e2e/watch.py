"""What a browser must never say while our pages are used: errors, refused content, failed requests."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response


class Watch:
    """Collects what went wrong in all pages of one context; `allow` names what a test provokes on purpose."""

    def __init__(self, context: BrowserContext) -> None:
        self._said: list[str] = []
        self._allowed: list[str] = []
        context.on("page", self._look_at)

    def allow(self, *words: str) -> None:
        """Findings that contain one of these are no failure."""
        self._allowed += words

    @property
    def findings(self) -> list[str]:
        return [said for said in self._said if not any(word in said for word in self._allowed)]

    def _look_at(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._said.append(f"{page.url}: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        # The browser itself writes refusals of the content policy here, as errors.
        if message.type in {"error", "warning"}:
            self._said.append(f"{message.location.get('url', '')}: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self._said.append(f"{response.url}: status {response.status}")
