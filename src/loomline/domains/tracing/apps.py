from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "loomline.domains.tracing"
    label = "tracing"
