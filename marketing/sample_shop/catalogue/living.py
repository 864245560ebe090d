"""Living room."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

LIVING = Department(
    "living",
    Text("Living Room", "客厅"),
    (
        Shelf(
            "lamps",
            Text("Lamps", "灯具"),
            (
                Kind(
                    Text("Table Lamp", "台灯"),
                    (59, 119),
                    Text(
                        "A table lamp with a generous shade that makes a corner worth sitting in.",
                        "宽大的灯罩洒下一圈柔光，让角落也值得久坐。",
                    ),
                    ("reading", "evening"),
                ),
                Kind(
                    Text("Floor Lamp", "落地灯"),
                    (129, 229),
                    Text(
                        "Slim enough for the gap beside the sofa, tall enough to read under.",
                        "纤细的灯身正好放进沙发旁的空隙，高度也刚好够阅读。",
                    ),
                    ("reading", "statement"),
                    ("oak", "brass", "walnut"),
                ),
                Kind(
                    Text("Pendant Lamp", "吊灯"),
                    (89, 169),
                    Text(
                        "Hung low over a table, this pendant gathers people around it.",
                        "低低地悬在餐桌上方，自然把人聚到一起。",
                    ),
                    ("dining", "statement"),
                    ("brass", "ceramic"),
                ),
            ),
            (
                Text("Comes with a warm, dimmable bulb.", "附赠可调光的暖光灯泡。"),
                Text(
                    "The fabric cord is two metres long and has a proper switch.", "布艺电线长两米，配手感扎实的开关。"
                ),
                Text("Assembly takes five minutes and no tools.", "无需工具，五分钟即可装好。"),
            ),
            ("chalk", "sand", "mustard", "terracotta", "sage", "pine", "harbour", "charcoal", "blush"),
            ("Alderwick", "Fennmarsh", "Wexholm", "Marlstone", "Lanternfold"),
            ("lighting", "home"),
            ("oak", "brass", "ceramic", "walnut"),
            weight=1.2,
        ),
        Shelf(
            "cushions",
            Text("Cushions", "靠垫"),
            (
                Kind(
                    Text("Square Cushion", "方形靠垫"),
                    (29, 49),
                    Text(
                        "A square cushion with a plump inner that springs back.",
                        "填充饱满的方形靠垫，久坐之后依旧回弹。",
                    ),
                    ("sofa",),
                ),
                Kind(
                    Text("Long Cushion", "腰枕"),
                    (35, 55),
                    Text("Long and low, it fills the small of the back just right.", "长而低的枕形，恰好托住腰部。"),
                    ("sofa", "reading"),
                ),
                Kind(
                    Text("Floor Cushion", "地垫坐枕"),
                    (59, 95),
                    Text(
                        "An extra seat for when more friends come than chairs allow.",
                        "朋友来得比椅子多时，它就是最自在的座位。",
                    ),
                    ("guests",),
                ),
            ),
            (
                Text(
                    "The cover comes off with a hidden zip and can be washed at 30 °C.",
                    "隐形拉链可拆洗，30℃ 水洗即可。",
                ),
                Text(
                    "Mix two or three tones for a sofa that looks collected over time.",
                    "不妨搭配两三种色调，像是岁月里慢慢添置的。",
                ),
                Text("Piped edges keep it in shape.", "滚边收口，久用不变形。"),
            ),
            ("oat", "mustard", "terracotta", "sage", "lagoon", "denim", "blush", "plum", "rust", "olive"),
            ("Quietfold", "Thistledown", "Bramblecote", "Sundry Row"),
            ("textile", "home"),
            ("linen", "cotton", "wool"),
        ),
        Shelf(
            "throws",
            Text("Throws & Blankets", "毛毯与盖毯"),
            (
                Kind(
                    Text("Throw", "盖毯"),
                    (59, 99),
                    Text(
                        "The throw everyone reaches for when the evenings draw in.",
                        "夜色渐长时，谁都会伸手去拿的那条盖毯。",
                    ),
                    ("sofa", "winter"),
                ),
                Kind(
                    Text("Fringed Blanket", "流苏毛毯"),
                    (79, 139),
                    Text(
                        "A wide blanket with hand-knotted fringes, made to be shared.",
                        "宽幅毛毯，流苏由手工打结，最适合两个人一起盖。",
                    ),
                    ("winter", "gift"),
                ),
                Kind(
                    Text("Picnic Blanket", "野餐毯"),
                    (49, 79),
                    Text(
                        "Rolls up small with its strap and opens out for four.",
                        "配收纳绑带，卷起来很小，铺开可坐四人。",
                    ),
                    ("summer", "outdoors"),
                ),
            ),
            (
                Text("Measures 130 by 180 centimetres.", "尺寸为 130 × 180 厘米。"),
                Text("Air it in the sun now and then; it seldom needs washing.", "偶尔晒晒太阳即可，很少需要清洗。"),
                Text("Delivered in a cotton bag that is worth keeping.", "随附棉布收纳袋，值得一直留着用。"),
            ),
            ("oat", "mustard", "rust", "sage", "pine", "sky", "harbour", "rose", "mist"),
            ("Quietfold", "Thistledown", "Alderwick", "Bramblecote"),
            ("textile", "home"),
            ("wool", "cotton"),
        ),
        Shelf(
            "vases",
            Text("Vases", "花瓶"),
            (
                Kind(
                    Text("Bud Vase", "单枝花瓶"),
                    (19, 35),
                    Text(
                        "One stem, one bud vase: the smallest way to cheer up a room.",
                        "一枝花、一只小瓶，就能点亮整个房间。",
                    ),
                    ("gift", "flowers"),
                ),
                Kind(
                    Text("Tall Vase", "高花瓶"),
                    (45, 79),
                    Text(
                        "Tall and steady, for branches, gladioli and big gestures.",
                        "瓶身高挑而稳，适合枝条、剑兰与隆重的心意。",
                    ),
                    ("flowers", "statement"),
                ),
                Kind(
                    Text("Round Vase", "圆肚花瓶"),
                    (35, 65),
                    Text(
                        "A round belly and a narrow neck hold a loose bunch together.",
                        "圆肚细颈，随手一束花也能站得好看。",
                    ),
                    ("flowers",),
                ),
            ),
            (
                Text("Watertight, and handsome even when empty.", "滴水不漏，空着摆也好看。"),
                Text("A felt base protects the table.", "底部贴有毛毡，不伤桌面。"),
                Text("Pairs well with its bigger and smaller siblings.", "与同系列大小款并排摆放更有味道。"),
            ),
            ("chalk", "sand", "terracotta", "sage", "lagoon", "harbour", "blush", "charcoal", "mustard"),
            ("Kiln & Cove", "Marlstone", "Wexholm", "Larkmoor"),
            ("decor", "home"),
            ("stoneware", "glass", "porcelain"),
            weight=0.9,
        ),
        Shelf(
            "candles",
            Text("Candles", "香薰蜡烛"),
            (
                Kind(
                    Text("Scented Candle", "香薰蜡烛"),
                    (22, 38),
                    Text(
                        "A candle that fills the room slowly and never shouts.",
                        "香气缓缓铺满房间，从不喧宾夺主。",
                    ),
                    ("scent", "gift"),
                ),
                Kind(
                    Text("Three-Wick Candle", "三芯香薰蜡烛"),
                    (45, 65),
                    Text(
                        "Three wicks burn evenly for a whole winter of evenings.", "三芯均匀燃烧，足够陪你一整个冬夜。"
                    ),
                    ("scent", "evening"),
                ),
                Kind(
                    Text("Travel Candle", "旅行香薰蜡烛"),
                    (14, 22),
                    Text(
                        "A small candle in a lidded tin makes a hotel room your own.",
                        "带盖小铁罐，让酒店房间也有家的味道。",
                    ),
                    ("scent", "travel", "gift"),
                ),
            ),
            (
                Text("Soy wax and a cotton wick, scented with natural oils.", "大豆蜡配棉芯，以天然精油调香。"),
                Text("Poured in small batches.", "小批量手工浇制。"),
                Text(
                    "Trim the wick to half a centimetre and it burns without soot.", "把烛芯修到半厘米，燃烧便无黑烟。"
                ),
            ),
            ("chalk", "sand", "sage", "terracotta", "plum", "harbour", "blush", "charcoal", "honey"),
            ("Lanternfold", "Saltmarrow", "Bramblecote", "Sundry Row"),
            ("scent", "home", "refill"),
            series=(
                Text("Fig & Cedar", "无花果与雪松"),
                Text("Sea Salt & Driftwood", "海盐与漂木"),
                Text("Orange & Clove", "橙与丁香"),
                Text("Rain on Stone", "雨后石阶"),
                Text("Pine & Smoke", "松与烟"),
                Text("White Tea", "白茶"),
                Text("Tomato Leaf", "番茄叶"),
                Text("Osmanthus", "桂花"),
                Text("Bergamot & Vetiver", "佛手柑与香根草"),
                Text("Old Library", "旧书房"),
                Text("Lavender Honey", "薰衣草蜜"),
                Text("Mint & Moss", "薄荷与苔藓"),
            ),
            title=Text("{series} {kind}", "{series}{kind}"),
        ),
    ),
)
