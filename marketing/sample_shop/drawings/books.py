"""Book covers: one motif a sort of book, and a few layouts."""

from marketing.sample_shop.drawings.pen import (
    CREAM,
    INK,
    Drawing,
    Inks,
    area,
    disc,
    gleam,
    leaf,
    line,
    moved,
    oval,
    rect,
    shade,
    shadow,
    turned,
)


def _bound(ink: Inks, cover: str, *, width: int = 180, height: int = 246, turn: float = 0) -> str:
    """A standing book whose cover is drawn from its own top left corner."""
    left, top = 200 - width // 2, 332 - height
    return shadow(206, width * 0.62, 336) + turned(
        turn,
        area(f"M{left + width} {top + 3}l16 8v{height - 12}l-16 4z", CREAM),
        line(
            f"M{left + width + 5} {top + 8}v{height - 10}M{left + width + 10} {top + 10}v{height - 14}", "#d9d0bd", 1.5
        ),
        rect(left, top, width, height, ink.base, r=5),
        moved(left, top, cover),
        shade(f"M{left} {top}h14v{height}h-14z", 0.16),
        gleam(f"M{left + 16} {top}h5v{height}h-5z", 0.2),
    )


def _lettering(ink: Inks, y: int, width: int = 180) -> str:
    """Where the title stands: lines, so that the picture needs no font."""
    middle = width / 2 + 6
    return line(f"M{middle - 44:g} {y}h88", ink.pale, 9) + line(f"M{middle - 28:g} {y + 20}h56", ink.pale, 6)


def _novel(ink: Inks) -> str:
    scenes = (
        disc(96, 128, 40, ink.accent) + area("M14 150Q60 132 96 150T180 148V246H14Z", ink.deep) + line("M30 176q16-8 32 0t32 0 32 0 32 0M40 200q16-8 32 0t32 0 32 0", ink.light, 4),
        area("M68 246V156l28-30 28 30v90z", ink.deep) + rect(86, 176, 20, 26, ink.accent) + line("M96 126v-16", ink.deep, 5) + disc(142, 108, 13, ink.pale),
        "".join(line(f"M{34 + 22 * k} {104 + 9 * (k % 3)}l-10 {60 + 14 * (k % 2)}", ink.light, 5) for k in range(7)) + area("M50 226q46-62 92 0z", ink.accent) + line("M96 224v10q0 10-10 10", ink.accent, 5),
    )  # fmt: skip
    return _bound(ink, scenes[ink.variant % 3] + _lettering(ink, 42), turn=-3)


def _crime_novel(ink: Inks) -> str:
    scenes = (
        disc(96, 142, 48, ink.accent) + area("M14 246V190h166v56z", INK) + area("M50 190l10-26h70l12 26z", INK) + rect(84, 138, 10, 28, INK) + line("M108 164v-34", INK, 4) + line("M94 138q14-18 4-30", ink.pale, 4),
        area("M96 92L170 246H22Z", ink.accent, more='opacity=".55"') + area("M84 246V196q-8-30 12-34q20 4 12 34v50z", INK) + disc(96, 152, 13, INK) + rect(74, 144, 44, 6, INK, r=3),
    )  # fmt: skip
    return _bound(ink, rect(0, 0, 180, 246, ink.deep, r=5) + scenes[ink.variant % 2] + _lettering(ink, 38), turn=2)


def _stories(ink: Inks) -> str:
    tones = (ink.light, ink.accent, ink.deep, ink.pale, ink.dark)
    tiles = "".join(
        (disc if (row + column + ink.variant) % 2 else _half)(
            50 + 46 * column, 120 + 46 * row, 20, tones[(row * 3 + column * 2 + ink.variant) % 5]
        )
        for row in range(3)
        for column in range(3)
    )
    return _bound(ink, tiles + _lettering(ink, 42), turn=-2)


def _half(x: float, y: float, r: float, fill: str) -> str:
    return area(f"M{x - r:g} {y + r:g}V{y:g}a{r:g} {r:g} 0 0 1 {2 * r:g} 0V{y + r:g}Z", fill)


