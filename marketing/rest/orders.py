"""The REST doors of what is sold: orders, refunds and cancellations in."""

from datetime import UTC, datetime

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import caller_of
from marketing.models import ApiKey
from marketing.orders import parse_orders
from marketing.refunds import parse_cancellations, parse_refunds
from marketing.rest import docs
from marketing.rest.docs import answers, body
from marketing.rest.frame import RestView, answer_batch, body_of, source_of
from marketing.rules import Key
from marketing.services.orders import record_orders
from marketing.services.refunds import cancel_orders, record_refunds


class OrdersView(RestView):
    rule = Key(ApiKey.Scope.ORDERS_WRITE)

    @extend_schema(
        operation_id="storeOrders",
        summary="Store orders, each once",
        description="A batch as a list or as `{“orders”: […]}`. A line is quantity × unit price − discount, rounded to"
        " the currency's smallest unit, halves up; `total` = lines − discount + shipping + tax, and is worked out when"
        " left out. Amounts are texts or numbers. The same id with the same content again is `already_stored`, with"
        " other content a `conflict`. Answers 207 with a result for each order.",
        request=body(docs.ORDERS),
        responses=answers(s207=("What became of each order.", docs.ORDER_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        parsed = parse_orders(body_of(request), now=datetime.now(UTC))
        return answer_batch(record_orders(parsed, source=source_of(caller_of(request))))


class RefundsView(RestView):
    rule = Key(ApiKey.Scope.ORDERS_WRITE)

    @extend_schema(
        operation_id="storeRefunds",
        summary="Store refunds, each once",
        description="A batch as a list or as `{“refunds”: […]}`. `order` is the order's id, `line` the place of a line"
        " in it, from 1. Money is in the order's currency. More than what is left of the order is refused. An id is of"
        " its order: the same one with the same content again is `already_stored`, with other content a `conflict`."
        " Answers 207 with a result for each refund.",
        request=body(docs.REFUNDS),
        responses=answers(s207=("What became of each refund.", docs.ORDER_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        parsed = parse_refunds(body_of(request), now=datetime.now(UTC))
        return answer_batch(record_refunds(parsed, source=source_of(caller_of(request))))


class CancellationsView(RestView):
    rule = Key(ApiKey.Scope.ORDERS_WRITE)

    @extend_schema(
        operation_id="cancelOrders",
        summary="Call orders off",
        description="A batch as a list or as `{“cancellations”: […]}`. What an order still holds is given back as a"
        " refund. An order that is called off already is `already_stored`. Answers 207 with a result for each order.",
        request=body(docs.CANCELLATIONS),
        responses=answers(s207=("What became of each cancellation.", docs.ORDER_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        parsed = parse_cancellations(body_of(request), now=datetime.now(UTC))
        return answer_batch(cancel_orders(parsed, source=source_of(caller_of(request))))
