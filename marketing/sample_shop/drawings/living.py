"""Lamps, cushions, blankets, vases, candles."""

from marketing.sample_shop.drawings.pen import (
    BRASS,
    CREAM,
    GLOW,
    INK,
    LEAF,
    LEAF_DARK,
    STEEL,
    STEEL_DARK,
    WHITE,
    WOOD,
    WOOD_DARK,
    Drawing,
    Inks,
    area,
    blossom,
    disc,
    gleam,
    leaf,
    line,
    oval,
    rect,
    shade,
    shadow,
)


def _table_lamp(ink: Inks) -> str:
    return (
        shadow(200, 70)
        + area("M118 212L282 212L330 330L70 330Z", GLOW, more='opacity=".4"')
        + area("M168 330C140 300 162 262 188 238L212 238C238 262 260 300 232 330Z", ink.stuff)
        + shade("M212 238C238 262 260 300 232 330L206 330C226 300 220 262 206 238Z")
        + rect(194, 200, 12, 42, BRASS)
        + area("M118 214L158 92L242 92L282 214Q200 226 118 214Z", ink.base)
        + gleam("M118 214L158 92L186 92L160 218Z", 0.18)
        + line("M158 92H242", ink.dark, 5)
    )


def _floor_lamp(ink: Inks) -> str:
    return (
        shadow(200, 80, 338)
        + area("M138 160L262 160L300 338L100 338Z", GLOW, more='opacity=".35"')
        + line("M200 150L142 338", ink.stuff, 8)
        + line("M200 150L258 338", ink.stuff, 8)
        + line("M200 150V334", ink.stuff_dark, 8)
        + area("M130 162L156 62L244 62L270 162Q200 174 130 162Z", ink.base)
        + gleam("M130 162L156 62L180 62L166 167Z", 0.2)
        + line("M156 62H244", ink.dark, 5)
    )


def _pendant_lamp(ink: Inks) -> str:
    return (
        area("M112 206L288 206L340 318L60 318Z", GLOW, more='opacity=".4"')
        + line("M200 0V96", INK, 4)
        + rect(188, 88, 24, 22, BRASS, r=5)
        + oval(200, 208, 34, 16, GLOW)
        + area("M104 208C106 136 154 106 200 106C246 106 294 136 296 208Z", ink.base)
        + gleam("M118 200C124 150 150 124 178 114C150 140 142 170 140 200Z", 0.3)
        + rect(104, 202, 192, 9, ink.dark, r=4)
        + rect(50, 318, 300, 14, WOOD, r=4)
        + area("M160 290H240Q236 318 200 318Q164 318 160 290Z", ink.pale)
        + disc(184, 284, 13, "#c9603f")
        + disc(208, 280, 14, "#d98b3f")
        + line("M90 332V400M310 332V400", WOOD_DARK, 10)
    )


def _fabric(ink: Inks, left: int, right: int, top: int, bottom: int) -> str:
    """Stripes, dots or a grid, woven into a cushion."""
    width, height = right - left, bottom - top
    if ink.variant % 3 == 0:
        return "".join(
            line(f"M{left + width * k / 8:g} {top}V{bottom}", ink.light, 7, more='opacity=".8"') for k in range(1, 8)
        )
    if ink.variant % 3 == 1:
        return "".join(
            disc(left + width * (k + 0.5 + (row % 2) / 2) / 6, top + height * (row + 0.5) / 5, 6, ink.pale)
            for row in range(5)
            for k in range(5 + (row + 1) % 2)
        )
    middle = f"M{left} {top + height / 2:g}H{right}M{left + width / 2:g} {top}V{bottom}"
    diamond = f"M{left + width / 2:g} {top + 14}L{right - 14} {top + height / 2:g}L{left + width / 2:g} {bottom - 14}L{left + 14} {top + height / 2:g}Z"
    return line(middle, ink.dark, 3) + line(diamond, ink.pale, 6)


def _square_cushion(ink: Inks) -> str:
    outline = "M98 128Q200 150 302 128Q284 226 302 326Q200 308 98 326Q116 226 98 128Z"
    return (
        shadow(200, 112)
        + area(outline, ink.base)
        + _fabric(ink, 124, 276, 152, 304)
        + shade("M302 128Q284 226 302 326Q200 308 98 326Q240 300 262 250Q280 200 302 128Z", 0.1)
        + line(outline, ink.dark, 4)
    )


def _long_cushion(ink: Inks) -> str:
    outline = "M52 190Q200 206 348 190Q336 260 348 328Q200 314 52 328Q64 260 52 190Z"
    return (
        shadow(200, 152)
        + area(outline, ink.base)
        + _fabric(ink, 84, 316, 214, 306)
        + shade("M348 190Q336 260 348 328Q200 314 52 328Q270 306 312 270Z", 0.1)
        + line(outline, ink.dark, 4)
    )


