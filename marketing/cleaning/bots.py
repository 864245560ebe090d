"""Robots, by what they call themselves: search engines, monitors, previews of links, mail scanners."""

from functools import cache, lru_cache
from typing import Final

from crawlerdetect import CrawlerDetect

# No browser's is longer; the patterns are many.
LENGTH: Final = 512


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    """Whether a User-Agent is on the kept lists of the package crawlerdetect. An empty one says nothing."""
    return bool(_lists().is_crawler(user_agent[:LENGTH]))


@cache
def _lists() -> CrawlerDetect:
    return CrawlerDetect()
