import pytest

from marketing.exports.whole_file import whole_file


def test_a_file_has_its_name_only_when_all_of_it_is_written(tmp_path):
    path = tmp_path / "rows.csv"

    with whole_file(path) as file:
        file.write(b"rows")
        assert not path.exists()

    assert path.read_bytes() == b"rows"


def test_when_it_breaks_off_what_was_there_stays_and_no_part_is_left(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"old")

    def break_off():
        with whole_file(path) as file:
            file.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()

    assert [row.name for row in tmp_path.iterdir()] == ["rows.csv"]
    assert path.read_bytes() == b"old"
