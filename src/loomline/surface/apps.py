from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class SurfaceConfig(AppConfig):
    """The surface. Its own tables are governed at start; each migrate puts the indexes of search in place."""

    name = "loomline.surface"
    label = "surface"

    def ready(self) -> None:
        # Models cannot be imported before the registry is full, hence by name.
        import_string("loomline.surface.rights.govern_own")()
        post_migrate.connect(
            import_string("loomline.surface.find_index.install"), sender=self, dispatch_uid="surface.find"
        )
