from django.apps import AppConfig


class TimelineConfig(AppConfig):
    name = "loomline.domains.timeline"
    label = "timeline"
