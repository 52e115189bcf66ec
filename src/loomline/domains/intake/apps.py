from django.apps import AppConfig
from django.utils.module_loading import import_string


class IntakeConfig(AppConfig):
    """The import of single lists."""

    name = "loomline.domains.intake"
    label = "intake"

    def ready(self) -> None:
        # The worker, which shows no list, asks what a list takes.
        import_string("loomline.domains.intake.resources.incoming")
