"""Bed and bath."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

BEDROOM = Department(
    "bedroom",
    Text("Bed & Bath", "卧室与浴室"),
    (
        Shelf(
            "bed-linen",
            Text("Bed Linen", "床品"),
            (
                Kind(
                    Text("Duvet Cover", "被套"),
                    (79, 149),
                    Text(
                        "A duvet cover that makes going to bed early feel like a plan.",
                        "有了这床被套，早睡也成了值得期待的安排。",
                    ),
                    ("sleep",),
                ),
                Kind(
                    Text("Pillowcase Pair", "枕套两只装"),
                    (29, 55),
                    Text(
                        "Two pillowcases with an envelope closing, so nothing slips.",
                        "一对信封式枕套，枕芯不会滑出来。",
                    ),
                    ("sleep", "gift"),
                ),
                Kind(
                    Text("Quilted Bedspread", "绗缝床盖"),
                    (99, 179),
                    Text(
                        "A light quilt for summer nights, a finishing layer in winter.",
                        "夏夜单盖刚好，冬天则是床上最后一层暖意。",
                    ),
                    ("sleep", "summer"),
                ),
            ),
            (
                Text("Looks best straight from the line; ironing is optional.", "晾干即用最好看，熨不熨随你。"),
                Text(
                    "Dyed in one vat with the rest of its line, so pieces match.",
                    "与同系列单品同缸染色，搭配起来没有色差。",
                ),
                Text("Available in the common European sizes.", "提供常见尺寸可选。"),
            ),
            ("chalk", "oat", "mist", "sage", "sky", "blush", "terracotta", "denim", "lilac"),
            ("Quietfold", "Thistledown", "Fennmarsh", "Bramblecote"),
            ("textile", "bedroom"),
            ("linen", "cotton"),
        ),
        Shelf(
            "towels",
            Text("Towels", "毛巾"),
            (
                Kind(
                    Text("Bath Towel", "浴巾"),
                    (29, 49),
                    Text("A bath towel that is thirsty, thick and quick to dry.", "吸水、厚实，又干得快的浴巾。"),
                    ("everyday",),
                ),
                Kind(
                    Text("Waffle Towel", "华夫格毛巾"),
                    (19, 35),
                    Text(
                        "A light waffle weave that dries you, and itself, in no time.",
                        "轻薄的华夫格织法，擦得干，自己也干得快。",
                    ),
                    ("everyday", "travel"),
                ),
                Kind(
                    Text("Hammam Towel", "土耳其浴巾"),
                    (25, 45),
                    Text(
                        "Flat-woven and fringed, for the bath, the beach and the shoulders.",
                        "平织带流苏，可用于沐浴、海滩，也可披在肩头。",
                    ),
                    ("summer", "travel"),
                ),
            ),
            (
                Text("Has a loop at either end.", "两端均有挂环。"),
                Text("Wash at 60 °C as often as you like.", "可反复 60℃ 水洗。"),
                Text("Grows softer over the first five washes.", "洗过五次之后最为柔软。"),
            ),
            ("chalk", "sand", "sage", "pine", "sky", "harbour", "blush", "terracotta", "slate", "honey"),
            ("Quietfold", "Thistledown", "Marlstone", "Larkmoor"),
            ("textile", "bath"),
            ("cotton", "linen"),
        ),
        Shelf(
            "soaps",
            Text("Soaps & Care", "香皂与洗护"),
            (
                Kind(
                    Text("Bar Soap", "手工皂"),
                    (7, 12),
                    Text(
                        "A cold-pressed bar that cures for six weeks before it is wrapped.",
                        "冷制手工皂，静置六周后才包装。",
                    ),
                    ("gift", "plastic-free"),
                ),
                Kind(
                    Text("Hand Wash", "洗手液"),
                    (16, 26),
                    Text("A mild hand wash in a refillable bottle.", "温和洗手液，瓶身可反复补充。"),
                    ("everyday",),
                ),
                Kind(
                    Text("Bath Salts", "浴盐"),
                    (18, 29),
                    Text(
                        "A handful under the tap turns Tuesday into a holiday.",
                        "在水龙头下撒一把，平常的周二也像假日。",
                    ),
                    ("gift", "evening"),
                ),
            ),
            (
                Text("Made from plant oils alone, with nothing synthetic.", "只用植物油，不含人工合成成分。"),
                Text("Kind to sensitive skin.", "敏感肌也可安心使用。"),
                Text("Sent in paper that can be composted.", "以可堆肥的纸张包装寄出。"),
            ),
            ("chalk", "oat", "sage", "olive", "blush", "lilac", "honey", "sky", "charcoal"),
            ("Saltmarrow", "Bramblecote", "Greenlatch", "Sundry Row"),
            ("scent", "bath", "refill"),
            series=(
                Text("Oat & Honey", "燕麦蜂蜜"),
                Text("Sea Salt & Sage", "海盐鼠尾草"),
                Text("Rose Clay", "玫瑰红泥"),
                Text("Charcoal & Cedar", "竹炭雪松"),
                Text("Lemon Thyme", "柠檬百里香"),
                Text("Lavender", "薰衣草"),
                Text("Green Tea", "绿茶"),
                Text("Olive & Bay", "橄榄月桂"),
                Text("Ginger & Lime", "姜与青柠"),
                Text("Almond Milk", "杏仁奶"),
                Text("Seaweed", "海藻"),
                Text("Sweet Orange", "甜橙"),
            ),
            title=Text("{series} {kind}", "{series}{kind}"),
            weight=1.1,
        ),
        Shelf(
            "clocks",
            Text("Clocks", "时钟"),
            (
                Kind(
                    Text("Alarm Clock", "闹钟"),
                    (29, 59),
                    Text(
                        "An alarm clock that starts softly and leaves the phone outside the bedroom.",
                        "闹铃由轻渐响，从此手机可以留在卧室之外。",
                    ),
                    ("sleep", "gift"),
                ),
                Kind(
                    Text("Wall Clock", "挂钟"),
                    (45, 89),
                    Text(
                        "A wall clock you can read from across the room and never hear.",
                        "隔着房间也看得清，却听不见走针声的挂钟。",
                    ),
                    ("kitchen",),
                ),
            ),
            (
                Text("The movement sweeps silently.", "扫秒机芯，安静无声。"),
                Text("Runs for two years on one battery.", "一节电池可走两年。"),
                Text("The dial glows faintly for an hour after dark.", "入夜后表盘会微微发光一小时。"),
            ),
            ("chalk", "mustard", "terracotta", "sage", "harbour", "charcoal", "sky", "brick"),
            ("Marlstone", "Larkmoor", "Fennmarsh", "Wexholm"),
            ("decor", "bedroom"),
            ("oak", "steel", "aluminium"),
            weight=0.8,
        ),
    ),
)