def _floor_cushion(ink: Inks) -> str:
    return (
        shadow(200, 140, 334)
        + area("M64 252Q60 330 200 336Q340 330 336 252Z", ink.dark)
        + oval(200, 250, 137, 52, ink.base)
        + line(
            "M200 250Q140 220 88 228M200 250Q260 220 312 228M200 250Q130 270 112 290M200 250Q270 270 288 290",
            ink.dark,
            3,
        )
        + disc(200, 250, 9, ink.deep)
        + line("M66 262Q70 300 200 304Q330 300 334 262", ink.light, 3)
        + line("M334 286Q352 278 350 300", ink.deep, 6)
    )


def _throw(ink: Inks) -> str:
    layers = "".join(
        rect(84, y, 232, 48, fill, r=22) + line(f"M104 {y + 24}H296", stripe, 5)
        for y, fill, stripe in ((284, ink.dark, ink.base), (236, ink.base, ink.pale), (188, ink.light, ink.dark))
    )
    fringe = line("".join(f"M{x} 232v24" for x in range(112, 296, 14)), ink.pale, 4)
    return shadow(200, 126) + layers + fringe + shade("M292 188Q316 188 316 212V310Q316 332 292 332Q300 260 292 188Z")


def _fringed_blanket(ink: Inks) -> str:
    return (
        line("M60 96H340", WOOD, 12)
        + line("M80 96V40M320 96V40", INK, 3)
        + rect(112, 90, 176, 204, ink.base, r=6)
        + "".join(
            rect(112, y, 176, h, fill)
            for y, h, fill in ((126, 16, ink.pale), (152, 6, ink.dark), (236, 16, ink.pale), (262, 6, ink.dark))
        )
        + line("M140 206l20-20 20 20 20-20 20 20 20-20 20 20", ink.light, 5)
        + shade("M244 90H282Q288 90 288 96V294H250Q236 190 244 90Z", 0.1)
        + line("".join(f"M{x} 294v30" for x in range(120, 288, 14)), ink.dark, 4)
    )


def _picnic_blanket(ink: Inks) -> str:
    checks = "".join(rect(x, 206, 18, 122, ink.dark, more='opacity=".35"') for x in range(120, 300, 40))
    rows = "".join(rect(96, y, 214, 14, ink.pale, more='opacity=".45"') for y in (222, 258, 294))
    return (
        shadow(204, 130)
        + rect(80, 206, 240, 122, ink.base, r=58)
        + checks
        + rows
        + oval(98, 267, 34, 61, ink.light)
        + line("M98 230q26 8 20 40t-26 26q-18-14-10-36t20-8", ink.dark, 5)
        + rect(150, 202, 18, 130, WOOD_DARK, r=4)
        + rect(248, 202, 18, 130, WOOD_DARK, r=4)
        + line("M158 204Q158 150 208 150Q258 150 258 204", WOOD_DARK, 11)
        + rect(146, 252, 26, 20, BRASS, r=3)
        + rect(244, 252, 26, 20, BRASS, r=3)
    )


def _bud_vase(ink: Inks) -> str:
    return (
        shadow(200, 50)
        + line("M200 216Q196 150 214 100", LEAF, 5)
        + leaf(202, 176, 52, -48)
        + leaf(204, 156, 44, 50, LEAF_DARK)
        + blossom(215, 92, 22, ink.accent)
        + area("M188 206H212V238Q250 262 250 296Q250 332 200 332Q150 332 150 296Q150 262 188 238Z", ink.base)
        + gleam("M168 300Q166 272 188 254Q178 280 182 316Q170 312 168 300Z")
        + oval(200, 206, 14, 5, ink.deep)
    )


def _tall_vase(ink: Inks) -> str:
    twigs = line("M198 200Q186 120 140 66M200 200Q204 110 232 40M202 200Q224 140 276 96", WOOD_DARK, 5)
    leaves = "".join(
        leaf(x, y, 36, turn, fill)
        for x, y, turn, fill in (
            (182, 132, -70, LEAF), (160, 90, -80, LEAF_DARK), (140, 68, -30, LEAF), (168, 104, 30, LEAF),
            (208, 120, -50, LEAF_DARK), (218, 80, 60, LEAF), (222, 66, -50, LEAF), (232, 44, 10, LEAF_DARK),
            (226, 146, 80, LEAF), (246, 122, 10, LEAF_DARK), (274, 98, 56, LEAF),
        )
    )  # fmt: skip
    return (
        shadow(200, 62)
        + twigs
        + leaves
        + area("M168 186H232L250 318Q250 332 236 332H164Q150 332 150 318Z", ink.base)
        + shade("M216 186H232L250 318Q250 332 236 332H214Q226 260 216 186Z")
        + gleam("M174 200H184L176 312H164Z")
        + oval(200, 186, 32, 8, ink.deep)
    )


