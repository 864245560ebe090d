"""Texts that a person should look at, or a language model must not obey: found by rules, without a claim of accuracy."""

import re
import unicodedata
from typing import Literal

from marketing.plain_text import clean

Flag = Literal["toxic", "injection"]

MOST_CHARACTERS = 20_000

# -- Words ---------------------------------------------------------------------------------------------------------------

# Whole words with their endings. A vowel may be hidden by a sign, and letters may stand apart: “f*ck”, “f u c k”.
INSULTS = (
    "fuck", "fucker", "motherfucker", "shit", "bullshit", "bitch", "cunt", "asshole", "arsehole", "bastard", "dickhead",
    "wanker", "twat", "whore", "faggot", "nigger", "nigga", "scumbag", "douchebag",
)  # fmt: skip
ENDINGS = "(?:s|es|ed|er|ers|ing|in|y|ty|face|head)?"
THREATS = (
    r"\bkill (?:your ?self|urself)\b",
    r"(?:hope|wish) (?:that )?you (?:die|get cancer)",
    r"go (?:and )?(?:die|to hell)",
    r"(?:\bi(?:'ll| will)|gonna|going to) (?:kill|hurt|beat|stab|shoot|murder) (?:you|u)\b",
    r"\bkys\b",
)
CHINESE_INSULTS = (
    "操你", "草泥马", "肏", "他妈的", "他媽的", "你妈的", "尼玛的", "去你妈", "你妈逼", "妈逼", "傻逼", "傻屄", "煞笔", "沙雕玩意", "牛逼个屁",
    "王八蛋", "混蛋", "狗日", "狗东西", "狗杂种", "杂种", "贱人", "贱货", "婊子", "滚蛋", "滚开", "去死", "脑残", "白痴", "智障", "废物东西",
    "垃圾东西", "不要脸", "死全家", "断子绝孙", "弄死你", "杀了你", "打死你",
)  # fmt: skip
# Within them stand letters of an insult, but they are none.
CHINESE_HARMLESS = re.compile("去死皮|去死角")

