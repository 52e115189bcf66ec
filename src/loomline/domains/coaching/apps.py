from django.apps import AppConfig


class CoachingConfig(AppConfig):
    name = "loomline.domains.coaching"
    label = "coaching"
