from importlib import import_module

from django.apps import AppConfig


class DunningConfig(AppConfig):
    name = "loomline.domains.dunning"
    label = "dunning"

    def ready(self) -> None:
        # Reminders are also sent where no page is loaded: what sets them is made known here.
        import_module("loomline.domains.dunning.pages")
