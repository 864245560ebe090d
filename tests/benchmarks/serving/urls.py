from django.urls import include, path

from tests.benchmarks.serving import bare, rest

urlpatterns = [
    path("bench/bare", bare.recommendations),
    path("bench/rest", rest.Recommendations.as_view()),
    path("", include("config.urls")),
]
