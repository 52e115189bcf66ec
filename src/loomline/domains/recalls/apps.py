from django.apps import AppConfig


class RecallsConfig(AppConfig):
    name = "loomline.domains.recalls"
    label = "recalls"
