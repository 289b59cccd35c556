"""The words that rules go by, Chinese and English side by side.

Each list becomes two regular expressions, of which only those run that a prefilter thinks possible; English words match
whole words, Chinese ones anywhere. Texts are folded first: lower case, plain apostrophes.
The meanings of intent, risk and lane are explained in docs/explanation/triage.md.
"""

# ruff: noqa: E501 - a Chinese character counts twice, and lists are better read in long lines
from __future__ import annotations

import re
from dataclasses import dataclass

from chimein.triage.prefilter import Prefilter

_APOSTROPHES = str.maketrans("’‘ʼ＇", "''''")
_PREFILTER = Prefilter()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as the lists look at it, with the patterns that can match it at all."""

    text: str
    possible: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Folded:
        lowered = text.translate(_APOSTROPHES).lower()
        return cls(lowered, _PREFILTER.possible(lowered))


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words and phrases: its patterns by their number in the prefilter."""

    patterns: tuple[tuple[int, re.Pattern[str]], ...]
    numbers: frozenset[int]

    def found(self, folded: Folded, limit: int = 3) -> tuple[str, ...]:
        """The first few that stand in the text, each once."""
        if self.numbers.isdisjoint(folded.possible):
            return ()
        seen: dict[str, None] = {}
        for number, pattern in self.patterns:
            if number in folded.possible:
                for match in pattern.finditer(folded.text):
                    seen.setdefault(match.group().strip())
                    if len(seen) == limit:
                        return tuple(seen)
        return tuple(seen)

    def stand_in(self, folded: Folded) -> bool:
        """Whether any of them stands in the text."""
        if self.numbers.isdisjoint(folded.possible):
            return False
        # A plain loop: this runs dozens of times a message, and a generator costs twice as much.
        for number, pattern in self.patterns:  # noqa: SIM110
            if number in folded.possible and pattern.search(folded.text):
                return True
        return False


def words(english: str, chinese: str = "") -> Words:
    """A list from alternatives separated by ``|``, in lower case."""
    made: list[tuple[int, re.Pattern[str]]] = []
    if english:
        made.append((_PREFILTER.add(english), re.compile(rf"(?<!\w)(?:{english})(?!\w)", re.ASCII)))
    if chinese:
        made.append((_PREFILTER.add(chinese), re.compile(chinese)))
    return Words(tuple(made), frozenset(number for number, _ in made))


