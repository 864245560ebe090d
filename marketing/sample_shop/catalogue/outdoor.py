"""Outdoor and travel."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

OUTDOOR = Department(
    "outdoor",
    Text("Outdoor & Travel", "户外与旅行"),
    (
        Shelf(
            "tents",
            Text("Tents", "帐篷"),
            (
                Kind(
                    Text("Two-Person Tent", "双人帐篷"),
                    (189, 349),
                    Text(
                        "A tent for two that goes up in the time it takes to boil water.",
                        "一壶水烧开的工夫就能搭好的双人帐篷。",
                    ),
                    ("camping", "hiking"),
                ),
                Kind(
                    Text("Family Tent", "家庭帐篷"),
                    (349, 549),
                    Text(
                        "Room for four, standing height, and a porch for the boots.",
                        "可住四人，能直立起身，还有放靴子的门厅。",
                    ),
                    ("camping", "family"),
                ),
                Kind(
                    Text("Tarp", "天幕"),
                    (69, 129),
                    Text(
                        "A roof for lunch, a windbreak at the beach, a spare tent at a pinch.",
                        "午餐的屋顶、海边的风障，必要时也是一顶备用帐篷。",
                    ),
                    ("camping", "summer"),
                ),
            ),
            (
                Text("Poles are colour-coded, so the manual can stay at home.", "撑杆以颜色区分，说明书可以留在家里。"),
                Text("Tested in a week of Atlantic rain.", "经受过整整一周的大西洋风雨考验。"),
                Text("A repair kit is sewn into the bag.", "收纳袋内缝有修补包。"),
            ),
            ("moss", "terracotta", "mustard", "harbour", "sage", "sand", "rust"),
            ("Hinterway", "Pebble & Pike", "Greenlatch"),
            ("camping", "outdoors"),
            ("ripstop", "canvas"),
            has_generations=True,
            weight=0.8,
        ),
        Shelf(
            "backpacks",
            Text("Backpacks", "背包"),
            (
                Kind(
                    Text("Day Pack", "日用背包"),
                    (69, 119),
                    Text("A day pack that looks right at the office and on the trail.", "上班、徒步都得体的日用背包。"),
                    ("hiking", "commute"),
                ),
                Kind(
                    Text("Trekking Pack", "徒步背包"),
                    (139, 239),
                    Text(
                        "Fifty litres that sit on the hips, where weight belongs.", "五十升容量，把重量稳稳交给髋部。"
                    ),
                    ("hiking", "travel"),
                    ("ripstop",),
                ),
                Kind(
                    Text("Roll-Top Pack", "卷口背包"),
                    (89, 149),
                    Text(
                        "The roll top swallows the shopping and seals out the rain.",
                        "卷口设计装得下采购的东西，也挡得住雨水。",
                    ),
                    ("commute", "cycling"),
                ),
            ),
            (
                Text("A padded sleeve takes a 15-inch laptop.", "带衬垫的夹层可放 15 英寸笔记本电脑。"),
                Text("Bottle pockets on both sides can be reached while walking.", "两侧水瓶袋，边走边取也方便。"),
                Text("We repair it for free, for life.", "终身免费维修。"),
            ),
            ("olive", "mustard", "harbour", "charcoal", "rust", "pine", "sand", "slate"),
            ("Hinterway", "Pebble & Pike", "Alderwick", "Larkmoor"),
            ("outdoors", "travel"),
            ("canvas", "ripstop"),
            has_generations=True,
            weight=1.1,
        ),
        Shelf(
            "bottles",
            Text("Bottles & Flasks", "水壶与保温杯"),
            (
                Kind(
                    Text("Water Bottle", "水壶"),
                    (19, 32),
                    Text("A bottle that survives being dropped on rocks.", "掉在石头上也摔不坏的水壶。"),
                    ("hiking", "everyday"),
                ),
                Kind(
                    Text("Vacuum Flask", "保温壶"),
                    (29, 49),
                    Text("Tea poured at breakfast is still hot at the summit.", "早餐时灌的茶，登顶时依然滚烫。"),
                    ("hiking", "winter", "tea"),
                    ("steel",),
                ),
                Kind(
                    Text("Travel Mug", "随行杯"),
                    (22, 36),
                    Text("Closes with one click and doesn't leak, even upside down.", "一按即合，倒置也不漏。"),
                    ("commute", "coffee"),
                ),
            ),
            (
                Text("The mouth is wide enough for ice and a brush.", "杯口够宽，放冰块、伸刷子都方便。"),
                Text("Fits every common cup holder.", "适配常见的杯架。"),
                Text("The loop clips to a rucksack.", "提环可扣在背包上。"),
            ),
            ("chalk", "sage", "lagoon", "harbour", "mustard", "terracotta", "charcoal", "blush", "sky"),
            ("Hinterway", "Pebble & Pike", "Otterby", "Marlstone"),
            ("outdoors", "travel"),
            ("steel", "recycled-plastic", "aluminium"),
            weight=1.1,
        ),
        Shelf(
            "lanterns",
            Text("Lanterns & Lights", "营灯"),
            (
                Kind(
                    Text("Camping Lantern", "露营灯"),
                    (39, 79),
                    Text(
                        "A lantern that throws a warm, even light across the whole table.",
                        "暖光均匀铺满整张桌面的露营灯。",
                    ),
                    ("camping", "evening"),
                ),
                Kind(
                    Text("Head Torch", "头灯"),
                    (35, 69),
                    Text("Weighs less than a letter and reaches a hundred metres.", "比一封信还轻，却能照亮一百米。"),
                    ("hiking", "running"),
                    ("aluminium", "recycled-plastic"),
                ),
            ),
            (
                Text("Charges by USB-C in two hours.", "USB-C 充电，两小时充满。"),
                Text("A red mode keeps your night vision.", "红光模式可保护夜间视力。"),
                Text("Runs for forty hours on the low setting.", "低亮度下可续航四十小时。"),
            ),
            ("mustard", "terracotta", "pine", "charcoal", "harbour", "sand"),
            ("Hinterway", "Pebble & Pike", "Veldane"),
            ("camping", "outdoors", "lighting"),
            ("aluminium", "steel", "recycled-plastic"),
            has_generations=True,
            weight=0.8,
        ),
    ),
)
