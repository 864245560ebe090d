"""Notebooks, pens, inks, organisers."""

from marketing.sample_shop.drawings.pen import (
    BRASS,
    CREAM,
    INK,
    STEEL,
    STEEL_DARK,
    WHITE,
    Drawing,
    Inks,
    area,
    disc,
    gleam,
    line,
    moved,
    oval,
    rect,
    shade,
    shadow,
    turned,
)


def _pencil(x: float, y: float, length: float, fill: str) -> str:
    """An upright pencil, its point at the top."""
    return (
        area(f"M{x - 9:g} {y + 28:g}L{x:g} {y:g}L{x + 9:g} {y + 28:g}Z", "#e8cfa6")
        + area(f"M{x - 3:g} {y + 9:g}L{x:g} {y:g}L{x + 3:g} {y + 9:g}Z", INK)
        + rect(x - 9, y + 28, 18, length - 28, fill)
        + rect(x + 3, y + 28, 6, length - 28, "#1d2430", more='opacity=".15"')
    )


def _notebook(ink: Inks) -> str:
    return (
        shadow(206, 112, 340)
        + turned(
            -6,
            rect(112, 84, 184, 250, CREAM, r=8),
            rect(104, 78, 184, 250, ink.base, r=10),
            rect(104, 78, 30, 250, ink.dark, r=10),
            line("M258 78V328", ink.deep, 8),
            rect(160, 132, 76, 44, CREAM, r=3),
            line("M174 148h48M174 162h30", ink.dark, 3),
            area("M176 328h16v26l-8-8-8 8z", ink.accent),
        )
        + turned(14, _pencil(322, 130, 190, ink.accent), x=322, y=220)
    )


def _sketchbook(ink: Inks) -> str:
    rings = "".join(line(f"M{x} 84v26", STEEL_DARK, 7) for x in range(112, 300, 24))
    return (
        shadow(204, 128, 338)
        + rect(86, 98, 232, 236, ink.base, r=8)
        + rect(98, 96, 212, 226, CREAM, r=4)
        + rings
        + line("M126 276Q160 196 196 236T282 190", ink.deep, 4)
        + line("M126 296H284", ink.base, 4)
        + disc(244, 156, 20, "none", more=f'stroke="{ink.accent}" stroke-width="5"')
        + line("M156 246v-40m0 14l-12-12m12 18l12-12", ink.dark, 4)
        + turned(38, _pencil(300, 190, 170, ink.accent), x=300, y=270)
    )


def _weekly_planner(ink: Inks) -> str:
    rows = "".join(line(f"M72 {y}H186M214 {y}H328", STEEL, 2.5) for y in (176, 212, 248, 284))
    ticks = "".join(
        rect(x, y, 11, 11, fill, r=2)
        for x, y, fill in (
            (76, 156, ink.base),
            (76, 192, ink.accent),
            (76, 228, ink.base),
            (218, 156, ink.accent),
            (218, 228, ink.base),
            (218, 264, ink.base),
        )
    )
    notes = line("M96 162h52M96 198h66M96 234h40M238 162h60M238 234h46M238 270h64", ink.dark, 4)
    return (
        shadow(200, 158, 334)
        + area("M44 118Q122 96 200 120Q278 96 356 118V330Q278 310 200 334Q122 310 44 330Z", ink.base)
        + area("M54 112Q128 92 200 114V324Q128 300 54 320Z", CREAM)
        + area("M346 112Q272 92 200 114V324Q272 300 346 320Z", WHITE)
        + rows
        + ticks
        + notes
        + line("M72 138h44M214 138h44", ink.deep, 7)
        + shade("M200 114V324Q186 316 180 312V108ZM200 114V324Q208 318 212 316V110Z", 0.08)
    )


