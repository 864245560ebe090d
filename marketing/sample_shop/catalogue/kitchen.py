"""Kitchen and table."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

KITCHEN = Department(
    "kitchen",
    Text("Kitchen & Table", "厨房与餐桌"),
    (
        Shelf(
            "mugs",
            Text("Mugs & Cups", "杯具"),
            (
                Kind(
                    Text("Mug", "马克杯"),
                    (16, 26),
                    Text("A mug with a handle that fits the whole hand.", "杯柄宽松，整只手都能握得住。"),
                    ("coffee", "tea", "gift"),
                ),
                Kind(
                    Text("Espresso Cup", "浓缩咖啡杯"),
                    (12, 19),
                    Text(
                        "Small, thick-walled and exactly right for a short espresso.",
                        "小巧厚壁，正好装下一份浓缩咖啡。",
                    ),
                    ("coffee",),
                ),
                Kind(
                    Text("Tea Bowl", "茶碗"),
                    (18, 30),
                    Text("A bowl without a handle, to be held in both hands.", "无柄茶碗，要用双手捧着喝。"),
                    ("tea", "gift"),
                ),
            ),
            (
                Text("Stacks neatly, two high.", "可整齐地叠放两层。"),
                Text("Thrown in batches of forty, so shades vary slightly.", "每批仅四十只，色泽略有差异。"),
                Text("Sits well in the hand and looks well on the shelf.", "握在手里舒服，摆在架上也好看。"),
            ),
            ("chalk", "oat", "sage", "terracotta", "sky", "denim", "mustard", "blush", "charcoal", "moss"),
            ("Kiln & Cove", "Larkmoor", "Marlstone", "Otterby"),
            ("tableware", "kitchen"),
            ("stoneware", "porcelain", "enamel"),
            weight=1.2,
        ),
        Shelf(
            "pans",
            Text("Pots & Pans", "锅具"),
            (
                Kind(
                    Text("Casserole", "炖锅"),
                    (89, 159),
                    Text(
                        "The pot for Sunday: stews, beans, a loaf with a crackling crust.",
                        "属于周日的一口锅：炖肉、煮豆，也能烤出脆皮面包。",
                    ),
                    ("slow-cooking", "winter"),
                    ("cast-iron", "enamel"),
                ),
                Kind(
                    Text("Frying Pan", "煎锅"),
                    (49, 89),
                    Text("A frying pan that browns properly and lets go of eggs.", "煎得出焦香，也不粘鸡蛋。"),
                    ("everyday",),
                ),
                Kind(
                    Text("Saucepan", "奶锅"),
                    (39, 69),
                    Text("A saucepan with a lip that pours cleanly on either side.", "两侧都有导流口，倒得干干净净。"),
                    ("everyday",),
                    ("steel", "enamel"),
                ),
            ),
            (
                Text("Works on every hob, induction included.", "适用于包括电磁炉在内的各种炉灶。"),
                Text("The handle stays cool and hangs from a hook.", "手柄不烫手，可挂放。"),
                Text("With a ten-year guarantee.", "享十年质保。"),
            ),
            ("terracotta", "brick", "pine", "harbour", "charcoal", "mustard", "sage", "slate"),
            ("Copperwhit", "Wexholm", "Alderwick", "Marlstone"),
            ("cookware", "kitchen"),
            ("cast-iron", "steel", "enamel"),
        ),
        Shelf(
            "knives",
            Text("Knives & Boards", "刀具与砧板"),
            (
                Kind(
                    Text("Chef's Knife", "主厨刀"),
                    (69, 129),
                    Text(
                        "A chef's knife with a forward balance that does the work for you.",
                        "重心略微靠前的主厨刀，让切菜省力不少。",
                    ),
                    ("everyday", "gift"),
                ),
                Kind(
                    Text("Paring Knife", "水果刀"),
                    (25, 45),
                    Text(
                        "Short, nimble and sharp: for peeling, trimming and garlic.",
                        "短小灵巧而锋利，削皮、修边、切蒜都顺手。",
                    ),
                    ("everyday",),
                ),
                Kind(
                    Text("Chopping Board", "砧板"),
                    (35, 69),
                    Text("A heavy board that stays where you put it.", "厚重的砧板，放在哪里就稳在哪里。"),
                    ("serving", "everyday"),
                ),
            ),
            (
                Text("Sharpen it twice a year and it will outlive the kitchen.", "一年磨两次，比厨房还耐用。"),
                Text("Wash by hand and dry at once.", "请手洗并及时擦干。"),
                Text("Arrives in a box of unbleached card.", "以本色纸盒包装。"),
            ),
            ("walnut", "honey", "sand", "charcoal"),
            ("Copperwhit", "Wexholm", "Fennmarsh", "Alderwick"),
            ("cookware", "kitchen"),
            ("oak", "walnut"),
            title=Text("{series} {kind} in {material}", "{series}系列{material}{kind}"),
            weight=0.9,
        ),
        Shelf(
            "kettles",
            Text("Kettles", "水壶"),
            (
                Kind(
                    Text("Gooseneck Kettle", "细口手冲壶"),
                    (59, 119),
                    Text("A gooseneck spout gives a slow, steady stream.", "鹅颈细口，水流又缓又稳。"),
                    ("coffee",),
                ),
                Kind(
                    Text("Stovetop Kettle", "明火水壶"),
                    (39, 79),
                    Text("A kettle that whistles two notes when the water is ready.", "水开时会吹响两个音符的水壶。"),
                    ("tea",),
                ),
                Kind(
                    Text("Electric Kettle", "电热水壶"),
                    (69, 129),
                    Text(
                        "Quiet and quick, with five temperatures for tea and coffee.",
                        "安静快速，五档水温兼顾茶与咖啡。",
                    ),
                    ("tea", "coffee", "electric"),
                ),
            ),
            (
                Text("Holds 0.9 litres, enough for three cups.", "容量 0.9 升，够冲三杯。"),
                Text("The lid opens wide for easy cleaning.", "大口径壶盖，清洗方便。"),
                Text("The handle is angled so that the wrist stays straight.", "手柄角度合宜，倒水时手腕不必弯折。"),
            ),
            ("chalk", "sage", "terracotta", "harbour", "charcoal", "mustard", "mist"),
            ("Marlstone", "Copperwhit", "Fennmarsh", "Veldane"),
            ("kitchen",),
            ("steel", "enamel"),
            has_generations=True,
            weight=0.9,
        ),
        Shelf(
            "coffee",
            Text("Coffee Makers", "咖啡器具"),
            (
                Kind(
                    Text("Pour-Over Set", "手冲咖啡套装"),
                    (39, 69),
                    Text(
                        "Cone, carafe and two dozen filters: all that good coffee needs.",
                        "滤杯、分享壶，外加二十余张滤纸，好咖啡所需尽在其中。",
                    ),
                    ("coffee", "gift"),
                    ("glass", "porcelain"),
                ),
                Kind(
                    Text("Moka Pot", "摩卡壶"),
                    (29, 55),
                    Text("The moka pot that gurgles every household awake.", "咕嘟一声，把全家人叫醒的摩卡壶。"),
                    ("coffee", "classic"),
                    ("aluminium", "steel"),
                ),
                Kind(
                    Text("Hand Grinder", "手摇磨豆机"),
                    (59, 109),
                    Text("Thirty turns and the kitchen smells of morning.", "摇上三十圈，厨房里便满是清晨的香气。"),
                    ("coffee", "travel"),
                    ("aluminium", "walnut"),
                ),
            ),
            (
                Text("Spare parts are sold singly.", "配件均可单独购买。"),
                Text("A small card explains our favourite recipe.", "随附小卡，写着我们最爱的冲煮方案。"),
                Text("Rinse with hot water; soap is seldom needed.", "热水冲洗即可，几乎用不到洗涤剂。"),
            ),
            ("charcoal", "chalk", "terracotta", "pine", "mist", "brick", "honey"),
            ("Marlstone", "Fennmarsh", "Copperwhit", "Pebble & Pike"),
            ("coffee", "kitchen"),
            ("glass", "steel"),
        ),
    ),
)
