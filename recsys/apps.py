from django.apps import AppConfig
from django.conf import settings


class RecsysConfig(AppConfig):
    name = "recsys"

    def ready(self) -> None:
        """Refuse to start on weights that are none, and not at the first list that needs them; give Prometheus its numbers."""
        from recsys import telemetry
        from recsys.signals import checked_weights

        checked_weights(settings.RECOMMENDATION_WEIGHTS)
        telemetry.register()
