"""The lesson, the rules and the quizzes that helpers begin with, until a lead writes the brand's own.

They are content, in both languages side by side, and no part of the catalogue: a lead starts from them when editing.
"""

from __future__ import annotations

from dataclasses import dataclass

LESSON = """\
**You answer as the brand.** What you write appears under our name, with yours behind it. Anybody can read it, for \
years.

**Solve it in the first answer.** Say what to do, step by step, in the order it is done. If one thing is missing, ask \
for exactly that.

**Write to this person.** Begin with what they said. Use their words, their language and no set phrases.

**Keep it short.** Two or three sentences. If it needs more, link to the page that explains it.

**Never in public:** names, addresses, order numbers, phone numbers. When you need them, hand the question to the desk.

**Angry, legal, unsafe, or about money?** Do not answer. Hand it to the desk with one tap; nobody minds.

**Not sure? Pass it on.** Passing is free. A wrong answer is not.
"""
LESSON_ZH = """\
**你代表品牌回答。** 你写的话以我们的名义出现，后面跟着你的名字。任何人都能看到，很多年后也看得到。

**第一次就解决问题。** 按操作的顺序一步一步说清楚。只缺一样信息时，就只问那一样。

**写给这个人看。** 从对方说的事说起，用对方的语言和说法，不用套话。

**要短。** 两三句话就好。说不完就给出说明页的链接。

**绝不公开：** 姓名、地址、订单号、电话。需要这些时，请转给客服台。

**生气、法律、安全、钱？** 不要回答。点一下转给客服台，没有人会介意。

**拿不准？就跳过。** 跳过没有代价，答错有。
"""
RULES = """\
1. I answer only what I know, and say so when I do not.
2. I keep what I see here to myself: no screenshots, no customers' data.
3. I have nothing to gain from an answer, and say openly when I could.
4. I say nothing about products that are not announced yet.
5. I may stop at any time. The brand may end it, and tells me why.
"""
RULES_ZH = """\
1. 我只回答自己知道的事；不知道就直说。
2. 在这里看到的内容我不外传：不截图，不带走顾客的资料。
3. 我不从回答中谋利；可能有利益关系时会公开说明。
4. 我不谈尚未发布的产品。
5. 我随时可以退出。品牌也可以终止，并告诉我原因。
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both languages; `right` counts the choices from 0."""

    text: str
    text_zh: str
    choices: tuple[str, ...]
    choices_zh: tuple[str, ...]
    right: int
    why: str
    why_zh: str


START = (
    Question(
        "Somebody asks how to reset the headphones, and you know it. What is the best answer?",
        "有人问耳机怎么重置，你知道答案。怎样回答最好？",
        (
            "Please see our website.",
            "Hold both buttons for ten seconds until it blinks, then pair it again.",
            "Have you tried turning it off and on?",
        ),
        ("请查看我们的网站。", "同时按住两个键十秒，等它闪烁，再重新配对。", "你试过关机再开机吗？"),
        1,
        "It solves the question in the first answer, in the order it is done.",
        "第一次就解决问题，并且按操作的顺序说明。",
    ),
    Question(
        "You need the order number to help. What do you do?",
        "需要订单号才能帮忙。怎么办？",
        ("Ask for it in the answer.", "Guess.", "Hand the question to the desk."),
        ("在回答里请对方写出来。", "猜一个。", "把问题转给客服台。"),
        2,
        "Everybody can read an answer. The desk can ask in private.",
        "回答人人可见。客服台可以私下询问。",
    ),
    Question(
        "You began to answer and notice that you are not sure. What now?",
        "写到一半发现自己拿不准。怎么办？",
        ("Pass it on.", "Send it, it will be about right.", "Keep it until tomorrow."),
        ("跳过它。", "照样发送，大概没错。", "留到明天。"),
        0,
        "Passing is free, and the next person is asked at once. The customer's clock goes on.",
        "跳过没有代价，马上会问下一个人。顾客一直在等。",
    ),
    Question(
        "A customer is angry and writes about a lawyer.",
        "顾客很生气，提到要找律师。",
        ("Calm them down.", "Explain why they are wrong.", "Leave it to the desk."),
        ("安抚对方。", "解释对方为什么错了。", "交给客服台。"),
        2,
        "Anger, law, safety and money belong to the desk.",
        "生气、法律、安全和钱的事都归客服台。",
    ),
)
RISK = (
    Question(
        "A question looks harmless, but the customer mentions a burn. What is it?",
        "问题看起来普通，但顾客提到被烫伤。这是什么情况？",
        ("A safety matter: to the desk at once.", "A product question: answer it.", "Spam."),
        ("安全问题：马上转给客服台。", "产品问题：照常回答。", "垃圾信息。"),
        0,
        "Whenever somebody is hurt or could be, the desk takes over.",
        "只要有人受伤或可能受伤，就由客服台处理。",
    ),
    Question(
        "Somebody complains politely that a repair took three weeks.",
        "有人礼貌地抱怨维修用了三周。",
        (
            "Say sorry for the wait, say what happens next, and hand over if it needs the order.",
            "Explain that three weeks are normal.",
            "Tell them to be patient.",
        ),
        ("为等待道歉，说明下一步；需要查订单就转交。", "解释三周是正常的。", "请对方耐心等待。"),
        0,
        "A complaint wants to be heard first, then solved.",
        "投诉先要被听见，再要被解决。",
    ),
    Question(
        "A journalist asks what went wrong with the last model.",
        "记者询问上一款产品出了什么问题。",
        ("Say what you know.", "Hand it over: the press is not for us.", "Do not reply at all."),
        ("把知道的都说出来。", "转交：媒体的事不归我们。", "完全不理会。"),
        1,
        "The press is answered by one voice, and not by yours.",
        "对媒体只有一个口径，不由我们来说。",
    ),
)
