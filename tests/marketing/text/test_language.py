"""Languages: the letters first, then the detector, then what the conversation had."""

import pytest

from marketing.text.language import Language, detect

ENGLISH_SIGNATURE = """

Best regards,
John Smith
Senior Marketing Manager, Acme International Holdings Ltd.
12 High Street, London, United Kingdom
This message was written on the train and may have mistakes in it
"""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order?", "en"),
        ("WHERE IS MY ORDER", "en"),
        ("Wo ist mein Paket?", "de"),
        ("Où est ma commande ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("Где моя посылка", "ru"),
        ("我的包裹还没有到", "zh"),
        ("我的包裹還沒有到", "zh"),
        ("私の荷物はどこですか", "ja"),
        ("배송이 언제 오나요", "ko"),
        ("أين طلبي؟ لم يصل بعد", "ar"),
        ("איפה ההזמנה שלי", "he"),
    ],
)
def test_a_sentence_of_one_language_is_told(text, code):
    assert detect(text).code == code


def test_the_answer_says_what_it_stands_on():
    assert detect("好").by == "han"
    assert detect("私の荷物はどこですか").by == "script"
    assert detect("Where is my order?").by == "detector"
    assert detect("ok", known="en") == Language("en", 0.0, "conversation")
    assert detect("ok") == Language("und", 0.0, "nothing")


def test_the_confidence_is_a_share():
    # six characters stand for four words beside “refund” and “order”: 4 of 6
    assert detect("我想要退 refund 这个 order").confidence == pytest.approx(4 / 6, abs=1e-4)
    assert 0.5 < detect("Where is my order?").confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        f"您好,我的订单没到,请帮我查一下。{ENGLISH_SIGNATURE}",
        "没到\n\n-- \nJohn Smith, Acme International Holdings Ltd., 12 High Street, London",
        "还没收到货\n\nSent from my iPhone, please excuse the brevity and all of the mistakes",
        "您好\nThis e-mail and any attachments are confidential and meant for its addressee; if it is not you, delete it",
        "Best regards,\nJohn Smith\nSenior Manager, Acme Inc.\n我的包裹还没有到,请帮我查一下快递的状态",
        "没有收到\n> On Monday you wrote that the parcel would be here by Wednesday at the latest",
    ],
    ids=["sign-off", "two dashes", "sent from", "disclaimer", "signature above", "quoted"],
)
def test_a_chinese_body_with_an_english_signature_is_chinese(text):
    assert detect(text, known="en").code == "zh"


def test_an_english_body_with_a_chinese_signature_is_english():
    text = "Where is my order? It should have been here on Monday.\n\nRegards,\n王小明\n阿里巴巴集团市场部高级经理\n浙江省杭州市余杭区文一西路969号"

    assert detect(text).code == "en"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我想要 refund 这个 order", "zh"),
        ("Please tell me what 我的包裹在哪里 means in your own language", "en"),
        ("鲜の味道真的很好", "zh"),
        ("订单 A1234567 的 tracking number 是多少", "zh"),
    ],
)
def test_of_two_languages_in_a_sentence_the_larger_part_decides(text, code):
    assert detect(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "🎉🎉",
        "12345",
        "ok",
        "?!",
        "https://shop.example.com/where-is-my-order",
        "ada@example.com",
        "\ud800",
    ],
)
def test_what_says_too_little_is_in_the_conversation_s_language(text):
    assert detect(text, known="zh-CN") == Language("zh", 0.0, "conversation")
    assert detect(text, known="pt_BR").code == "pt"
    assert detect(text).code == "und"
    assert detect(text, known="und").by == "nothing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("where is my order? " * 1100, "en"),
        ("我的包裹还没有到。" * 2300, "zh"),
        ("x" * 20_000, "und"),
        ("the parcel \ud83d is br\0oken and lost", "en"),
    ],
    ids=["20,000 English characters", "20,000 Chinese ones", "20,000 times one letter", "broken UTF-8"],
)
def test_long_and_broken_texts_are_judged(text, code):
    assert detect(text).code == code


def test_only_a_signature_is_judged_as_what_it_is():
    assert detect("Best regards,\nyour friends at the lamp shop in the high street").code == "en"
