"""The words that rules go by, Chinese and English side by side.

Each list becomes one regular expression; English words match whole words, Chinese ones anywhere.
The meanings of intent, risk and lane are explained in docs/explanation/triage.md.
"""

from __future__ import annotations

import regex


def words(english: str, chinese: str = "") -> regex.Pattern[str]:
    """One pattern of alternatives separated by ``|``; English ones bounded by word ends."""
    parts = [rf"(?<![\p{{L}}\p{{N}}])(?:{english})(?![\p{{L}}\p{{N}}])"] if english else []
    parts += [f"(?:{chinese})"] if chinese else []
    return regex.compile("|".join(parts), regex.IGNORECASE)


RISKS = {
    "legal": words(
        r"lawyers?|attorney|lawsuits?|sue|suing|sued|court|legal action|solicitor|trading standards|ombudsman|"
        r"small claims|bbb|ftc|regulators?|police|class action|consumer protection|GDPR",
        r"律师|起诉|法院|告你们|告他们|法律途径|12315|12321|消协|消费者协会|工信部|市场监管|监管局|报警|派出所|仲裁|维权|投诉到",
    ),
    "safety": words(
        r"caught fire|on fire|fire hazard|smoke|smoking|burn(?:t|ed|ing)?|explod(?:e|ed|ing)|explosion|swell(?:ing|ed)|swollen|"
        r"bulging|shock(?:ed)? me|electric shock|electrocut\w+|sparks?|sparking|injur\w+|hospital|allergic|poison\w*|overheat\w*|too hot to touch",
        r"着火|起火|冒烟|爆炸|炸了|鼓包|鼓起|漏电|触电|电到|烫伤|烧焦|焦味|火花|受伤|住院|中毒|过敏|发烫|烫手",
    ),
    "money": words(
        r"refund\w*|charged? (?:me )?twice|double[- ]charged?|overcharg\w+|charged again|wrong(?:ly)? charged?|money back|"
        r"compensat\w+|reimburs\w+|chargeback|took (?:the )?(?:money|payment)|charged (?:me|my)|extra charge|fraud\w*|unauthori[sz]ed",
        r"退款|退钱|扣了两次|扣两次|重复扣|多扣|乱扣|扣费|扣款|扣了我|赔偿|赔钱|补偿|差价|盗刷|没到账|未到账|押金",
    ),
    "account_data": words(
        r"my (?:\w+ ){0,2}(?:order|account|parcel|package|delivery|booking|invoice|bill|subscription|payment|contract|claim|repair|appointment)|"
        r"order (?:no\.?|number|#)|order #?\w*\d{3,}|tracking (?:no\.?|number|code)|log ?in|locked out|password|"
        r"(?:hasn'?t|not|never|still (?:hasn'?t|not|waiting for)) (?:arrived|delivered|been delivered|shipped|my \w+)|where(?:'s| is) my|"
        r"verification code|hacked|delivery (?:is|was) late|item missing|missing (?:items?|parts?)|wrong item",
        r"我的(?:\p{Han}{0,4})?(?:订单|账号|帐号|账户|帐户|快递|包裹|发票|账单|会员|积分|维修单|预约|退货|换货)|订单号|单号|运单|查一下|查下|登录不|登不上|"
        r"密码|验证码|被盗|还没发货|没发货|没收到|未收到|还没到|一直没到|物流|少发|漏发|错发|发错|账号|绑定的手机|实名",
    ),
    "privacy": words(r"leaked my|my personal (?:data|information|details)|shared my (?:data|number|address)|data breach",
                     r"泄露|个人信息|隐私|骚扰电话"),
    "press": words(r"journalist|reporter|going to the press|the news about|consumer reports|tell the media|tv station",
                   r"记者|曝光|媒体|电视台|315晚会|央视"),
    "self_harm": words(r"kill myself|end my life|suicid\w+|want to die", r"自杀|不想活|活不下去|轻生"),
    "crisis": words(
        r"(?:is|are|site|app|website|system|service) (?:\w+ )?down (?:for|again|everywhere|since)|outage|nobody can|for everyone|everyone(?:'s| is) (?:getting|seeing)",
        r"大面积|全都(?:打不开|用不了|登不上)|都打不开|都用不了|系统崩|崩了|瘫痪|宕机|全国(?:都|各地)",
    ),
}  # fmt: skip

