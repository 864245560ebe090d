"""The graph of people and items, each arrow by 1 / √(degree · degree)."""

import warnings
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor
from torch.amp import custom_bwd, custom_fwd

from recsys.algorithms.network_data_fit import Rows


@dataclass(frozen=True, eq=False)
class Graph:
    """R̂ = D_u^-½ R D_i^-½, weights of rows as degrees (He et al. 2020, §3.1.1, equation 3)."""

    by_user: Tensor  # (users, items) in compressed rows
    by_item: Tensor  # (items, users) in compressed rows
    item_roots: Tensor  # (items,) degree^-½, 0 without any

    @classmethod
    def of(cls, rows: Rows) -> Self:
        of_users = torch.zeros(rows.n_users).index_add_(0, rows.users, rows.weights)
        of_items = torch.zeros(rows.n_items).index_add_(0, rows.items, rows.weights)
        user_roots, item_roots = _roots(of_users), _roots(of_items)
        values = rows.weights * user_roots[rows.users] * item_roots[rows.items]
        coordinates = torch.sparse_coo_tensor(
            torch.stack((rows.users, rows.items)), values, size=(rows.n_users, rows.n_items), check_invariants=False
        )
        with warnings.catch_warnings():
            # That compressed rows are young in torch is told once a process; all that is used of them is tested.
            warnings.filterwarnings(
                "ignore", message="Sparse CSR tensor support is in beta state", category=UserWarning
            )
            by_user, by_item = coordinates.to_sparse_csr(), coordinates.t().coalesce().to_sparse_csr()
        return cls(by_user, by_item, item_roots)

    def to(self, device: torch.device) -> Self:
        if device == self.item_roots.device:
            return self
        return type(self)(self.by_user.to(device), self.by_item.to(device), self.item_roots.to(device))

    def to_users(self, items: Tensor) -> Tensor:
        passed: Tensor = _Pass.apply(items, self.by_user, self.by_item)  # type: ignore[no-untyped-call]
        return passed

    def to_items(self, users: Tensor) -> Tensor:
        passed: Tensor = _Pass.apply(users, self.by_item, self.by_user)  # type: ignore[no-untyped-call]
        return passed


class _Pass(torch.autograd.Function):
    """A sparse product whose way back is the product with the other of both, which is there already."""

    @staticmethod
    # Sparse products know no half precision.
    @custom_fwd(cast_inputs=torch.float32, device_type="cuda")  # type: ignore[untyped-decorator]
    def forward(ctx: Any, vectors: Tensor, there: Tensor, back: Tensor) -> Tensor:
        ctx.back = back
        return there @ vectors

    @staticmethod
    @custom_bwd(device_type="cuda")  # type: ignore[untyped-decorator]
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return ctx.back @ gradients[0], None, None


def _roots(degrees: Tensor) -> Tensor:
    return torch.where(degrees > 0, degrees.clamp_min(torch.finfo().tiny).rsqrt(), 0.0)
