from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "loomline.domains.mail"
    label = "mail"
