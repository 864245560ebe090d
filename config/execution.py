"""How operations are executed: as graphql-core does, but without its ceremony for fields that only read an attribute.

A list of 20 recommendations has some 350 fields, and nearly all of them are attributes of plain objects. graphql-core
builds a path, an info object and arguments for each before it looks at the attribute; here the plain fields of a
selection are found once and read directly. Whatever else a field does, and every error, goes graphql-core's way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter
from operator import attrgetter
from typing import Any, Final, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    is_specified_scalar_type,
)
from graphql.pyutils import Path, Undefined
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Read = Callable[[Any], Any]
# The specification's scalars that a value of exactly this type is an answer of as it stands.
AS_IT_STANDS: Final = {"String": str, "Boolean": bool}


@dataclass(frozen=True, slots=True)
class PlainLeaf:
    """A field of scalar or enum type that reads an attribute, or calls a method with its defaults."""

    response_name: str
    return_type: Any
    details: Any
    read: Read  # object → the answer itself


@dataclass(frozen=True, slots=True)
class PlainObject:
    """A field that reads an object, of which `plan` is asked."""

    response_name: str
    return_type: Any
    details: Any
    read: Read  # object → object
    plan: "Plan"


@dataclass(frozen=True, slots=True)
class Plan:
    """A selection taken apart; `names` are all response names in their order, `rest` the fields that are not plain."""

    parent_type: GraphQLObjectType
    selection: Any
    names: dict[str, None]
    leaves: tuple[PlainLeaf, ...]
    objects: tuple[PlainObject, ...]
    rest: dict[str, Any]


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Reads plain fields directly."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.plans: dict[tuple[str, int], Plan] = {}
        middlewares = self.middleware_manager.middlewares if self.middleware_manager else ()
        self.direct = not middlewares and self.abort_signal is None

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        if self.direct and position_context is None:
            return self.answer(self.plan(parent_type, grouped_field_set), source_value, path)
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)

    def answer(self, plan: Plan, source: Any, path: Path | None) -> Any:
        """Give the selection's fields of one object, or what has to be awaited to have them."""
        results: dict[str, Any] = plan.names.copy()
        for leaf in plan.leaves:
            try:
                results[leaf.response_name] = leaf.read(source)
            except Exception as error:  # noqa: BLE001 – whatever a field raises becomes its error in the answer
                self.fail(error, leaf, plan=plan, path=path)
        later = [field for field in plan.objects if self.read_object(field, source, plan, path, results=results)]
        rest: Any = {}
        if plan.rest:
            rest = super().execute_fields(plan.parent_type, source, path, plan.rest, None)
        if later or self.is_awaitable(rest):
            return self.settled(results, later, rest, plan=plan, path=path)
        results.update(rest)
        return results

    def read_object(
        self, field: PlainObject, source: Any, plan: Plan, path: Path | None, *, results: dict[str, Any]
    ) -> bool:
        """Put an object's fields into the results; true when they have to be awaited."""
        try:
            value = field.read(source)
            if value is None:
                _check_nullable(field.return_type, field=field.response_name)
                return False
            found = self.answer(field.plan, value, Path(path, field.response_name, plan.parent_type.name))
        except Exception as error:  # noqa: BLE001 – as above
            self.fail(error, field, plan=plan, path=path)
            return False
        results[field.response_name] = found
        return self.is_awaitable(found)

    async def settled(
        self, results: dict[str, Any], later: list[PlainObject], rest: Any, *, plan: Plan, path: Path | None
    ) -> dict[str, Any]:
        """Give the results when what some of them wait for has come."""
        for field in later:
            try:
                results[field.response_name] = await results[field.response_name]
            except Exception as error:  # noqa: BLE001 – as above
                results[field.response_name] = None
                self.fail(error, field, plan=plan, path=path)
        results.update(await rest if self.is_awaitable(rest) else rest)
        return results

    def fail(self, error: Exception, field: PlainLeaf | PlainObject, *, plan: Plan, path: Path | None) -> None:
        at = Path(path, field.response_name, plan.parent_type.name)
        self.handle_field_error(error, field.return_type, field.details, at)

    def plan(self, parent_type: GraphQLObjectType, selection: Any) -> Plan:
        """All items of a list share one selection, so that it is taken apart once an operation."""
        key = (parent_type.name, id(selection))
        found = self.plans.get(key)
        if found is None:
            plain = {name: self.plain_field(parent_type, name, details) for name, details in selection.items()}
            # The plan holds the selection, so that its id stays its own.
            found = self.plans[key] = Plan(
                parent_type=parent_type,
                selection=selection,
                names=dict.fromkeys(selection),
                leaves=tuple(field for field in plain.values() if isinstance(field, PlainLeaf)),
                objects=tuple(field for field in plain.values() if isinstance(field, PlainObject)),
                rest={name: details for name, details in selection.items() if not plain[name]},
            )
        return found

    def plain_field(
        self, parent_type: GraphQLObjectType, response_name: str, details: Any
    ) -> PlainLeaf | PlainObject | None:
        node = details[0].node
        definition = self.schema.get_field(parent_type, node.name.value)
        read = _reader(definition) if definition and not node.arguments else None
        if definition is None or read is None:
            return None
        return_type: Any = definition.type
        named = return_type.of_type if isinstance(return_type, GraphQLNonNull) else return_type
        if isinstance(named, GraphQLObjectType) and named.is_type_of is None:
            selection, deferred, _forbidden = self.collect_subfields(named, details)
            plan = None if deferred else self.plan(named, selection)
            return PlainObject(response_name, return_type, details, read, plan) if plan else None
        complete = _completer(return_type, leaf=named, field=f"{parent_type.name}.{node.name.value}")
        return PlainLeaf(response_name, return_type, details, _in_turn(read, complete)) if complete else None