ANGER = words(
    r"worst|terrible|horrible|awful|pathetic|disgrace\w*|disgust\w*|joke of a|ridiculous|unacceptable|useless|incompetent|idiots?|"
    r"liars?|scam\w*|thieves|steal(?:ing)?|rip[- ]?off|furious|fuming|livid|fed up|sick of|sick and tired|never again|never (?:buy|shop)\w*|hate|"
    r"wtf|ffs|f+u+c+k\w*|sh[i*]t\w*|bullshit|crap\w*|damn|hell|shame on|third (?:call|time|email)|(?:fourth|fifth) (?:call|time|email)|last straw|how dare|appalling|joke",
    r"垃圾|骗子|坑人|太差|差劲|恶心|无语|忍无可忍|气死|愤怒|滚|他妈|tmd|尼玛|妈的|傻[逼比叉]|操你|王八|废物|太过分|欺骗|忽悠|黑心|投诉|再也不(?:买|来|会)|"
    r"什么玩意|什么破|破(?:手机|路由|服务|客服)|敷衍|踢皮球|第[三四五六]次|不要脸|\[怒\]|\[抓狂\]|\[怒骂\]|\[鄙视\]",
)
COMPLAINT = words(
    r"(?:doesn'?t|does not|don'?t|won'?t|isn'?t|can'?t|cannot|not|never|stopped) (?:\w+ ){0,2}(?:work\w*|charge|turn(?:ing)? on|connect\w*|respond\w*|start|help\w*|load\w*|fixed|good enough)|"
    r"broken?|broke|faulty|defective|damaged|cracked|dead on arrival|poor|slow|rude|ignored|waiting (?:for )?(?:\w+ )?(?:hours|days|weeks|months)|"
    r"still waiting|disappoint\w*|complain\w*|let down|wrong|missing|failed|failing|fails|keeps? (?:\w+ing)|issue|problem|bad|terrible|worst|late|delay\w*|cancelled|lost",
    r"坏了|坏掉|破损|有问题|出问题|质量|失灵|故障|用不了|不能用|没反应|开不了|打不开|连不上|充不进|死机|卡死|花屏|太慢|等了|拖了|没人(?:理|管|接)|不(?:理|管)|态度|"
    r"失望|差评|不满意|不合理|凭什么|延误|晚了|还没|没解决|不解决|退货|换货",
)
QUESTION = words(
    r"how (?:do|can|to|long|much|many|does|is|often|come)|what(?:'s| is| are| do| does| time| kind)?|when|where|which|why|who|can (?:i|you|we|it|the|anyone|someone|somebody)|"
    r"could (?:i|you|someone)|do (?:you|i|they)|does (?:it|the|this|anyone)|did|is (?:it|there|the|this|my)|are (?:you|there|the|these)|will (?:you|it|the|there)|would|should i|any (?:idea|tips|chance|news|update)|"
    r"anyone know|wondering|possible to",
    r"吗|呢|怎么|咋|如何|什么|啥|哪里|哪儿|哪个|哪款|哪种|几点|几天|多少|多久|多长|为什么|为何|为啥|能不能|可不可以|可以.{0,10}么|是不是|有没有|会不会|请问|求问|求助|谁知道|求推荐|求教|多大|支持.{0,12}么",
)
REQUEST = words(
    r"please|pls|plz|need (?:you|help|to|someone|a)|i want|i'?d like|can you|could you|would you|help me|dm me|call me|send me|let me know|help",
    r"请(?!问)|麻烦|帮我|帮忙|帮看|我要|我想要|希望|能否|尽快|处理一下|给我|联系我|回复我|回电",
)
PRAISE = words(
    r"love (?:it|this|my|the|your|you)|thank(?:s| you)|thx|ty|cheers|great (?:service|job|help|work|staff|experience)|awesome|amazing|excellent|brilliant|fantastic|"
    r"perfect(?:ly)?|impressed|kudos|well done|best (?:service|shop|store|customer)|so helpful|very helpful|shout ?out|appreciate\w*|lifesaver|legend|works now|that worked|fixed it|solved|sorted",
    r"谢谢|感谢|多谢|谢啦|谢了|好评|点赞|赞一个|给力|真棒|太棒|很棒|不错|贴心|满意|喜欢|靠谱|神器|推荐大家|解决了|好了|可以了|搞定|\[赞\]|\[心\]|\[鼓掌\]|\[good\]|👍|❤",
)
THANKS = words(
    r"thank(?:s| you)|thx|ty|cheers|works now|work(?:s|ed) (?:perfectly|great|fine)|that worked|it worked|fixed it|solved|sorted|all good|perfect|appreciate\w*|brilliant|legend",
    r"谢谢|感谢|多谢|谢啦|谢了|解决了|好了|可以了|搞定|明白了|懂了|收到|辛苦了",
)
STILL = words(r"but|however|still|although|except|again|not yet", r"但是|但|可是|不过|还是|仍然|依然|又|没用")
SPAM = words(
    r"giveaway|give-away|free followers|follow back|follow4follow|f4f|click (?:here|the link)|earn \$?\d+|work from home|crypto (?:pump|signal)\w*|"
    r"bitcoin doubl\w+|casino|promo code|discount code|limited offer|dm (?:me )?for (?:promo|prices?|deals?)|buy followers|check (?:out )?my (?:page|bio|channel|shop)|onlyfans|win (?:a|an) (?:free|iphone)",
    r"互粉|互关|加微信|加v|加V|代购|代刷|刷单|兼职|日赚|日入|低价出|免费领|抽奖|转发抽|点击链接|优惠券群|秒杀群|扫码|引流|涨粉|博彩|棋牌|贷款|办证|高仿|返利",
)
REPOST = regex.compile(r"^\s*(?:RT\s*@|//@|转发微博|轉發微博|Repost(?:ing)?\b|转[:：])", regex.IGNORECASE)
VAGUE_ONLY = 60
