"""Garden and plants."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

GARDEN = Department(
    "garden",
    Text("Garden & Plants", "园艺与植物"),
    (
        Shelf(
            "plants",
            Text("House Plants", "室内植物"),
            (
                Kind(
                    Text("Monstera", "龟背竹"),
                    (24, 49),
                    Text(
                        "Big, glossy, generously cut leaves: the jungle in one pot.",
                        "叶片宽大油亮、裂痕舒展，一盆就是一座丛林。",
                    ),
                    ("bright-room", "statement"),
                ),
                Kind(
                    Text("Snake Plant", "虎尾兰"),
                    (19, 39),
                    Text("It forgives dark corners, long holidays and beginners.", "能忍受暗角、长假，也能包容新手。"),
                    ("low-light", "beginner"),
                ),
                Kind(
                    Text("Olive Tree", "油橄榄树"),
                    (39, 79),
                    Text("A small tree with silver leaves and a southern temper.", "银叶小树，带着南方的脾性。"),
                    ("bright-room", "balcony"),
                ),
                Kind(
                    Text("Boston Fern", "波士顿蕨"),
                    (16, 29),
                    Text("A cascade of fronds that loves the steam of a bathroom.", "叶瀑层层，最爱浴室里的水汽。"),
                    ("low-light", "bath"),
                ),
                Kind(
                    Text("Cactus", "仙人掌"),
                    (9, 19),
                    Text("Asks for sun, a sip of water a month, and nothing else.", "只要阳光，每月一口水，别无所求。"),
                    ("bright-room", "beginner", "gift"),
                ),
            ),
            (
                Text("Sent well wrapped, with a card on its care.", "仔细包裹发货，并附养护卡。"),
                Text("Grown without peat in a nursery by the sea.", "产自海边苗圃，种植全程不用泥炭。"),
                Text("If it doesn't arrive happy, we send another.", "若到家状态不佳，我们再寄一盆。"),
            ),
            ("terracotta", "chalk", "sage", "charcoal", "mustard", "blush", "harbour"),
            ("Greenlatch", "Bramblecote"),
            ("plants", "living"),
            series=(
                Text("Small", "小型"),
                Text("Medium", "中型"),
                Text("Large", "大型"),
            ),
            title=Text("{series} {kind} in a Pot, {colour}", "{series}{kind}盆栽（{colour}盆）"),
            weight=1.2,
        ),
        Shelf(
            "pots",
            Text("Pots & Planters", "花盆"),
            (
                Kind(
                    Text("Plant Pot", "花盆"),
                    (14, 32),
                    Text(
                        "A pot with a saucer that fits, and a drainage hole that works.",
                        "配有合适的托盘，排水孔也真的好用。",
                    ),
                    ("plants",),
                ),
                Kind(
                    Text("Hanging Planter", "吊盆"),
                    (22, 42),
                    Text("Lifts trailing plants into the light, on a cord of hemp.", "麻绳悬吊，把垂蔓植物送到光里。"),
                    ("plants", "balcony"),
                ),
                Kind(
                    Text("Window Box", "窗台花箱"),
                    (29, 55),
                    Text(
                        "Long enough for a row of herbs and just deep enough for tulips.",
                        "长度够种一排香草，深度刚好能种郁金香。",
                    ),
                    ("balcony", "herbs"),
                ),
            ),
            (
                Text("Sized to hold a nursery pot with room to spare.", "尺寸可直接套入育苗盆，且有余量。"),
                Text("Stays outdoors all year.", "全年可放户外。"),
                Text("Sold singly; three in a row look best.", "单只出售，三只排成一列最好看。"),
            ),
            ("terracotta", "chalk", "sand", "sage", "slate", "blush", "lagoon"),
            ("Kiln & Cove", "Greenlatch", "Marlstone"),
            ("plants", "garden"),
            ("terracotta", "stoneware", "zinc"),
        ),
        Shelf(
            "watering-cans",
            Text("Watering Cans", "浇水壶"),
            (
                Kind(
                    Text("Watering Can", "浇水壶"),
                    (29, 55),
                    Text(
                        "A long reach and a fine rose, for seedlings and high shelves.",
                        "壶嘴修长、花洒细密，照顾得了幼苗，也够得着高架。",
                    ),
                    ("plants", "garden"),
                ),
                Kind(
                    Text("Indoor Watering Can", "室内浇水壶"),
                    (22, 39),
                    Text("Slim enough to find its way between the leaves.", "纤细的壶嘴，能在叶片间找到去路。"),
                    ("plants", "gift"),
                ),
            ),
            (
                Text("Balanced when full and when empty.", "空壶满壶都拿得稳。"),
                Text("Good-looking enough to stand out on the sill.", "好看得可以一直摆在窗台上。"),
                Text("The rose unscrews for cleaning.", "花洒可旋下清洗。"),
            ),
            ("pine", "mustard", "sage", "harbour", "terracotta", "chalk", "slate"),
            ("Greenlatch", "Alderwick", "Larkmoor"),
            ("garden", "plants"),
            ("zinc", "steel", "brass"),
            weight=0.7,
        ),
        Shelf(
            "tools",
            Text("Hand Tools", "园艺工具"),
            (
                Kind(
                    Text("Hand Trowel", "手铲"),
                    (15, 29),
                    Text("A trowel with a keen edge and marks for planting depth.", "铲刃锋利，并刻有栽种深度。"),
                    ("garden", "balcony"),
                ),
                Kind(
                    Text("Pruning Shears", "修枝剪"),
                    (29, 59),
                    Text("Cuts clean through a thumb-thick branch.", "拇指粗的枝条，一剪利落。"),
                    ("garden",),
                ),
                Kind(
                    Text("Hand Fork", "手耙"),
                    (15, 29),
                    Text("Loosens tired soil without hurting the roots.", "松动板结的土壤，又不伤根。"),
                    ("garden", "herbs"),
                ),
            ),
            (
                Text("Blade and handle are joined by two rivets.", "刃与柄以双铆钉相接。"),
                Text("Hangs from a leather thong.", "附皮绳，可悬挂收纳。"),
                Text("Fits small hands as well as large ones.", "大手小手都合用。"),
            ),
            ("honey", "pine", "rust", "harbour", "walnut", "mustard"),
            ("Greenlatch", "Alderwick", "Pebble & Pike"),
            ("garden", "outdoors"),
            ("steel",),
            title=Text("{series} {kind}, {colour} Handle", "{series}系列{kind}（{colour}手柄）"),
            weight=0.9,
        ),
    ),
)
