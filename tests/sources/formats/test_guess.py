"""Guesses of encodings."""

import pytest

from bprop.sources.formats.guess import guess_of


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("cp1252", "señor Peña"), ("cp1252", "naïve café – “déjà”"), ("mac_roman", "café déjà"),
     ("cp1250", "Žižkov Plzeň"),

     ("cp1251", "Санкт-Петербург"), ("koi8_r", "Москва Казань"), ("cp1253", "Αθήνα Θεσσαλονίκη"),
     ("cp1254", "İstanbul Şişli"),
     ("euc_kr", "서울 부산"), ("big5", "臺北 高雄"), ("euc_jp", "東京 なまえ")],
)  # fmt: skip
def test_the_encoding_that_makes_words_is_guessed(encoding, words):
    content = f"id,name\n1,x\n2,{words},3\n".encode(encoding)
    with pytest.raises(UnicodeDecodeError) as caught:
        content.decode()
    assert guess_of(content, caught.value.start, ",") == (encoding, words)


def test_bytes_that_are_no_text_have_no_encoding():
    assert guess_of(bytes(range(256)), 128, ",") is None
