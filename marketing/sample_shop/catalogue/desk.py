"""Desk and paper."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

DESK = Department(
    "desk",
    Text("Desk & Paper", "书桌与纸品"),
    (
        Shelf(
            "notebooks",
            Text("Notebooks", "笔记本"),
            (
                Kind(
                    Text("Notebook", "笔记本"),
                    (14, 24),
                    Text("Two hundred pages that take ink without bleeding.", "两百页好纸，钢笔书写不洇不透。"),
                    ("writing", "everyday"),
                ),
                Kind(
                    Text("Sketchbook", "速写本"),
                    (18, 32),
                    Text(
                        "Heavy, lightly toothed paper for pencil, ink and a little wash.",
                        "厚实微糙的纸面，铅笔、墨水、淡彩都合适。",
                    ),
                    ("drawing", "gift"),
                ),
                Kind(
                    Text("Weekly Planner", "周计划本"),
                    (19, 34),
                    Text(
                        "A week on two pages, undated, so it starts whenever you do.",
                        "一周两页、不印日期，你何时开始都可以。",
                    ),
                    ("planning",),
                ),
            ),
            (
                Text("Opens flat on the first page and the last.", "第一页到最后一页都能摊平。"),
                Text("An elastic and a back pocket keep things together.", "附松紧带与封底夹袋。"),
                Text("Dotted, lined or plain.", "点阵、横线、空白三种内页可选。"),
            ),
            ("pine", "terracotta", "mustard", "harbour", "charcoal", "blush", "sage", "plum", "oat"),
            ("Papermere", "Inkhollow", "Sundry Row", "Otterby"),
            ("paper", "writing"),
            ("bookcloth", "leather", "recycled-paper"),
            weight=1.2,
        ),
        Shelf(
            "pens",
            Text("Pens", "笔"),
            (
                Kind(
                    Text("Fountain Pen", "钢笔"),
                    (45, 129),
                    Text(
                        "A fountain pen that starts at the first touch, even after a week.",
                        "搁置一周，落笔依旧出墨的钢笔。",
                    ),
                    ("writing", "gift"),
                ),
                Kind(
                    Text("Rollerball", "宝珠笔"),
                    (25, 49),
                    Text("Glides like a fountain pen and asks for no ceremony.", "书写如钢笔般顺滑，却无需任何仪式。"),
                    ("writing", "everyday"),
                ),
                Kind(
                    Text("Mechanical Pencil", "自动铅笔"),
                    (19, 39),
                    Text("A well-balanced pencil with a tip that never wobbles.", "重心匀称，笔尖毫不晃动的自动铅笔。"),
                    ("drawing", "planning"),
                ),
            ),
            (
                Text("Comes in a slim box that is ready to be given.", "以细长礼盒包装，可直接送人。"),
                Text("The clip is sprung and holds on thick cloth.", "弹簧笔夹，厚布料也夹得住。"),
                Text("Can be engraved with up to twelve letters.", "可刻字，最多十二个字母。"),
            ),
            ("charcoal", "harbour", "pine", "brick", "plum", "mustard", "chalk", "lagoon"),
            ("Inkhollow", "Wexholm", "Papermere"),
            ("writing", "desk"),
            ("brass", "aluminium", "steel"),
            weight=1.1,
        ),
        Shelf(
            "inks",
            Text("Inks", "墨水"),
            (
                Kind(
                    Text("Fountain Pen Ink", "钢笔墨水"),
                    (12, 19),
                    Text(
                        "A well-behaved ink that shades beautifully on good paper.",
                        "性格温顺的墨水，在好纸上浓淡有致。",
                    ),
                    ("writing",),
                ),
                Kind(
                    Text("Shimmer Ink", "金粉墨水"),
                    (16, 26),
                    Text("A fine gold shimmer wakes up when the page is tilted.", "纸页一斜，细细的金粉便闪动起来。"),
                    ("writing", "gift"),
                ),
                Kind(
                    Text("Ink Cartridges", "墨囊"),
                    (5, 9),
                    Text("Eight cartridges for the pens you carry around.", "八支装墨囊，给随身带着的那支笔。"),
                    ("writing", "everyday"),
                ),
            ),
            (
                Text("Dries in ten seconds and is easy on the nib.", "十秒即干，不伤笔尖。"),
                Text("The label is a swatch painted with the very ink.", "瓶标上的色样就是用这瓶墨水涂的。"),
                Text("Fits every fountain pen in our shop.", "适配本店所有钢笔。"),
            ),
            ("harbour", "pine", "brick", "plum", "lagoon", "charcoal", "rust", "moss", "denim", "rose"),
            ("Inkhollow", "Papermere", "Saltmarrow"),
            ("writing", "refill"),
            title=Text("{series} {kind}, {colour}", "{series}系列{kind}（{colour}）"),
        ),
        Shelf(
            "organisers",
            Text("Desk Organisers", "桌面收纳"),
            (
                Kind(
                    Text("Pen Tray", "笔盘"),
                    (25, 49),
                    Text("A shallow tray where the good pens live.", "浅浅一只盘，好笔的安身之处。"),
                    ("writing",),
                ),
                Kind(
                    Text("Pencil Cup", "笔筒"),
                    (18, 35),
                    Text("A sturdy cup that doesn't tip when it is full.", "装满了也不会倾倒的结实笔筒。"),
                    ("drawing", "everyday"),
                ),
                Kind(
                    Text("Letter Rack", "信件架"),
                    (35, 59),
                    Text("Three slots: for now, for later, for the drawer.", "三道槽：现在办、以后办、收进抽屉。"),
                    ("planning",),
                ),
            ),
            (
                Text("Cork feet keep it quiet and in place.", "软木垫脚，安静又稳当。"),
                Text("Combines with the other pieces of its line.", "可与同系列其他单品自由组合。"),
                Text("Clears a desk in one minute.", "一分钟就能让桌面清爽。"),
            ),
            ("honey", "charcoal", "sage", "terracotta", "mist", "harbour", "walnut"),
            ("Papermere", "Fennmarsh", "Alderwick", "Marlstone"),
            ("desk", "home"),
            ("oak", "walnut", "steel", "leather"),
            weight=0.9,
        ),
    ),
)
