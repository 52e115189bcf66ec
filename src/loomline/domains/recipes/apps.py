from django.apps import AppConfig


class RecipesConfig(AppConfig):
    name = "loomline.domains.recipes"
    label = "recipes"
