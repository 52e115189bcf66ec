from loomline.surface.apps import SurfaceConfig


class Templates(SurfaceConfig):
    """The surface for its templates alone: no tables, hence no rows whose reach is to be settled."""

    def ready(self) -> None:
        return None
