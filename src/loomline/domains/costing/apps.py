from django.apps import AppConfig


class CostingConfig(AppConfig):
    name = "loomline.domains.costing"
    label = "costing"
