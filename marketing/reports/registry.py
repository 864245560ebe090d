from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from marketing.errors import NotFound
from marketing.reports.frame import Report


def load_report(code: str) -> Report[Any]:
    """The report of this code.

    Raises:
        NotFound: when REPORTS lists no such report.

    """
    path = settings.REPORTS.get(code)
    if path is None:
        raise NotFound(f"There is no report “{code}”; there are {', '.join(sorted(settings.REPORTS))}.")
    return _made(path)


def all_reports() -> list[Report[Any]]:
    return [load_report(code) for code in settings.REPORTS]


@cache
def _made(path: str) -> Report[Any]:
    report: Report[Any] = import_string(path)()
    return report
