"""Plants, pots, watering cans, tools."""

from marketing.sample_shop.drawings.pen import (
    CREAM,
    INK,
    LEAF,
    LEAF_DARK,
    STEEL,
    STEEL_DARK,
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
    turned,
)

FROND = "#6f9a62"
SILVER_LEAF = "#8ea489"
SOIL = "#4d3b2f"


def _pot(ink: Inks, *, top: int = 246, half: int = 66) -> str:
    left, right = 200 - half, 200 + half
    return (
        oval(200, top, half - 6, 11, SOIL)
        + area(f"M{left + 6} {top + 20}H{right - 6}L{right - 20} 332H{left + 20}Z", ink.base)
        + rect(left, top - 4, 2 * half, 28, ink.light, r=6)
        + shade(f"M{right - 34} {top + 24}H{right - 6}L{right - 20} 332H{right - 44}Z")
    )


def _split_leaf(x: float, y: float, size: float, degrees: float, fill: str) -> str:
    heart = area(
        f"M{x:g} {y:g}c{-size:g} {-size * 0.1:g} {-size * 0.9:g} {-size:g} 0 {-size * 1.25:g}c{size * 0.9:g} {size * 0.25:g} {size:g} {size * 1.15:g} 0 {size * 1.25:g}z",
        fill,
    )
    cuts = "".join(
        f"M{x + side * size * 0.24:g} {y - size * a:g}l{side * size * 0.44:g} {-size * 0.1:g}"
        for side in (-1, 1)
        for a in (0.34, 0.6, 0.86)
    )
    return turned(
        degrees,
        heart + line(cuts, "#e9eee4", size * 0.07) + line(f"M{x:g} {y:g}v{-size * 1.1:g}", "#3d5c40", 2.5),
        x=x,
        y=y,
    )


def _monstera(ink: Inks) -> str:
    return (
        shadow(200, 70)
        + line(
            "M196 250Q180 200 138 190M200 250Q200 170 196 140M204 250Q226 206 270 200M202 250Q240 160 262 130",
            LEAF_DARK,
            6,
        )
        + _split_leaf(140, 192, 66, -58, LEAF_DARK)
        + _split_leaf(268, 202, 60, 64, LEAF)
        + _split_leaf(258, 136, 58, 28, LEAF_DARK)
        + _split_leaf(194, 150, 78, -14, LEAF)
        + _pot(ink)
    )


def _snake_plant(ink: Inks) -> str:
    blades = "".join(
        turned(
            turn,
            area(f"M{x - 14} 252Q{x - 20} {top + 60} {x} {top}Q{x + 20} {top + 60} {x + 14} 252Z", fill),
            line(f"M{x - 9} 250Q{x - 13} {top + 70} {x - 2} {top + 26}", "#d9cf7c", 3),
            x=x,
            y=252,
        )
        for x, top, turn, fill in (
            (166, 110, -14, LEAF_DARK),
            (232, 96, 12, LEAF_DARK),
            (186, 70, -4, LEAF),
            (214, 84, 4, FROND),
            (200, 120, 0, LEAF),
        )
    )
    return shadow(200, 66) + blades + _pot(ink, half=60)


def _olive_tree(ink: Inks) -> str:
    spots = [
        (150, 140, -40),
        (172, 96, -20),
        (206, 76, 5),
        (242, 96, 30),
        (258, 140, 50),
        (140, 176, -70),
        (266, 178, 80),
        (178, 136, -30),
        (222, 130, 24),
        (200, 110, 0),
        (196, 166, -60),
        (222, 174, 70),
    ]
    leaves = "".join(
        leaf(x + dx, y, 42, turn + dt, fill)
        for x, y, turn in spots
        for dx, dt, fill in ((0, 0, SILVER_LEAF), (8, 46, LEAF), (-8, -44, SILVER_LEAF))
    )
    return (
        shadow(200, 66)
        + line("M200 250Q194 210 202 170Q204 140 200 110M202 180Q180 160 164 128M202 176Q226 156 244 128", WOOD_DARK, 8)
        + leaves
        + "".join(disc(x, y, 6, "#4e4a5c") for x, y in ((168, 122), (238, 116), (214, 96), (184, 158), (252, 160)))
        + _pot(ink, half=58)
    )


