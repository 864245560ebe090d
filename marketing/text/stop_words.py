"""Words that stand in texts about anything, in English and Chinese."""

from typing import Final

ENGLISH: Final = """
a about above after again against all also am an and any are aren't as at be because been before being below between
both but by can cannot could couldn't did didn't do does doesn't doing don't down during each even ever every few for
from further get got had hadn't has hasn't have haven't having he her here hers him his how i if in into is isn't it
its itself i'm i've just let like me more most much my myself no nor not now of off on once one only or other our ours
out over own please really same she should so some such than thank thanks that the their theirs them then there these
they this those through to too two under until up upon us very was wasn't we were weren't what when where which while
who whom why will with won't would wouldn't you your yours yourself would it's that's there's can't couldn't arent
"""
CHINESE: Final = """
一个 一些 一下 一样 一直 一般 不是 不会 不能 不过 什么 今天 他们 以后 以前 但是 你们 但 使用 其他 再 几个 没有 只有 只是
可以 可是 因为 因此 大家 如果 如此 它们 对于 就是 已经 并且 很多 怎么 怎样 感觉 我们 或者 所以 所有 现在 用 而且 而是
自己 虽然 觉得 这个 这么 这样 这款 这里 还 还是 还有 那个 那么 那样 都 都是 非常 比较 真的 有点 东西 时候 知道 起来 出来
"""
# As segmentation gives words: without apostrophes.
STOP_WORDS: Final = frozenset((ENGLISH + CHINESE).replace("'", "").split())
