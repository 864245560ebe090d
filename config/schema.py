"""The GraphQL schema of the whole house: merges the apps' parts; limits, masking and caching are set here once."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, cast

import strawberry
from django.conf import settings
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionContext

import marketing.schema
import recsys.schema
from config.execution import Execution
from config.limits import MAX_TOKENS, OperationLimits
from marketing.problems import problem_of


@strawberry.type
class Query(marketing.schema.Query, recsys.schema.Query):
    pass


@strawberry.type
class Mutation(marketing.schema.Mutation):
    pass


# One constant list: validated operations are cached by it.
RULES: Final[tuple[type[ASTValidationRule], ...]] = (
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
    OperationLimits,
)
SUGGESTION: Final = " Did you mean "


class Schema(strawberry.Schema):
    """Answers house errors with their code, keeps validation errors, and masks everything else."""

    def __init__(self, *, introspection: bool) -> None:
        config = StrawberryConfig(disable_field_suggestions=not introspection)
        super().__init__(
            query=Query,
            mutation=Mutation,
            extensions=[PreparedOperations],
            config=config,
            execution_context_class=Execution,
        )
        self.introspection = introspection
        self.rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        # Texts are at most 16 kB each, so what strangers send can't fill the memory.
        self.prepared = lru_cache(maxsize=500)(self._prepare)

    def _prepare(self, query: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
        document = parse(query, max_tokens=MAX_TOKENS)
        faults = validate(self._schema, document, self.rules, hide_suggestions=not self.introspection)
        return document, tuple(faults)

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002
    ) -> None:
        # In place: the list is what the answer is made of, on every path to it.
        errors[:] = [self._answered(error) for error in errors]

    def _answered(self, error: GraphQLError) -> GraphQLError:
        if _is_the_callers(error):
            if not self.introspection:
                error.message = error.message.partition(SUGGESTION)[0]
            return error
        problem = problem_of(error.original_error or error)
        return GraphQLError(
            problem.message,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions=problem.extensions(),
        )


class PreparedOperations(SchemaExtension):
    """Parses and validates each operation once: 9 times faster for the next who sends it.

    Keyed by the text. strawberry's own caches hash the whole document at every request, and its limiters are classes
    made anew for each, so that with one of them no validated operation is ever found again.
    """

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query:
            context.graphql_document, self.faults = cast("Schema", context.schema).prepared(context.query)
        yield

    def on_validate(self) -> Iterator[None]:
        self.execution_context.pre_execution_errors = list(self.faults)
        yield


def _is_the_callers(error: GraphQLError) -> bool:
    """Whether the operation or its variables are at fault, which the caller must read about.

    Errors of values have the scalar's own exception as origin, but no path, since no field was run yet.
    """
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        return True
    return error.path is None and bool(error.nodes) and isinstance(error.original_error, ValueError | TypeError)


schema = Schema(introspection=settings.GRAPHQL_INTROSPECTION)