def _boston_fern(ink: Inks) -> str:
    fronds = []
    for turn, fill in (
        (-86, LEAF_DARK),
        (86, LEAF_DARK),
        (-62, FROND),
        (62, FROND),
        (-38, LEAF),
        (38, LEAF),
        (-14, FROND),
        (14, LEAF),
    ):
        leaflets = "".join(
            f"M200 {238 - 13 * k}l{-(26 - k * 1.9):g}-9M200 {238 - 13 * k}l{26 - k * 1.9:g}-9" for k in range(1, 11)
        )
        fronds.append(turned(turn, line(leaflets, fill, 8), line("M200 246V100", LEAF_DARK, 3), x=200, y=250))
    return shadow(200, 70) + "".join(fronds) + _pot(ink, top=252, half=62)


def _cactus(ink: Inks) -> str:
    ribs = line("M186 128V246M200 118V246M214 128V246", LEAF_DARK, 3)
    spines = line("".join(f"M{x} {y}l5-4m-5 4l-5-4" for x in (193, 207) for y in range(146, 244, 22)), CREAM, 2)
    return (
        shadow(200, 60)
        + line("M170 206H142V168M230 190H262V146", FROND, 30)
        + rect(166, 106, 68, 150, FROND, r=34)
        + ribs
        + spines
        + gleam("M172 150Q172 122 188 114Q180 150 182 240H172Z", 0.22)
        + blossom(206, 104, 14, "#dd8a8f")
        + blossom(262, 136, 9, "#dd8a8f")
        + _pot(ink, half=58)
    )


def _plant_pot(ink: Inks) -> str:
    return (
        shadow(200, 104, 336)
        + rect(108, 318, 184, 16, ink.dark, r=8)
        + oval(200, 168, 92, 17, SOIL)
        + leaf(192, 166, 76, -22)
        + leaf(206, 166, 88, 12, LEAF_DARK)
        + leaf(214, 168, 58, 46)
        + area("M106 186H294L268 320H132Z", ink.base)
        + rect(96, 162, 208, 38, ink.light, r=8)
        + oval(200, 164, 100, 14, ink.dark)
        + oval(200, 166, 88, 10, SOIL)
        + shade("M250 200H290L268 320H236Z")
        + line("M122 234H278", ink.pale, 5)
        + leaf(196, 166, 50, -8)
        + leaf(206, 166, 44, 26, LEAF_DARK)
    )


