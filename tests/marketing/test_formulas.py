from hypothesis import given
from hypothesis import strategies as st

from marketing.formulas import guard, unguard

RUN = "=+-@\t\r\n＝＋－＠"


@given(st.text(alphabet=st.sampled_from(f"'{RUN}a1 "), max_size=6))
def test_no_guarded_cell_begins_as_a_formula_and_each_comes_back_as_it_was(cell):
    guarded = guard(cell)

    assert not guarded.startswith(tuple(RUN))
    assert unguard(guarded) == cell
