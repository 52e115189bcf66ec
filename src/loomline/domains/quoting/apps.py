from importlib import import_module

from django.apps import AppConfig


class QuotingConfig(AppConfig):
    name = "loomline.domains.quoting"
    label = "quoting"

    def ready(self) -> None:
        # The worker writes letters too and loads no pages: what sets them is made known here.
        import_module("loomline.domains.quoting.pages.letters")
