"""Words for search in English and Chinese."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from marketing.text.segmentation import query_words, search_text, words


def test_english_words_are_casefolded_without_punctuation():
    assert words("The Kid's Wi-Fi router, for iPhone15!") == ["the", "kids", "wi", "fi", "router", "for", "iphone15"]


def test_chinese_is_cut_into_words():
    assert words("无线蓝牙耳机,降噪运动款") == ["无线", "蓝牙", "耳机", "降噪", "运动", "款"]


def test_a_long_word_can_be_found_by_the_words_within_it():
    # 打印机, printer, holds 打印, to print
    assert {"打印", "打印机"} <= set(words("打印机"))


def test_a_query_asks_for_whole_words_once_and_leaves_particles_out():
    assert query_words("我想买一台打印机的墨盒,墨盒") == ["想", "买", "一台", "打印机", "墨盒"]
    assert query_words("the printer the") == ["the", "printer"]


def test_a_query_of_particles_only_asks_for_them():
    assert query_words("的") == ["的"]


def test_what_a_query_asks_for_stands_in_the_text_it_was_taken_from():
    for text in ("退货政策是什么", "USB-C充电线 2米", "华为手机保护壳", "Blue glass lamps"):
        assert set(query_words(text)) <= set(words(text))


def test_chinese_and_english_may_touch():
    assert words("USB充电器iPhone专用") == ["usb", "充电", "电器", "充电器", "iphone", "专用"]


def test_full_width_letters_and_digits_are_plain_ones():
    assert words("ＵＳＢ２０") == ["usb20"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("أين طلبي؟", ["أين", "طلبي"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("Übergröße", ["übergrösse"]),
        ("私の荷物", ["私", "の", "荷物"]),
    ],
)
def test_words_of_other_scripts_stay_whole(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("text", ["", "  ", "🎉🎉", "!!! —", "\0", "\ud800", "___"])
def test_a_text_without_words_has_none(text):
    assert words(text) == []
    assert search_text(text) == ""
    assert query_words(text) == []


def test_broken_utf_8_and_nul_part_or_leave_words():
    assert words("bro\ud83dken nul\0byte") == ["bro", "ken", "nulbyte"]


@pytest.mark.parametrize("text", ["字" * 30_000, "a" * 30_000, "中a" * 15_000, "a'" * 15_000, "中华人民共和国" * 4000])
def test_long_texts_are_cut_and_no_word_is_longer_than_64(text):
    found = words(text)

    assert sum(map(len, query_words(text))) <= 400
    assert max(map(len, found)) <= 64
    assert len(found) <= 40_000


def test_search_text_is_the_words_with_spaces():
    assert search_text("无线蓝牙耳机 by Acme") == "无线 蓝牙 耳机 by acme"


def test_the_dictionary_leaves_no_file_and_says_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from marketing.text.segmentation import words; print(len(words('无线蓝牙耳机')))"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert (done.stdout.strip(), done.stderr) == ("3", "")
    assert not list(tmp_path.iterdir())


def test_many_threads_may_ask_at_once():
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(words, ["无线蓝牙耳机"] * 8))

    assert results == [["无线", "蓝牙", "耳机"]] * 8
