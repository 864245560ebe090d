"""Books. Titles and authors are invented."""

from marketing.sample_shop.catalogue.blueprint import Department, Kind, Shelf, Text

_TITLE_ALONE = Text("{series}", "《{series}》")
_BINDINGS = ("paperback", "hardback")

BOOKS = Department(
    "books",
    Text("Books", "图书"),
    (
        Shelf(
            "novels",
            Text("Novels & Stories", "小说与故事"),
            (
                Kind(
                    Text("Novel", "长篇小说"),
                    (14, 20),
                    Text(
                        "A quiet, tightly wound novel about what people keep from one another.",
                        "一部沉静而紧绷的长篇，写人们彼此隐瞒的事。",
                    ),
                    ("reading", "evening"),
                    series=(
                        Text("What the Tide Returned", "潮水带回之物"),
                        Text("A House for Winter", "过冬的屋子"),
                        Text("A Borrowed Coat", "借来的外套"),
                        Text("Low Sun", "低斜的太阳"),
                        Text("The Cartographer's Sister", "制图师的妹妹"),
                        Text("Weather for Leaving", "适合离开的天气"),
                    ),
                ),
                Kind(
                    Text("Crime Novel", "推理小说"),
                    (12, 17),
                    Text(
                        "A body, a ferry that doesn't sail, and an inspector with all the time in the world.",
                        "一具尸体，一班停航的渡轮，和一位不慌不忙的探长。",
                    ),
                    ("reading", "suspense"),
                    series=(
                        Text("The Ferryman's Ledger", "摆渡人的账簿"),
                        Text("The Last Lamplighter", "最后的点灯人"),
                        Text("The Quiet Quay", "寂静码头"),
                        Text("A Stranger in Lime Lane", "青柠巷的陌生人"),
                    ),
                ),
                Kind(
                    Text("Stories", "短篇小说集"),
                    (13, 18),
                    Text(
                        "Eleven stories that end a page before you expect them to.",
                        "十一个故事，每个都比你预料的早一页结束。",
                    ),
                    ("reading", "travel"),
                    series=(
                        Text("Eleven Kinds of Rain", "十一种雨"),
                        Text("Small Hours", "凌晨时分"),
                        Text("Letters to an Empty Island", "写给空岛的信"),
                        Text("The Orchard Keeper's Clock", "守园人的钟"),
                        Text("The Salt Road", "盐路"),
                    ),
                ),
            ),
            (
                Text("Our booksellers' favourite of the season.", "本季店员最爱。"),
                Text("For readers who like weather in their books.", "献给喜欢书里有天气的读者。"),
                Text("Hard to put down before midnight.", "午夜之前很难放下。"),
            ),
            ("harbour", "brick", "pine", "plum", "mustard", "charcoal", "lagoon", "rust"),
            ("Saltmarrow", "Lanternfold"),
            ("books", "fiction"),
            _BINDINGS,
            title=_TITLE_ALONE,
            authors=("Maren Holloway", "Tomas Alderby", "Ines Quillon", "Edda Farrow", "Jonah Wick", "Lin Qiusheng"),
        ),
        Shelf(
            "cookbooks",
            Text("Cookbooks", "烹饪书"),
            (
                Kind(
                    Text("Cookbook", "菜谱"),
                    (22, 34),
                    Text(
                        "Eighty recipes that need one pan, one knife and an appetite.",
                        "八十道菜，只需一口锅、一把刀和好胃口。",
                    ),
                    ("cooking", "everyday"),
                    series=(
                        Text("Beans, Greens and Broth", "豆子、青菜与汤"),
                        Text("Bread on Sundays", "周日面包"),
                        Text("The Noodle Notebook", "面条手记"),
                        Text("The Harbour Kitchen", "港湾厨房"),
                    ),
                ),
                Kind(
                    Text("Baking Book", "烘焙书"),
                    (24, 36),
                    Text(
                        "From the first flat loaf to the one you bring to friends.",
                        "从第一只塌掉的面包，到可以带去朋友家的那一只。",
                    ),
                    ("baking", "slow-cooking"),
                    series=(
                        Text("Cake for Breakfast", "早餐吃蛋糕"),
                        Text("Tea Time, Properly", "正经下午茶"),
                        Text("Sugar and Patience", "糖与耐心"),
                        Text("The Birthday Shelf", "生日蛋糕架"),
                    ),
                ),
                Kind(
                    Text("Coffee Table Cookbook", "美食画册"),
                    (34, 48),
                    Text(
                        "Half travelogue, half kitchen diary, with photographs to linger over.",
                        "一半游记，一半厨房日记，照片值得细看。",
                    ),
                    ("cooking", "gift"),
                    series=(
                        Text("Market Days", "赶集日"),
                        Text("A Cook's Year", "厨师的一年"),
                        Text("Fire and Salt", "火与盐"),
                        Text("Slow Suppers", "慢煮晚餐"),
                    ),
                ),
            ),
            (
                Text("Measures are given in grams and in cups.", "用量以克与量杯双重标注。"),
                Text("Every recipe fits on one spread.", "每道菜都排在一个跨页里。"),
                Text("The index by season is worth the price alone.", "单是按季节编排的索引便值回书价。"),
            ),
            ("mustard", "terracotta", "sage", "brick", "chalk", "olive", "blush"),
            ("Saltmarrow", "Lanternfold"),
            ("books", "kitchen"),
            _BINDINGS,
            title=_TITLE_ALONE,
            authors=("Rosalind Fennimore", "Otto Brandwein", "Zhou Anran", "Pilar Montoro", "Hedda Lund"),
        ),
        Shelf(
            "travel-books",
            Text("Travel & Nature", "旅行与自然"),
            (
                Kind(
                    Text("Travel Guide", "旅行指南"),
                    (16, 24),
                    Text(
                        "Written by people who live there, with the maps they would draw for you.",
                        "由当地人撰写，地图也像是他们亲手为你画的。",
                    ),
                    ("travel", "city"),
                    series=(
                        Text("Three Days in an Old Port", "老港三日"),
                        Text("Islands of the Cold Sea", "冷海诸岛"),
                        Text("Night Trains, Slow Boats", "夜车与慢船"),
                        Text("Towns with Canals", "运河小城"),
                    ),
                ),
                Kind(
                    Text("Walking Guide", "徒步指南"),
                    (15, 22),
                    Text(
                        "Forty walks between one hour and one week, each ending near a good meal.",
                        "四十条路线，从一小时到一星期，终点总有一顿好饭。",
                    ),
                    ("travel", "hiking"),
                    series=(
                        Text("High Huts", "高山小屋"),
                        Text("Villages above the Tree Line", "林线之上的村庄"),
                        Text("Forty Walks to a View", "看得见风景的四十条步道"),
                        Text("The Ridge Path", "山脊小径"),
                    ),
                ),
                Kind(
                    Text("Field Guide", "自然图鉴"),
                    (18, 28),
                    Text(
                        "Clear drawings and short notes for naming what flies, grows and washes ashore.",
                        "清晰的手绘与简短的注解，教你认识飞的、长的、冲上岸的。",
                    ),
                    ("nature", "hiking"),
                    series=(
                        Text("Mosses, Lichens, Ferns", "苔藓、地衣与蕨"),
                        Text("Birds of the Back Garden", "后院的鸟"),
                        Text("A Field Guide to Clouds", "云的图鉴"),
                        Text("Leaves of the Lowlands", "低地之叶"),
                    ),
                ),
            ),
            (
                Text("Rounded corners and a cover that minds no rain.", "圆角设计，封面不怕雨。"),
                Text("A fold-out map is tucked into the back.", "书末附有折页地图。"),
                Text("Updated this year, on foot.", "今年新修订，全靠双脚走出来。"),
            ),
            ("lagoon", "moss", "sky", "terracotta", "pine", "honey", "denim"),
            ("Saltmarrow", "Hinterway"),
            ("books", "travel"),
            _BINDINGS,
            title=_TITLE_ALONE,
            authors=("Greta Stormont", "Callum Reed", "Noor Vandermeer", "Su Wanqing", "Piet Almqvist"),
        ),
        Shelf(
            "picture-books",
            Text("Children's Books", "童书"),
            (
                Kind(
                    Text("Picture Book", "图画书"),
                    (12, 18),
                    Text(
                        "A picture book to read aloud twice, since once is never enough.",
                        "适合大声朗读的图画书，读一遍总是不够。",
                    ),
                    ("children", "bedtime"),
                    series=(
                        Text("The Moon Needs a Hat", "月亮要一顶帽子"),
                        Text("The Bear Who Baked", "会烤面包的熊"),
                        Text("Mila and the Paper Boat", "米拉和纸船"),
                        Text("Good Night, Harbour", "晚安，港湾"),
                    ),
                ),
                Kind(
                    Text("Early Reader", "桥梁书"),
                    (9, 14),
                    Text(
                        "Short chapters and a big heart, for first steps in reading alone.",
                        "短短的章节，大大的心意，陪孩子迈出独立阅读的第一步。",
                    ),
                    ("children", "learning"),
                    series=(
                        Text("Seven Silly Snails", "七只傻蜗牛"),
                        Text("The Loudest Owl", "最吵的猫头鹰"),
                        Text("The Slowest Race", "最慢的比赛"),
                        Text("Who Hoots at Noon?", "谁在中午咕咕叫？"),
                    ),
                ),
                Kind(
                    Text("Activity Book", "游戏书"),
                    (10, 15),
                    Text(
                        "Things to find, fold and finish on a rainy afternoon.",
                        "找一找、折一折、画一画，刚好打发一个雨天的下午。",
                    ),
                    ("children", "gift"),
                    series=(
                        Text("Find, Fold, Finish", "找一找，折一折"),
                        Text("Where Do Puddles Go?", "水坑去哪儿了？"),
                        Text("The Rainy Day Book", "雨天游戏书"),
                        Text("Scissors at the Ready", "剪刀准备好"),
                    ),
                ),
            ),
            (
                Text("For ages three to seven.", "适合三至七岁。"),
                Text("Printed with plant-based inks.", "采用植物油墨印刷。"),
                Text("There is a small snail hidden on every page.", "每一页都藏着一只小蜗牛。"),
            ),
            ("mustard", "sky", "terracotta", "sage", "blush", "lagoon", "lilac", "honey"),
            ("Lanternfold", "Otterby"),
            ("books", "children"),
            _BINDINGS,
            title=_TITLE_ALONE,
            authors=("Wilma Finch", "Benno Krause", "Tang Xiaoyu", "Odile Perrault", "Sunny Marlow"),
        ),
    ),
)
