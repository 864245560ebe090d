"""Tents, backpacks, bottles, lanterns."""

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
    disc,
    gleam,
    line,
    oval,
    rect,
    shade,
    shadow,
    steam,
    turned,
)


def _tree(x: float, height: float, fill: str) -> str:
    top = 316 - height
    tiers = "".join(
        area(f"M{x:g} {top + height * a:g}l{height * w:g} {height * 0.42:g}h{-2 * height * w:g}z", fill)
        for a, w in ((0, 0.17), (0.22, 0.22), (0.48, 0.27))
    )
    return rect(x - 4, 308, 8, 18, WOOD_DARK) + tiers


def _tent(ink: Inks) -> str:
    return (
        _tree(66, 150, LEAF)
        + _tree(334, 190, LEAF_DARK)
        + _tree(298, 120, LEAF)
        + shadow(200, 144)
        + area("M200 128L326 328H74Z", ink.base)
        + area("M200 128L326 328H236Z", ink.dark)
        + area("M200 128L240 328H160Z", ink.deep)
        + area("M200 128L160 328H128Q178 250 200 128Z", ink.light)
        + line("M200 128L192 112M200 128L208 112", INK, 4)
        + line("M140 222L58 328M262 222L342 328", INK, 2, more='opacity=".6"')
        + disc(200, 302, 14, GLOW, more='opacity=".85"')
    )


def _family_tent(ink: Inks) -> str:
    return (
        _tree(48, 190, LEAF_DARK)
        + _tree(356, 150, LEAF)
        + shadow(200, 164)
        + area("M40 328Q52 150 200 140Q348 150 360 328Z", ink.base)
        + area("M230 142Q348 156 360 328H262Q276 220 230 142Z", ink.dark)
        + area("M150 328Q150 200 200 190Q250 200 250 328Z", ink.deep)
        + area("M150 328Q150 200 200 190Q176 250 178 328Z", ink.light)
        + line("M44 300Q86 168 200 140Q314 168 356 300", ink.pale, 4)
        + rect(282, 226, 44, 36, CREAM, r=6, more='opacity=".8"')
        + line("M304 226v36M282 244h44", ink.dark, 3)
    )


def _tarp(ink: Inks) -> str:
    return (
        _tree(52, 130, LEAF)
        + _tree(346, 170, LEAF_DARK)
        + shadow(200, 130)
        + line("M100 160V330M300 160V330", WOOD_DARK, 8)
        + line("M100 160L44 326M300 160L356 326", INK, 2)
        + area("M72 178L200 108L328 178Q264 164 200 178Q136 164 72 178Z", ink.base)
        + area("M200 108L328 178Q264 164 200 178Z", ink.dark)
        + rect(140, 272, 120, 10, WOOD, r=4)
        + line("M152 282L140 330M248 282L260 330", WOOD_DARK, 6)
        + rect(168, 248, 26, 24, ink.accent, r=4)
        + steam(182, 240)
        + oval(228, 264, 20, 8, CREAM)
    )


def _day_pack(ink: Inks) -> str:
    return (
        shadow(200, 84)
        + line("M172 124Q172 84 200 84Q228 84 228 124", ink.deep, 10)
        + line("M120 196Q86 236 112 306M280 196Q314 236 288 306", ink.deep, 15)
        + area("M116 190Q116 112 200 112Q284 112 284 190V300Q284 332 252 332H148Q116 332 116 300Z", ink.base)
        + shade("M250 128Q284 148 284 190V300Q284 332 252 332H236Q262 240 250 128Z")
        + line("M128 196Q200 176 272 196", ink.deep, 4)
        + rect(138, 232, 124, 82, ink.light, r=18)
        + line("M150 254H250", ink.deep, 4)
        + rect(196, 252, 8, 20, BRASS, r=3)
        + rect(178, 142, 44, 26, ink.stuff if ink.stuff != STEEL else WOOD, r=4)
        + gleam("M130 196Q132 148 160 132Q146 180 146 220H130Z", 0.18)
    )


def _trekking_pack(ink: Inks) -> str:
    return (
        shadow(200, 90)
        + line("M124 180Q84 240 116 320M276 180Q316 240 284 320", ink.deep, 15)
        + rect(112, 282, 176, 44, ink.accent, r=22)
        + disc(124, 304, 14, CREAM)
        + area("M126 150H274V276Q274 296 254 296H146Q126 296 126 276Z", ink.base)
        + shade("M242 150H274V276Q274 296 254 296H236Z")
        + area("M116 150Q112 82 200 80Q288 82 284 150Q200 168 116 150Z", ink.dark)
        + line("M166 116V216M234 116V216", ink.deep, 8)
        + rect(158, 206, 16, 22, BRASS, r=3)
        + rect(226, 206, 16, 22, BRASS, r=3)
        + rect(150, 238, 100, 40, ink.light, r=9)
        + line("M132 284V326M268 284V326", ink.deep, 7)
    )


