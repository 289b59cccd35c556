"""Small words of our own: what is said when a customer comes back happy, and how a known answer is begun."""

from __future__ import annotations

from chimein.demo.scenario.chance import dice

_CLOSING = {
    "en": (
        "That made the whole team smile. Enjoy it!",
        "Lovely to hear. Shout if anything else turns up.",
        "Sorted, then! Have a good one.",
        "Glad that did it. We're here if it comes back.",
        "Brilliant, thanks for coming back to tell us.",
        "Good news travels fast here: I've told the others.",
        "That's what we like to read before the kettle boils.",
        "Happy days. You know where we are.",
        "Noted with a grin. Take care!",
        "Ha, perfect. Come by and say hello one day.",
        "So pleased. The next one will be even easier.",
        "Then my work here is done. Bye for now!",
        "Nice one. We'll remember that trick for the next person too.",
        "Thank you for letting us know, not everybody does.",
        "Great. If it misbehaves again, reply here and I'll pick it up.",
        "You did the hard part. Well done!",
        "Marvellous. I'll put the toolbox away.",
        "Cheers for the update, it makes a difference.",
        "All the best with it, and mind how you go.",
        "That's a relief for us as well. Have a good evening!",
        "Wonderful. I'm keeping this message for a rainy day.",
        "Right then, we'll leave you in peace. Enjoy!",
        "Superb, and thanks for your patience.",
        "Good to know. One worry less for both of us.",
        "Your message is going up on the wall in the back room.",
        "Agreed, and thanks for saying so.",
        "We'll take that. See you around!",
        "Made my shift, that did.",
    ),
    "zh": (
        "那就好，用得开心！",
        "太好了，有事随时喊我们。",
        "收到，全店同事都跟着乐了。",
        "解决了就踏实了，祝顺利。",
        "谢谢您特地回来说一声，难得。",
        "好嘞，下回再来聊。",
        "看到这句，今天的班没白上。",
        "妥了。要是再犯，直接回这条，我接着管。",
        "您动手能力可以的，佩服。",
        "行，那我把工具箱收起来了。",
        "替您高兴，也替我们自己高兴。",
        "这法子我记下了，下一位也用得上。",
        "放心用，我们一直在。",
        "哈哈，有机会来店里坐坐。",
        "好消息，已经念给大家听了。",
        "客气啦，举手之劳。",
        "没事就好，早点休息。",
        "这事就算翻篇了，祝您一切都好。",
        "您满意，我们就有劲儿。",
        "好，回头见！",
        "记在小本本上了，谢谢您。",
        "那我们就不打扰啦，慢慢享受。",
        "辛苦您折腾一趟，结果好就好。",
        "心里的石头落地了，两边都是。",
        "得嘞，下次还找我。",
        "您这句话我截图了。",
        "同意您说的，谢谢提醒。",
        "收好这份开心，拜拜！",
    ),
}
_SOBER = {
    "en": (
        "Thank you for telling us. We've written it down, and we stay reachable here.",
        "Noted, and thank you for your patience with us.",
        "We appreciate the word back. Reply here any time, it comes straight to us.",
        "Understood. We'll hold ourselves to what we promised.",
        "Thank you. If anything is missing, one line here is enough.",
        "Good to hear it reached you. We keep an eye on the rest.",
    ),
    "zh": (
        "谢谢告知，我们已记录在案，随时可以回这条。",
        "收到，多谢您的耐心。",
        "感谢回复，后续有任何问题直接回这里，我们马上看到。",
        "明白，答应您的事我们会做到。",
        "谢谢。若还有遗漏，回一句话就行。",
        "收到就好，剩下的我们继续盯着。",
    ),
}
_KNOWN = {
    "en": (
        "Somebody asked much the same the other day, and this helped: {answer}",
        "We had this one recently. What worked: {answer}",
        "If it's what I think it is, here is what we told the last person: {answer}",
    ),
    "zh": (
        "前几天也有人问过差不多的，当时是这么解决的：{answer}",
        "这个最近遇到过，管用的办法是：{answer}",
        "要是我没理解错，可以先这样试试：{answer}",
    ),
}


def closing(name: str, language: str, *, sober: bool) -> str:
    """A friendly last word, or a sober one where there was trouble; the same for the same `name`."""
    words = _SOBER if sober else _CLOSING
    return dice(f"closing:{name}").choice(words["zh" if language == "zh" else "en"])


def from_experience(name: str, language: str, answer: str) -> str:
    """An answer that helped somebody else before, said to be just that."""
    return dice(f"known:{name}").choice(_KNOWN["zh" if language == "zh" else "en"]).format(answer=answer)


ADVICE = {
    False: (
        "Good: short, kind, and it solves it.",
        "Just right. You could say how long it takes, too.",
        "Fine as it is. Names help: use theirs where you can.",
    ),
    True: ("很好，清楚又亲切。", "可以了，再说一句大概要多久就更好。", "就这样发，称呼用得不错。"),
}
"""A line for who wrote a draft that can go out as it is, by whether it is in Chinese."""


def anyway(language: str) -> str:
    """Why something is posted although it was said like this before."""
    return "这里也适用" if language == "zh" else "It fits here as well"


def is_ours(text: str) -> bool:
    """Whether these are small words of ours."""
    if any(text in those for pool in (_CLOSING, _SOBER) for those in pool.values()):
        return True
    begins = (known.partition("{")[0] for those in _KNOWN.values() for known in those)
    return any(text.startswith(begin) for begin in begins)
