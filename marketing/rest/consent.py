"""The REST door for what people agreed to, as the shop's systems hear it."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import caller_of
from marketing.models import ApiKey
from marketing.rest import docs
from marketing.rest.docs import answers, body
from marketing.rest.frame import RestView, answer_batch, body_of, source_of
from marketing.rules import Key
from marketing.services.consent import Actor, parse_consents, record_consents


class ConsentView(RestView):
    rule = Key(ApiKey.Scope.CONSENT_WRITE)

    @extend_schema(
        operation_id="recordConsent",
        summary="Record what people agreed to",
        description="A batch as a list or as `{“consents”: […]}`. Answers are added to each person's history, and the"
        " newest by `givenAt` counts, in whatever order they come; the same answer again is `unchanged`. Each names one"
        " of `customer` and `visitor`; who is not known yet is made. Answers 207 with a result for each row.",
        request=body(docs.CONSENTS),
        responses=answers(s207=("What became of each answer.", docs.ROW_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        rows = parse_consents(body_of(request))
        return answer_batch(record_consents(rows, source=source_of(caller), actor=Actor(api_key=caller.api_key)))
