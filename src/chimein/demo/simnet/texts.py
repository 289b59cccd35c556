"""Every sentence of the pages, in English and Chinese."""

from __future__ import annotations

LANGUAGES = ("en", "zh")

TEXTS: dict[str, tuple[str, str]] = {
    "name": ("Warble", "叽喳"),
    "motto": ("Small talk, out loud.", "小事也值得叽喳一下。"),
    "skip": ("Skip to the content", "跳到正文"),
    "home": ("Home", "首页"),
    "search": ("Search", "搜索"),
    "messages": ("Messages", "私信"),
    "profile": ("Profile", "主页"),
    "workshop": ("Weather room", "天气间"),
    "who": ("Continue as …", "换个身份"),
    "find_anything": ("Search all of Warble", "搜索整个叽喳"),
    "say_something": ("What is going on?", "有什么新鲜事？"),
    "say_reply": ("Your reply to @{handle}", "回复 @{handle}"),
    "send_post": ("Warble it", "叽一声"),
    "send_reply": ("Reply", "回复"),
    "save": ("Save", "保存"),
    "cancel": ("Cancel", "取消"),
    "edit": ("Edit", "修改"),
    "edit_title": ("Edit your post", "修改你的帖子"),
    "delete": ("Delete", "删除"),
    "delete_sure": ("Take this post down for good?", "确定要删除这条帖子吗？"),
    "deleted": ("This post was deleted by its author.", "这条帖子已被作者删除。"),
    "edited": ("edited", "已修改"),
    "replying_to": ("Replying to", "回复"),
    "replies": ("Replies", "回复"),
    "posts": ("Posts", "帖子"),
    "newest": ("What people are saying", "大家在说"),
    "older": ("Older posts", "更早的帖子"),
    "thread": ("Conversation", "对话"),
    "followers": ("followers", "粉丝"),
    "following": ("following", "关注"),
    "follow": ("Follow", "关注"),
    "unfollow": ("Following · undo", "已关注 · 取消"),
    "block": ("Block", "屏蔽"),
    "unblock": ("Unblock", "解除屏蔽"),
    "blocked": ("You have blocked this account.", "你已屏蔽此账号。"),
    "write_message": ("Message", "发私信"),
    "brand": ("Brand", "品牌"),
    "verified": ("Verified account", "已认证"),
    "joined": ("On Warble since", "加入时间"),
    "nothing": ("Nothing here yet.", "这里还什么都没有。"),
    "nothing_found": ("Nobody has said that so far.", "还没有人说过这个。"),
    "search_hint": ("Words, names or @handles", "关键词、名字或 @账号"),
    "people": ("People", "用户"),
    "inbox": ("Your conversations", "你的会话"),
    "message_hint": ("Write a private message", "写一条私信"),
    "send": ("Send", "发送"),
    "private": ("Only the two of you can read this.", "只有你们两人能看到。"),
    "who_title": ("Who would you like to be?", "你想以谁的身份出现？"),
    "who_text": (
        "This is a make-believe network: pick anybody, no password needed. Or make a new account.",
        "这是一个模拟社交网络：随便选一个身份，不需要密码；也可以新建一个账号。",
    ),
    "who_filter": ("Find a person", "查找用户"),
    "be": ("Continue", "就是 TA"),
    "new_account": ("A new account", "新账号"),
    "new_name": ("Name", "名字"),
    "new_handle": ("Handle (letters, digits, _)", "账号（字母、数字、下划线）"),
    "new_bio": ("About you", "简介"),
    "make": ("Make it and continue", "创建并进入"),
    "handle_taken": ("This handle is taken.", "这个账号已被使用。"),
    "leave": ("Stop being @{handle}", "不再是 @{handle}"),
    "log_in_to_reply": ("Choose who you are to join in", "先选一个身份再参与"),
    "brands": ("Brands here", "入驻品牌"),
    "about": (
        "Warble is a make-believe network for trying things out. Nobody here is real.",
        "叽喳是用来体验的模拟社交网络，这里的人都是虚构的。",
    ),
    "not_found": ("This page has flown away.", "这个页面飞走了。"),
    "not_found_text": ("It was moved, deleted or never there.", "它可能已被移走、删除，或者从未存在。"),
    "back_home": ("Back home", "回到首页"),
    "other_language": ("中文", "English"),
    "left": ("{n} left", "还可输入 {n}"),
    "over": ("{n} too many", "超出 {n}"),
    "error_too_long": ("That is too long: {length} of {limit}.", "太长了：{length} / {limit}。"),
    "error_empty": ("Please write something first.", "请先写点什么。"),
    "error_target_gone": ("The post you are answering was deleted.", "你要回复的帖子已被删除。"),
    "error_gone": ("This post was deleted.", "这条帖子已被删除。"),
    "error_not_allowed": ("You can't do that here: they don't want it.", "对方不允许这样做。"),
    "error_not_possible": ("You can't do that with yourself.", "不能对自己这样做。"),
    "error_invalid_field": ("Something in the form doesn't fit.", "表单里有内容不合要求。"),
    "error_foreign": (
        "This form came from another site and was not accepted.",
        "这个表单来自其他网站，未被接受。",
    ),
    "control_title": ("The weather room", "天气间"),
    "control_text": (
        "Make the network misbehave and see how others cope. The switches hold until you set them back.",
        "让网络出点状况，看看别人怎么应对。开关会一直生效，直到你改回来。",
    ),
    "control_locked": (
        "The key is in the environment variable WARBLE_CONTROL_KEY, or in the .key file beside the database.",
        "钥匙在环境变量 WARBLE_CONTROL_KEY 里，或在数据库旁以 .key 结尾的文件里。",
    ),
    "control_key": ("Control key", "控制钥匙"),
    "unlock": ("Unlock", "打开"),
    "wrong_key": ("That is not the key.", "钥匙不对。"),
    "apply": ("Set the weather", "应用"),
    "calm": ("Back to fine weather", "恢复晴天"),
    "saved": ("Done: this is how it is now.", "已生效，现在就是这样。"),
    "now_calm": ("Fine weather: nothing goes wrong on purpose.", "晴天：没有人为的故障。"),
    "now_rough": ("Rough weather: the switches below are at work.", "天气不好：下面的开关正在起作用。"),
    "f_outage": ("The API is down (answers 503)", "API 停机（返回 503）"),
    "f_latency_ms": ("Every call waits this long (ms)", "每次调用先等待（毫秒）"),
    "f_error_rate": (
        "Share of calls that fail before doing anything (500)",
        "还没做事就失败的调用比例（500）",
    ),
    "f_lost_reply_rate": (
        "Share of posts that are stored but whose answer is lost",
        "已保存、但调用方收不到回复的发帖比例",
    ),
    "f_hang_seconds": ("Longest silence when an answer is lost (s)", "回复丢失时最长沉默（秒）"),
    "f_duplicate_rate": ("Share of webhooks sent twice", "重复发送的 webhook 比例"),
    "f_reorder_rate": (
        "Share of webhooks held back, so that others overtake",
        "延迟而被后来者超过的 webhook 比例",
    ),
    "f_lose_rate": ("Share of webhooks lost for ever", "永远丢失的 webhook 比例"),
    "f_reads_per_minute": ("Reads an app may make a minute", "每个应用每分钟可读次数"),
    "f_posts_per_minute": ("Posts an app may make a minute", "每个应用每分钟可写次数"),
    "rate_hint": ("0 = never, 1 = always", "0 = 从不，1 = 总是"),
    "log_title": ("Latest webhook attempts", "最近的 webhook 发送"),
    "log_time": ("Time (UTC)", "时间（UTC）"),
    "log_event": ("Event", "事件"),
    "log_try": ("Try", "次数"),
    "log_outcome": ("Outcome", "结果"),
    "log_detail": ("Answer", "应答"),
    "log_took": ("Took", "用时"),
    "out_delivered": ("delivered", "已送达"),
    "out_retry": ("will try again", "稍后重试"),
    "out_dropped": ("given up", "已放弃"),
    "waiting": ("{n} waiting", "{n} 个等待中"),
    "lost": ("{n} lost on purpose", "{n} 个被有意丢失"),
}


def text(language: str, name: str, **values: object) -> str:
    """The sentence `name` in `language`, with its `{places}` filled."""
    sentence = TEXTS[name][LANGUAGES.index(language)]
    return sentence.format(**values) if values else sentence


def choose_language(asked: str, remembered: str, accepted: str) -> str:
    """The first that fits of: the one asked for, the one remembered, the browser's list; else English."""
    for candidate in (asked, remembered):
        if candidate[:2].lower() in LANGUAGES:
            return candidate[:2].lower()
    for part in accepted.split(","):
        if part.strip()[:2].lower() in LANGUAGES:
            return part.strip()[:2].lower()
    return "en"
