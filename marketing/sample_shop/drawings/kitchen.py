"""Cups, pans, knives, kettles, coffee makers."""

from marketing.sample_shop.drawings.pen import (
    CREAM,
    INK,
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
    leaf,
    line,
    oval,
    rect,
    shade,
    shadow,
    steam,
    turned,
)

COFFEE = "#4b3226"


def _mug(ink: Inks) -> str:
    band = line("M122 262H262", ink.pale, 12) if ink.variant % 2 else rect(122, 286, 140, 30, ink.light)
    return (
        shadow(198, 84)
        + line("M262 216Q318 210 314 256Q310 300 258 292", ink.dark, 20)
        + steam(192, 160)
        + area("M118 186H266L260 310Q258 332 236 332H148Q126 332 124 310Z", ink.base)
        + band
        + gleam("M132 200H150L152 316Q138 316 137 304Z")
        + shade("M238 190H266L260 310Q258 332 236 332H226Q240 270 238 190Z")
        + oval(192, 187, 74, 15, ink.dark)
        + oval(192, 189, 64, 11, COFFEE)
    )


def _espresso_cup(ink: Inks) -> str:
    return (
        shadow(200, 110, 334)
        + oval(200, 318, 118, 17, ink.light)
        + oval(200, 314, 92, 11, ink.dark)
        + line("M256 244Q298 240 294 268Q290 292 250 288", ink.dark, 13)
        + steam(198, 204)
        + area("M140 228H262Q262 314 202 314Q140 314 140 228Z", ink.base)
        + gleam("M152 240H166Q168 282 184 304Q156 292 152 240Z")
        + oval(201, 228, 61, 13, ink.dark)
        + oval(201, 230, 52, 9, COFFEE)
        + line("M176 230q24-8 50 0", "#c08a58", 4)
    )


def _tea_bowl(ink: Inks) -> str:
    return (
        shadow(200, 84)
        + steam(200, 184)
        + area("M104 214H296Q292 318 236 324V332H164V324Q108 318 104 214Z", ink.base)
        + area("M104 214H296Q294 244 288 264Q200 286 112 264Q106 244 104 214Z", ink.light)
        + gleam("M122 228H140Q144 280 170 312Q128 298 122 228Z")
        + oval(200, 214, 96, 19, ink.dark)
        + oval(200, 217, 84, 14, "#b98a3c")
    )


def _casserole(ink: Inks) -> str:
    return (
        shadow(200, 128)
        + rect(52, 226, 40, 24, ink.dark, r=12)
        + rect(308, 226, 40, 24, ink.dark, r=12)
        + area("M80 206H320V288Q320 332 276 332H124Q80 332 80 288Z", ink.base)
        + gleam("M96 220H114V306Q96 300 96 280Z")
        + shade("M284 206H320V288Q320 332 276 332H262Q290 280 284 206Z")
        + area("M72 206Q80 152 200 148Q320 152 328 206Z", ink.dark)
        + gleam("M104 196Q116 166 176 160Q132 176 124 196Z", 0.22)
        + rect(66, 200, 268, 14, ink.deep, r=7)
        + rect(182, 128, 36, 22, INK, r=9)
    )


def _frying_pan(ink: Inks) -> str:
    return (
        shadow(170, 128, 320)
        + turned(
            -24,
            rect(252, 214, 134, 22, ink.stuff, r=11),
            rect(240, 218, 30, 14, STEEL_DARK),
            disc(370, 225, 5, INK),
            x=170,
            y=230,
        )
        + oval(164, 246, 126, 76, ink.dark)
        + oval(164, 236, 126, 74, ink.base)
        + oval(164, 240, 106, 58, ink.deep)
        + area("M118 240Q104 206 146 208Q176 190 202 212Q238 218 218 248Q214 280 172 270Q128 284 118 240Z", CREAM)
        + disc(166, 238, 21, "#eeb13c")
        + gleam("M156 230q8-10 18-4q-10 0-14 8z", 0.7)
    )


def _saucepan(ink: Inks) -> str:
    return (
        shadow(166, 100)
        + rect(250, 226, 126, 18, ink.stuff_dark, r=9)
        + disc(362, 235, 4, CREAM)
        + steam(168, 170)
        + area("M78 204H258V306Q258 332 232 332H104Q78 332 78 306Z", ink.base)
        + gleam("M94 224H110V316Q94 314 94 300Z")
        + shade("M226 204H258V306Q258 332 232 332H212Q232 280 226 204Z")
        + oval(168, 205, 92, 16, ink.dark)
        + oval(168, 208, 80, 11, "#f4e3c1")
    )


