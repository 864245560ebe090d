"""The same operations over the same schema, by graphql-core's own execution and by ours."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

import pytest
import strawberry
from strawberry import relay
from strawberry.extensions import SchemaExtension

from config.execution import Execution


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Maker(Named):
    country: str | None


@strawberry.type
class Thing:
    id: relay.GlobalID
    label: str
    pieces: int | None
    share: float
    price: Decimal
    made_at: datetime
    colour: Colour
    tags: list[str]
    maker: Maker
    part: "Thing | None"

    @strawberry.field
    def shout(self, times: int = 1, end: str | None = None) -> str:
        return self.label.upper() * times + (end or "")

    @strawberry.field
    def fails(self) -> str | None:
        raise ValueError("no luck")

    @strawberry.field
    def must_not_fail(self) -> str:
        raise ValueError("no luck")

    @strawberry.field
    def asks(self, info: strawberry.Info) -> str:
        return info.field_name

    @strawberry.field
    async def late(self) -> str:
        await asyncio.sleep(0)
        return f"late {self.label}"


def thing(label="tea", *, part=None, **changed):
    values = {
        "id": relay.GlobalID("Thing", str(label)),
        "label": label,
        "pieces": 3,
        "share": 0.5,
        "price": Decimal("1.50"),
        "made_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        "colour": Colour.BLUE,
        "tags": ["a", "b"],
        "maker": Maker(name="Ada", country=None),
        "part": part,
    }
    return Thing(**{**values, **changed})


@strawberry.type
class Query:
    @strawberry.field
    def things(self) -> list[Thing]:
        return [thing("tea", part=thing("leaf")), thing("cup")]

    @strawberry.field
    def maybe(self) -> Thing | None:
        return thing()

    @strawberry.field
    def broken(self) -> list[Thing | None]:
        return [thing(), thing(label=None), thing(pieces="many"), thing(part=thing(label=None)), thing(share="x")]

    @strawberry.field
    def late_things(self) -> list[Thing]:
        return [thing("tea", part=thing("leaf")), thing("cup")]


def answers(operation, *, extensions=(), run="execute_sync"):
    """The data and errors of both executions."""
    found = []
    for context in (None, Execution):
        schema = strawberry.Schema(query=Query, execution_context_class=context, extensions=list(extensions))
        result = getattr(schema, run)(operation)
        result = asyncio.run(result) if run == "execute" else result
        errors = [(error.message, error.path, error.locations) for error in result.errors or ()]
        found.append((result.data, errors, [list(row) for row in (result.data or {}).get("things", ())]))
    return found


OPERATIONS = {
    "attributes of every kind": "{ things { id label pieces share price madeAt colour tags } }",
    "objects in objects": "{ things { label part { label part { label } } maker { name country } } }",
    "aliases in another order": "{ things { b: label a: shout c: label part { z: label } } }",
    "fragments": "{ things { ...f ... on Thing { pieces } } } fragment f on Thing { label part { ...g } }"
    " fragment g on Thing { label pieces }",
    "the same object twice": "{ things { part { label } part { pieces } } }",
    "the type's name": "{ things { __typename label maker { __typename } } }",
    "left out by directive": "{ things { label @skip(if: true) pieces part @include(if: false) { label } } }",
    "methods with defaults and with arguments": '{ things { shout twice: shout(times: 2, end: "!") } }',
    "a method that asks for the info": "{ things { asks label } }",
    "a field that fails and may be null": "{ things { label fails } }",
    "a field that fails and must not be null": "{ maybe { label mustNotFail } }",
    "values that don't fit their type": "{ broken { label pieces share part { label } } }",
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_is_answered_as_graphql_core_answers_it(operation):
    theirs, ours = answers(operation)

    assert ours == theirs
    assert theirs[0] is not None


def test_broken_values_are_errors_at_their_place():
    _theirs, (data, errors, _order) = answers("{ broken { label share } }")

    assert data == {
        "broken": [
            {"label": "tea", "share": 0.5},
            None,
            {"label": "tea", "share": 0.5},
            {"label": "tea", "share": 0.5},
            None,
        ]
    }
    assert [path for _message, path, _locations in errors] == [["broken", 1, "label"], ["broken", 4, "share"]]


def test_what_has_to_be_awaited_is_awaited():
    theirs, ours = answers("{ lateThings { label late part { late label } tags } }", run="execute")

    assert ours == theirs
    assert ours[0]["lateThings"][0] == {
        "label": "tea",
        "late": "late tea",
        "part": {"late": "late leaf", "label": "leaf"},
        "tags": ["a", "b"],
    }


def test_extensions_that_watch_every_field_still_see_every_field():
    seen = []

    class Watching(SchemaExtension):
        def resolve(self, next_, root, info, *arguments, **options):
            seen.append(info.field_name)
            return next_(root, info, *arguments, **options)

    answers("{ maybe { label maker { name } } }", extensions=[Watching])

    assert seen == ["maybe", "label", "maker", "name"] * 2


def test_a_trusting_scalar_refuses_an_exception_as_value():
    @dataclass
    class Row:
        price: object

    @strawberry.type
    class Priced:
        price: Decimal | None

    @strawberry.type
    class Root:
        @strawberry.field
        def priced(self) -> Priced:
            return Row(price=ValueError("sold out"))

    schema = strawberry.Schema(query=Root, execution_context_class=Execution)

    result = schema.execute_sync("{ priced { price } }")

    assert result.data == {"priced": {"price": None}}
    assert result.errors[0].path == ["priced", "price"]