VOWELS = {vowel: rf"[{vowel}*@#$%!1034_.\-]" for vowel in "aeiou"}
LOOK_ALIKE = str.maketrans({"@": "a", "$": "s", "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "!": "i"})


def flags(text: str) -> frozenset[Flag]:
    """“toxic” where the text insults or threatens, “injection” where it gives orders to a machine that reads it."""
    text = clean(text[:MOST_CHARACTERS])
    found: set[Flag] = set()
    if _is_toxic(_folded(text)):
        found.add("toxic")
    if _is_injection(text):
        found.add("injection")
    return frozenset(found)


def _is_toxic(folded: str) -> bool:
    return bool(
        INSULT.search(folded)
        or INSULT.search(folded.translate(LOOK_ALIKE))
        or SPACED_INSULT.search(folded)
        or THREAT.search(folded)
        or CHINESE_INSULT.search(CHINESE_HARMLESS.sub("", HAN_GAP.sub("", folded)))
    )


def _is_injection(text: str) -> bool:
    folded = _folded(text)
    return bool(INJECTION.search(folded) or CHINESE_INJECTION.search(HAN_GAP.sub("", folded)) or HIDDEN.search(text))


def _folded(text: str) -> str:
    """Lower case, full-width letters plain, accents and signs that can't be seen gone."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if unicodedata.category(sign) not in {"Mn", "Cf"})


def _hidden(word: str) -> str:
    return word[0] + "".join(VOWELS.get(letter, letter) + "{1,4}" for letter in word[1:])


def _spaced(word: str) -> str:
    return r"[\s.\-_*]{1,2}".join(map(re.escape, word))


INSULT = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(_hidden, INSULTS))}){ENDINGS}(?![a-z])")
# Letter by letter, only where every letter stands apart: so that “as hit” is none.
SPACED_INSULT = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(_spaced(word) for word in INSULTS)})(?![a-z])")
THREAT = re.compile("|".join(THREATS))
CHINESE_INSULT = re.compile("|".join(CHINESE_INSULTS))
HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff])[\s.*·_\-]{1,3}(?=[\u4e00-\u9fff])")

# -- Orders to a machine -------------------------------------------------------------------------------------------------

ORDERS = r"(?:instructions?|prompts?|rules?|guidelines?|commands?|programming|constraints?|restrictions?)"
INJECTION = re.compile(
    rf"""
    \b(?:ignore|disregard|forget|override|bypass|neglect)\b\W+(?:\w+\W+){{0,3}}?
        (?:all|any|every|your|previous|prior|earlier|above|preceding|foregoing|system)\W+(?:\w+\W+){{0,4}}?{ORDERS}\b
    | \b(?:ignore|disregard|forget)\s+(?:everything|anything|all)\s+(?:above|before|you\s+(?:were|have\s+been)\s+told)\b
    | \b(?:reveal|show|print|repeat|output|display|leak|give|tell|what(?:'s|\s+is|\s+are))\b\W+(?:\w+\W+){{0,4}}?
        (?:(?:system|initial|hidden|developer)\W+(?:prompts?|instructions?)|(?:original|secret)\W+prompts?)\b
    | \b(?:your|the)\s+system\s+prompt\b | \bsystem\s+prompt\s*:
    | \byou\s+are\s+(?:now|no\s+longer)\s+(?:\w+\W+){{0,3}}?
        (?:dan|jailbroken|unrestricted|an?\s+(?:ai|assistant|model|admin\w*|developer|root)|bound)\b
    | \b(?:enter|enable|activate|switch\s+to)\s+(?:developer|dan|god|debug|jailbreak|unrestricted)\s+mode\b
    | \bpretend\s+(?:that\s+)?(?:you\s+are|to\s+be|you're)\s+(?:\w+\W+){{0,3}}?(?:ai|assistant|model|admin\w*|unrestricted)\b
    | \b(?:new|updated)\s+(?:system\s+)?instructions?\s*:
    | \byou\W+(?:\w+\W+){{0,2}}?do\s+anything\s+now\b | \bjailbreak(?:ed|ing)?\b
    | <\|?\s{{0,3}}/?\s{{0,3}}(?:im_start|im_end|system|assistant|user|endoftext|end_of_turn|start_of_turn)\b[^>]{{0,40}}>
    | \[/?(?:inst|system|sys)\] | <</?sys>>
    | (?:^|\n)[\s\#>*]{{0,8}}(?:system|assistant|developer)\s{{0,3}}:\s
    """,
    re.VERBOSE,
)
CHINESE_ORDERS = "(?:指令|指示|提示词|提示|规则|设定|要求|限制|命令|约束)"
CHINESE_INJECTION = re.compile(
    rf"(?:忽略|无视|忘记|忘掉|跳过|绕过|不要理会|不必遵守|别管)[^。!?,,!?\n]{{0,8}}"
    rf"(?:之前|以前|以上|上面|上述|先前|此前|前面|所有|全部|一切|任何|你的|系统|原来)[^。!?,,!?\n]{{0,12}}{CHINESE_ORDERS}"
    r"|(?:忽略|无视|绕过)掉?(?:指令|提示词)"
    r"|系统提示词|(?:你的|初始|隐藏|原始|内部)(?:系统)?(?:的)?(?:提示词|提示语|指令|prompt)"
    r"|(?:告诉|显示|输出|打印|复述|泄露|重复)[^。!?,,!?\n]{0,10}(?:提示词|系统指令|你的指令|你的设定)"
    r"|(?:进入|开启|启用|切换到)[^。!?,,!?\n]{0,6}(?:开发者|越狱|无限制)模式"
    r"|你现在(?:是|扮演)[^。!?,,!?\n]{0,12}(?:没有限制|不受限制|无限制|越狱)"
)
# Letters that nobody sees: the block of tags, which can spell whole orders; runs of signs without width; signs that turn
# the direction of what follows. One joiner alone is part of an emoji or of Persian and Hindi words.
TAGS = "[\U000e0020-\U000e007e]"
HIDDEN = re.compile(
    rf"(?<!\U0001f3f4)(?<!{TAGS}){TAGS}|{TAGS}{{8}}"  # a black flag and some tags are the flag of England
    "|[\u200b\u2060-\u2064\ufeff]{3}|[\u202d\u202e]|(?:[\u200b-\u200d\u2060].){5}"
)
