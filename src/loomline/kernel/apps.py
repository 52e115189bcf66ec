from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import import_string


class KernelConfig(AppConfig):
    """The kernel. Around each migrate it puts the database's own rules in place."""

    name = "loomline.kernel"
    label = "kernel"

    def ready(self) -> None:
        # Models cannot be imported before the registry is full, hence by name.
        import_string("loomline.kernel.lookups.install")()
        pre_migrate.connect(
            import_string("loomline.kernel.triggers.prepare"), sender=self, dispatch_uid="kernel.prepare"
        )
        post_migrate.connect(
            import_string("loomline.kernel.triggers.install"), sender=self, dispatch_uid="kernel.install"
        )
