"""REST below /api/."""

from django.urls import path

from marketing import rest

app_name = "api"
urlpatterns = [
    path("events", rest.EventsView.as_view(), name="events"),
    path("items", rest.ItemsView.as_view(), name="items"),
    path("customers", rest.CustomersView.as_view(), name="customers"),
    path("tokens", rest.TokensView.as_view(), name="tokens"),
    path("visitors", rest.VisitorsView.as_view(), name="visitors"),
    path("schema", rest.SchemaView.as_view(), name="schema"),
]
