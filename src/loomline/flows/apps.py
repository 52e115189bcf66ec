from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    """Loads every agreement once all domains stand."""

    name = "loomline.flows"
    label = "flows"

    def ready(self) -> None:
        for module in iter_modules([str(Path(__file__).parent)]):
            if module.name != "apps":
                import_module(f"loomline.flows.{module.name}")
