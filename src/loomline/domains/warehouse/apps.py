from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "loomline.domains.warehouse"
    label = "warehouse"
