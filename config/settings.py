"""Attune's settings: one file, read from the environment. Each setting is explained where it stands.

ATTUNE_ENV says which world this is: `local` (default: embedded services, a generated secret, localhost only),
`test`, or `production` (refuses to start on anything that would be unsafe there).
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from environs import Env, validate

from config import embedded

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.str("ATTUNE_ENV", "local", validate=validate.OneOf(["local", "test", "production"]))
PRODUCTION = ENVIRONMENT == "production"

# Where the embedded services, artefacts, media and the generated secret live. Keep it short: it holds unix sockets.
HOME = Path(env.str("ATTUNE_HOME", str(BASE_DIR / "var"))).absolute()


# Prefix of every key in the cache and the broker, so that several installations (and test workers) can share a server.
NAMESPACE = env.str("ATTUNE_NAMESPACE", "attune")


def required(name: str) -> str:
    """The variable's value; in production its absence stops the start."""
    value = env.str(name, "")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} is not set: ATTUNE_ENV=production has no default for it.")
    return value


def canary_share(share: float) -> None:
    if share and not 0.01 <= share <= 0.5:
        raise ImproperlyConfigured(f"a canary's share is {share:g}; expected 0, or a share of 1 from 0.01 to 0.5")


def generated_secret() -> str:
    """A secret made once for this installation, readable by its owner only."""
    path = HOME / "secret_key"
    HOME.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text() or generated_secret()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text()


# -- Safety ------------------------------------------------------------------------------------------------------------

SECRET_KEY = required("SECRET_KEY") or generated_secret()
# Old secrets that still verify signatures while a new one is rolled out.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
DEBUG = env.bool("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on: ATTUNE_ENV=production refuses it, since error pages would show secrets.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"])
# Other sites whose pages may call the API from a browser, e.g. https://shop.example.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", [])
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type"]
CORS_EXPOSE_HEADERS = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"]
CORS_URLS_REGEX = r"^/(graphql|api/)"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# TLS ends at the reverse proxy, which must set X-Forwarded-Proto and drop it from outside requests.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
X_FRAME_OPTIONS = "DENY"
AUTH_USER_MODEL = "marketing.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Ten wrong passwords for one name from one address lock that pair for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

# -- Apps --------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "ads",
    "support",
    "recsys",
    "marketing",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_celery_beat",
    "strawberry_django",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "axes",
    "django_prometheus",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "marketing.access.CallerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# -- Data --------------------------------------------------------------------------------------------------------------

DATABASE_URL = required("DATABASE_URL") or embedded.locate(HOME).database_url
DATABASES: dict[str, Any] = {
    "default": {
        **dj_database_url.parse(DATABASE_URL, conn_health_checks=True),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 8), "timeout": 10}},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHE_URL = required("CACHE_URL") or embedded.locate(HOME).cache_url
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": NAMESPACE,
        # No pickle: what stands in a shared cache must not be able to run code.
        "OPTIONS": {"serializer": "config.serializers.JsonSerializer"},
    }
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "media"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # What training leaves. S3-compatible storage: set the backend's dotted path and its options as JSON.
    "artefacts": {
        "BACKEND": env.str("ARTEFACT_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("ARTEFACT_STORAGE_OPTIONS", {"location": str(HOME / "artefacts")}),
    },
}
# Artefacts are unpacked here once per machine, named by their sha256.
ARTEFACT_CACHE = Path(env.str("ARTEFACT_CACHE", str(HOME / "artefact-cache")))
# Where a run that trains a network leaves its state after each epoch, so that it goes on there when it is tried again.
NETWORK_CHECKPOINTS = Path(env.str("ATTUNE_NETWORK_CHECKPOINTS", str(HOME / "network-checkpoints")))
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(HOME / "static")))

# -- Language and time -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")  # the business's zone: days are cut in it
# Sums over orders in several currencies are given in this one (ISO 4217), by the exchange rates of their days.
BASE_CURRENCY = env.str("BASE_CURRENCY", "EUR", validate=validate.Regexp(r"^[A-Z]{3}$"))

# -- Work in the background --------------------------------------------------------------------------------------------

BROKER_URL = required("BROKER_URL") or embedded.locate(HOME).broker_url
CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{NAMESPACE}:"} if "redis" in BROKER_URL else {}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "light"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# The space that items are embedded in, for recommending and searching by meaning: “multilingual”, or “english” where all
# texts are.
ITEM_SPACE = env.str("ITEM_SPACE", "multilingual", validate=validate.OneOf(["english", "multilingual"]))

# A folder with data sets to learn moods from, beside the shop's own reviews (docs/text.md); without it there are none.
DATA_SETS = env.str("ATTUNE_DATA", "") or None

