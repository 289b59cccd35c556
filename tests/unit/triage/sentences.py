"""Sentences of our own with what a person would say of them: text | intent | lane | risks | A when angry."""

from __future__ import annotations

from dataclasses import dataclass

_TABLE = """
How do I pair the headphones with my laptop? | question | crowd |
Does the blue speaker work with Bluetooth 4? | question | crowd |
What time does the shop in Harbour Road close on Sunday? | question | crowd |
Where can I find the manual for the toaster? | question | crowd |
Which cable fits the small camera? | question | crowd |
Is there a way to dim the display at night? | question | crowd |
Anyone know whether the filter can be washed? | question | crowd |
Can I use the charger abroad? | question | crowd |
Why is the little light blinking green? | question | crowd |
Do you sell spare bands for the watch? | question | crowd |
Hi, how long does the battery last with the screen on? | question | crowd |
Are the earbuds waterproof? | question | crowd |
Should I charge it overnight the first time? | question | crowd |
Wondering if the tablet takes a second memory card | question | crowd |
Any tips for cleaning the lens? | question | crowd |
The app closes by itself since the last update, version 3.2 on Android | None | crowd |
After the firmware update the screen flickers on my laptop | None | crowd |
Where is my order? | question | desk | account_data
My parcel has not arrived | None | desk | account_data
I forgot my password, how do I get in? | question | desk | account_data
Can you check the status of my repair? | question | desk | account_data
I've been on hold for two hours | None | desk | account_data
You sent me the wrong colour | None | desk | account_data
Someone hacked my account! | None | desk | account_data
My delivery was due on Monday | None | desk | account_data
I ordered a lamp and got a kettle | None | desk | account_data
How do I change the address on my booking? | question | desk | account_data
I was charged twice for one charger | None | desk | money
When do I get my refund? | question | desk | money
You took the payment and cancelled the sale | None | desk | money
I want compensation for the broken glass | None | desk | money
There is an unauthorised payment to you on the card | None | desk | money
My lawyer will write to you | None | desk | legal
I will see you in small claims court | None | desk | legal
Is this even legal? I am calling the police | None | desk | legal
I have told trading standards about this | None | desk | legal
The power bank caught fire on my desk! | None | desk | safety
The battery is swollen, what should I do? | question | desk | safety
Smoke comes out of the toaster | None | desk | safety
I got an electric shock from the plug | None | desk | safety
My daughter burnt her hand on the charger and is in hospital | None | desk | safety
You leaked my personal data, how could that happen? | question | desk | privacy
My number is 0171 5550 1234, please call | None | desk | privacy
Write to mia@example.test please | None | desk | privacy
I am a journalist, who can I talk to? | question | desk | press
I want to kill myself | None | desk | self_harm
Is your website down for everyone? | question | desk | crisis
There is an outage in the whole north | None | desk | crisis
This is the worst shop I have ever been in | complaint | desk | | A
Your support sucks | complaint | desk | | A
Third time I call, nobody helps, unacceptable | complaint | desk | | A
What a scam, shame on you | complaint | desk | | A
WHY DOES NOBODY ANSWER MY QUESTIONS, IT IS BROKEN!!!! | complaint | desk | | A
The staff were rude and ignored us | complaint | desk |
The kettle is broken after three days | complaint | desk |
Very disappointed with the service | complaint | desk |
Still waiting for weeks, nobody answers | complaint | desk |
Thank you, that worked! | praise | none |
Great service in your shop today, thanks | praise | none |
Love the new speaker, amazing sound | praise | none |
Kudos to the team, very helpful | praise | none |
Giveaway! Follow back and win an iphone | spam | none |
Earn $500 a day, work from home, click here | spam | none |
Txt WIN to 80082 for your free entry | spam | none |
Lovely weather in the park today | chatter | none |
RT @somebody how do I pair the headphones? | None | none |
https://example.test/picture | None | none |
👍👍 | None | none |
耳机怎么和电脑配对？ | question | crowd |
请问蓝色音箱支持蓝牙4.0吗 | question | crowd |
海港路那家店周日几点关门？ | question | crowd |
说明书在哪里下载 | question | crowd |
这款相机用哪种数据线？ | question | crowd |
屏幕晚上能不能调暗一点 | question | crowd |
滤芯可以水洗么？ | question | crowd |
充电器在国外有没有电压限制 | question | crowd |
指示灯为什么一直闪绿光？ | question | crowd |
手表的表带多少钱一根 | question | crowd |
第一次充电要充多久？ | question | crowd |
平板电脑求推荐 | question | crowd |
求教：镜头怎么清洁 | question | crowd |
耳机防水吗 | question | crowd |
更新3.2版本之后应用闪退，安卓系统 | None | crowd |
升级固件以后屏幕闪烁 | None | crowd |
我的订单到哪里了？ | question | desk | account_data
快递一直没到 | None | desk | account_data
忘记密码了怎么办 | question | desk | account_data
帮我查一下维修进度 | None | desk | account_data
我的账号登不上 | None | desk | account_data
买的灯少发了一个灯泡 | None | desk | account_data
发错货了，颜色不对 | None | desk | account_data
已经私信你们了 | None | desk | account_data
为什么扣了我两次钱 | None | desk | money
什么时候退款？ | question | desk | money
要求赔偿 | None | desk | money
银行卡被盗刷了 | None | desk | money
我要找律师起诉 | None | desk | legal
已经打12315了 | None | desk | legal
再不处理就报警 | None | desk | legal
充电宝着火了 | None | desk | safety
电池鼓包了怎么办 | question | desk | safety
插座漏电，孩子被电到了 | None | desk | safety
烤面包机冒烟 | None | desk | safety
为什么泄露我的个人信息？ | None | desk | privacy
我的手机号是13800138000，请回电 | None | desk | privacy
我要找记者曝光 | None | desk | press
活不下去了 | None | desk | self_harm
网站崩了吗，都打不开 | question | desk | crisis
整个小区停电了 | None | desk | crisis
什么破客服，垃圾 | complaint | desk | | A
太差劲了，再也不买了 | complaint | desk | | A
第三次打电话了，忍无可忍 | complaint | desk | | A
骗子公司 [怒] | complaint | desk | | A
店员态度差，没人理 | complaint | desk |
用了三天就坏了 | complaint | desk |
等了两个星期还没解决，客服打不通 | complaint | desk |
谢谢，解决了！ | praise | none |
店里的小姐姐很贴心，好评 | praise | none |
新音箱音质真棒 | praise | none |
互粉互关，免费领红包 | spam | none |
兼职日赚三百，加微信 | spam | none |
今天天气真好 | chatter | none |
转发微博 | None | none |
//@小明: 耳机怎么配对？ | None | none |
"""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row of the table; `intent` empty means that people would not agree on it."""

    text: str
    intent: str
    lane: str
    risk: str
    angry: bool


def _read(line: str) -> Sentence:
    cells = [cell.strip() for cell in line.split("|")] + ["", ""]
    return Sentence(cells[0], cells[1].replace("None", ""), cells[2], cells[3], cells[4] == "A")


SENTENCES = [_read(line) for line in _TABLE.strip().splitlines()]