def _fountain_pen(ink: Inks) -> str:
    return (
        line("M52 330C96 300 120 344 160 318S220 324 250 306", ink.base, 6)
        + shadow(232, 100, 336)
        + turned(
            48,
            rect(184, 30, 34, 150, ink.base, r=14),
            rect(184, 164, 34, 12, ink.stuff),
            rect(186, 176, 30, 84, ink.dark),
            area("M188 258H214L206 296H196Z", INK),
            area("M192 292H210L201 344Z", ink.stuff),
            line("M201 312V338", INK, 2),
            disc(201, 310, 3, INK),
            rect(212, 46, 9, 90, ink.stuff, r=4),
            gleam("M189 44H196V250H189Z", 0.3),
            x=200,
            y=200,
        )
    )


def _rollerball(ink: Inks) -> str:
    return (
        line("M64 326q16-26 30 0t30 0 30 0 30 0 30-4", ink.base, 5)
        + shadow(236, 96, 336)
        + turned(
            42,
            rect(188, 34, 28, 208, ink.base, r=12),
            rect(188, 150, 28, 8, ink.stuff),
            area("M189 240H215L205 300H199Z", ink.stuff),
            line("M202 300V308", INK, 4),
            rect(211, 44, 8, 78, ink.stuff, r=4),
            gleam("M193 46H199V236H193Z", 0.3),
            x=200,
            y=200,
        )
    )


def _mechanical_pencil(ink: Inks) -> str:
    grip = "".join(rect(189, y, 26, 5, ink.dark) for y in range(218, 266, 10))
    return (
        line("M62 318L118 268L160 324L212 262", "#8a9096", 3)
        + shadow(236, 92, 336)
        + turned(
            44,
            rect(195, 26, 14, 26, ink.stuff, r=5),
            rect(189, 46, 26, 170, ink.base, r=8),
            rect(189, 212, 26, 56, ink.stuff),
            grip,
            area("M189 268H215L204 306H200Z", STEEL_DARK),
            line("M202 304V318", INK, 3),
            rect(210, 58, 7, 70, ink.stuff, r=3),
            gleam("M193 54H198V210H193Z", 0.35),
            x=200,
            y=200,
        )
    )


def _ink_bottle(ink: Inks) -> str:
    return (
        rect(158, 138, 84, 50, INK, r=8)
        + line("".join(f"M{x} 146v34" for x in range(170, 240, 12)), "#4a5056", 3)
        + rect(168, 184, 64, 18, "#dfe8ea")
        + area(
            "M120 226Q122 200 150 200H250Q278 200 280 226V310Q280 332 258 332H142Q120 332 120 310Z",
            "#e4edee",
            more='opacity=".95"',
        )
        + area("M128 230H272V308Q272 324 256 324H144Q128 324 128 308Z", ink.base)
        + gleam("M132 222Q134 208 148 208V318Q132 316 132 304Z", 0.4)
        + rect(160, 240, 80, 62, CREAM, r=3)
        + area("M200 250q16 20 0 30q-16-10 0-30z", ink.base)
        + line("M182 291h36", ink.deep, 3)
    )


def _fountain_pen_ink(ink: Inks) -> str:
    stroke = line("M54 110Q110 64 160 98T270 78T348 100", ink.base, 18, more='opacity=".85"')
    return shadow(200, 94) + stroke + _ink_bottle(ink) + disc(318, 316, 12, ink.base) + disc(342, 326, 6, ink.base)


def _shimmer_ink(ink: Inks) -> str:
    sparks = "".join(
        area(
            f"M{x} {y - r}l{r * 0.28:g} {r * 0.72:g} {r * 0.72:g} {r * 0.28:g} {-r * 0.72:g} {r * 0.28:g} {-r * 0.28:g} {r * 0.72:g} {-r * 0.28:g} {-r * 0.72:g} {-r * 0.72:g} {-r * 0.28:g} {r * 0.72:g} {-r * 0.28:g}z",
            BRASS,
        )
        for x, y, r in ((92, 160, 20), (300, 118, 26), (120, 96, 13), (322, 200, 14), (84, 260, 12), (258, 84, 12))
    )
    return shadow(200, 94) + _ink_bottle(ink) + sparks


