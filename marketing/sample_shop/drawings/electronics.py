"""Headphones, speakers, chargers, cameras, film."""

from marketing.sample_shop.drawings.pen import (
    BRASS,
    CREAM,
    GLOW,
    INK,
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
    rect,
    shade,
    shadow,
    turned,
)


def _over_ear(ink: Inks) -> str:
    return (
        shadow(200, 118)
        + line("M96 246Q90 92 200 92Q310 92 304 246", ink.deep, 20)
        + line("M128 152Q150 104 200 104Q250 104 272 152", ink.light, 9)
        + rect(88, 216, 16, 40, STEEL, r=6)
        + rect(296, 216, 16, 40, STEEL, r=6)
        + rect(104, 226, 44, 100, INK, r=22)
        + rect(252, 226, 44, 100, INK, r=22)
        + rect(72, 222, 52, 108, ink.base, r=26)
        + rect(276, 222, 52, 108, ink.base, r=26)
        + gleam("M82 250Q84 234 98 232V318Q84 314 82 300Z")
        + shade("M308 224Q328 232 328 252V304Q328 326 306 330Q318 276 308 224Z")
        + disc(97, 276, 8, ink.accent)
    )


def _studio_headphones(ink: Inks) -> str:
    return (
        shadow(200, 78, 336)
        + rect(192, 96, 16, 226, WOOD)
        + rect(136, 318, 128, 18, WOOD_DARK, r=8)
        + line("M116 216Q112 78 200 78Q288 78 284 216", ink.base, 17)
        + line("M146 130Q168 94 200 94Q232 94 254 130", ink.deep, 8)
        + disc(116, 240, 48, ink.deep)
        + disc(284, 240, 48, ink.deep)
        + disc(116, 240, 36, ink.base)
        + disc(284, 240, 36, ink.base)
        + "".join(
            disc(x, 240, r, "none", more=f'stroke="{ink.light}" stroke-width="3"') for x in (116, 284) for r in (24, 14)
        )
        + disc(116, 240, 5, ink.pale)
        + disc(284, 240, 5, ink.pale)
        + line("M116 288Q120 352 196 344Q300 336 330 356", INK, 4)
    )


def _cone(x: float, y: float, r: float, ink: Inks) -> str:
    return (
        disc(x, y, r, STEEL_DARK)
        + disc(x, y, r * 0.88, INK)
        + disc(x, y, r * 0.62, "#454b51")
        + disc(x, y, r * 0.28, ink.accent)
        + gleam(
            f"M{x - r * 0.6:g} {y - r * 0.2:g}q{r * 0.2:g}{-r * 0.4:g} {r * 0.6:g}{-r * 0.44:g}q{-r * 0.4:g} {r * 0.16:g}{-r * 0.46:g} {r * 0.5:g}z",
            0.35,
        )
    )


def _bookshelf_speaker(ink: Inks) -> str:
    return (
        shadow(206, 96)
        + area("M276 92L304 106V324L276 332Z", ink.stuff_dark)
        + rect(118, 92, 160, 240, ink.stuff, r=6)
        + rect(130, 104, 136, 216, ink.base, r=8)
        + _cone(198, 156, 34, ink)
        + _cone(198, 246, 56, ink)
        + disc(252, 308, 4, BRASS)
    )


def _portable_speaker(ink: Inks) -> str:
    holes = "".join(
        disc(112 + 16 * k + 8 * (row % 2), 236 + 15 * row, 4, ink.dark) for row in range(5) for k in range(12 - row % 2)
    )
    return (
        shadow(200, 126)
        + line("M104 212Q104 128 200 128Q296 128 296 212", ink.stuff if ink.stuff != STEEL else WOOD_DARK, 12)
        + rect(72, 206, 256, 126, ink.base, r=44)
        + holes
        + gleam("M96 224Q104 214 128 214H270Q284 216 290 222Q200 218 96 228Z", 0.4)
        + shade("M284 206Q328 208 328 250V288Q328 330 284 332Q312 270 284 206Z")
        + rect(166, 312, 68, 9, ink.deep, r=4)
        + disc(298, 232, 5, GLOW)
    )


