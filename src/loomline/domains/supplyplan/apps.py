from django.apps import AppConfig


class SupplyPlanConfig(AppConfig):
    name = "loomline.domains.supplyplan"
    label = "supplyplan"