def _ink_cartridges(ink: Inks) -> str:
    tubes = "".join(
        rect(126 + 38 * k, 128, 26, 110, "#e4edee", r=9)
        + rect(130 + 38 * k, 150 + 6 * (k % 2), 18, 84, ink.base, r=7)
        + rect(131 + 38 * k, 116, 16, 16, STEEL, r=4)
        for k in range(4)
    )
    return (
        shadow(200, 110)
        + tubes
        + rect(104, 208, 192, 124, ink.dark, r=8)
        + area(
            "M104 216Q104 208 112 208H150Q200 250 250 208H288Q296 208 296 216V324Q296 332 288 332H112Q104 332 104 324Z",
            ink.base,
        )
        + rect(144, 264, 112, 44, CREAM, r=3)
        + line("M162 280h76M162 294h46", ink.deep, 4)
    )


def _pen_tray(ink: Inks) -> str:
    pens = (
        rect(96, 222, 190, 15, ink.base, r=7)
        + rect(240, 222, 10, 15, BRASS)
        + rect(116, 246, 180, 14, ink.deep, r=7)
        + rect(116, 246, 26, 14, STEEL, r=7)
        + rect(106, 270, 160, 13, ink.accent)
        + area("M266 270l26 6.5-26 6.5z", "#e8cfa6")
    )
    return (
        shadow(200, 158, 316)
        + rect(46, 198, 308, 116, ink.stuff_dark, r=26)
        + rect(46, 190, 308, 112, ink.stuff, r=26)
        + rect(66, 206, 268, 82, ink.stuff_dark, r=16, more='opacity=".55"')
        + pens
        + disc(310, 232, 12, BRASS)
        + disc(310, 232, 6, ink.stuff_dark)
    )


def _pencil_cup(ink: Inks) -> str:
    return (
        shadow(200, 74)
        + turned(-14, _pencil(170, 90, 180, ink.accent), x=180, y=260)
        + _pencil(200, 74, 200, "#d3a13f")
        + turned(12, rect(214, 96, 17, 170, ink.deep, r=8), rect(214, 120, 17, 8, BRASS), x=224, y=260)
        + turned(
            26,
            line("M240 110V260", STEEL_DARK, 8),
            oval(240, 104, 15, 22, "none", more=f'stroke="{ink.dark}" stroke-width="8"'),
            x=236,
            y=270,
        )
        + rect(134, 204, 132, 128, ink.base, r=12)
        + rect(134, 286, 132, 46, ink.stuff, r=12)
        + rect(134, 280, 132, 22, ink.stuff)
        + gleam("M144 216H158V274H144Z")
        + shade("M240 204H254Q266 204 266 216V320Q266 332 254 332H240Z")
        + oval(200, 206, 66, 9, ink.deep)
    )


def _letter_rack(ink: Inks) -> str:
    envelope = rect(0, 0, 150, 96, CREAM, r=4) + line("M4 4L75 56L146 4", STEEL, 3)
    return (
        shadow(200, 126)
        + turned(-5, moved(104, 110, envelope))
        + turned(6, moved(150, 130, rect(0, 0, 140, 96, ink.pale, r=4), rect(106, 12, 22, 26, ink.accent)))
        + area("M92 210Q92 190 112 190H288Q308 190 308 210V318H92Z", ink.stuff_dark)
        + area("M84 244Q84 226 102 226H298Q316 226 316 244V332H84Z", ink.stuff)
        + area("M84 284Q84 266 102 266H298Q316 266 316 284V318Q316 332 302 332H98Q84 332 84 318Z", ink.base)
        + line("M104 300H296", ink.light, 4)
        + shade("M288 266H298Q316 266 316 284V318Q316 332 302 332H288Z")
    )


DESK: dict[str, Drawing] = {
    "Notebook": _notebook,
    "Sketchbook": _sketchbook,
    "Weekly Planner": _weekly_planner,
    "Fountain Pen": _fountain_pen,
    "Rollerball": _rollerball,
    "Mechanical Pencil": _mechanical_pencil,
    "Fountain Pen Ink": _fountain_pen_ink,
    "Shimmer Ink": _shimmer_ink,
    "Ink Cartridges": _ink_cartridges,
    "Pen Tray": _pen_tray,
    "Pencil Cup": _pencil_cup,
    "Letter Rack": _letter_rack,
}
