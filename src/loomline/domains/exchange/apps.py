from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "loomline.domains.exchange"
    label = "exchange"
