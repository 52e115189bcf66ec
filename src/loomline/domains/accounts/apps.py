from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "loomline.domains.accounts"
    label = "accounts"