# What can be trained: slot → dotted path of its marketing.runs.kinds.RunKind.
RUN_KINDS = {
    "recommender": "recsys.training.RecommenderTraining",
    "sentiment": "marketing.reading.training.SentimentTraining",
}
# Slot → share of the people who get a candidate that passed the gate, as a canary beside the champion, before it may
# serve all. 0: it becomes champion at once. Else 0.01 to 0.5.
CANARY_SHARES = {"recommender": env.float("RECOMMENDER_CANARY_SHARE", 0.0, validate=canary_share)}
# A run whose process did not report for this long is taken over by the next one.
RUN_LEASE = timedelta(seconds=env.int("RUN_LEASE_SECONDS", 60))
RUN_MAX_ATTEMPTS = 4

# -- Webhooks out ------------------------------------------------------------------------------------------------------

# Whether endpoints may lie in private networks. Off, so that nobody can make Attune knock at what stands behind it.
WEBHOOK_PRIVATE_ADDRESSES = env.bool("WEBHOOK_PRIVATE_ADDRESSES", False)
# A delivery that is under way for longer belongs to a worker that is gone: it is made again.
WEBHOOK_LEASE = timedelta(seconds=env.int("WEBHOOK_LEASE_SECONDS", 120))
WEBHOOK_MAX_ATTEMPTS = 10
# How long an endpoint may take from the first byte to the answer. Keep it well below the lease.
WEBHOOK_TIMEOUT_SECONDS = env.float("WEBHOOK_TIMEOUT_SECONDS", 10.0)

# -- Who asks ----------------------------------------------------------------------------------------------------------

CUSTOMER_TOKEN_LIFETIME = timedelta(minutes=env.int("CUSTOMER_TOKEN_MINUTES", 60))
VISITOR_TOKEN_LIFETIME = timedelta(days=env.int("VISITOR_TOKEN_DAYS", 390))
# The source of people who come without a shop's key: browsers that ask for a visitor token.
BROWSER_SOURCE = "browser"

# -- Doors -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["marketing.rest.access.CallerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["marketing.rest.access.ClosedByDefault"],
    "DEFAULT_RENDERER_CLASSES": ["marketing.rest.rendering.QuickJsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["marketing.rest.access.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "caller": env.str("API_RATE", "6000/minute"),
        "nobody": env.str("OPEN_RATE", "60/minute"),
    },
    "EXCEPTION_HANDLER": "marketing.rest.frame.answer_error",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Attune",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
# One request's body, bytes: a full batch of events fits.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
EVENT_BATCH_MAX = 1000
# Rows of a file that an import stores in one transaction; after a cut it goes on behind the last ones.
IMPORT_BLOCK_ROWS = env.int("IMPORT_BLOCK_ROWS", 20_000)
# A sync of the whole catalogue that would retire more than this share of a source's items is refused, in percent.
CATALOGUE_RETIRE_PERCENT = env.float("CATALOGUE_RETIRE_PERCENT", 30.0)
# The body of such a sync over REST, bytes; it is read as a stream.
CATALOGUE_SYNC_MAX_BYTES = env.int("CATALOGUE_SYNC_MAX_BYTES", 256 * 1024 * 1024)
# The same person doing the same to the same within so many seconds counts once; 0 counts everything.
NEAR_DUPLICATE_SECONDS = env.float("NEAR_DUPLICATE_SECONDS", 2.0)
# How many reverse proxies stand before the web process: so many last entries of X-Forwarded-For are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
# What a Prometheus server shows as its bearer token at /metrics; unset, only staff may look.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
GRAPHQL_INTROSPECTION = env.bool("GRAPHQL_INTROSPECTION", not PRODUCTION)
# The sample shop's pages at /: they hand out tokens for any customer, so they belong to demonstrations only.
STOREFRONT = env.bool("STOREFRONT", False)
if PRODUCTION and STOREFRONT:
    raise ImproperlyConfigured("STOREFRONT is on: ATTUNE_ENV=production refuses it, since it lets anybody be anybody.")

# -- Serving recommendations -------------------------------------------------------------------------------------------

# A web process looks for a new deployment at most this often, seconds.
DEPLOYMENT_CHECK_SECONDS = env.float("DEPLOYMENT_CHECK_SECONDS", 2.0)
# Lists that were given out are written to their log this often, seconds. 0: only when something asks for it, as tests do.
RECOMMENDATION_LOG_SECONDS = env.float("RECOMMENDATION_LOG_SECONDS", 0.0 if ENVIRONMENT == "test" else 1.0)
# How unlike each other the items of a list shall be where its query doesn't say: 0, the ranking as it is, to 1.
RECOMMENDATION_DIVERSITY = env.float("RECOMMENDATION_DIVERSITY", 0.0, validate=validate.Range(0, 1))
# The share of a personal list's places where chance shows one of the newest items, so that the next model hears of it.
# 0.02 to 0.05 is much of a shop's learning for little of its sales.
RECOMMENDATION_EXPLORATION = env.float("RECOMMENDATION_EXPLORATION", 0.0, validate=validate.Range(0, 0.5))
# The share of a personal list's places that go to new items which no model knows yet, but which are like what the person
# is interested in; 0.1: at most one in ten, the last of each ten. 0: none.
RECOMMENDATION_NEW_SHARE = env.float("RECOMMENDATION_NEW_SHARE", 0.1, validate=validate.Range(0, 0.5))
# What somebody did says half as much of their interests after so many days.
RECOMMENDATION_INTEREST_DAYS = env.float(
    "RECOMMENDATION_INTEREST_DAYS", 30.0, validate=validate.Range(min=0, min_inclusive=False)
)

