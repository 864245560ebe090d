from xml.etree import ElementTree as ET

from marketing.reports.dots import Dots, Mark
from marketing.reports.lines import Point

SVG = "{http://www.w3.org/2000/svg}"


def drawn(dots):
    return ET.fromstring(dots.svg().replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))  # noqa: S314 - our own


def test_marks_stand_below_each_other_on_one_scale_with_their_intervals():
    marks = [
        Mark("this", "good", Point(0.75, 0.5, 1.0)),
        Mark("the other", "muted", Point(0.25, 0.0, 0.5), hollow=True),
    ]

    svg = drawn(Dots.over(marks))

    # The scale from 0 to 1 takes 92 per cent of the width, between margins of 4.
    lines = [(line.get("x1"), line.get("x2")) for line in svg.iter(f"{SVG}line")]
    assert lines == [("50.00%", "96.00%"), ("4.00%", "50.00%")]
    assert [dot.get("cx") for dot in svg.iter(f"{SVG}circle")] == ["73.00%", "27.00%"]
    assert [dot.get("cy") for dot in svg.iter(f"{SVG}circle")] == ["7.0", "21.0"]
    assert svg.get("aria-label") == "this 0.750 (0.500 to 1.000); the other 0.250 (0.000 to 0.500)"


def test_zero_is_on_the_scale_and_has_its_line():
    svg = drawn(Dots.over([Mark("gain", "good", Point(0.5, 0.25, 1.0))], zero=0.0))

    assert [line.get("x1") for line in svg.iter(f"{SVG}line")] == ["4.00%", "27.00%"]


def test_equal_numbers_stand_in_the_middle():
    svg = drawn(Dots.over([Mark("this", "good", Point(0.5)), Mark("the other", "muted", Point(0.5))]))

    assert [dot.get("cx") for dot in svg.iter(f"{SVG}circle")] == ["50.00%", "50.00%"]


def test_names_are_text_never_markup():
    assert "<b>" not in Dots.over([Mark("<b>", "good", Point(0.5))]).svg()
