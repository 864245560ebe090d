from xml.etree import ElementTree as ET

import pytest

from marketing.reports.lines import Line, LineChart, Point, Scale

SVG = "{http://www.w3.org/2000/svg}"
STEPS = ["1 May, 10:00", "2 May, 10:00", "3 May, 10:00", "4 May, 10:00"]


def drawn(chart):
    return ET.fromstring(chart.svg().replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))  # noqa: S314 - our own


def places(shape):
    return [tuple(map(float, pair.split(","))) for pair in shape.get("points").split(" ")]


def test_points_stand_in_the_middle_of_their_steps_and_as_high_as_the_scale_says():
    chart = LineChart("NDCG", STEPS, [Line("candidate", "good", [Point(0.0), Point(1.0), Point(0.5), Point(0.25)])])

    (line,) = drawn(chart).iter(f"{SVG}polyline")

    # Four steps share 100, and the scale is from 0 at the bottom (100) to 1 at the top (0).
    assert places(line) == [(12.5, 100.0), (37.5, 0.0), (62.5, 50.0), (87.5, 75.0)]


def test_a_band_goes_along_the_upper_ends_and_back_along_the_lower_ones():
    points = [Point(0.5, 0.0, 1.0), Point(0.5, 0.25, 0.75)]

    (band,) = drawn(LineChart("NDCG", STEPS[:2], [Line("candidate", "good", points)])).iter(f"{SVG}polygon")

    assert places(band) == [(25.0, 0.0), (75.0, 25.0), (75.0, 75.0), (25.0, 100.0)]


def test_a_gap_parts_the_line_and_a_lone_point_keeps_its_interval():
    points = [Point(0.0, 0.0, 0.0), Point(1.0, 1.0, 1.0), None, Point(0.5, 0.25, 0.75)]

    svg = drawn(LineChart("NDCG", STEPS, [Line("champion", "muted", points, dashed=True)]))

    assert [len(places(line)) for line in svg.iter(f"{SVG}polyline")] == [2, 1]
    assert all(line.get("stroke-dasharray") for line in svg.iter(f"{SVG}polyline"))
    (whisker,) = [line for line in svg.iter(f"{SVG}line") if line.get("class") == "attune-stroke-muted"]
    assert (whisker.get("y1"), whisker.get("y2")) == ("75.00%", "25.00%")


def test_each_dot_says_when_who_and_how_much_and_leads_to_where_it_came_from():
    chart = LineChart("NDCG", STEPS[:1], [Line("candidate", "good", [Point(0.5, 0.25, 0.75, url="/run/7/")])])

    (link,) = drawn(chart).iter(f"{SVG}a")

    assert link.get("href") == "/run/7/"
    assert link.find(f"{SVG}g/{SVG}title").text == "1 May, 10:00, candidate: 0.500 (0.250 to 0.750)"


def test_of_many_steps_a_few_are_written_below_the_newest_always():
    steps = [str(number) for number in range(10)]

    svg = drawn(LineChart("NDCG", steps, [Line("candidate", "good", [Point(0.5)] * 10)]))

    # Every third of ten, counted from the newest.
    assert [text.text for text in svg.iter(f"{SVG}text") if text.get("class")] == ["0", "3", "6", "9"]


def test_names_are_text_never_markup():
    chart = LineChart('"><script>', ["<b>"], [Line("<i>", "good", [Point(1.0, url='"><script>')])])

    svg = chart.svg()

    assert drawn(chart).get("aria-label") == '"><script>'
    assert not any(trap in svg for trap in ("<b>", "<i>", "<script>"))


def test_a_chart_without_points_has_a_scale_and_its_label():
    svg = drawn(LineChart("Nothing yet", STEPS, [Line("candidate", "good", [None] * 4)]))

    assert svg.get("aria-label") == "Nothing yet"
    assert [text.text for text in svg.iter(f"{SVG}text") if not text.get("class")] == ["0.0", "0.5", "1.0"]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.021, 0.034], [0.02, 0.025, 0.03, 0.035]),
        ([0, 4_200], [0, 2_000, 4_000, 6_000]),
        ([-0.3, 0.3], [-0.4, -0.2, 0.0, 0.2, 0.4]),
        ([-2.0], [-2.0, -1.5, -1.0, -0.5, 0.0]),
    ],
)
def test_the_scale_has_round_steps_that_hold_all_values(values, ticks):
    assert Scale.over(values).ticks == ticks
