"""What all of Attune's admin pages share: the base classes and the way an action talks to a service."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from marketing.admin.paginator import EstimatePaginator
from marketing.errors import AttuneError
from marketing.models import User

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.contrib.admin.views.main import ChangeList as UnfoldChangeList

    UnfoldModelAdmin: TypeAlias = ModelAdmin[Any]
else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin
    from unfold.views import ChangeList as UnfoldChangeList

Function = TypeVar("Function", bound=Callable[..., Any])
Variant = ActionVariant


class PageChangeList(UnfoldChangeList):
    """A list that speaks of “all” rows only when it shows some of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class Page(UnfoldModelAdmin):
    """A model's pages in Attune's manner: quick on large tables, plain about what is missing."""

    paginator = EstimatePaginator
    list_per_page = 50
    # Both would count all rows for a number that nobody reads.
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    empty_value_display = "–"
    warn_unsaved_form = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PageChangeList]:
        return PageChangeList

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        actions = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # unfold's own
        return [action for action in actions if self.offers(action.method.original_function_name, object_id)]

    def offers(self, button: str, object_id: Any) -> bool:
        """Whether a button (its method's name) makes sense for this row now. Rights are checked besides."""
        return True


class MachineMadePage(Page):
    """Rows that only services write: staff look at them, actions do the rest."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def column(description: str, **options: Any) -> Callable[[Function], Function]:
    """Unfold's `display`, typed: `ordering`, `boolean`, `header` (a pair of lines), `label` (badge colours)."""
    decorator: Callable[[Function], Function] = display(description=description, **options)
    return decorator


def button(
    description: str,
    *,
    permission: str,
    explain: str,
    icon: str,
    submit: str,
    variant: ActionVariant = ActionVariant.DEFAULT,
    form: type[Any] | None = None,
) -> Callable[[Function], Function]:
    """An action that asks first: its GET shows a dialog, only its POST (with CSRF token) calls the method."""
    dialog: dict[str, Any] = {"title": description, "description": explain, "form_submit_text": submit}
    if form is not None:
        dialog["form_class"] = form
    decorator: Callable[[Function], Function] = action(
        description=description, permissions=[permission], icon=icon, variant=variant, dialog=dialog
    )
    return decorator


def link(description: str, *, permission: str, icon: str) -> Callable[[Function], Function]:
    """An action that only leads to another page, so that its GET changes nothing."""
    decorator: Callable[[Function], Function] = action(description=description, permissions=[permission], icon=icon)
    return decorator


def staff_of(request: HttpRequest) -> User:
    """The person who presses a button; nobody else gets into the admin."""
    assert isinstance(request.user, User)
    return request.user


def call_service(request: HttpRequest, service: Callable[[], object], *, done: str) -> bool:
    """Run one service call and tell the outcome as a message. False when Attune could explain why not."""
    try:
        service()
    except AttuneError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Leave a dialog for `url`: htmx wants a header where a browser wants a redirect."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
