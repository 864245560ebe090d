"""How far what happens now lies from what the serving artefact was trained on."""

from recsys.drift.reports import report_drift

__all__ = ["report_drift"]
