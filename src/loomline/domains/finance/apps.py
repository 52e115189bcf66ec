from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "loomline.domains.finance"
    label = "finance"
