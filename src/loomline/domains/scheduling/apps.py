from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "loomline.domains.scheduling"
    label = "scheduling"
