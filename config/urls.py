"""Where everything is."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health
from config.schema import schema
from marketing.live import live
from marketing.snippet import snippet
from marketing.views import GraphQLView

graphql = GraphQLView.as_view(schema=schema, graphql_ide="graphiql" if settings.GRAPHQL_INTROSPECTION else None)

urlpatterns = [
    path("graphql", graphql, name="graphql"),
    path("attune.js", snippet, name="snippet"),
    path("api/", include("marketing.rest.urls")),
    path("admin/reports/", include("marketing.admin.reports")),
    path("admin/live", live, name="live"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

if settings.STOREFRONT:
    urlpatterns.append(path("", include("config.storefront.urls")))
else:
    urlpatterns.append(path("", RedirectView.as_view(pattern_name="admin:index")))
