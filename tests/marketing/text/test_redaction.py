"""Personal data and secrets. All numbers are made up, or published as examples by issuers and standards."""

import pytest

from marketing.text.redaction import Found, redact

REFERENCE = "4501-0136-5373-6750-3770-12"  # its first 16 digits pass Luhn's check, and begin like a Visa card's


@pytest.mark.parametrize(
    "card",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4222222222222",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "3782 822463 10005",
        "30569309025904",
        "3056 930902 5904",
        "6011111111111117",
        "3566002020360505",
        "6222021234567890128",
        "6222 0212 3456 7890 128",
        "4111\u200b1111\u200b1111\u200b1111",
        "４１１１ １１１１ １１１１ １１１１",
        "٤١١١ ١١١١ ١١١١ ١١١١",
        "4111–1111–1111–1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111 - 1111 - 1111 - 1111",
    ],
)
def test_a_card_is_redacted_however_it_is_written(card):
    assert redact(f"my card {card}, please").text == "my card [card], please"
    assert redact(f"卡号{card}谢谢").text == "卡号[card]谢谢"


@pytest.mark.parametrize(
    "text",
    [
        REFERENCE,
        REFERENCE.replace("-", " "),
        REFERENCE.replace("-", ""),
        REFERENCE.replace("-", "."),
        REFERENCE.replace("-", " - "),
        "4111111111111112",
        "7111111111111116",
        "12-4111111111111111",
        "4111111111111111-12",
        "order 4729",
        "order 1234567890",
        "20241125-000123",
        "1700000000000",
        "9400 1000 0000 0000 0000 00",
        "2024-11-25 12:30:45",
        "12.50 EUR, 1,299.00 USD",
        "version 1.2.3.4",
        "invoice 2024-0001-0002-0003",
    ],
)
def test_other_numbers_are_left_alone(text):
    result = redact(f"about {text} please")

    assert result.text == f"about {text} please"
    assert result.found == ()


@pytest.mark.parametrize("between", [" ", ", ", " and card ", "\n", "。卡号", " / "])
@pytest.mark.parametrize("card", ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"])
def test_a_card_beside_a_long_reference_is_redacted_and_the_reference_left(between, card):
    assert redact(f"{REFERENCE}{between}{card}").text == f"{REFERENCE}{between}[card]"
    assert redact(f"{card}{between}{REFERENCE}").text == f"[card]{between}{REFERENCE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order 4729 4111 1111 1111 1111 thanks", "order 4729 [card] thanks"),
        ("4111 1111 1111 1111 12/27 123", "[card] 12/27 123"),
        ("4111 1111 1111 1111 1227 123", "[card] 1227 123"),
        ("4111111111111111 5555555555554444", "[card] [card]"),
        ("4729 4111-1111-1111-1111", "4729 [card]"),
    ],
)
def test_a_card_between_other_numbers_is_redacted_alone(text, expected):
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN GB82 WEST 1234 5698 7654 32 is mine", "IBAN [iban] is mine"),
        ("DE89370400440532013000.", "[iban]."),
        ("de89 3704 0044 0532 0130 00", "[iban]"),
        ("NO9386011117947", "[iban]"),
        ("GB83 WEST 1234 5698 7654 32", "GB83 WEST 1234 5698 7654 32"),
        ("DE8937040044053201300012", "DE8937040044053201300012"),
        ("ZZ82WEST12345698765432", "ZZ82WEST12345698765432"),
    ],
)
def test_an_iban_is_redacted_where_its_check_and_its_country_s_length_hold(text, expected):
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail ada.l+shop@mail.example.co.uk, thanks", "mail [email], thanks"),
        ("我的邮箱是bo@example.com。", "我的邮箱是[email]。"),
        ("ｂｏ＠example．com", "[email]"),
        ("a@b, @home and user@", "a@b, @home and user@"),
    ],
)
def test_an_email_address_is_redacted(text, expected):
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "phone",
    [
        "+44 20 7946 0000",
        "+1 (415) 555-2671",
        "+8613812345678",
        "+86 138-1234-5678",
        "13812345678",
        "138 1234 5678",
        "415-555-2671",
        "(415) 555-2671",
        "020 7946 0000",
        "07700 900123",
        "0755-88888888",
        "00 49 30 901820",
        "１３８１２３４５６７８",
    ],
)
def test_a_telephone_number_is_redacted(phone):
    assert redact(f"call {phone} now").text == "call [phone] now"
    assert redact(f"联系{phone}谢谢").text == "联系[phone]谢谢"


