"""The checksum of a file's content."""

from bprop.sources.content import content_checksum, new_digest


def test_it_is_that_of_the_bytes_however_they_come():
    assert content_checksum(b"") == "cae66941d9efbd404e4d88758ea67670"
    digest = new_digest()
    for piece in (b"a,b\n", b"", b"1,2\n"):
        digest.update(piece)
    assert digest.hexdigest() == content_checksum(b"a,b\n1,2\n") != content_checksum(b"a,b\n1,3\n")
