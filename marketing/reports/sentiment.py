"""How people feel in what they write: reviews and comments, day by day."""

from datetime import date, timedelta
from decimal import Decimal

from marketing.reading.trends import About, mood_trend
from marketing.reports.figures import Figure, Series
from marketing.reports.frame import Column, Report, Row
from marketing.reports.parameters import Days


class Sentiment(Report[Days]):
    code = "sentiment"
    title = "Sentiment"
    description = "The mood of reviews and comments, as it was read in their words, by the day they were written."
    permission = "marketing.view_textreading"
    parameters = Days
    columns = (
        Column("day", "Day", "date"),
        Column("texts", "Texts", explain="those whose mood could be told"),
        Column("mood", "Mood", "number", "the mean, from -1, against, to 1, for"),
        Column("positive", "Positive"),
        Column("neutral", "Neutral"),
        Column("negative", "Negative"),
        Column("negative_share", "Negative share", "share"),
    )

    def rows(self, parameters: Days) -> list[Row]:
        periods = mood_trend(About(), first=parameters.first, end=parameters.last + timedelta(days=1), grain="day")
        return [
            {
                "day": period.begins,
                "texts": period.texts,
                "mood": None if period.mean is None else Decimal(f"{period.mean:.2f}"),
                "positive": period.positive,
                "neutral": period.texts - period.positive - period.negative,
                "negative": period.negative,
                "negative_share": period.negative_share,
            }
            for period in reversed(periods)
        ]

    def figure(self, rows: list[Row]) -> Figure | None:
        if not _total(rows, "texts"):
            return None
        days = [day for row in reversed(rows) if isinstance(day := row["day"], date)]
        series = [
            Series(name, tone, [_total([row], name) for row in reversed(rows)])
            for name, tone in (("positive", "good"), ("neutral", "muted"), ("negative", "bad"))
        ]
        return Figure(f"Texts by mood, {days[0]:%d %b} to {days[-1]:%d %b %Y}: {self.summary(rows)}", days, series)

    def summary(self, rows: list[Row]) -> str:
        texts = _total(rows, "texts")
        if not texts:
            return "Nothing was written in these days whose mood could be told."
        mood = sum(float(value) * _total([row], "texts") for row in rows if isinstance(value := row["mood"], Decimal))
        negative = _total(rows, "negative")
        written = "text was" if texts == 1 else "texts were"
        return f"{texts:,} {written} written, of mood {mood / texts:+.2f} on average; {negative / texts:.1%} were negative."


def _total(rows: list[Row], name: str) -> int:
    return sum(value for row in rows if isinstance(value := row[name], int))
