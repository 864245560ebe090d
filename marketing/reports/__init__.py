"""Reports: one file each, listed in the settings as code → dotted path; pages and files are made by the frame."""

from marketing.reports.registry import all_reports, load_report

__all__ = ["all_reports", "load_report"]
