from django.apps import AppConfig


class BillsConfig(AppConfig):
    name = "loomline.domains.bills"
    label = "bills"
