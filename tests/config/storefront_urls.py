"""The addresses as they are when settings.STOREFRONT is on, which is decided when a process starts."""

from django.urls import include, path

from config import urls

urlpatterns = [path("", include("config.storefront.urls")), *urls.urlpatterns]
