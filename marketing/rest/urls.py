"""REST below /api/."""

from django.urls import path

from marketing.rest import beacon, catalogue, consent, endpoints, exports, orders, social

app_name = "api"
urlpatterns = [
    path("events", endpoints.EventsView.as_view(), name="events"),
    path("beacon", beacon.BeaconView.as_view(), name="beacon"),
    path("items", endpoints.ItemsView.as_view(), name="items"),
    path("catalogue/sync", catalogue.CatalogueSyncView.as_view(), name="catalogue-sync"),
    path("customers", endpoints.CustomersView.as_view(), name="customers"),
    path("consent", consent.ConsentView.as_view(), name="consent"),
    path("orders", orders.OrdersView.as_view(), name="orders"),
    path("refunds", orders.RefundsView.as_view(), name="refunds"),
    path("cancellations", orders.CancellationsView.as_view(), name="cancellations"),
    path("social", social.SocialView.as_view(), name="social"),
    path("tokens", endpoints.TokensView.as_view(), name="tokens"),
    path("visitors", endpoints.VisitorsView.as_view(), name="visitors"),
    path("exports/<selection>", exports.ExportsView.as_view(), name="exports"),
    path("schema", endpoints.SchemaView.as_view(), name="schema"),
    path("docs", endpoints.DocsView.as_view(), name="docs"),
]
