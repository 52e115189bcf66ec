from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "loomline.domains.pipeline"
    label = "pipeline"
