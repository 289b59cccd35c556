"""The chats a brand's alerts can go to, by name. A platform is one module: delete it here and it is gone."""

from __future__ import annotations

from chimein.alerts.platforms import dingtalk, feishu, mattermost, slack, wecom
from chimein.alerts.platforms.port import Platform

PLATFORMS: dict[str, Platform] = {
    one.name: one
    for one in (slack.PLATFORM, mattermost.PLATFORM, feishu.PLATFORM, dingtalk.PLATFORM, wecom.PLATFORM)
}
