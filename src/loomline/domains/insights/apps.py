from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "loomline.domains.insights"
    label = "insights"