# -- Roll-out ----------------------------------------------------------------------------------------------------------

# A canary is promoted when this many people of each arm have been served, and its click-through is shown not to lie
# more than this share below the champion's.
CANARY_LEAST_PEOPLE = env.int("CANARY_LEAST_PEOPLE", 500, validate=validate.Range(min=100))
CANARY_ALLOWED_LOSS = env.float("CANARY_ALLOWED_LOSS", 0.1, validate=validate.Range(0, 1))
# After so many days without harm shown: “promote” (it had passed the gate), or “staff” decide.
CANARY_MAX_DAYS = env.float("CANARY_MAX_DAYS", 14.0, validate=validate.Range(min=0, min_inclusive=False))
CANARY_UNDECIDED = env.str("CANARY_UNDECIDED", "promote", validate=validate.OneOf(["promote", "staff"]))

# -- Mail --------------------------------------------------------------------------------------------------------------

# Who is told when something needs a person: addresses, divided by commas.
STAFF_ALERT_EMAILS: list[str] = env.list("STAFF_ALERT_EMAILS", [])
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "attune@localhost")
# Without a server, mail stands in the log.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# Kind of event → how strongly it speaks for an item (against it below 0), over the weights of recsys/signals.py:
# built-in and added kinds, and “rating:fair” and “rating:low” for stars from 3 to below 4 and below 3.
RECOMMENDATION_WEIGHTS: Any = env.json("RECOMMENDATION_WEIGHTS", {})
# What is trending: a strength halves with every so many days before the shop's newest event.
TRENDING_HALF_LIFE_DAYS = env.float("TRENDING_HALF_LIFE_DAYS", 7.0, validate=validate.Range(min=0, min_inclusive=False))

# -- Reports -----------------------------------------------------------------------------------------------------------

# Code → dotted path of its marketing.reports.frame.Report; each app's own.
REPORTS = {
    "data_quality": "marketing.reports.data_quality.DataQuality",
    "sentiment": "marketing.reports.sentiment.Sentiment",
}
# Staff are told when less than this share of a day's events could be used.
USABLE_EVENTS_SHARE = env.float("USABLE_EVENTS_SHARE", 0.95, validate=validate.Range(0, 1))

# -- Admin -------------------------------------------------------------------------------------------------------------

# What stands on a customer's page, also of apps above marketing: functions (request, customer) → HTML, by dotted path.
CUSTOMER_PANELS = [
    "marketing.admin.features.interest_and_activity",
    "marketing.admin.moods.mood_of_customer",
    "recsys.admin.recommended_now",
]
# What stands at the head of the home page: functions request → HTML, empty when there is nothing to say.
HOME_NOTICES = ["recsys.admin.rollout.drift_notice"]
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Attune",
    "SITE_HEADER": "Attune",
    "SITE_SYMBOL": "graphic_eq",
    "SITE_URL": "/" if STOREFRONT else None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("marketing/attune.svg")}],
    "STYLES": [lambda _: static("marketing/admin.css")],
    "DASHBOARD_CALLBACK": "marketing.dashboard.home",
    "SIDEBAR": {"show_search": True, "navigation": "config.navigation.sidebar"},
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        # A deep green that white text reads well on (600: 6.9 to 1).
        "primary": {
            "50": "oklch(97% .017 180)",
            "100": "oklch(93.5% .034 180)",
            "200": "oklch(87% .058 181)",
            "300": "oklch(79% .083 182)",
            "400": "oklch(70% .097 183)",
            "500": "oklch(58% .096 184)",
            "600": "oklch(46% .08 185)",
            "700": "oklch(40% .069 186)",
            "800": "oklch(34.5% .057 187)",
            "900": "oklch(29.5% .046 188)",
            "950": "oklch(22% .033 189)",
        },
    },
}

# -- Logs --------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"axes": {"level": "WARNING"}},
}

if ENVIRONMENT == "test":
    # Strong hashing is slow on purpose; tests make many users.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    AXES_ENABLED = False
    # Static files are looked for when asked for: tests collect none.
    WHITENOISE_AUTOREFRESH = True
