"""Bed linen, towels, soaps, clocks."""

from marketing.sample_shop.drawings.pen import (
    BRASS,
    CREAM,
    INK,
    STEEL_DARK,
    WHITE,
    WOOD,
    WOOD_DARK,
    Drawing,
    Inks,
    area,
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


def _duvet_cover(ink: Inks) -> str:
    return (
        shadow(200, 150, 344)
        + rect(62, 116, 276, 150, WOOD, r=16)
        + rect(70, 200, 260, 140, CREAM, r=12)
        + area("M92 206Q94 156 142 158Q196 154 196 206Z", WHITE)
        + area("M204 206Q204 154 258 158Q306 156 308 206Z", ink.pale)
        + area("M58 226Q120 206 200 210Q290 206 342 226L350 330Q200 350 50 330Z", ink.base)
        + area("M58 226Q120 206 200 210Q290 206 342 226L344 250Q200 228 56 250Z", ink.light)
        + line("M120 262Q112 300 114 334M200 256V340M280 262Q288 300 286 334", ink.dark, 3, more='opacity=".6"')
        + rect(74, 330, 12, 26, WOOD_DARK, r=3)
        + rect(314, 330, 12, 26, WOOD_DARK, r=3)
    )


def _pillowcases(ink: Inks) -> str:
    def pillow(x: int, y: int, fill: str, edge: str) -> str:
        return (
            area(f"M{x} {y}q100 18 200 0q-14 46 0 96q-100-16-200 0q14-50 0-96z", fill)
            + line(f"M{x + 168} {y + 8}q-10 38 0 80", edge, 4)
            + "".join(disc(x + 178, y + 30 + 20 * k, 4, edge) for k in range(3))
        )

    return (
        shadow(200, 124, 334) + pillow(88, 236, ink.base, ink.dark) + turned(-5, pillow(104, 146, ink.light, ink.dark))
    )


def _bedspread(ink: Inks) -> str:
    quilting = "".join(line(f"M{x} 178L{x + 60} 232M{x + 60} 178L{x} 232", ink.dark, 3) for x in (92, 156, 220))
    return (
        shadow(200, 130)
        + rect(76, 288, 248, 44, ink.dark, r=20)
        + rect(76, 240, 248, 52, ink.base, r=22)
        + rect(76, 168, 248, 74, ink.light, r=20)
        + quilting
        + line("M96 266H304M96 310H304", ink.pale, 4)
        + shade("M296 168Q324 168 324 192V310Q324 332 302 332Q314 250 296 168Z")
        + rect(176, 160, 22, 176, CREAM, r=3)
        + disc(187, 204, 15, ink.accent)
    )


def _bath_towel(ink: Inks) -> str:
    stack = "".join(
        rect(90, y, 220, 50, fill, r=24) + line(f"M116 {y + 34}H310", edge, 6)
        for y, fill, edge in ((282, ink.dark, ink.base), (234, ink.base, ink.pale), (186, ink.pale, ink.base))
    )
    return (
        shadow(200, 120)
        + stack
        + shade("M286 186Q310 188 310 212V308Q310 332 286 332Z")
        + leaf(196, 182, 66, -52)
        + leaf(200, 184, 74, -20, "#7f9f78")
        + leaf(204, 184, 62, 18)
    )


def _waffle_towel(ink: Inks) -> str:
    grid = "".join(f"M132 {y}H268" for y in range(138, 320, 22)) + "".join(f"M{x} 122V322" for x in range(144, 268, 22))
    return (
        rect(70, 78, 260, 14, WOOD, r=7)
        + disc(200, 100, 9, BRASS)
        + line("M200 100V116", BRASS, 6)
        + area("M132 122Q200 104 268 122V322H132Z", ink.base)
        + line(grid, ink.dark, 2.5, more='opacity=".55"')
        + rect(132, 284, 136, 20, ink.pale)
        + shade("M236 116Q256 118 268 122V322H228Q246 220 236 116Z", 0.1)
    )


def _hammam_towel(ink: Inks) -> str:
    stripes = "".join(rect(x, 100, 8, 214, ink.pale) for x in (136, 154, 238, 256))
    fringe = line("".join(f"M{x} 314v22" for x in range(126, 280, 12)), ink.base, 4)
    return (
        rect(52, 90, 296, 12, WOOD_DARK, r=6)
        + rect(120, 86, 160, 230, ink.base, r=5)
        + stripes
        + rect(184, 100, 32, 214, ink.light)
        + fringe
        + shade("M246 86H280V316H240Q258 200 246 86Z", 0.1)
        + disc(320, 112, 20, "none", more=f'stroke="{ink.accent}" stroke-width="9"')
    )


def _bubbles(*spots: tuple[float, float, float]) -> str:
    return "".join(
        disc(x, y, r, WHITE, more='opacity=".7"') + disc(x - r * 0.3, y - r * 0.3, r * 0.25, WHITE) for x, y, r in spots
    )


def _bar_soap(ink: Inks) -> str:
    return (
        shadow(200, 116)
        + rect(88, 306, 224, 22, WOOD, r=10)
        + rect(112, 230, 176, 78, ink.base, r=28)
        + area("M112 258Q112 230 140 230H260Q288 230 288 258Q200 276 112 258Z", ink.light)
        + leaf(188, 296, 44, -18, ink.dark)
        + leaf(198, 296, 44, 22, ink.dark)
        + shade("M260 230Q288 230 288 258V280Q288 308 260 308Q276 270 260 230Z", 0.1)
        + _bubbles((128, 214, 20), (160, 190, 13), (280, 206, 16), (258, 176, 9), (104, 178, 9))
    )


def _hand_wash(ink: Inks) -> str:
    return (
        shadow(200, 72)
        + line("M200 142V104H146", INK, 11)
        + line("M146 104v14", INK, 9)
        + rect(180, 140, 40, 26, INK, r=5)
        + area("M176 164H224Q268 176 268 220V312Q268 332 248 332H152Q132 332 132 312V220Q132 176 176 164Z", ink.base)
        + gleam("M144 214Q146 192 164 182V318Q144 318 144 304Z")
        + shade("M242 172Q268 186 268 220V312Q268 332 248 332H236Q252 250 242 172Z")
        + rect(154, 226, 92, 74, CREAM, r=3)
        + line("M172 248h56M180 266h40", ink.deep, 4)
        + leaf(200, 292, 20, 20, ink.dark)
        + _bubbles((106, 306, 15), (298, 296, 18), (314, 268, 9))
    )


def _bath_salts(ink: Inks) -> str:
    grains = "".join(
        disc(142 + (k * 37) % 118, 262 + (k * k * 7 + k * 29) % 58, 4, WHITE, more='opacity=".8"') for k in range(26)
    )
    return (
        shadow(200, 88)
        + rect(150, 130, 100, 34, WOOD, r=8)
        + area(
            "M140 164H260Q280 176 280 200V310Q280 332 258 332H142Q120 332 120 310V200Q120 176 140 164Z",
            "#e9efee",
            more='opacity=".9"',
        )
        + area("M124 248Q200 232 276 248V310Q276 328 258 328H142Q124 328 124 310Z", ink.base)
        + grains
        + gleam("M132 200Q134 184 148 176V314Q132 314 132 300Z", 0.6)
        + line("M156 190Q200 208 244 190", BRASS, 4)
        + rect(216, 196, 44, 34, CREAM, r=3)
        + line("M224 208h28M224 218h18", ink.deep, 3)
    )


def _hands(x: float, y: float, r: float) -> str:
    return line(f"M{x:g} {y:g}L{x - r * 0.4:g} {y - r * 0.36:g}", INK, 7) + line(
        f"M{x:g} {y:g}L{x + r * 0.38:g} {y - r * 0.62:g}", INK, 5
    )


def _hours(x: float, y: float, r: float, stroke: str) -> str:
    marks = f"M{x:g} {y - r:g}v{r * 0.14:g}"
    return "".join(turned(30 * k, line(marks, stroke, 5 if k % 3 == 0 else 2.5), x=x, y=y) for k in range(12))


def _alarm_clock(ink: Inks) -> str:
    return (
        shadow(200, 84)
        + line("M146 304L128 330M254 304L272 330", ink.deep, 13)
        + line("M132 132L108 108M268 132L292 108", INK, 6)
        + area("M102 158Q86 116 124 104Q152 96 162 124Z", ink.dark)
        + area("M298 158Q314 116 276 104Q248 96 238 124Z", ink.dark)
        + rect(194, 96, 12, 26, STEEL_DARK, r=4)
        + disc(200, 220, 104, ink.base)
        + shade("M236 122A104 104 0 0 1 236 318A150 150 0 0 0 236 122Z")
        + disc(200, 220, 80, CREAM)
        + _hours(200, 220, 70, ink.deep)
        + _hands(200, 220, 74)
        + line("M200 220L226 262", ink.accent, 3)
        + disc(200, 220, 7, INK)
    )


def _wall_clock(ink: Inks) -> str:
    return (
        oval(208, 208, 128, 128, "#1d2430", more='opacity=".12"')
        + disc(200, 196, 128, ink.stuff)
        + disc(200, 196, 112, ink.base)
        + gleam("M200 84A112 112 0 0 0 100 246A170 170 0 0 1 200 84Z", 0.14)
        + _hours(200, 196, 98, CREAM)
        + line("M200 196L158 152", CREAM, 9)
        + line("M200 196L236 122", CREAM, 6)
        + line("M200 196L220 262", ink.accent, 3)
        + disc(200, 196, 9, CREAM)
    )


BEDROOM: dict[str, Drawing] = {
    "Duvet Cover": _duvet_cover,
    "Pillowcase Pair": _pillowcases,
    "Quilted Bedspread": _bedspread,
    "Bath Towel": _bath_towel,
    "Waffle Towel": _waffle_towel,
    "Hammam Towel": _hammam_towel,
    "Bar Soap": _bar_soap,
    "Hand Wash": _hand_wash,
    "Bath Salts": _bath_salts,
    "Alarm Clock": _alarm_clock,
    "Wall Clock": _wall_clock,
}
