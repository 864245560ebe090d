"""What things are made of, with sentences that are true of anything made of it."""

from marketing.sample_shop.catalogue.blueprint import Material, Text

MATERIALS = {
    material.code: material
    for material in (
        Material(
            "stoneware",
            Text("Stoneware", "粗陶"),
            (
                Text(
                    "The stoneware is fired slowly, so the glaze pools a little differently on every piece.",
                    "粗陶经慢火烧制，釉色在每一件上的流淌都略有不同。",
                ),
                Text(
                    "Dense stoneware is tough, heavy for its size and pleasant to hold.",
                    "粗陶胎体致密，结实压手，握感温润。",
                ),
            ),
        ),
        Material(
            "porcelain",
            Text("Porcelain", "瓷"),
            (
                Text(
                    "Thin porcelain lets a little light through at the rim.",
                    "瓷壁轻薄，对着光能看见杯沿微微透亮。",
                ),
                Text(
                    "The porcelain is glazed inside and left satin-smooth outside.",
                    "内壁施釉，外壁保留丝缎般的素瓷触感。",
                ),
            ),
            1.2,
        ),
        Material(
            "glass",
            Text("Glass", "玻璃"),
            (
                Text(
                    "The glass is mouth-blown; a stray bubble here and there is a signature, not a fault.",
                    "玻璃由人工吹制，偶见的小气泡是手工的印记。",
                ),
                Text("The tinted glass changes with the daylight.", "有色玻璃会随一天的光线变换神情。"),
            ),
            1.15,
        ),
        Material(
            "oak",
            Text("Oak", "橡木"),
            (
                Text(
                    "Solid oak, finished with plant oil, darkens gracefully over the years.",
                    "实木橡木以植物油擦拭，颜色会随岁月慢慢变深。",
                ),
                Text(
                    "The oak comes from managed forests and is sanded by hand.",
                    "橡木取自可持续管理的森林，由匠人手工打磨。",
                ),
            ),
            1.15,
        ),
        Material(
            "walnut",
            Text("Walnut", "胡桃木"),
            (
                Text(
                    "Each piece of walnut has a grain of its own, so no two look alike.",
                    "每块胡桃木的纹理都独一无二。",
                ),
                Text(
                    "The walnut is oiled, never lacquered, and feels warm to the hand.",
                    "胡桃木只上油、不上漆，触感温润。",
                ),
            ),
            1.3,
        ),
        Material(
            "brass",
            Text("Brass", "黄铜"),
            (
                Text(
                    "Unlacquered brass gathers a soft patina with use.",
                    "未上漆的黄铜会在使用中养出柔和的包浆。",
                ),
                Text("The brass parts are turned, not pressed, and it shows.", "黄铜件由车床车制而成，质感一望便知。"),
            ),
            1.3,
        ),
        Material(
            "steel",
            Text("Steel", "钢"),
            (
                Text(
                    "Brushed stainless steel shrugs off stains and years of daily use.",
                    "拉丝不锈钢耐污耐用，经得起日复一日的使用。",
                ),
                Text("The steel body is light, sturdy and endlessly recyclable.", "钢制主体轻巧结实，可循环再生。"),
            ),
        ),
        Material(
            "enamel",
            Text("Enamel", "珐琅"),
            (
                Text(
                    "Two coats of enamel over steel wipe clean in a moment.",
                    "钢胎双层珐琅，轻轻一擦便光洁如新。",
                ),
                Text("The enamel is free of lead and shrugs off scratches.", "珐琅不含铅，耐刮耐用。"),
            ),
        ),
        Material(
            "cast-iron",
            Text("Cast-Iron", "铸铁"),
            (
                Text(
                    "Cast iron spreads the heat evenly and keeps it long after the flame is out.",
                    "铸铁受热均匀，离火之后仍能长久保温。",
                ),
                Text("It arrives seasoned with flax oil and only gets better.", "出厂前已用亚麻籽油养锅，越用越好。"),
            ),
            1.2,
        ),
        Material(
            "aluminium",
            Text("Aluminium", "铝合金"),
            (
                Text(
                    "The anodised aluminium keeps the weight down and the edges crisp.",
                    "阳极氧化铝合金既轻，又让边线利落分明。",
                ),
                Text(
                    "Milled aluminium feels cool, precise and pleasantly solid.",
                    "铣削成型的铝合金触感微凉，精准而扎实。",
                ),
            ),
        ),
        Material(
            "linen",
            Text("Linen", "亚麻"),
            (
                Text(
                    "Stonewashed linen is soft from the first day and softer after every wash.",
                    "水洗亚麻初见便柔软，越洗越亲肤。",
                ),
                Text("The flax is grown and woven in Europe.", "亚麻在欧洲种植、纺织。"),
            ),
            1.2,
        ),
        Material(
            "cotton",
            Text("Cotton", "棉"),
            (
                Text("Combed organic cotton feels crisp, breathes well and lasts.", "精梳有机棉清爽透气，经久耐用。"),
                Text("The cotton is dyed without harsh chemicals.", "棉料采用温和环保的染色工艺。"),
            ),
        ),
        Material(
            "wool",
            Text("Wool", "羊毛"),
            (
                Text(
                    "Lambswool keeps warm without weighing down.",
                    "小羊毛轻盈保暖，毫无负担。",
                ),
                Text(
                    "The wool is spun and woven at one small mill.",
                    "羊毛从纺纱到织造都在同一家小工坊里完成。",
                ),
            ),
            1.25,
        ),
        Material(
            "canvas",
            Text("Canvas", "帆布"),
            (
                Text(
                    "Waxed cotton canvas sheds the rain and ages like a good jacket.",
                    "打蜡棉帆布可防小雨，像一件好外套那样越旧越有味道。",
                ),
                Text("Every seam of the canvas is stitched twice.", "帆布的每道接缝都缝了两遍。"),
            ),
        ),
        Material(
            "ripstop",
            Text("Ripstop", "防撕裂尼龙"),
            (
                Text(
                    "Recycled ripstop nylon is light in the hand and hard to tear.",
                    "再生防撕裂尼龙拿在手里很轻，却很难撕破。",
                ),
                Text("The coating holds back 3,000 mm of water.", "涂层耐水压达 3000 毫米。"),
            ),
            1.15,
        ),
        Material(
            "leather",
            Text("Leather", "皮革"),
            (
                Text(
                    "Vegetable-tanned leather picks up the marks of where it has been.",
                    "植鞣皮会留下一路走来的痕迹。",
                ),
                Text("The leather is cut by hand from a single hide.", "皮料由手工从整张皮上裁下。"),
            ),
            1.35,
        ),
        Material(
            "ceramic",
            Text("Ceramic", "陶瓷"),
            (
                Text("The ceramic has a matt, slightly chalky surface.", "陶瓷表面哑光，带一点粉质触感。"),
                Text("Slip-cast ceramic is finished by hand at the wheel.", "注浆陶瓷在转盘上由手工修坯。"),
            ),
        ),
        Material(
            "terracotta",
            Text("Clay", "陶土"),
            (
                Text(
                    "Porous clay lets roots breathe and forgives a heavy hand with water.",
                    "透气的陶土让根系自在呼吸，水浇多了也不怕。",
                ),
                Text(
                    "The clay is frost-proof and gains a silvery bloom outdoors.",
                    "陶土抗冻，放在户外会慢慢泛出银白的霜痕。",
                ),
            ),
            0.85,
        ),
        Material(
            "zinc",
            Text("Galvanised", "镀锌"),
            (
                Text("Hot-dip galvanising keeps rust away for decades.", "热浸镀锌，几十年不易生锈。"),
                Text("The galvanised sheet dulls to a handsome grey.", "镀锌铁皮会渐渐变成耐看的灰色。"),
            ),
        ),
        Material(
            "recycled-plastic",
            Text("Recycled", "再生材料"),
            (
                Text("The shell is moulded from recovered fishing nets.", "外壳由回收渔网再生压铸而成。"),
                Text(
                    "Nine parts in ten are recycled, and all of it can be again.", "九成材料来自回收，用完还能再回收。"
                ),
            ),
            0.9,
        ),
        Material(
            "bookcloth",
            Text("Cloth-Bound", "布面"),
            (
                Text("The cloth binding wears in rather than out.", "布面装帧越用越有韵味。"),
                Text("Bound in woven book cloth, thread-sewn in sections.", "以机织书布包面，分帖锁线装订。"),
            ),
            1.1,
        ),
        Material(
            "recycled-paper",
            Text("Recycled-Paper", "再生纸"),
            (
                Text("The paper is recycled, warm in tone and free of bleach.", "采用未经漂白的再生纸，色调温暖。"),
                Text("Cover and pages are made from the mill's own offcuts.", "封面与内页均以纸厂自己的边角料制成。"),
            ),
            0.9,
        ),
        Material(
            "hardback",
            Text("Hardback", "精装"),
            (
                Text("Sewn pages lie open flat; a ribbon keeps your place.", "锁线装订可完全摊平，并附书签丝带。"),
                Text("Printed on uncoated paper and bound in cloth.", "采用非涂布纸印刷，布面装帧。"),
            ),
            1.3,
        ),
        Material(
            "paperback",
            Text("Paperback", "平装"),
            (
                Text("The paperback slips into a coat pocket.", "平装小开本，正好放进大衣口袋。"),
                Text("A generous type size makes for easy reading on the train.", "字号舒朗，在火车上读也不费眼。"),
            ),
        ),
    )
}
