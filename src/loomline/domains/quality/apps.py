from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "loomline.domains.quality"
    label = "quality"
