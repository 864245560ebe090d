import numpy as np
import pytest
import torch
from scipy import sparse

from recsys.algorithms.contract import FitDiverged
from recsys.algorithms.device_fit import Room
from recsys.algorithms.least_squares_fit import check_finite, cholesky, conjugate_gradient, cut, first_factors

CPU = torch.device("cpu")
# Columns y_0 = (1, 0) and y_1 = (1, 1). With G = YᵀY = (2 1; 1 1), λ = 1 and one entry of weight 1 at y_1:
# A = (2 1; 1 1) + (1 1; 1 1) + I = (4 2; 2 3), right side (1 + 1) y_1 = (2, 2), x = (3·2 - 2·2, 4·2 - 2·2) / 8.
COLUMNS = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
ENTRY = sparse.csr_array(np.array([[0, 1]], np.float32))
SOLUTION = [[1 / 4, 1 / 2]]


def random_rows(*, rows=40, columns=25, factors=5):
    generator = np.random.default_rng(42)
    matrix = sparse.csr_array(sparse.random(rows, columns, 0.3, rng=generator, dtype=np.float32))
    known = torch.from_numpy(generator.standard_normal((columns, factors), np.float32))
    penalties = torch.from_numpy(generator.random((rows, 1), np.float32) + 0.5)
    return matrix, known, penalties


def normal_equations(matrix, known, penalties):
    """Row by row and densely: (YᵀY + Σ w y yᵀ + λI) x = Σ (1 + w) y."""
    known, solved = known.numpy().astype(np.float64), []
    for row, penalty in zip(matrix.toarray(), penalties.numpy()[:, 0], strict=True):
        left = known.T @ known + known.T @ (known * row[:, None]) + penalty * np.eye(known.shape[1])
        solved.append(np.linalg.solve(left, known.T @ np.where(row > 0, 1 + row, 0)))
    return np.array(solved)


def by_conjugate_gradient(blocks, known, penalties, *, steps):
    solved = torch.zeros(len(penalties), known.shape[1])
    for block in blocks:
        own = slice(block.start, block.stop)
        solved[own] = conjugate_gradient(
            block, known=known, first=solved[own], base=known.T @ known, penalties=penalties[own], steps=steps
        )
    return solved.numpy()


def by_cholesky(blocks, known, penalties, *, right):
    solved = [
        cholesky(
            block,
            known=known,
            right=right[block.start : block.stop],
            base=known.T @ known,
            penalties=penalties[block.start : block.stop],
        )
        for block in blocks
    ]
    return torch.cat(solved).numpy()


class TestSolving:
    def test_conjugate_gradient_gives_what_paper_gives(self):
        blocks = cut(ENTRY, width=2, room=Room(CPU, 100))

        # Two steps are exact for two factors.
        assert by_conjugate_gradient(blocks, COLUMNS, torch.ones(1, 1), steps=2) == pytest.approx(np.array(SOLUTION))

    def test_cholesky_gives_what_paper_gives(self):
        blocks = cut(ENTRY, width=3, room=Room(CPU, 100))

        solved = by_cholesky(blocks, COLUMNS, torch.ones(1, 1), right=torch.tensor([[2.0, 2.0]]))

        assert solved == pytest.approx(np.array(SOLUTION))

    @pytest.mark.parametrize("entries", [10, 60, 10_000], ids=["many blocks", "some blocks", "one block"])
    def test_both_give_the_solutions_of_the_dense_normal_equations_in_blocks_of_any_size(self, entries):
        matrix, known, penalties = random_rows()
        expected = normal_equations(matrix, known, penalties)
        right = torch.from_numpy(((matrix + matrix.sign()) @ known.numpy()).astype(np.float32))

        blocks = cut(matrix, width=5, room=Room(CPU, entries))

        assert [block.start for block in blocks] == [0, *(block.stop for block in blocks[:-1])]
        assert blocks[-1].stop == matrix.shape[0]
        assert by_conjugate_gradient(blocks, known, penalties, steps=8) == pytest.approx(expected, abs=1e-4)
        assert by_cholesky(blocks, known, penalties, right=right) == pytest.approx(expected, abs=1e-4)

    def test_a_step_of_conjugate_gradient_leads_most_of_the_way(self):
        matrix, known, penalties = random_rows()
        expected = normal_equations(matrix, known, penalties)
        blocks = cut(matrix, width=5, room=Room(CPU, 10_000))

        errors = [
            np.linalg.norm(by_conjugate_gradient(blocks, known, penalties, steps=steps) - expected) for steps in (1, 2)
        ]

        assert errors[0] < 0.25 * np.linalg.norm(expected)
        assert errors[1] < 0.5 * errors[0]

    def test_a_row_without_entries_is_zero(self):
        blocks = cut(sparse.csr_array((1, 2), dtype=np.float32), width=2, room=Room(CPU, 100))

        assert not by_conjugate_gradient(blocks, COLUMNS, torch.ones(1, 1), steps=2).any()
        assert not by_cholesky(blocks, COLUMNS, torch.ones(1, 1), right=torch.zeros(1, 2)).any()

    def test_rows_without_a_solution_are_counted(self):
        # Nothing holds the second factor of y_0 = (1, 0): the matrix is (1 0; 0 0).
        (block,) = cut(sparse.csr_array(np.array([[1, 0]], np.float32)), width=3, room=Room(CPU, 100))

        with pytest.raises(FitDiverged, match=r"^factors: 1 rows have no solution; expected finite values"):
            cholesky(block, known=COLUMNS, right=torch.ones(1, 2), base=None, penalties=torch.zeros(1, 1))


class TestFactors:
    def test_the_first_ones_are_small_and_not_alike(self):
        factors = first_factors(1_000, factors=16, generator=np.random.default_rng(42))

        assert factors.shape == (1_000, 16)
        # A mean square length of 0.1², give or take a few per cent for 16,000 draws.
        assert float(factors.square().sum(dim=1).mean()) == pytest.approx(0.01, rel=0.05)

    @pytest.mark.parametrize("wrong", [np.nan, np.inf])
    def test_numbers_that_are_not_finite_are_reported_with_the_iteration(self, wrong):
        with pytest.raises(FitDiverged, match=r"^factors: are NaN or infinite after iteration 3; expected finite"):
            check_finite(torch.tensor([[0.0, wrong]]), iteration=2)
