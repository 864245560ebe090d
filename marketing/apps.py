from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MarketingConfig(AppConfig):
    name = "marketing"

    def ready(self) -> None:
        from marketing.roles import sync_roles  # models can be imported only now
        from marketing.text import checks  # noqa: F401 - importing them registers them

        # Without a sender it runs after every app, so that the last one's permissions are there as well.
        post_migrate.connect(sync_roles, dispatch_uid="marketing.sync_roles")
