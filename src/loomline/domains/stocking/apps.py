from django.apps import AppConfig


class StockingConfig(AppConfig):
    name = "loomline.domains.stocking"
    label = "stocking"
