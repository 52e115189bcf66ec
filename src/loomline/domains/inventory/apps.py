from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "loomline.domains.inventory"
    label = "inventory"
