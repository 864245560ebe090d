"""REST below /api/."""

from django.urls import path

from marketing.rest import endpoints

app_name = "api"
urlpatterns = [
    path("events", endpoints.EventsView.as_view(), name="events"),
    path("items", endpoints.ItemsView.as_view(), name="items"),
    path("customers", endpoints.CustomersView.as_view(), name="customers"),
    path("tokens", endpoints.TokensView.as_view(), name="tokens"),
    path("visitors", endpoints.VisitorsView.as_view(), name="visitors"),
    path("schema", endpoints.SchemaView.as_view(), name="schema"),
    path("docs", endpoints.DocsView.as_view(), name="docs"),
]
