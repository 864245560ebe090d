from django.urls import path

from config.storefront import views
from config.storefront.media import media

app_name = "storefront"
urlpatterns = [
    path("", views.home, name="home"),
    path("p/<path:sku>", views.product, name="product"),
    path("storefront/session", views.session, name="session"),
    path("storefront/training", views.training, name="training"),
    path("media/<path:name>", media, name="media"),
]