def _chefs_knife(ink: Inks) -> str:
    return shadow(200, 120, 330) + turned(
        -38,
        area("M32 182H250V236Q120 236 32 182Z", "#d9dee0"),
        area("M32 182Q120 236 250 236V222Q130 220 32 182Z", WHITE),
        rect(246, 178, 16, 44, STEEL_DARK),
        area("M260 178H370Q386 178 386 194Q384 216 366 216L260 218Z", ink.base),
        line("M272 208L364 206", ink.dark, 4),
        "".join(disc(x, 194, 5, ink.pale) for x in (284, 318, 352)),
        x=205,
        y=205,
    )


def _paring_knife(ink: Inks) -> str:
    lemon = (
        disc(132, 290, 42, "#edc64b")
        + area("M92 284q-14 2-18 8q8 8 20 6z", "#edc64b")
        + gleam("M108 276q10-20 30-20q-20 8-24 26z", 0.5)
    )
    return (
        shadow(180, 110)
        + lemon
        + disc(246, 300, 32, "#f6e7a4")
        + line("M246 274V326M222 286L270 314M270 286L222 314", "#e3c04a", 3)
        + disc(246, 300, 32, "none", more='stroke="#edc64b" stroke-width="7"')
        + turned(
            -32,
            area("M72 150H206V184Q124 184 72 150Z", "#d9dee0"),
            area("M72 150Q124 184 206 184V174Q130 172 72 150Z", WHITE),
            rect(204, 147, 10, 34, STEEL_DARK),
            rect(212, 148, 108, 32, ink.base, r=14),
            "".join(disc(x, 164, 4, ink.pale) for x in (238, 264, 290)),
            x=196,
            y=164,
        )
    )


def _chopping_board(ink: Inks) -> str:
    return (
        shadow(200, 116, 336)
        + turned(
            8,
            rect(176, 60, 48, 90, ink.stuff, r=20),
            disc(200, 86, 10, ink.stuff_dark),
            rect(104, 124, 192, 208, ink.stuff, r=24),
            line("M126 150V306M158 146V312M242 146V312M274 150V306", ink.stuff_dark, 3, more='opacity=".45"'),
        )
        + area("M136 236Q140 196 196 196Q256 198 258 240Q256 270 196 272Q138 270 136 236Z", "#c98d4f")
        + line("M166 216l16 22M194 210l16 24M222 212l14 24", "#f0d6a4", 7)
        + leaf(262, 300, 46, 62)
        + leaf(256, 304, 40, 20, LEAF_DARK)
        + disc(158, 298, 17, "#c4553c")
        + leaf(158, 284, 16, 30)
    )


def _gooseneck_kettle(ink: Inks) -> str:
    return (
        shadow(214, 90)
        + line("M158 304C92 304 132 196 74 176", ink.dark, 13)
        + line("M272 204Q348 196 344 254Q342 296 326 308", INK, 15)
        + area("M164 196H276L296 316Q296 332 280 332H160Q144 332 144 316Z", ink.base)
        + gleam("M174 212H188L178 318H160Z")
        + shade("M254 196H276L296 316Q296 332 280 332H256Q268 270 254 196Z")
        + area("M162 198Q166 172 220 170Q274 172 278 198Z", ink.dark)
        + rect(208, 150, 24, 22, INK, r=9)
    )


def _stovetop_kettle(ink: Inks) -> str:
    return (
        shadow(206, 112)
        + line("M118 220Q116 104 206 104Q296 104 294 220", INK, 13)
        + rect(160, 94, 92, 20, ink.stuff if ink.stuff != STEEL else WOOD, r=10)
        + area("M104 262L54 204L76 188L136 236Z", ink.dark)
        + area("M94 296Q94 204 206 202Q318 204 318 296Q318 332 286 332H126Q94 332 94 296Z", ink.base)
        + gleam("M114 292Q116 236 160 222Q138 256 142 312Q114 316 114 292Z")
        + shade("M268 214Q318 230 318 296Q318 332 286 332H262Q292 280 268 214Z")
        + oval(206, 205, 48, 10, ink.deep)
        + disc(206, 190, 12, INK)
    )


