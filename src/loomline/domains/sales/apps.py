from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "loomline.domains.sales"
    label = "sales"
