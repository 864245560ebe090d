"""The same list through Django REST framework: its views, its serializers, and the house's own serving below."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import caller_of
from marketing.rest.frame import RestView
from marketing.rules import Anyone
from marketing.selectors import subject_of_identity
from recsys import serving
from recsys.serving.wording import notes_text, reason_text
from tests.benchmarks.serving.operation import FIRST


class ItemSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField()
    price = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    imageUrl = serializers.CharField(source="image_url")  # noqa: N815 - as the answer has it
    url = serializers.CharField()


class BecauseSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="reason.because")
    title = serializers.CharField(source="item.because_title")


class ReasonSerializer(serializers.Serializer):
    code = serializers.CharField(source="reason.code")
    kind = serializers.CharField(source="reason.kind")
    text = serializers.SerializerMethodField()
    because = BecauseSerializer(source="*")

    def get_text(self, ranked):
        return reason_text(ranked.reason, title=ranked.item.because_title)


class RankedItemSerializer(serializers.Serializer):
    rank = serializers.IntegerField()
    score = serializers.FloatField()
    item = ItemSerializer()
    reason = ReasonSerializer(source="*")


class RankedListSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="list_id")
    basis = serializers.CharField()
    note = serializers.SerializerMethodField()
    items = RankedItemSerializer(many=True)

    def get_note(self, ranked):
        return notes_text(ranked.notes)


class Recommendations(RestView):
    rule = Anyone()
    throttle_classes = ()  # GraphQL's recommendations are not limited either

    def get(self, request: Request) -> Response:
        subject = subject_of_identity(caller_of(request).identity)
        return Response(RankedListSerializer(serving.recommend(subject, first=FIRST)).data)
