"""What people write about the sample shop's products: sentences for and against, of each shelf and of any product.

A sentence may hold {kind}, the product's kind in small letters, and {colour}.
"""

from dataclasses import dataclass

from marketing.sample_shop.catalogue.blueprint import Text


@dataclass(frozen=True)
class Opinions:
    praise: tuple[Text, ...]
    blame: tuple[Text, ...]


# How a review begins, by its stars.
OPENERS: dict[int, tuple[Text, ...]] = {
    5: (
        Text("I love this {kind}.", "非常喜欢这款{kind}。"),
        Text("Best {kind} I ever had.", "这是我用过最好的{kind}。"),
        Text("Absolutely wonderful, better than I hoped.", "太棒了，比想象的还要好。"),
        Text("Couldn't be happier with it!", "太满意了！"),
    ),
    4: (
        Text("A good {kind}, I am glad I bought it.", "不错的{kind}，买得值。"),
        Text("Very nice, and as described.", "很好，和描述的一样。"),
        Text("I like it a lot.", "挺喜欢的。"),
        Text("Happy with this {kind}.", "对这款{kind}比较满意。"),
    ),
    3: (
        Text("The {kind} is okay.", "这款{kind}一般般。"),
        Text("Neither good nor bad.", "不好也不坏。"),
        Text("It does its job, no more.", "能用，仅此而已。"),
        Text("Average.", "马马虎虎。"),
    ),
    2: (
        Text("Not what I expected.", "和我预期的不一样。"),
        Text("Rather disappointed by this {kind}.", "对这款{kind}比较失望。"),
        Text("I would not buy it again.", "不会再买了。"),
        Text("For the money I expected more.", "这个价格应该更好才对。"),
    ),
    1: (
        Text("Terrible {kind}, a waste of money.", "很差的{kind}，浪费钱。"),
        Text("Very disappointed, I sent it back.", "非常失望，已经退货了。"),
        Text("Worst {kind} I ever bought.", "这是我买过最差的{kind}。"),
        Text("Do not buy this.", "千万不要买。"),
    ),
}
ANY = Opinions(
    praise=(
        Text("Delivery was quick and the parcel well packed.", "物流很快，包装也很仔细。"),
        Text("It arrived a day early.", "比预计提前一天送到。"),
        Text("The quality is excellent for the price.", "这个价位质量非常好。"),
        Text("Customer service was friendly and helpful.", "客服很热情，回答也耐心。"),
        Text("I have recommended it to friends.", "已经推荐给朋友了。"),
        Text("It made a lovely gift.", "送人很合适，收到的人很开心。"),
        Text("The {colour} colour is even prettier than in the picture.", "颜色比图片上还好看。"),
        Text("Well made, nothing to complain about.", "做工精细，挑不出毛病。"),
    ),
    blame=(
        Text("Delivery took three weeks and nobody answered my mails.", "物流太慢，等了三个星期，客服也不回复。"),
        Text("The parcel arrived damaged.", "收到的时候包装已经破损了。"),
        Text("It is overpriced for what it is.", "性价比太低，不值这个价。"),
        Text("Customer service was rude and no help at all.", "客服态度很差，根本不解决问题。"),
        Text("The {colour} colour looks nothing like the picture.", "颜色和图片差别很大。"),
        Text("It feels cheap and badly made.", "做工粗糙，感觉很廉价。"),
        Text("It broke after a week.", "用了一个星期就坏了。"),
        Text("Returning it was a nightmare.", "退货非常麻烦，气死人了。"),
    ),
)
# Of what stands on these shelves; “clocks candles” are two.
SHELVES: tuple[tuple[str, Opinions], ...] = tuple(
    (shelves, Opinions((Text(*praise),), (Text(*blame),)))
    for shelves, praise, blame in (
        (
            "lamps lanterns",
            ("The light is warm and bright enough to read by.", "灯光温暖，看书也够亮。"),
            ("The light flickers and is far too dim.", "灯光一闪一闪，也太暗。"),
        ),
        (
            "lamps vases cushions candles organisers",
            ("It fits our living room perfectly.", "放在家里特别合适。"),
            ("It is much smaller than it looks.", "比看上去小很多。"),
        ),
        (
            "cushions throws bed-linen",
            ("The fabric is soft and washes well.", "面料柔软，也好清洗。"),
            ("The fabric pills after one wash.", "洗一次就起球了。"),
        ),
        (
            "candles soaps",
            ("It smells lovely without being too strong.", "味道淡雅，不刺鼻。"),
            ("It smells of chemicals and gave me a headache.", "有一股刺鼻的化学味，闻了头疼。"),
        ),
        (
            "mugs coffee kettles",
            ("My morning coffee tastes better now.", "早上的咖啡更好喝了。"),
            ("It leaks and drips all over the table.", "漏水，弄得满桌都是。"),
        ),
        (
            "mugs vases",
            ("The glaze is beautiful and it sits well in the hand.", "釉色漂亮，拿着手感很好。"),
            ("The glaze chipped on the first day.", "第一天釉面就掉了一块。"),
        ),
        (
            "pans",
            ("Nothing sticks, cleaning is easy.", "不粘，清洗方便。"),
            ("Everything sticks and it is hard to clean.", "很粘锅，难清洗。"),
        ),
        (
            "pans kettles",
            ("It heats evenly and the handle stays cool.", "受热均匀，把手不烫。"),
            ("The handle gets hot and came loose.", "把手烫手，还松了。"),
        ),
        (
            "knives tools",
            ("Sturdy, well balanced, a pleasure to work with.", "结实，重心好，用起来很顺手。"),
            ("It was blunt after a week and started to rust.", "一个星期就钝了，还开始生锈。"),
        ),
        (
            "towels bed-linen throws",
            ("So soft and cosy, we want another one.", "非常柔软舒服，还想再买一条。"),
            ("Scratchy, and it shrank in the wash.", "扎皮肤，洗了还缩水。"),
        ),
        (
            "towels bed-linen",
            ("It dries fast and the colour stays fresh.", "干得快，颜色也不褪。"),
            ("It lost its colour and stained everything.", "掉色严重，把别的衣服都染了。"),
        ),
        (
            "soaps",
            ("Gentle to the skin, and it lasts for weeks.", "对皮肤温和，能用好几个星期。"),
            ("My skin was red and itchy from it.", "用了皮肤发红发痒。"),
        ),
        (
            "clocks",
            ("It keeps perfect time and runs silently.", "走时准确，没有声音。"),
            ("The ticking is loud and keeps me awake.", "滴答声太大，吵得睡不着。"),
        ),
        (
            "tents backpacks",
            ("It kept us dry in heavy rain.", "大雨里也一点不漏。"),
            ("It leaked in the first rain.", "第一次下雨就漏水了。"),
        ),
        (
            "tents backpacks",
            ("Light, sturdy and quick to pack.", "轻便结实，收起来也快。"),
            ("The zip got stuck and then tore.", "拉链卡住，后来断了。"),
        ),
        (
            "backpacks",
            ("Comfortable even after a long day's walk.", "走一整天也很舒服。"),
            ("The straps cut into my shoulders.", "背带勒得肩膀疼。"),
        ),
        (
            "bottles",
            ("Tea stays hot until the evening.", "保温很好，到晚上茶还是热的。"),
            ("The lid leaks and my bag was soaked.", "盖子漏水，包都湿透了。"),
        ),
        (
            "headphones speakers",
            ("The sound is clear and full.", "音质清晰饱满。"),
            ("The sound is tinny and it crackles.", "音质单薄，还有杂音。"),
        ),
        (
            "headphones speakers cameras",
            ("Set up in a minute, works every time.", "一分钟就设置好，一直很稳定。"),
            ("The connection drops all the time.", "连接老是断开。"),
        ),
        (
            "headphones speakers power lanterns cameras",
            ("The battery lasts for days.", "电池能用好几天。"),
            ("It stopped charging after two weeks.", "两个星期就充不进电了。"),
        ),
        (
            "cameras film",
            ("The pictures come out beautifully.", "拍出来的照片很漂亮。"),
            ("The pictures are blurry and too dark.", "照片模糊，还太暗。"),
        ),
        (
            "pens inks",
            ("It writes smoothly and never skips.", "书写顺滑，从不断墨。"),
            ("It scratches and blots all the time.", "刮纸，还老漏墨。"),
        ),
        (
            "inks",
            ("The ink has a beautiful shade.", "墨水的颜色很漂亮。"),
            ("The ink bleeds through the paper.", "墨水透纸，背面没法写。"),
        ),
        (
            "notebooks",
            ("The paper is thick and takes ink well.", "纸张厚实，不洇墨。"),
            ("The binding came apart.", "装订散了。"),
        ),
        (
            "organisers",
            ("My desk is tidy at last.", "桌面终于整洁了。"),
            ("It wobbles and takes too much room.", "不稳，还占地方。"),
        ),
        (
            "plants",
            ("The plant arrived healthy and has new leaves already.", "植物很健康，已经长新叶了。"),
            ("The plant arrived dead, with dry leaves.", "收到时叶子都干了，已经枯死。"),
        ),
        (
            "pots vases",
            ("It looks lovely on the balcony.", "放在阳台上很好看。"),
            ("It cracked in the first frost.", "第一次霜冻就裂了。"),
        ),
        (
            "watering-cans",
            ("It pours gently and holds enough water.", "出水柔和，容量也够。"),
            ("It leaks and rusts.", "漏水，还生锈。"),
        ),
        (
            "tools",
            ("Weeding is fun again.", "除草都变得有趣了。"),
            ("The handle broke while digging.", "挖土的时候把手断了。"),
        ),
        (
            "novels",
            ("I couldn't put it down.", "一口气读完，停不下来。"),
            ("Boring, I gave up after fifty pages.", "太无聊，看了五十页就放弃了。"),
        ),
        (
            "novels travel-books picture-books",
            ("Beautifully written and full of ideas.", "文笔优美，内容丰富。"),
            ("Full of mistakes and badly translated.", "错字很多，翻译也差。"),
        ),
        (
            "picture-books",
            ("My children want to hear it every night.", "孩子每天晚上都要听。"),
            ("Pages were missing and the cover torn.", "缺页，封面也破了。"),
        ),
        (
            "cookbooks",
            ("The recipes work, and the pictures are gorgeous.", "菜谱实用，图片也精美。"),
            ("Half of the recipes don't work.", "一半的菜谱根本做不出来。"),
        ),
        (
            "travel-books",
            ("Every tip in it was worth the walk.", "书里推荐的地方都值得去。"),
            ("The maps are out of date and useless.", "地图过时，完全没用。"),
        ),
    )
)
CLOSERS: dict[bool, tuple[Text, ...]] = {
    True: (
        Text("Would buy again.", "会回购的。"),
        Text("Thank you!", "谢谢店家！"),
        Text("Highly recommended.", "强烈推荐。"),
        Text("My {kind} is in use every day.", "每天都在用。"),
    ),
    False: (
        Text("Never again.", "再也不买了。"),
        Text("I want my money back.", "要求退款。"),
        Text("Stay away from this {kind}.", "大家别买。"),
        Text("What a pity.", "太可惜了。"),
    ),
}
# Of a product that suits somebody's taste, and of one that doesn't.
SUITS: dict[bool, tuple[Text, ...]] = {
    True: (
        Text("The {colour} colour is just my style.", "这个颜色正是我喜欢的风格。"),
        Text("It goes with everything I have.", "和家里的东西都很搭。"),
    ),
    False: (
        Text("The look is not to my taste.", "款式不是我喜欢的。"),
        Text("The {colour} colour does not go with anything I have.", "这个颜色和家里的东西都不搭。"),
    ),
}
BUT = Text("But ", "但是")
