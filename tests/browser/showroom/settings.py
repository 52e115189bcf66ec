"""Just enough Django to render the templates of the surface."""

from pathlib import Path

SURFACE = Path(__file__).resolve().parents[3] / "src" / "loomline" / "surface"

SECRET_KEY = "only for looking"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "showroom.urls"
INSTALLED_APPS = [
    "django.forms",
    "django.contrib.staticfiles",
    "django_cotton.apps.SimpleAppConfig",
    "showroom.apps.Templates",
]
CACHES = {name: {"BACKEND": "django.core.cache.backends.dummy.DummyCache"} for name in ("default", "pieces")}
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "showroom.middleware.headers",
    "django.middleware.csrf.CsrfViewMiddleware",
]
USE_TZ = True
TIME_ZONE = "Europe/Lisbon"
LANGUAGE_CODE = "en"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).with_name("templates")],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "showroom.shell.shell",
            ],
        },
    }
]
