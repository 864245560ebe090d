"""Who may pass a door. Each GraphQL root field and each REST route names one rule; without one it stays shut."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketing.errors import NotAllowed, NotAuthenticated

if TYPE_CHECKING:
    from marketing.access import Caller


class Rule(ABC):
    """Says yes or no to a caller; `str(rule)` completes “This needs …”."""

    @abstractmethod
    def admits(self, caller: "Caller") -> bool: ...

    def check(self, caller: "Caller") -> None:
        """Let the caller pass.

        Raises:
            NotAuthenticated: when nobody in particular asks and a credential would be needed.
            NotAllowed: when the caller is known and may not.

        """
        if self.admits(caller):
            return
        if caller.kind == "nobody":
            raise NotAuthenticated(f"This needs {self}.")
        raise NotAllowed(f"This needs {self}; you came as {caller}.")

    def __or__(self, other: "Rule") -> "Rule":
        return AnyOf((self, other))


@dataclass(frozen=True)
class Anyone(Rule):
    """Also nobody in particular. A credential that doesn't hold is refused before any rule is asked."""

    def admits(self, caller: "Caller") -> bool:  # noqa: ARG002
        return True

    def __str__(self) -> str:
        return "nothing"


@dataclass(frozen=True)
class Customers(Rule):
    def admits(self, caller: "Caller") -> bool:
        return caller.kind == "customer"

    def __str__(self) -> str:
        return "a customer's token"


@dataclass(frozen=True)
class Visitors(Rule):
    def admits(self, caller: "Caller") -> bool:
        return caller.kind == "visitor"

    def __str__(self) -> str:
        return "a visitor's token"


@dataclass(frozen=True)
class Staff(Rule):
    """Staff with the permission, e.g. "marketing.view_item"."""

    permission: str

    def admits(self, caller: "Caller") -> bool:
        return caller.has_perm(self.permission)

    def __str__(self) -> str:
        return f"staff with the permission {self.permission}"


@dataclass(frozen=True)
class Key(Rule):
    """A shop's API key with the scope."""

    scope: str

    def admits(self, caller: "Caller") -> bool:
        return caller.has_scope(self.scope)

    def __str__(self) -> str:
        return f"an API key with the scope {self.scope}"


@dataclass(frozen=True)
class NotShops(Rule):
    """Everybody but a shop's API key, which has its scopes for what it may."""

    def admits(self, caller: "Caller") -> bool:
        return caller.kind != "shop"

    def __str__(self) -> str:
        return "a person"


@dataclass(frozen=True)
class AnyOf(Rule):
    rules: tuple[Rule, ...]

    def admits(self, caller: "Caller") -> bool:
        return any(rule.admits(caller) for rule in self.rules)

    def __or__(self, other: Rule) -> Rule:
        return AnyOf((*self.rules, other))

    def __str__(self) -> str:
        return " or ".join(str(rule) for rule in self.rules)