def _hanging_planter(ink: Inks) -> str:
    def vine(x: int, sway: int, length: int) -> str:
        stem = f"M{x} 216q{sway} {length * 0.5:g} 0 {length}"
        return line(stem, LEAF_DARK, 4) + "".join(
            leaf(
                x + sway * 0.4 * (1 if k % 2 else 0.7),
                226 + k * 20,
                26,
                110 if k % 2 else -110,
                LEAF if k % 2 else FROND,
            )
            for k in range(length // 22)
        )

    return (
        line("M200 0V54", WOOD, 5)
        + disc(200, 58, 8, WOOD_DARK)
        + line("M200 60L118 196M200 60L282 196M200 60V190", WOOD, 4)
        + "".join(
            leaf(200 + d, 200, 62 - abs(d) * 0.2, d * 1.3, LEAF if d % 20 else FROND)
            for d in (-50, -30, -10, 10, 30, 50)
        )
        + vine(120, -16, 122)
        + vine(284, 14, 88)
        + area("M112 194H288Q288 300 200 306Q112 300 112 194Z", ink.base)
        + rect(108, 188, 184, 18, ink.light, r=8)
        + shade("M254 206H287Q284 300 200 306Q262 280 254 206Z")
        + vine(156, -10, 66)
    )


def _window_box(ink: Inks) -> str:
    plants = "".join(
        line(f"M{x} 252V{y}", LEAF_DARK, 5) + leaf(x, 244, 48, -36, LEAF) + leaf(x, 244, 46, 36, LEAF_DARK) + bloom
        for x, y, bloom in (
            (98, 176, area("M82 176Q82 148 98 142Q114 148 114 176Q98 190 82 176Z", "#d06a5a")),
            (150, 192, blossom(150, 190, 15, CREAM)),
            (202, 164, area("M186 164Q186 136 202 130Q218 136 218 164Q202 178 186 164Z", "#e0a24a")),
            (252, 192, blossom(252, 190, 15, CREAM)),
            (304, 176, area("M288 176Q288 148 304 142Q320 148 320 176Q304 190 288 176Z", "#b9748f")),
        )
    )
    return (
        shadow(200, 158, 334)
        + plants
        + area("M52 248H348L334 332H66Z", ink.base)
        + rect(44, 238, 312, 24, ink.light, r=7)
        + line("M72 294H328", ink.dark, 4)
        + shade("M304 262H346L334 332H290Z")
    )


def _watering_can(ink: Inks) -> str:
    drops = "".join(area(f"M{x} {y}q8 12 0 18q-8-6 0-18z", "#8fbcd0") for x, y in ((42, 196), (58, 222), (34, 238)))
    return (
        shadow(224, 92)
        + drops
        + area("M150 296L70 158L88 148L170 240Z", ink.dark)
        + turned(-30, rect(44, 140, 56, 20, ink.stuff, r=8), x=72, y=150)
        + line("M178 180Q200 96 268 120Q340 150 306 268", ink.deep, 13)
        + area("M150 190H290L302 314Q302 332 284 332H156Q138 332 138 314Z", ink.base)
        + oval(220, 190, 70, 13, ink.deep)
        + gleam("M160 208H176L170 318H154Z")
        + shade("M264 190H290L302 314Q302 332 284 332H262Q276 260 264 190Z")
        + line("M142 282Q220 296 299 282", ink.pale, 5)
    )


def _indoor_watering_can(ink: Inks) -> str:
    return (
        shadow(232, 80)
        + line("M172 314C96 314 132 176 60 128", ink.dark, 10)
        + line("M284 224Q352 190 340 262Q334 306 296 310", ink.stuff, 10)
        + area("M172 236Q176 200 232 198Q288 200 292 236V314Q292 332 274 332H190Q172 332 172 314Z", ink.base)
        + gleam("M184 236Q188 214 206 208V318Q184 318 184 304Z")
        + shade("M262 206Q292 214 292 236V314Q292 332 274 332H258Q274 270 262 206Z")
        + oval(232, 200, 26, 6, ink.deep)
        + leaf(66, 128, 34, -70)
        + leaf(58, 124, 30, -20, LEAF_DARK)
    )


def _handle(ink: Inks, y: int) -> str:
    return (
        rect(182, y, 36, 128, ink.base, r=17)
        + rect(182, y + 12, 36, 8, ink.dark)
        + rect(206, y + 6, 10, 116, "#1d2430", r=5, more='opacity=".13"')
        + disc(200, y + 110, 6, ink.pale)
        + line(f"M200 {y + 112}q24 30 4 44", WOOD_DARK, 4)
    )


def _trowel(ink: Inks) -> str:
    return shadow(200, 108, 336) + turned(
        36,
        area("M158 70Q200 -6 242 70V150Q240 186 200 190Q160 186 158 150Z", STEEL),
        area("M200 24Q226 40 242 70V150Q240 186 200 190Z", STEEL_DARK),
        line("M172 92h14M172 116h14M172 140h14", INK, 3),
        rect(192, 186, 16, 40, STEEL_DARK),
        _handle(ink, 214),
    )


def _shears(ink: Inks) -> str:
    return (
        shadow(200, 96, 336)
        + leaf(110, 140, 56, -30)
        + leaf(128, 120, 60, 10, LEAF_DARK)
        + line("M112 190L132 116", LEAF_DARK, 5)
        + turned(
            18,
            area("M196 190Q172 120 212 56Q236 120 216 194Z", STEEL),
            area("M190 196Q150 150 166 92Q206 140 214 190Z", STEEL_DARK),
            line("M196 200Q156 250 170 330", ink.base, 26),
            line("M210 200Q254 250 240 330", ink.dark, 26),
            line("M184 236l10 10-8 10 12 10", STEEL_DARK, 5),
            disc(203, 194, 15, INK),
            disc(203, 194, 6, STEEL),
        )
    )


def _fork(ink: Inks) -> str:
    return shadow(200, 100, 336) + turned(
        -34,
        line("M164 40V128Q164 166 200 168Q236 166 236 128V40", STEEL, 14),
        line("M200 34V190", STEEL_DARK, 14),
        rect(192, 180, 16, 44, STEEL_DARK),
        _handle(ink, 212),
    )


GARDEN: dict[str, Drawing] = {
    "Monstera": _monstera,
    "Snake Plant": _snake_plant,
    "Olive Tree": _olive_tree,
    "Boston Fern": _boston_fern,
    "Cactus": _cactus,
    "Plant Pot": _plant_pot,
    "Hanging Planter": _hanging_planter,
    "Window Box": _window_box,
    "Watering Can": _watering_can,
    "Indoor Watering Can": _indoor_watering_can,
    "Hand Trowel": _trowel,
    "Pruning Shears": _shears,
    "Hand Fork": _fork,
}