def _roll_top_pack(ink: Inks) -> str:
    return (
        shadow(200, 84)
        + line("M122 190Q86 240 114 312M278 190Q314 240 286 312", ink.deep, 14)
        + area("M120 144H280V304Q280 332 252 332H148Q120 332 120 304Z", ink.base)
        + shade("M244 144H280V304Q280 332 252 332H236Z")
        + rect(112, 108, 176, 40, ink.dark, r=16)
        + line("M124 128H276", ink.deep, 3)
        + rect(190, 100, 20, 126, ink.stuff if ink.stuff != STEEL else WOOD_DARK, r=4)
        + rect(184, 192, 32, 24, BRASS, r=4)
        + rect(144, 242, 112, 70, ink.light, r=10)
        + line("M144 262H256", ink.dark, 4)
    )


def _water_bottle(ink: Inks) -> str:
    return (
        shadow(200, 56)
        + line("M176 92Q200 56 224 92", INK, 11)
        + rect(166, 88, 68, 36, INK, r=8)
        + rect(172, 122, 56, 14, STEEL)
        + area("M166 134H234Q252 150 252 178V308Q252 332 228 332H172Q148 332 148 308V178Q148 150 166 134Z", ink.base)
        + gleam("M160 176Q160 160 174 150V316Q160 314 160 300Z")
        + shade("M228 138Q252 150 252 178V308Q252 332 228 332H220Q238 240 228 138Z")
        + line("M172 270l20-30 14 18 12-14 18 26z", ink.pale, 5)
    )


def _vacuum_flask(ink: Inks) -> str:
    return (
        shadow(212, 100)
        + rect(148, 86, 84, 62, STEEL, r=12)
        + gleam("M156 96H170V142H156Z", 0.5)
        + line("M148 132H232", STEEL_DARK, 4)
        + rect(140, 146, 100, 186, ink.base, r=14)
        + rect(140, 186, 100, 12, ink.pale)
        + rect(140, 298, 100, 12, ink.pale)
        + gleam("M150 158H164V320Q150 318 150 308Z")
        + shade("M216 146H226Q240 146 240 160V318Q240 332 226 332H216Z")
        + steam(292, 250)
        + area("M262 268H322L316 322Q315 332 304 332H280Q269 332 268 322Z", STEEL)
        + oval(292, 268, 30, 7, "#8a5a33")
    )


def _travel_mug(ink: Inks) -> str:
    return (
        shadow(200, 58)
        + rect(186, 92, 40, 16, INK, r=6)
        + area("M146 126Q148 104 200 104Q252 104 254 126Z", INK)
        + rect(140, 122, 120, 18, ink.deep, r=8)
        + area("M146 140H254L240 318Q239 332 226 332H174Q161 332 160 318Z", ink.base)
        + area("M151 200H249L245 256H155Z", ink.stuff if ink.stuff != STEEL else WOOD)
        + gleam("M158 148H172L180 322Q170 322 169 312Z")
        + shade("M232 140H254L240 318Q239 332 226 332H216Z")
    )


def _camping_lantern(ink: Inks) -> str:
    return (
        disc(200, 218, 128, GLOW, more='opacity=".45"')
        + shadow(200, 78)
        + line("M144 134Q144 62 200 62Q256 62 256 134", ink.stuff_dark, 8)
        + rect(180, 106, 40, 20, ink.dark, r=6)
        + area("M132 152Q136 124 200 122Q264 124 268 152Z", ink.base)
        + rect(140, 152, 120, 124, CREAM, r=8)
        + rect(140, 152, 120, 124, GLOW, r=8, more='opacity=".7"')
        + area("M200 182q26 34 0 62q-26-28 0-62z", "#f0a13a")
        + line("M148 152V276M252 152V276", ink.stuff_dark, 7)
        + area("M126 276H274L284 318Q286 332 270 332H130Q114 332 116 318Z", ink.base)
        + shade("M248 276H274L284 318Q286 332 270 332H246Z")
        + disc(200, 304, 12, ink.pale)
    )


def _head_torch(ink: Inks) -> str:
    return (
        shadow(206, 104, 318)
        + area("M156 200L24 130V286L150 238Z", GLOW, more='opacity=".55"')
        + line("M210 176Q360 120 352 214Q344 304 214 268", ink.base, 26)
        + line("M210 176Q360 120 352 214Q344 304 214 268", ink.light, 4, more='stroke-dasharray="12 14"')
        + rect(150, 164, 92, 112, INK, r=24)
        + disc(182, 220, 40, STEEL_DARK)
        + disc(180, 220, 32, CREAM)
        + disc(180, 220, 18, GLOW)
        + disc(226, 192, 7, ink.accent)
        + turned(0, rect(214, 236, 16, 24, ink.base, r=5))
        + gleam("M160 206q8-16 22-16q-12 6-14 20z", 0.8)
        + disc(180, 220, 5, WHITE)
    )


OUTDOOR: dict[str, Drawing] = {
    "Two-Person Tent": _tent,
    "Family Tent": _family_tent,
    "Tarp": _tarp,
    "Day Pack": _day_pack,
    "Trekking Pack": _trekking_pack,
    "Roll-Top Pack": _roll_top_pack,
    "Water Bottle": _water_bottle,
    "Vacuum Flask": _vacuum_flask,
    "Travel Mug": _travel_mug,
    "Camping Lantern": _camping_lantern,
    "Head Torch": _head_torch,
}