def _cookbook(ink: Inks) -> str:
    plate = disc(108, 156, 62, CREAM) + disc(108, 156, 46, ink.pale)
    foods = (
        disc(94, 150, 18, "#c4553c") + disc(124, 164, 16, "#d98b3f") + leaf(108, 150, 38, 40) + leaf(104, 148, 32, -10),
        area("M72 162q36-50 72 0q-10 24-36 24t-36-24z", "#c98d4f")
        + line("M92 150l8 16M108 146l8 18M124 150l6 14", "#f0d6a4", 5),
        oval(108, 158, 32, 24, "#e8b84c")
        + line("M84 154q12-10 24 0t24 0M84 166q12-10 24 0t24 0", CREAM, 4)
        + leaf(120, 148, 26, 60),
    )
    cutlery = line("M30 104v104M22 104v26q8 10 16 0v-26", ink.deep, 5) + line(
        "M188 104v104M188 104q-12 30 0 52", ink.deep, 6
    )
    return _bound(ink, plate + foods[ink.variant % 3] + cutlery + _lettering(ink, 40, 208), width=208, height=250)


def _baking_book(ink: Inks) -> str:
    cake = (
        rect(60, 164, 96, 44, "#e8cfa6", r=8)
        + rect(60, 180, 96, 10, ink.accent)
        + area("M56 168q0-28 52-28t52 28q-8 14-17 2q-8 14-17 0q-9 16-18 0q-9 14-17 0q-9 14-18 0q-9 10-17-2z", CREAM)
        + disc(108, 132, 11, "#c4453f")
        + rect(42, 208, 132, 9, ink.deep, r=4)
    )
    return _bound(ink, cake + _lettering(ink, 44, 208), width=208, height=246, turn=2)


def _food_album(ink: Inks) -> str:
    window = (
        rect(26, 92, 176, 116, ink.pale, r=3)
        + area("M26 178Q80 148 128 170T202 156V208H26Z", ink.dark)
        + disc(160, 124, 17, ink.accent)
    )
    bowl = (
        area("M72 168h76q-2 36-38 36t-38-36z", CREAM)
        + leaf(110, 168, 36, -24)
        + leaf(112, 168, 40, 16, "#7f9f5e")
        + disc(96, 162, 9, "#c4553c")
    )
    return _bound(ink, window + bowl + _lettering(ink, 40, 226), width=226, height=232)


def _travel_guide(ink: Inks) -> str:
    houses = "".join(
        rect(26 + 34 * k, 176 - h, 30, h + 46, fill)
        + area(f"M{24 + 34 * k} {176 - h}l17-20 17 20z", ink.deep)
        + rect(36 + 34 * k, 186 - h, 9, 12, CREAM)
        for k, (h, fill) in enumerate(((34, ink.light), (54, ink.accent), (26, CREAM), (46, ink.pale)))
    )
    water = rect(14, 214, 150, 20, ink.dark) + line("M26 224q10-6 20 0t20 0 20 0 20 0 20 0", ink.pale, 3)
    return _bound(ink, houses + water + _lettering(ink, 40, 166), width=166, height=242, turn=3)


def _walking_guide(ink: Inks) -> str:
    hills = area("M14 206L66 110L100 160L126 128L166 200V242H14Z", ink.deep) + area(
        "M66 110l17 26-12 6-9-8-13 8z", CREAM
    )
    path = line("M90 240Q60 216 96 204T104 176", ink.pale, 5, more='stroke-dasharray="1 9"')
    return _bound(
        ink, disc(126, 102, 15, ink.accent) + hills + path + _lettering(ink, 40, 166), width=166, height=242, turn=-2
    )


