from django.apps import AppConfig


class DemandConfig(AppConfig):
    name = "loomline.domains.demand"
    label = "demand"
