from django.apps import AppConfig


class ShopfloorConfig(AppConfig):
    name = "loomline.domains.shopfloor"
    label = "shopfloor"