def _kitchen_radio(ink: Inks) -> str:
    slats = line("".join(f"M108 {y}H214" for y in range(216, 306, 13)), ink.dark, 6)
    return (
        shadow(200, 126)
        + line("M280 176L322 78", STEEL_DARK, 5)
        + disc(323, 76, 6, STEEL)
        + line("M126 180Q126 144 160 144H240Q274 144 274 180", ink.stuff, 11)
        + rect(78, 176, 244, 156, ink.stuff, r=24)
        + rect(90, 188, 220, 132, ink.base, r=16)
        + slats
        + disc(264, 228, 32, CREAM)
        + disc(264, 228, 32, "none", more=f'stroke="{ink.deep}" stroke-width="3"')
        + line("M264 228L282 210", ink.accent, 5)
        + disc(264, 228, 6, INK)
        + disc(246, 294, 12, ink.deep)
        + disc(284, 294, 12, ink.deep)
    )


def _power_bank(ink: Inks) -> str:
    return (
        shadow(196, 92)
        + line("M252 130C330 70 352 180 318 232C300 262 320 300 352 300", ink.accent, 8)
        + rect(238, 118, 30, 24, STEEL, r=4)
        + turned(
            -8,
            rect(124, 106, 132, 226, ink.base, r=26),
            gleam("M136 136Q138 118 154 116V318Q138 314 136 300Z"),
            shade("M228 106Q256 108 256 134V304Q256 330 228 332Q244 220 228 106Z"),
            "".join(disc(172 + 14 * k, 304, 4, GLOW if k < 3 else ink.dark) for k in range(4)),
            line("M196 190l-16 34h28l-16 34", ink.pale, 7),
        )
    )


def _charging_stand(ink: Inks) -> str:
    return (
        shadow(200, 100)
        + line("M270 322Q330 330 360 306", INK, 5)
        + area("M160 330L188 186H212L240 330Z", ink.dark)
        + rect(118, 312, 164, 20, ink.base, r=10)
        + turned(
            6,
            rect(132, 84, 130, 232, INK, r=20),
            rect(140, 92, 114, 216, ink.pale, r=14),
            area("M140 250Q180 216 212 240T254 222V294Q254 308 240 308H154Q140 308 140 294Z", ink.light),
            disc(220, 140, 18, ink.accent),
            line("M164 132h30", INK, 6),
            line("M164 150h18", INK, 4),
        )
        + area("M126 304H274L268 322H132Z", ink.base)
    )


def _wall_charger(ink: Inks) -> str:
    return (
        shadow(200, 84)
        + rect(160, 92, 16, 54, STEEL, r=4)
        + rect(224, 92, 16, 54, STEEL, r=4)
        + rect(116, 138, 168, 194, ink.base, r=34)
        + gleam("M130 180Q132 154 152 152V314Q132 308 130 290Z")
        + shade("M252 140Q284 146 284 172V298Q284 328 250 332Q272 230 252 140Z")
        + "".join(rect(178, y, 44, 18, INK, r=9) + rect(186, y + 6, 28, 6, STEEL_DARK, r=3) for y in (208, 240))
        + rect(178, 274, 44, 24, INK, r=4)
        + rect(184, 284, 32, 8, ink.accent)
        + disc(200, 176, 5, GLOW)
    )


def _lens(x: float, y: float, r: float, ink: Inks) -> str:
    return (
        disc(x, y, r, INK)
        + disc(x, y, r * 0.86, STEEL_DARK)
        + disc(x, y, r * 0.74, "#1c2126")
        + disc(x, y, r * 0.48, "#33475c")
        + disc(x, y, r * 0.22, ink.accent, more='opacity=".6"')
        + disc(x - r * 0.26, y - r * 0.28, r * 0.12, WHITE, more='opacity=".85"')
    )