def _round_vase(ink: Inks) -> str:
    stems = line("M190 230L140 140M198 230L190 110M206 230L246 120M210 232L288 166", LEAF_DARK, 4)
    flowers = (
        blossom(138, 134, 22, ink.accent)
        + blossom(190, 104, 25, CREAM)
        + blossom(248, 114, 22, ink.light, "#b5562f")
        + blossom(290, 162, 18, ink.accent)
        + leaf(176, 220, 74, -64)
        + leaf(222, 220, 70, 66, LEAF_DARK)
        + leaf(212, 210, 62, 12)
    )
    return (
        shadow(200, 78)
        + stems
        + flowers
        + area("M174 214H226V234Q284 248 284 288Q284 332 200 332Q116 332 116 288Q116 248 174 234Z", ink.base)
        + gleam("M136 286Q138 262 168 252Q154 280 164 312Q136 306 136 286Z")
        + line("M120 276Q200 300 280 276", ink.dark, 4)
        + oval(200, 214, 26, 7, ink.deep)
    )


def _flame(x: float, y: float) -> str:
    return (
        disc(x, y - 16, 34, GLOW, more='opacity=".5"')
        + area(f"M{x:g} {y - 36:g}q18 22 0 36q-18-14 0-36z", "#f0a13a")
        + area(f"M{x:g} {y - 20:g}q8 12 0 20q-8-8 0-20z", "#fff3cd")
        + line(f"M{x:g} {y:g}v10", INK, 3)
    )


def _label(x: float, y: float, width: float, height: float, ink: Inks) -> str:
    return (
        rect(x, y, width, height, CREAM, r=3)
        + line(f"M{x + width * 0.22:g} {y + height * 0.36:g}h{width * 0.56:g}", ink.deep, 4)
        + line(f"M{x + width * 0.34:g} {y + height * 0.62:g}h{width * 0.32:g}", ink.base, 3)
    )


def _scented_candle(ink: Inks) -> str:
    return (
        shadow(200, 74)
        + _flame(200, 184)
        + rect(132, 190, 136, 142, ink.base, r=14)
        + oval(200, 196, 62, 10, ink.pale)
        + gleam("M144 214H158V318Q146 318 144 306Z")
        + shade("M244 196H268V318Q268 332 254 332H240Z")
        + _label(158, 238, 84, 62, ink)
    )


def _three_wick_candle(ink: Inks) -> str:
    return (
        shadow(200, 126)
        + _flame(144, 212)
        + _flame(200, 206)
        + _flame(256, 212)
        + rect(80, 216, 240, 116, ink.base, r=20)
        + oval(200, 222, 112, 13, ink.pale)
        + shade("M290 220H320V312Q320 332 300 332H276Z")
        + gleam("M94 240H110V318Q94 318 94 304Z")
        + _label(144, 254, 112, 56, ink)
    )


def _travel_candle(ink: Inks) -> str:
    return (
        shadow(206, 110)
        + _flame(174, 242)
        + rect(108, 248, 132, 84, STEEL, r=10)
        + oval(174, 252, 60, 9, ink.pale)
        + rect(108, 264, 132, 52, ink.base)
        + line("M132 284h60M132 300h34", ink.pale, 5)
        + shade("M216 250H240V322Q240 332 230 332H214Z")
        + disc(280, 286, 46, STEEL_DARK)
        + disc(277, 284, 42, STEEL)
        + disc(277, 284, 30, ink.base)
        + line("M262 284h30", WHITE, 4)
    )


LIVING: dict[str, Drawing] = {
    "Table Lamp": _table_lamp,
    "Floor Lamp": _floor_lamp,
    "Pendant Lamp": _pendant_lamp,
    "Square Cushion": _square_cushion,
    "Long Cushion": _long_cushion,
    "Floor Cushion": _floor_cushion,
    "Throw": _throw,
    "Fringed Blanket": _fringed_blanket,
    "Picnic Blanket": _picnic_blanket,
    "Bud Vase": _bud_vase,
    "Tall Vase": _tall_vase,
    "Round Vase": _round_vase,
    "Scented Candle": _scented_candle,
    "Three-Wick Candle": _three_wick_candle,
    "Travel Candle": _travel_candle,
}