# fmt: off
RISKS = {
    "legal": words(
        r"lawyers?|attorney|lawsuits?|sue|suing|sued|court|legal action|solicitor|trading standards|ombudsman|"
        r"small claims|bbb|ftc|fcc|regulators?|police|class action|consumer (?:protection|rights)|gdpr|illegal(?:ly)?",
        r"律师|起诉|法院|告你们|告他们|法律途径|12315|12321|12300|消协|消费者协会|工信部|市场监管|监管局|报警|派出所|仲裁|维权|投诉到|违法|"
        r"霸王条款",
    ),
    "safety": words(
        r"caught fire|on fire|fire hazard|smoke|smoking|burn(?:t|ed|ing)?|explod(?:e|ed|ing)|explosion|swell(?:ing|ed)|"
        r"swollen|bulging|shock(?:ed)? me|electric shock|electrocut\w+|sparks?|sparking|injur\w+|hospital|allergic|"
        r"food poison\w*|poison(?:ed|ing)|overheat\w*|too hot to (?:touch|hold)|hot enough (?:that )?i can'?t|unsafe|dangerous|hazard\w*|choking|bleeding",
        r"着火|起火|冒烟|爆炸|炸了|鼓包|鼓起|漏电|触电|电到|烫伤|烧焦|焦味|火花|火星|受伤|住院|食物中毒|过敏|发烫|烫手|"
        r"不安全|安全隐患|危险|事故|出了事|坍塌|开裂",
    ),
    "money": words(
        r"refund\w*|charged? (?:me )?twice|double[- ]charged?|overcharg\w+|charged again|wrong(?:ly)? charged?|"
        r"money back|my money|compensat\w+|reimburs\w+|chargeback|took (?:the )?(?:money|payment)|charged (?:me|my)|"
        r"(?:being|been|got|was|were|getting) charged|extra charge|fraud\w*|unauthori[sz]ed|(?:am|are|'re|'m|we|i) paying|"
        r"paid for",
        r"退款|退钱|退费|扣了两次|扣两次|重复扣|多扣|乱扣|扣费|扣款|扣钱|扣了我|扣我|赔偿|赔钱|补偿|差价|盗刷|没到账|未到账|押金|"
        r"多收|乱收费|还款|欠费|话费",
    ),
    "account_data": words(
        r"(?:had|have|has) my \w+ (?:in|for)|collection code|my (?:\w+ ){0,2}(?:order|parcel|package|delivery|booking|invoice|bills?|subscription|payment|contract|claim|"
        r"repair|appointment|reservation|flights?|seats?|bags?|luggage|tickets?|(?:gift |credit |debit )?card|line|number|trip|rental|"
        r"room|rewards?|points|membership|plan|voucher|coupon|purchase|return|exchange|warranty|address|ride|driver|meal|"
        r"shipment|mail|deposit|balance|statement|loan|profile|email|e-mail|licen[cs]e)|(?:my|our) (?:\w+ )?account(?! (?:work|settings))|"
        r"my (?:home |house )?(?:internet|service|broadband|connection)|"
        r"(?:the|an?) (?:invoice|order) (?:and|information|no\.?|number|confirmation)|"
        r"order (?:no\.?|number|#)|order #?\w*\d{3,}|tracking (?:no\.?|number|code)|log ?(?:in|on)|logged out|sign(?:ed)? ?in|unable to (?:log|access|sign|activate|pay)|"
        r"flight \w{0,2}\d+|boarding|baggage|layovers?|i (?:have |just |already )?(?:ordered|purchased|pre-?ordered|booked)|courier|"
        r"customer service (?:agent|rep\w*)|speak (?:to|with) (?:a|an|some)\w*|been (?:\w+ )?(?:\d+|two|three|four|several) (?:hours|days|weeks|months)|"
        r"locked out|"
        r"passwords?|passcode|"
        r"(?:hasn't|haven't|not|never|still (?:hasn't|not|waiting for)) (?:yet )?(?:arrived|delivered|been delivered|"
        r"shipped|received|my \w+)|where(?:'s| is) my|sent me|"
        r"verification code|hacked|delivery (?:is|was) late|item missing|missing (?:items?|parts?)|wrong (?:item|order)|"
        r"on hold|(?:signed|sign) up (?:with|through)|dispatched|delivery|(?:sent|send) (?:you )?(?:an? )?(?:dm|pm)|"
        r"(?:blocked|suspended|cancell?ed) my|stuck (?:in|at)|i live in|at my (?:house|home|address)|get there",
        r"我的(?:[\u4e00-\u9fff]{0,4})?(?:订单|账号|帐号|账户|帐户|快递|包裹|发票|账单|会员|积分|维修单|预约|退货|换货|宽带|号码|卡|钱|户口)|"
        r"订单号|订单|单号|运单|查一下|查下|登录不|登不上|密码|验证码|被盗|送修|提货码|还没发货|没发货|没收到|未收到|还没到|一直没到|物流|少发|漏发|错发|发错|"
        r"账号|帐号|绑定的手机|实名|私信|停机|我家|我们家|本人|户口|户籍|社保|医保|公积金|我父母|我孩子|我小孩|小孩子?想|我原是|我是[^，。]{0,12}(?:户|业主|职工|员工)|"
        r"宽带[^，。]{0,12}(?:断|慢|故障|装|停|坏|掉|维修)|上不了网|没有?网|没有?信号|报修|报故障|上门|中签|审核[^，。]{0,6}(?:不通过|没通过)|余额|银行卡|"
        r"联系电话|回电|办理|下单|收货|签收|封号|解封|冻结|注销|充值[^，。]{0,8}(?:没|不|失败)|我(?:们)?(?:小区|村|县|单位|公司|店)|我于|我们是",
    ),
    "privacy": words(
        r"leaked my|my personal (?:data|information|details)|shared my (?:data|number|address)|data breach",
        r"泄露|个人信息|隐私|骚扰电话",
    ),
    "press": words(
        r"journalist|reporter|going to the press|consumer reports|tell the media|tv station|the news about",
        r"记者|曝光|媒体|电视台|央视|(?<!\d)315(?!\d)|罪证|围剿",
    ),
    "self_harm": words(
        r"(?:want|wanna|going|gonna|ready) (?:to )?(?:kill myself|end my life|end it all|die)|kill(?:ing)? myself|end my life|"
        r"i(?:'m| am) suicidal",
        r"(?:想|要)自杀|不想活了|活不下去|轻生|真的?想死",
    ),
    "crisis": words(
        r"(?:is|are|site|app|website|system|service|phones|servers?|internet|power|network) (?:\w+ ){0,2}down"
        r"(?: for| again| everywhere| since| right now| in| today)?|outages?|nobody can|for everyone|"
        r"everyone(?:'s| is) (?:getting|seeing)|power(?:'s| is| has been)? (?:out|off)|no (?:power|calls|service|signal)|"
        r"(?:lost|without) (?:power|service|signal)|any(?:one|body) else|error 50\d",
        r"大面积|又崩|\b50[234]\b|全都(?:打不开|用不了|登不上|没有)|都打不开|都用不了|系统崩|崩了|瘫痪|宕机|全国(?:都|各地)|停水|停电|断水|断电|无水|没水|供水|自来水|停气|"
        r"居民|业主|上万人|(?:时候|几时|何时)[^，。]{0,4}恢复|又断了|又停|小区[^，。]{0,15}(?:停|断|没|坏)|(?:大家|所有人|全部|都)[^，。]{0,4}(?:没有了|没了|断了)",
    ),
}
ANGER = words(
    r"worst|terrible|horrible|awful|pathetic|disgrace\w*|disgust\w*|joke of a|ridiculous|unacceptable|useless|"
    r"incompetent|idiots?|clowns?|dumb|liars?|scam\w*|thieves|steal(?:ing)?|rip[- ]?off|furious|fuming|livid|fed up|sick of|"
    r"sick and tired|so tired of|never again|never (?:buy|shop)\w*|i hate|hate (?:you|this company)|"
    r"wtf\w*|ffs|f+u+c+k\w*|sh[i*]t\w*|bullshit|crap\w*|damn|hell|shame on|"
    r"(?:third|fourth|fifth) (?:call|time|email)|last straw|how dare|appalling|joke|sucks?|sux|\w+sucks|grr+|fiasco|trash|garbage",
    r"垃圾(?!文件|短信|邮件|分类)|骗子|坑人|坑爹|太差|差劲|恶心|无语|忍无可忍|气死|愤怒|滚|他妈|tmd|尼玛|妈的|傻[逼比叉]|操你|王八|废物|太过分|"
    r"欺骗|忽悠|黑心|投诉|再也不(?:买|来|会)|什么玩意|什么破|破(?:手机|路由|服务|客服)|敷衍|踢皮球|第[三四五六]次|不要脸|\[怒\]|\[抓狂\]|\[怒骂\]|"
    r"\[鄙视\]|[真太好的]烂|烂[透啊吧死]|败家|悲催|不人性|这么绝|不高兴|八抬大轿|吐槽",
)
COMPLAINT = words(
    r"(?:doesn't|does not|don't|won't|isn't|can't|cannot|not|never|stopped|nothing) (?:\w+ ){0,2}(?:works?|working|charge|"
    r"turn(?:ing)? on|connect\w*|respond\w*|start|help\w*|load\w*|fixed|good enough|happy|answering)|"
    r"broken?|broke|faulty|defective|damaged|cracked|dead on arrival|poor|slow(?:er)?|rude|ignored|"
    r"waiting (?:for )?(?:\w+ )?(?:hours|days|weeks|months)|still waiting|disappoint\w*|complain(?:ed|ing|ts?)?|let down|"
    r"wrong|missing|failed|failing|fails?|keeps? (?:\w+ing)|issues?|problems?|bad|late|delay\w*|cancelled|lost|freez\w+|"
    r"frozen|crash\w*|glitch\w*|laggy|stops (?:working|playing)|aggravating|annoying|inconvenient|not happy|no one|nobody|"
    r"forgot|\d+ hours|on and off|need more",
    r"坏了|坏掉|破损|有问题|出问题|失灵|故障|用不了|不能用|没反应|开不了|打不开|连不上|充不进|死机|卡死|花屏|太慢|等了|拖了|没人(?:理|管|接)|"
    r"不(?:理|管)|态度差|失望|差评|不满意|不合理|凭什么|延误|晚了|还没|没解决|不解决|退货|换货|闪烁|闪退|报错|出错|黑屏|白屏|卡顿|不稳定|崩溃|"
    r"自动断开|跳出来|无法|不能|不见了|没了|没有反应|打不通|全忙|太长|批评|为什么不接受|拒绝|质量(?:差|问题|太)",
)
TECHNICAL = words(
    r"app|apps|update\w*|version|ios|android|iphone|windows|mac|macbook|xbox|wi-?fi|bluetooth|reinstall\w*|restored?|reset|"
    r"error|screen|device|firmware|plug-?in|browser|settings?|songs?|playback|game|install\w*|driver|usb|sync\w*|battery",
    r"系统|升级|更新|版本|安装|重装|卸载|屏幕|皮肤|自定义|报错|输入法|浏览器|手机|电脑|应用|软件|蓝牙|固件|驱动|桌面|图标|指纹|插件|代码|接口|截图",
)
BLAME = words(
    r"you (?:guys|people)|your (?:service|support|staff|team|agents?|company)|customer (?:service|support)|agents?|reps?|"
    r"nobody|no one|on hold|hours?|days|waiting|waited|still|rude|ignored|shop|store|staff|cashier|driver",
    r"你们|贵公司|贵司|客服电话|人工|打不通|没人|态度|等了|拖|领导|员工|相关部门|这么久|多久了|天了|个月|几次|N次|营业厅",
)
OWN_CASE = words(
    r"i've|i have|i had|i got|i was|i bought|we've|we have|we were|we got|i'm still|i am still|us|our|for me|me",
    r"我(?!想(?:问|知道|了解|咨询|买)|要(?:问|买)|应该|该|可以|能|需要)|咱",
)
QUESTION = words(
    r"(?:(?:^\s*|[.!?,;:\n]\s*|(?:hi|hey|hello|so|and|but|ok|also|please)[ ,!]+)(?:how|what|when|where|which|why|who|can|could|do|does|"
    r"did|is|are|will|would|should))|"
    r"how (?:do|can|to|should|would|long|much|many|does|often|come)|what(?:'s| is) the|(?:can|could|would) (?:i|you|someone|anyone)|"
    r"(?:do|does) (?:you|anyone|it|this)|is there|are there|should i|"
    r"any (?:idea|tips|chance|news|update|updates|recommendations?|suggestions?)|anyone know\w*|wondering|possible to",
    r"吗|呢(?![!！])|怎么|咋|如何|(?<!无论)(?<!不管)(?<!没)什么(?!的)|啥|哪里|哪儿(?!网)|哪个|哪款|哪种|哪些|几点|几天|多少|多久|多长|为何|为啥|能不能|可不可以|可以.{0,10}么|"
    r"是不是|有没有|有木有|会不会|可否|请问|求问|求助|谁知道|求推荐|求教|求解|多大|支持.{0,12}么|教程|建议一下",
)
REQUEST = words(
    r"please|pls|plz|need (?:you|help|to|someone|a)|i want|i'd like|can you|could you|would you|help me|dm me|call me|"
    r"send me|let me know|help|tried|trying|"
    # Somebody who only tells what a thing does wants to know what to do about it.
    r"(?:drops|dropped|dropping|loses|losing) (?:\w+ ){0,2}(?:wi-?fi|connection|signal|internet)|cut(?:s|ting) out|disconnect\w*|"
    r"(?:restarts|reboots|switches off) by itself",
    r"掉线|断连|断流|老是断|自动重启|自己重启|自动关机|请(?!问)|麻烦|帮我|帮忙|帮看|我要|我想要|希望|能否|尽快|处理一下|给我|联系我|回复我|回电|求解决|急需|请求|建议|咨询|关于",
)
PRAISE = words(
    r"love (?:it|this|my|the|your|you)|thank(?:s| you|fully)|thx|ty|cheers|(?:had a )?great (?:service|job|help|work|staff|"
    r"experience|flight|day)|awesome|amazing|excellent|brilliant|fantastic|perfect(?:ly)?|impressed|kudos|well done|"
    r"the best|best (?:service|shop|store|customer)|so helpful|very helpful|shout ?out|appreciate\w*|lifesaver|legend|"
    r"works now|that worked|fixed it|solved|sorted|set the bar|quick response|pleased",
    r"谢谢|感谢|多谢|谢啦|谢了|好评|点赞|赞一个|给力|真棒|太棒|很棒|非常棒|不错|贴心|(?<!不)(?<!能)满意|喜欢|靠谱|神器|推荐大家|解决了|好了|可以了|"
    r"搞定|加油|欣慰|支持你们|很有质量|质量(?:还行|很好|不错)|\[赞\]|\[心\]|\[鼓掌\]|\[good\]|👍|❤",
)
THANKS = words(
    r"thank(?:s| you)|thx|ty|cheers|works now|work(?:s|ed) (?:perfectly|great|fine)|that worked|it worked|fixed it|solved|sorted|"
    r"all good|perfect|appreciate\w*|brilliant|legend",
    r"谢谢|感谢|多谢|谢啦|谢了|解决了|好了|可以了|搞定|明白了|懂了|收到|辛苦了",
)
STILL = words(
    r"but|however|still|although|except|again|not yet|same result|tho|though",
    r"但是|但|可是|不过|还是|仍然|依然|又|没用|只是",
)
SPAM = words(
    r"giveaway|give-away|free followers|follow back|follow4follow|f4f|click (?:here|the link)|earn [$£]?\d+|work from home|"
    r"crypto (?:pump|signal)\w*|bitcoin doubl\w+|casino|promo code|discount code|limited offer|"
    r"dm (?:me )?for (?:promo|prices?|deals?)|buy followers|check (?:out )?my (?:page|bio|channel|shop)|onlyfans|"
    r"win (?:a|an) (?:free|iphone)|txt|text \w+ to \d+|to stop (?:texts?|further)|p/min|\d+p (?:per|a) (?:min\w*|day)|"
    r"national rate|free entry|awarded|prize|(?:you have|u have|you've) won|ringtone|tone within|call (?:now )?0\d{6,}|claim code|"
    r"xxx|sexy|dating|po box",
    r"互粉|互关|加微信|加v|代购|代刷|刷单|兼职|日赚|日入|低价出|免费领|抽奖|转发抽|有奖转发|点击链接|优惠券群|秒杀群|扫码(?:领|加|进|关注)|引流|涨粉|"
    r"博彩|棋牌|贷款(?:秒|无|低)|办证|高仿|返利|白菜价|包邮专区|得奖几率|幸运粉丝|奖金一万|转发原文",
)
# How people write feelings without words: emoji, Weibo's bracketed pictures, kaomoji, net language.
JOY = words(
    r"lol|haha\w*|yay|woo+hoo+|xo+|:-?\)+|:-?d|;-?\)|<3",
    r"[😀😁😂🤣😃😄😅😆😊😍🥰😘🤗🎉🎊🙌👏👍👌💖💕❤💛💙💜🥳😻✨]|\[(?:哈哈|嘻嘻|笑哈哈|偷笑|爱你|心|鼓掌|赞|good|给力|威武|太开心|可爱|亲亲|抱抱|玫瑰|鲜花|耶|ok|太阳|许愿|给你小心心|爱心)\]|"
    r"哈{2,}|嘿嘿|嘻嘻|(?:\^_?\^|\(\*?\^[▽ωoO_]\^\*?\)|\(≧▽≦\)|ヽ\(|\(｡♥‿♥｡\)|\(=^・)",
)
DISMAY = words(
    r"ugh+|argh+|smh|omfg|:-?\(+|:'\(|:-?/|d:",
    r"[😠😡🤬😤😭😢😞😩😫🤦😑😒🖕💔👎😖😣🤮]|\[(?:怒|怒骂|抓狂|泪|流泪|大哭|悲伤|衰|晕|汗|鄙视|失望|委屈|生病|吐|弱|可怜|伤心|黑线|打脸|裂开|允悲|崩溃|白眼|拜拜|闭嘴|哼|最右|骷髅)\]|"
    r"呜呜|唉|哎|(?:t_t|t\.t|qaq|orz|>_<|\(╯°□°|╥﹏╥|;′⌒`|＞﹏＜)",
)
# Praise and thanks that are none.
MOCKERY = words(
    r"thanks (?:for nothing|a lot for|so much for)|(?:great|good|nice|fantastic|brilliant|amazing|excellent|awesome|lovely|stellar|wonderful) "
    r"(?:job|work|service|customer service)[,.!]? (?:\w+ ){0,3}(?:losing|again|not|as usual|ignoring|cancel\w*|delay\w*|charging|hanging)|"
    r"way to go|oh (?:great|joy|good|lovely)|just (?:great|what i needed)|so (?:helpful|reliable) (?:not|as always)|slow clap|#(?:fail\w*|not|sarcasm|neveragain)|"
    r"yeah right|what a (?:joke|surprise)|surprise surprise|love (?:how|that|when|waiting|being|paying|it when)|how (?:nice|kind|convenient)",
    r"[🙃🙄👏]|呵呵|\[(?:呵呵|微笑|拜拜|作揖|右哼哼|左哼哼|二哈|摊手|费解|吃瓜|doge)\]|真是?(?:谢谢|感谢|厉害|棒|牛)(?:啊|了|呢|您|你们)|(?:谢谢|感谢)(?:你|您)?(?:们|全家|八辈)|"
    r"(?:好|真)一个|可真(?:行|棒|好|会)|服了|佩服|厉害了|不愧是|良心企业|也是醉了|666+|牛[逼b]",
)
# fmt: on
REPOST = re.compile(r"^\s*(?:rt\s*@|//@|转发微博|轉發微博|repost(?:ing)?\b|转[:：])", re.IGNORECASE)
CHAIN = "//@"
"""What stands behind it on Weibo are other people's words."""