def _field_guide(ink: Inks) -> str:
    subjects = (
        line("M94 220V120", ink.deep, 5) + "".join(leaf(94, 210 - 24 * k, 50 - 5 * k, turn, fill) for k in range(4) for turn, fill in ((-58, ink.deep), (58, ink.dark))) + leaf(94, 126, 32, 0, ink.deep),
        area("M46 170q20-42 62-36l30-10-14 20q0 48-54 50l-32 14 14-24z", ink.deep) + disc(114, 146, 4, CREAM) + line("M84 192v22M98 190v24", ink.deep, 4) + line("M40 216h110", ink.accent, 6) + area("M72 164q26-8 40 10q-20 16-40-10z", ink.accent),
        "".join(oval(x, y, rx, 17, ink.pale) for x, y, rx in ((78, 148, 40), (108, 136, 34), (126, 154, 34))) + line("M64 180l-6 22M90 180l-6 30M116 180l-6 22", ink.light, 5),
    )  # fmt: skip
    frame = rect(26, 88, 126, 142, "none", more=f'stroke="{ink.pale}" stroke-width="3"')
    return _bound(ink, frame + subjects[ink.variant % 3] + _lettering(ink, 38, 166), width=166, height=250)


def _picture_book(ink: Inks) -> str:
    stars = "".join(disc(x, y, 4, CREAM) for x, y in ((44, 96), (70, 126), (190, 92), (172, 150), (40, 168)))
    scenes = (
        stars + disc(118, 134, 36, "#f3d98b") + disc(134, 124, 31, ink.deep) + area("M14 224Q60 176 118 204T226 188V230H14Z", ink.dark),
        disc(118, 164, 44, "#a9764a") + disc(84, 124, 16, "#a9764a") + disc(152, 124, 16, "#a9764a") + oval(118, 178, 20, 15, "#e8cfa6") + disc(102, 154, 5, INK) + disc(134, 154, 5, INK) + oval(118, 171, 7, 5, INK),
        area("M58 176h120l-22 34H80z", CREAM) + area("M114 168V96l50 64z", ink.accent) + area("M108 168v-56l-36 48z", CREAM) + line("M24 214q16-9 32 0t32 0 32 0 32 0 32 0 32 0", ink.pale, 5),
    )  # fmt: skip
    sky = rect(0, 0, 226, 230, ink.deep, r=5) if ink.variant % 3 == 0 else ""
    return _bound(ink, sky + scenes[ink.variant % 3] + _lettering(ink, 36, 226), width=226, height=230)


def _early_reader(ink: Inks) -> str:
    owl = (
        oval(98, 170, 44, 54, ink.deep)
        + area("M58 134l6-28 22 16zM138 134l-6-28-22 16z", ink.deep)
        + disc(80, 148, 20, CREAM) + disc(116, 148, 20, CREAM) + disc(82, 150, 8, INK) + disc(114, 150, 8, INK)
        + area("M90 164h16l-8 14z", "#e0a24a")
        + oval(98, 196, 26, 24, ink.light)
    )  # fmt: skip
    snail = (
        disc(104, 164, 42, ink.accent)
        + line("M104 164q16-4 12 12t-26 8-14-30 34-18 24 34", CREAM, 6)
        + area("M44 214q6-18 24-14h84q18-2 22-34l12 4q0 44-30 44z", ink.deep)
        + line("M168 166l-4-22M180 168l6-20", ink.deep, 5)
    )
    return _bound(ink, (owl if ink.variant % 2 else snail) + _lettering(ink, 40, 190), width=190, height=238, turn=-3)


def _activity_book(ink: Inks) -> str:
    shapes = (
        area("M48 118l24-30 24 30v36H48z", ink.accent)
        + disc(150, 118, 26, CREAM)
        + area("M46 216l28-48 28 48z", ink.pale)
        + area("M126 170h46v46h-46z", ink.deep)
        + line("M30 158q40 20 80-6t90 16", CREAM, 4, more='stroke-dasharray="9 9"')
        + disc(142, 113, 4, INK)
        + disc(158, 113, 4, INK)
        + line("M140 125q10 10 20 0", INK, 4)
    )
    return _bound(ink, shapes + _lettering(ink, 40, 208), width=208, height=240, turn=3)


BOOKS: dict[str, Drawing] = {
    "Novel": _novel,
    "Crime Novel": _crime_novel,
    "Stories": _stories,
    "Cookbook": _cookbook,
    "Baking Book": _baking_book,
    "Coffee Table Cookbook": _food_album,
    "Travel Guide": _travel_guide,
    "Walking Guide": _walking_guide,
    "Field Guide": _field_guide,
    "Picture Book": _picture_book,
    "Early Reader": _early_reader,
    "Activity Book": _activity_book,
}
