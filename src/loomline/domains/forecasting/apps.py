from django.apps import AppConfig


class ForecastingConfig(AppConfig):
    name = "loomline.domains.forecasting"
    label = "forecasting"
