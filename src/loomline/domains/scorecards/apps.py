from django.apps import AppConfig


class ScorecardsConfig(AppConfig):
    name = "loomline.domains.scorecards"
    label = "scorecards"
