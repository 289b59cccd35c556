"""Made-up customers' posts, half Chinese, half English, in the shape the simulated network gives them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_ENGLISH = (
    "How do I reset my {product} after the update? It keeps asking for a code",
    "my {product} stopped working on {day}, tried turning it off and on, any idea?",
    "Does the {product} work with an old {other}? Asking before I drive to the {place} shop",
    "what time does the {place} store close on {day}",
    "still waiting for my {product}, ordered on {day} and nobody answers the phone",
    "I was charged twice for the {product} and support keeps sending me in circles. Unacceptable.",
    "Loving the new {product}, battery lasts till {day}! thanks to the team in {place}",
    "is there a trade-in for the {other}? mine is two years old and the screen has a scratch",
    "the {product} app is slow since {day}, does anyone else see this",
    "Could someone tell me how to pair the {product} with the {other}, the manual is no help at all",
    "RT @somebody: win a free {product} today, follow back",
    "just bought a {product} in {place}",
)
_CHINESE = (
    "请问{product}升级以后怎么恢复出厂设置，一直让我输验证码",
    "{product}从{day}开始就连不上网了，重启也没用，有人知道怎么办吗",
    "{product}能不能和老款{other}一起用？想去{place}店之前问一下",
    "{place}店{day}几点关门呀",
    "{day}下的单，{product}到现在还没发货，客服电话也打不通",
    "{product}扣了我两次款，客服一直踢皮球，太差了",
    "新买的{product}真不错，{place}店的小哥很耐心，谢谢[心]",
    "{other}可以以旧换新吗，用了两年，屏幕有点划痕",
    "{day}之后{product}的软件特别卡，是只有我这样吗",
    "求问{product}怎么和{other}配对，说明书看不懂",
    "转发微博 抽奖送{product}，互粉",
    "刚在{place}买了{product}",
)
_WORDS = {
    "product": (
        "Koala 3 router",
        "Finch earbuds",
        "Otter laptop",
        "Heron TV",
        "Lynx phone",
        "云雀耳机",
        "山猫手机",
        "水獭笔记本",
    ),
    "other": ("Koala 2", "Finch 1", "e-reader", "soundbar", "老路由器", "电子书", "音箱"),
    "place": ("Harbour Street", "Millbrook", "Station Road", "静安", "天河", "高新"),
    "day": ("Monday", "Tuesday", "Friday", "Sunday", "周一", "周三", "周五", "周末"),
}
_FOLLOW_UP = (
    "any news on this?",
    "I tried that, no change",
    "还是不行",
    "有进展吗？",
    "thank you, that worked!",
    "谢谢，好了",
)
_AUTHORS_PER_MESSAGE = 0.4
_REPLIES = 0.25


def _text(random_: random.Random) -> str:
    sentence = _sentence(random_, _ENGLISH if random_.random() < 0.5 else _CHINESE)
    return f"@tamarind {sentence} {random_.randrange(100)}"


def _sentence(random_: random.Random, patterns: Sequence[str]) -> str:
    pattern = random_.choice(patterns)
    return pattern.format(**{name: random_.choice(values) for name, values in _WORDS.items()})


def texts(count: int, *, seed: str, median: int = 120) -> list[str]:
    """Messages of several sentences: half English, half Chinese, `median` characters long in the middle."""
    random_ = random.Random(seed)  # noqa: S311 - made-up traffic
    return [_longer(random_, median * math.exp(random_.gauss(0, 0.5))) for _ in range(count)]


def _longer(random_: random.Random, length: float) -> str:
    patterns = _ENGLISH if random_.random() < 0.5 else _CHINESE
    text = _text(random_) if length < 40 else f"@tamarind {_sentence(random_, patterns)}"
    while True:
        more = _sentence(random_, patterns)
        if len(text) + len(more) / 2 > length:
            return text
        text = f"{text} {more}" if patterns is _ENGLISH else f"{text}。{more}"


def posts(count: int, *, seed: str, end: datetime | None = None) -> Iterator[dict[str, Any]]:
    """`count` posts over 28 days, a quarter of them follow-ups in a thread, by 0.4 authors a post.

    Followers are spread as measured on real authors: median about 1,000, one in eleven above 10,000.
    """
    random_ = random.Random(seed)  # noqa: S311 - made-up traffic
    end = end or datetime.now(UTC)
    authors = max(1, int(count * _AUTHORS_PER_MESSAGE))
    step = timedelta(days=28) / max(count, 1)
    recent: list[tuple[str, str, int]] = []
    for number in range(count):
        at = end - timedelta(days=28) + step * number
        own = f"{seed}-{number}"
        if recent and random_.random() < _REPLIES:
            parent, root, author = recent[random_.randrange(len(recent))]
            text = f"@tamarind {random_.choice(_FOLLOW_UP)}"
        else:
            parent, root, author = "", own, random_.randrange(authors)
            text = _text(random_)
            recent.append((own, own, author))
            if len(recent) > 2000:
                recent.pop(random_.randrange(1000))
        yield _post(own, parent, root, f"{seed}-a{author}", _followers(author), text, at)


def _followers(author: int) -> int:
    return int(10 ** random.Random(author).gauss(3.0, 0.75))  # noqa: S311 - made-up traffic


def _post(
    own: str, parent: str, root: str, author: str, followers: int, text: str, at: datetime
) -> dict[str, Any]:
    time = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {
        "id": own,
        "author": {
            "id": author, "handle": author.replace("-", "_"), "name": author, "avatar_url": "", "followers": followers,
            "following": 10, "verified": False, "url": f"https://warble.example/@{author}",
        },
        "text": text, "created_at": time, "edited_at": None, "revision": 1, "reply_to": parent or None,
        "conversation_id": root, "mentions": ["tamarind"], "url": f"https://warble.example/p/{own}", "deleted": False,
    }  # fmt: skip
