"""What happens right now: events counted by the minute in Valkey, beside the event table, which stays the truth.

A minute's count is of the stored events that count (quality `ok`) and occurred in it, whenever they arrived.
"""

from marketing.stream.counters import Tally, feed, tally
from marketing.stream.live import Live, LiveMinute, live
from marketing.stream.replay import replay

__all__ = ["Live", "LiveMinute", "Tally", "feed", "live", "replay", "tally"]
