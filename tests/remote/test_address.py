"""Addresses without their secrets."""

import pytest

from bprop.remote.address import is_address, is_database, lost_query, scheme_of, scrubbed, shown, whole


@pytest.mark.parametrize(
    ("word", "scheme"),
    [("s3://b/k", "s3"), ("HTTPS://h/x", "https"), ("postgresql://h/d", "postgresql"), ("sqlite:///x.db", "sqlite")],
)
def test_an_address_has_a_scheme(word, scheme):
    assert scheme_of(word) == scheme
    assert is_address(word)


@pytest.mark.parametrize("word", ["rows.csv", "C://rows.csv", "a/b://c", "s3:/b/k", "", "file:///x.csv", "-", None, 3])
def test_a_path_is_no_address(word):
    assert not is_address(word)


SECRETS = [
    ("postgresql://ann:pass1234@host:5432/shop", "postgresql://ann@host:5432/shop"),
    ("postgresql://ann:p@ss/w0rd@host/shop", "postgresql://ann@host/shop"),
    ("postgresql://ann@host/shop?password=pass1234&sslmode=require", "postgresql://ann@host/shop?sslmode=require"),
    ("postgresql://:pass1234@host/shop", "postgresql://host/shop"),
    ("mysql://bob:p%40ssword@host/shop", "mysql://bob@host/shop"),
    ("https://ann:pass1234@host/a/rows.csv", "https://ann@host/a/rows.csv"),
    ("https://host/a/rows.csv?X-Amz-Signature=0123abcd", "https://host/a/rows.csv?..."),
    ("s3://AKIAKEY:wJalrXUtnFEMI@bucket/rows.csv", "s3://AKIAKEY@bucket/rows.csv"),
    ("sftp://ann:pass1234@host/rows.csv", "sftp://ann@host/rows.csv"),
]


@pytest.mark.parametrize(("text", "short"), SECRETS)
def test_secrets_are_not_shown_and_are_there_for_the_connection(text, short):
    assert shown(text) == short
    assert whole(short) == text
    assert shown(short) == short
    assert whole(shown(short)) == text


@pytest.mark.parametrize(
    "text",
    ["s3://bucket/a@b/rows?.csv", "https://host:8080/x@y.csv", "sqlite:///shop.db", "postgresql://ann@host:5432/shop",
     "memory://rows.csv", "rows.csv", "hf://datasets/ann/homes@main/rows.csv"],
)  # fmt: skip
def test_an_address_without_secrets_stays_as_it_is(text):
    assert shown(text) == text == whole(text)


def test_a_query_of_a_database_stays_beside_it():
    text = "postgresql://eve:hidden99@host/shop select * from homes where note like '%?a:b@c%'"
    assert shown(text) == "postgresql://eve@host/shop select * from homes where note like '%?a:b@c%'"
    assert is_database(shown(text))


def test_two_web_addresses_that_differ_in_what_is_hidden_stay_apart():
    one, other = shown("https://host/get?table=one1"), shown("https://host/get?table=two2")
    assert one == "https://host/get?..."
    assert other == "https://host/get?...2"
    assert (whole(one), whole(other)) == ("https://host/get?table=one1", "https://host/get?table=two2")


def test_what_another_process_hid_is_known_to_be_lost():
    assert lost_query("https://elsewhere/rows.csv?...")
    assert shown("https://elsewhere/rows.csv?...") == "https://elsewhere/rows.csv?..."
    assert not lost_query(shown("https://elsewhere/rows.csv?key=abcd1234"))


def test_texts_of_other_programs_lose_the_secrets():
    shown("postgresql://ann:topsecret7@host/shop")
    assert scrubbed("cannot log in with topsecret7 at host") == "cannot log in with *** at host"
    assert scrubbed("no: postgresql://zoe:unseen@h/d, s3://b/k") == "no: postgresql://zoe:***@h/d, s3://b/k"