def _reader(definition: GraphQLField) -> Read | None:
    """The way to the field's value; None when the field does more than read its object."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(field, StrawberryField) or field.extensions or field.is_async or field.is_subscription:
        return None
    if field.base_resolver is None:
        return attrgetter(field.python_name) if field.default_resolver is getattr else None
    return _method(field)


def _method(field: StrawberryField) -> Read | None:
    """A method that needs only its object, since all its arguments have defaults."""
    resolver = field.base_resolver
    if resolver is None or resolver.self_parameter is None or resolver.info_parameter or resolver.parent_parameter:
        return None
    own, *others = resolver.signature.parameters.values()
    if own.name != "self" or any(parameter.default is Parameter.empty for parameter in others):
        return None
    return cast("Read", resolver.wrapped_func)


def _completer(return_type: Any, *, leaf: Any, field: str) -> Callable[[Any], Any] | None:
    """What makes an answer of a value of this type; None when it is neither scalar nor enum."""
    if not isinstance(leaf, GraphQLEnumType | GraphQLScalarType):
        return None
    coerce = leaf.coerce_output_value
    # The specification's scalars refuse what is no plain value; others may take anything, also an awaitable.
    specified = isinstance(leaf, GraphQLEnumType) or is_specified_scalar_type(leaf)
    exact = AS_IT_STANDS.get(leaf.name) if specified else None

    def complete(value: Any) -> Any:
        if type(value) is exact:
            return value
        if value is None:
            return _check_nullable(return_type, field=field)
        if not specified and (isinstance(value, Exception) or hasattr(value, "__await__")):
            raise TypeError(f"Expected a value of {leaf} for {field}, received {type(value).__name__}.")
        completed = coerce(value)
        if completed is None or completed is Undefined:
            raise TypeError(f"Expected a value of {leaf} for {field}, received {value!r}.")
        return completed

    return complete


def _in_turn(read: Read, complete: Callable[[Any], Any]) -> Read:
    return lambda source: complete(read(source))


def _check_nullable(return_type: Any, *, field: str) -> None:
    if isinstance(return_type, GraphQLNonNull):
        raise TypeError(f"Cannot return null for non-nullable field {field}.")
