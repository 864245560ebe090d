"""Sound, light and pictures."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

ELECTRONICS = Department(
    "electronics",
    Text("Sound & Vision", "影音电子"),
    (
        Shelf(
            "headphones",
            Text("Headphones", "耳机"),
            (
                Kind(
                    Text("Over-Ear Headphones", "头戴式耳机"),
                    (129, 289),
                    Text(
                        "Headphones that let the room fall silent, and the record begin.",
                        "戴上它，房间安静下来，音乐开始了。",
                    ),
                    ("music", "commute"),
                ),
                Kind(
                    Text("Studio Headphones", "监听耳机"),
                    (129, 239),
                    Text(
                        "Open, honest and wired: for hearing what is really there.",
                        "开放、诚实、有线：只为听见原本的声音。",
                    ),
                    ("music", "studio"),
                ),
            ),
            (
                Text("Ear pads and cable can be replaced without a screwdriver.", "耳垫与线缆无需工具即可更换。"),
                Text("Made for long evenings: they weigh less than a paperback.", "久听不累，比一本平装书还轻。"),
                Text("Folds flat into a felt pouch.", "可折叠平放，收进毛毡袋。"),
            ),
            ("charcoal", "chalk", "harbour", "walnut", "sage", "rust", "mist"),
            ("Hushwell", "Veldane", "Wexholm"),
            ("audio", "electronics"),
            ("aluminium", "leather", "recycled-plastic"),
            has_generations=True,
        ),
        Shelf(
            "speakers",
            Text("Speakers & Radios", "音箱与收音机"),
            (
                Kind(
                    Text("Bookshelf Speaker", "书架音箱"),
                    (169, 319),
                    Text("A small speaker with a big, unhurried sound.", "体积不大，声音却宽广从容。"),
                    ("music", "statement"),
                    ("oak", "walnut"),
                ),
                Kind(
                    Text("Portable Speaker", "便携音箱"),
                    (69, 149),
                    Text(
                        "Carries a garden party and fits into a bicycle basket.",
                        "撑得起一场花园派对，也放得进自行车篮。",
                    ),
                    ("music", "summer", "travel"),
                    ("aluminium", "recycled-plastic"),
                ),
                Kind(
                    Text("Kitchen Radio", "厨房收音机"),
                    (89, 159),
                    Text(
                        "One dial, one button and every station that matters.", "一个旋钮，一个按键，想听的电台都在。"
                    ),
                    ("music", "kitchen"),
                ),
            ),
            (
                Text("Two of them pair up for stereo at the touch of a button.", "两台一键配对，即成立体声。"),
                Text("Pairs with a phone in two seconds.", "两秒即可与手机配对。"),
                Text("Tuned by ear over a whole winter.", "整整一个冬天，靠耳朵一点点调校而成。"),
            ),
            ("walnut", "charcoal", "chalk", "sage", "mustard", "harbour", "brick"),
            ("Hushwell", "Veldane", "Wexholm", "Larkmoor"),
            ("audio", "electronics"),
            ("oak", "walnut"),
            has_generations=True,
        ),
        Shelf(
            "power",
            Text("Chargers & Power", "充电与电源"),
            (
                Kind(
                    Text("Power Bank", "充电宝"),
                    (39, 69),
                    Text("Two full phone charges in something the size of a passport.", "护照大小，可为手机充满两次。"),
                    ("travel", "commute"),
                ),
                Kind(
                    Text("Charging Stand", "充电座"),
                    (45, 79),
                    Text(
                        "Set the phone down and it charges, upright and in sight.", "手机一放即充，竖立着也看得见消息。"
                    ),
                    ("desk", "sleep"),
                ),
                Kind(
                    Text("Wall Charger", "墙充"),
                    (29, 49),
                    Text(
                        "Three ports in one compact plug, enough for a laptop.",
                        "小巧一枚、三个接口，带得动笔记本电脑。",
                    ),
                    ("travel", "everyday"),
                ),
            ),
            (
                Text("A braided cable is in the box.", "盒内附编织充电线。"),
                Text("Stays cool and switches itself off.", "不发烫，充满自动断电。"),
                Text("Allowed in cabin luggage.", "可随身带上飞机。"),
            ),
            ("chalk", "charcoal", "sage", "harbour", "terracotta", "mist", "lilac"),
            ("Veldane", "Marlstone", "Pebble & Pike"),
            ("electronics", "power"),
            ("aluminium", "recycled-plastic"),
            has_generations=True,
            weight=0.9,
        ),
        Shelf(
            "cameras",
            Text("Instant Cameras", "拍立得相机"),
            (
                Kind(
                    Text("Instant Camera", "拍立得相机"),
                    (89, 159),
                    Text("Press, wait a minute, pin it to the wall.", "按下快门，等一分钟，把它钉上墙。"),
                    ("photo", "gift"),
                ),
                Kind(
                    Text("Pocket Camera", "口袋相机"),
                    (119, 219),
                    Text(
                        "A fixed lens, three dials and no menu to get lost in.",
                        "定焦镜头、三个转盘，没有会让人迷路的菜单。",
                    ),
                    ("photo", "travel"),
                ),
            ),
            (
                Text("A woven strap is in the box.", "盒内附编织背带。"),
                Text("The self-timer leaves enough time to run.", "自拍定时足够你跑进画面。"),
                Text("Double exposures are allowed, even encouraged.", "支持双重曝光，而且鼓励你试试。"),
            ),
            ("chalk", "sky", "mustard", "charcoal", "blush", "sage", "brick"),
            ("Otterby", "Veldane", "Larkmoor"),
            ("photo", "electronics"),
            ("recycled-plastic", "aluminium"),
            has_generations=True,
            weight=0.8,
        ),
        Shelf(
            "film",
            Text("Film & Paper", "相纸与胶片"),
            (
                Kind(
                    Text("Instant Film", "拍立得相纸"),
                    (16, 24),
                    Text("Twenty exposures with soft, faithful colour.", "二十张装，色彩柔和而真实。"),
                    ("photo",),
                ),
                Kind(
                    Text("Monochrome Film", "黑白相纸"),
                    (18, 26),
                    Text(
                        "Deep blacks and silvery highlights for portraits by the window.",
                        "深邃的黑与银亮的高光，最适合窗边人像。",
                    ),
                    ("photo", "studio"),
                ),
            ),
            (
                Text("Keep it cool and use it within two years.", "请阴凉保存，两年内用完。"),
                Text("Fits all instant cameras in our shop.", "适配本店所有拍立得相机。"),
                Text("The frames come in a tone that suits the season.", "边框配有应季的色调。"),
            ),
            ("chalk", "mustard", "sky", "charcoal", "blush", "sage"),
            ("Otterby", "Larkmoor", "Saltmarrow"),
            ("photo", "refill"),
            title=Text("{series} {kind}, {colour} Frame", "{series}系列{kind}（{colour}边框）"),
            weight=0.7,
        ),
    ),
)
