from datetime import date
from xml.etree import ElementTree as ET

from marketing.reports.figures import HEIGHT, Figure, Series

DAYS = [date(2026, 5, 4), date(2026, 5, 5)]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(figure):
    return ET.fromstring(figure.svg().replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))  # noqa: S314 - our own


def test_bars_stand_upon_each_other_and_the_tallest_day_fills_the_figure():
    figure = Figure("Events", DAYS, [Series("good ones", "good", [30, 10]), Series("bad ones", "bad", [10, 0])])

    first, second = drawn(figure).findall(f"{SVG}g")

    # The scale: 40 are 240, so 30 are 180 and 10 are 60.
    bars = [(float(bar.get("y")), float(bar.get("height"))) for bar in first.findall(f"{SVG}rect")]
    assert bars == [(60.0, 180.0), (0.0, 60.0)]
    assert [float(bar.get("height")) for bar in second.findall(f"{SVG}rect")] == [60.0]
    assert second.find(f"{SVG}title").text == "Tue 05 May 2026: 10 good ones"
    assert HEIGHT == 240


def test_a_figure_of_nothing_has_no_bars_and_still_a_label():
    figure = drawn(Figure("Nothing came", DAYS, [Series("all", "good", [0, 0])]))

    assert figure.get("aria-label") == "Nothing came"
    assert figure.findall(f".//{SVG}rect") == []


def test_names_are_written_as_text_never_as_markup():
    figure = Figure('"><script>', DAYS[:1], [Series("<b>", "good", [1])])

    assert drawn(figure).get("aria-label") == '"><script>'
    assert "<b>" not in figure.svg()
