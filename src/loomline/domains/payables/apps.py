from django.apps import AppConfig


class PayablesConfig(AppConfig):
    name = "loomline.domains.payables"
    label = "payables"