def test_bare_digits_are_a_telephone_number_only_when_they_are_called_so():
    assert redact("tel: 7946000012").text == "tel: [phone]"
    assert redact("电话:88888888").text == "电话:[phone]"
    assert redact("order 7946000012").text == "order 7946000012"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证11010519491231002X", "身份证[national_id]"),
        ("110105 19491231 002x", "[national_id]"),
        ("110105194912310021", "110105194912310021"),
        ("110105199902310026", "110105199902310026"),
        ("ssn 123-45-6789", "ssn [national_id]"),
        ("000-45-6789 or 666-45-6789 or 123-00-6789", "000-45-6789 or 666-45-6789 or 123-00-6789"),
    ],
)
def test_a_national_id_is_redacted_where_its_check_holds(text, expected):
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-abcdefghijklmnop1234 leaked", "key [secret] leaked"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("ghp_0123456789abcdefghijklmnopqrstuvwxyz", "[secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijkl", "[secret]"),
        ("Authorization: Bearer abcdefghijklmnop123456==", "Authorization: Bearer [secret]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE/+=\n-----END RSA PRIVATE KEY-----", "[secret]"),
        ("password: hunter22, thanks", "password: [secret], thanks"),
        ("My Password = correcthorse", "My Password = [secret]"),
        ("密码:abc123。谢谢", "密码:[secret]。谢谢"),
        ("我的密码是Qwe12345", "我的密码是[secret]"),
        ("pin: 4729", "pin: [secret]"),
        ("cvv: 123", "cvv: [secret]"),
        ("验证码 472900", "验证码 [secret]"),
        ("api_key=0123abcd", "api_key=[secret]"),
    ],
)
def test_a_secret_is_redacted_and_its_name_kept(text, expected):
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "my password is wrong",
        "I forgot my password, please help",
        "忘记密码怎么办",
        "shipping: tomorrow",
        "the token expired",
        "sk-8 skates",
        "password:[secret]",
    ],
)
def test_talk_about_secrets_is_left_alone(text):
    assert redact(text).text == text


def test_places_are_those_of_the_text_as_it_was_given():
    text = "\0Ｘ🎉 ４１１１１１１１１１１１１１１１ and e\u0301 ada@example.com"

    result = redact(text)

    assert result.found == (Found("card", 4, 20), Found("email", 28, 43))
    assert text[28:43] == "ada@example.com"
    assert result.text == "Ｘ🎉 [card] and \u00e9 [email]"


def test_what_was_redacted_is_left_alone_the_second_time():
    once = redact(f"{REFERENCE} 4111 1111 1111 1111 ada@example.com password: hunter22 +44 20 7946 0000").text

    assert redact(once).text == once
    assert once == f"{REFERENCE} [card] [email] password: [secret] [phone]"


@pytest.mark.parametrize("text", ["", "  ", "🎉🎉", "مرحبا بالعالم", "שלום", "你好 world"])
def test_texts_without_personal_data_stay(text):
    assert redact(text).text == text


def test_broken_utf_8_and_nul_are_cleaned_around_a_find():
    assert redact("a\ud83d 4111111111111111\0").text == "a\ufffd [card]"


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "4111 ",
        "4111-",
        "+1 ",
        "a.",
        "a@",
        "GB82 ",
        "eyJ",
        "eyJaaaaaaaa-",
        "password ",
        "(0",
        "sk-",
        "01 ",
        "tel ",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_20000_characters_of_nearly_something_come_back_as_they_are(piece):
    # A pattern that tries every way to split such a text would not come back at all.
    text = (piece * 20_000)[:20_000]

    assert redact(text).text == text


def test_a_card_at_the_end_of_20000_characters_is_redacted():
    assert redact("word " * 4000 + "4111111111111111").text == "word " * 4000 + "[card]"
