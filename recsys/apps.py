from django.apps import AppConfig


class RecsysConfig(AppConfig):
    name = "recsys"