def _snapshot(ink: Inks) -> str:
    return (
        rect(146, 262, 108, 112, WHITE, r=3)
        + rect(156, 272, 88, 76, "#a8c6d4")
        + disc(222, 292, 10, GLOW)
        + area("M156 348V324l24-24 20 22 16-14 28 24v16z", ink.dark)
    )


def _instant_camera(ink: Inks) -> str:
    return (
        shadow(200, 124, 336)
        + _snapshot(ink)
        + rect(84, 116, 232, 164, ink.base, r=34)
        + rect(84, 226, 232, 62, ink.light, r=18)
        + rect(120, 270, 160, 9, INK, r=4)
        + shade("M284 118Q316 124 316 150V270Q316 286 300 288Q300 200 284 118Z")
        + _lens(200, 196, 58, ink)
        + rect(104, 134, 46, 32, CREAM, r=8)
        + rect(110, 140, 34, 20, GLOW, r=4)
        + rect(260, 136, 36, 28, INK, r=8)
        + disc(278, 150, 7, STEEL)
        + disc(114, 220, 12, "#c9503c")
    )


def _pocket_camera(ink: Inks) -> str:
    return (
        shadow(200, 128, 320)
        + line("M78 190Q28 240 66 320Q90 360 160 344", WOOD_DARK, 9)
        + rect(236, 138, 50, 18, STEEL_DARK, r=5)
        + rect(120, 142, 34, 14, STEEL, r=5)
        + rect(72, 152, 256, 160, STEEL, r=22)
        + rect(72, 190, 256, 92, ink.base)
        + shade("M300 152Q328 154 328 174V290Q328 310 300 312Z")
        + rect(98, 162, 52, 20, INK, r=5)
        + disc(304, 171, 9, ink.accent)
        + _lens(212, 236, 62, ink)
        + line("M86 204v64M100 204v64", ink.dark, 4)
    )


def _film_box(ink: Inks, mood: tuple[str, str, str]) -> str:
    sky, sun, land = mood
    photo = (
        rect(0, 0, 118, 136, WHITE, r=3)
        + rect(10, 10, 98, 92, sky)
        + disc(80, 36, 13, sun)
        + area("M10 102V72l28-26 24 26 18-14 28 22v22z", land)
    )
    return (
        shadow(200, 130, 336)
        + turned(-10, f'<g transform="translate(96 84)">{photo}</g>')
        + turned(9, f'<g transform="translate(196 70)">{photo}</g>')
        + rect(104, 196, 192, 136, ink.base, r=8)
        + rect(104, 196, 192, 34, ink.dark, r=8)
        + shade("M268 196H288Q296 196 296 204V324Q296 332 288 332H268Z")
        + rect(128, 248, 84, 64, CREAM, r=4)
        + rect(136, 256, 68, 38, sky)
        + line("M232 262h42M232 280h28M232 298h36", ink.pale, 6)
    )


def _instant_film(ink: Inks) -> str:
    return _film_box(ink, ("#a8c9d8", "#f3c969", "#6f8f64"))


def _monochrome_film(ink: Inks) -> str:
    return _film_box(ink, ("#c9cccd", "#f4f4f2", "#4a4f53"))


ELECTRONICS: dict[str, Drawing] = {
    "Over-Ear Headphones": _over_ear,
    "Studio Headphones": _studio_headphones,
    "Bookshelf Speaker": _bookshelf_speaker,
    "Portable Speaker": _portable_speaker,
    "Kitchen Radio": _kitchen_radio,
    "Power Bank": _power_bank,
    "Charging Stand": _charging_stand,
    "Wall Charger": _wall_charger,
    "Instant Camera": _instant_camera,
    "Pocket Camera": _pocket_camera,
    "Instant Film": _instant_film,
    "Monochrome Film": _monochrome_film,
}
