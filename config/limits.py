"""How much one GraphQL operation may ask for, judged from its text before anything runs."""

from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
    get_named_type,
)

from marketing.graphql import DEFAULT_PAGE, MAX_PAGE

MAX_TOKENS: Final = 1000
MAX_DEPTH: Final = 10
MAX_ALIASES: Final = 20
# Fields of a full answer: a page of 100 items with a dozen fields each is 1,400.
MAX_COST: Final = 10_000
PAGE_ARGUMENT: Final = "first"


@dataclass(frozen=True)
class Measure:
    """Levels, aliases and answered fields of a selection with all its fragments written out."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0

    def beside(self, other: "Measure") -> "Measure":
        return Measure(max(self.depth, other.depth), self.aliases + other.aliases, self.cost + other.cost)


class OperationLimits(ValidationRule):
    """Depth, aliases and cost in one walk.

    Each fragment is measured once, whatever the number of its spreads: fragments that spread each other twice would
    otherwise take time that doubles with every one of them, which is what strawberry's own limiters do.
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.measured: dict[str, Measure] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
        root = self.context.schema.get_root_type(node.operation)
        measure = self._selection(node.selection_set, root)
        for what, found, allowed in (
            ("levels of fields", measure.depth, MAX_DEPTH),
            ("aliases", measure.aliases, MAX_ALIASES),
            ("fields in a full answer", measure.cost, MAX_COST),
        ):
            if found > allowed:
                # Fragments multiply, so the number itself can have any length.
                self.report_error(GraphQLError(f"The operation has more than {allowed:,} {what}.", node))

    def _selection(self, selections: SelectionSetNode, parent: Any) -> Measure:
        total = Measure()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total = total.beside(self._field(node, parent))
            elif isinstance(node, InlineFragmentNode):
                on = self.context.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                total = total.beside(self._selection(node.selection_set, on))
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(self._fragment(node.name.value))
        return total

    def _field(self, node: FieldNode, parent: Any) -> Measure:
        known = (
            parent.fields.get(node.name.value) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        )
        below = Measure()
        if node.selection_set:
            below = self._selection(node.selection_set, get_named_type(known.type) if known else None)
        size = _page_size(node, known.args[PAGE_ARGUMENT]) if known and PAGE_ARGUMENT in known.args else 1
        return Measure(depth=below.depth + 1, aliases=below.aliases + bool(node.alias), cost=1 + size * below.cost)

    def _fragment(self, name: str) -> Measure:
        if name not in self.measured:
            self.measured[name] = Measure()  # a fragment that spreads itself is another rule's business
            found: FragmentDefinitionNode | None = self.context.get_fragment(name)
            if found:
                on = self.context.schema.get_type(found.type_condition.name.value)
                self.measured[name] = self._selection(found.selection_set, on)
        return self.measured[name]


def _page_size(node: FieldNode, known: GraphQLArgument) -> int:
    """What the operation asks for; the most that it could where a variable says it."""
    for argument in node.arguments or ():
        if argument.name.value == PAGE_ARGUMENT:
            # A size beyond the maximum is refused later, with a message about the argument.
            return min(int(argument.value.value), MAX_PAGE) if isinstance(argument.value, IntValueNode) else MAX_PAGE
    return known.default_value if isinstance(known.default_value, int) else DEFAULT_PAGE
