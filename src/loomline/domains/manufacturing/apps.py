from django.apps import AppConfig


class ManufacturingConfig(AppConfig):
    name = "loomline.domains.manufacturing"
    label = "manufacturing"
