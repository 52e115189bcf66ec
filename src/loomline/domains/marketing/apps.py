from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "loomline.domains.marketing"
    label = "marketing"