def _electric_kettle(ink: Inks) -> str:
    return (
        shadow(200, 96, 338)
        + rect(118, 320, 164, 18, INK, r=8)
        + line("M280 330Q330 332 350 312", INK, 5)
        + line("M262 176H306Q322 176 322 194V276Q322 296 300 296H272", INK, 17)
        + area("M134 152L102 166L132 196Z", ink.dark)
        + area("M136 148H264L278 306Q278 320 264 320H136Q122 320 122 306Z", ink.base)
        + gleam("M148 164H164L152 306H136Z")
        + shade("M244 148H264L278 306Q278 320 264 320H244Q256 240 244 148Z")
        + area("M134 150Q140 128 200 126Q260 128 266 150Z", ink.dark)
        + rect(184, 112, 32, 16, INK, r=7)
        + "".join(disc(176 + 12 * k, 296, 3.5, ink.pale if k > 2 else "#f0a13a") for k in range(5))
    )


def _pour_over(ink: Inks) -> str:
    return (
        shadow(200, 84)
        + steam(200, 118)
        + area("M124 138H276L222 214H178Z", ink.base)
        + gleam("M140 144H158L194 208H184Z")
        + line("M276 150Q312 148 304 178Q296 196 262 182", ink.dark, 9)
        + rect(148, 210, 104, 10, ink.dark, r=5)
        + area(
            "M172 220H228V240Q274 262 274 300Q274 332 246 332H154Q126 332 126 300Q126 262 172 240Z",
            "#e8f0f0",
            more='opacity=".85"',
        )
        + area("M128 288H272Q276 332 246 332H154Q124 332 128 288Z", COFFEE)
        + rect(168, 218, 64, 20, WOOD, r=4)
        + gleam("M142 300Q142 274 166 258Q156 282 158 318Q144 316 142 300Z", 0.45)
    )


def _moka_pot(ink: Inks) -> str:
    return (
        shadow(196, 72)
        + steam(196, 76)
        + line("M242 150H294V206", INK, 15)
        + area("M150 130L132 148L154 168Z", ink.dark)
        + area("M146 128H246L232 226H160Z", ink.base)
        + area("M158 236H234L256 320Q256 332 244 332H148Q136 332 136 320Z", ink.base)
        + shade("M216 128H246L232 226H208ZM212 236H234L256 320Q256 332 244 332H220Z")
        + gleam("M158 140H172L176 218H168ZM168 246H178L164 322H148Z")
        + rect(152, 222, 88, 18, ink.dark, r=5)
        + area("M144 130L168 104H224L248 130Z", ink.dark)
        + disc(196, 96, 11, INK)
        + disc(238, 282, 6, "#d9b565")
    )


def _hand_grinder(ink: Inks) -> str:
    return (
        shadow(196, 66)
        + line("M196 116L306 100", STEEL_DARK, 9)
        + disc(310, 92, 17, ink.stuff if ink.stuff != STEEL else WOOD_DARK)
        + rect(186, 104, 20, 26, STEEL_DARK, r=4)
        + rect(148, 126, 96, 206, ink.base, r=16)
        + rect(148, 208, 96, 46, ink.stuff)
        + line("".join(f"M{x} 216v30" for x in range(160, 240, 12)), ink.stuff_dark, 3)
        + gleam("M158 138H172V318Q158 318 158 306Z")
        + shade("M220 126H228Q244 126 244 142V316Q244 332 228 332H220Z")
        + "".join(turned(a, oval(x, 328, 11, 7, COFFEE), x=x, y=328) for x, a in ((282, 20), (308, -24), (104, 12)))
    )


KITCHEN: dict[str, Drawing] = {
    "Mug": _mug,
    "Espresso Cup": _espresso_cup,
    "Tea Bowl": _tea_bowl,
    "Casserole": _casserole,
    "Frying Pan": _frying_pan,
    "Saucepan": _saucepan,
    "Chef's Knife": _chefs_knife,
    "Paring Knife": _paring_knife,
    "Chopping Board": _chopping_board,
    "Gooseneck Kettle": _gooseneck_kettle,
    "Stovetop Kettle": _stovetop_kettle,
    "Electric Kettle": _electric_kettle,
    "Pour-Over Set": _pour_over,
    "Moka Pot": _moka_pot,
    "Hand Grinder": _hand_grinder,
}
