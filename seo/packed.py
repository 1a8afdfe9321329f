"""Documents as they lie in the store: JSON, deflated with the words that nearly all of them hold known beforehand.

What zlib makes names its dictionary by a checksum, so a dictionary here is never changed: a better one is put first, and the old one stays
for what was written with it.
"""

from __future__ import annotations

import zlib

#: bytes below which nothing is gained
_SHORT = 120
#: what sheets and findings hold again and again; zlib prefers what stands last
_FIRST = (
    b'"target_count":"source_count":"link_count":"things":[{"fields":[{"name":"lines":[{"hops":[{"expected":"value":"found":"px":"fw":'
    b'"length":"size_bytes":"urls":["http://","fragment":"sources":["https://www.","fault":null,"status":404,"status":301,"images":[{"src":'
    b'"alt":"","line":1,"column":"links":[{"url":"http://","place":"nav","kind":"a","place":"main","kind":"img","rel":[],"anchor":"",'
    b'{"count":1,"target":"","anchor":"","line":1,"links":[{"href":"/","anchor":"","line":'
    b'"etag":"last-modified":"server":"nginx","vary":"Accept-Encoding","content-encoding":"gzip","cache-control":"max-age=",'
    b'"expires":"strict-transport-security":"max-age=31536000; includeSubDomains","x-content-type-options":"nosniff",'
    b'"x-frame-options":"SAMEORIGIN","referrer-policy":"Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT","x-powered-by":"PHP/'
    b'","http_equiv":true},{"name":"generator","content":"width=device-width, initial-scale=1.0","name":"robots","content":"'
    b'index,follow,max-image-preview:large"{"name":"og:url","name":"og:image","name":"og:title","content":"","name":"viewport",'
    b'{"name":"keywords","content":"{"titles":[{"text":"","line":1,"in_head":true}],"metas":[{"name":"description","content":"","line":1,'
    b'"in_head":true,"http_equiv":false}],"headings":[[1,"",1],[2,"",1],[3,"",1]],"canonicals":[{"href":"https://","target":"https://",'
    b'"in_head":true,"header":false,"line":1,"lang":""}],"hreflangs":[],"directives":[],"jsonld":[],"forms":[{"method":"get","action":"",'
    b'"charset":{"header":"utf-8","meta":"utf-8","bom":null,"used":"utf-8","decodes":true},"headers":{"content-length":"1","content-type":'
    b'"text/html; charset=utf-8"},"item_types":[],"text":"","size_bytes":1,"links_dropped":0,"app_root":false,"text_length":1,'
    b'"script_bytes":0}'
)
DICTIONARIES = (_FIRST,)
_BY_NUMBER = {zlib.adler32(words): words for words in DICTIONARIES}


def pack(document: bytes) -> bytes:
    """A JSON document as it is stored; a short one stays as it is."""
    if len(document) < _SHORT:
        return document
    # a window of 4 kB and little memory: a compressor is made for each document, and most are small
    packer = zlib.compressobj(1, zlib.DEFLATED, 12, 5, zdict=DICTIONARIES[0])
    return packer.compress(document) + packer.flush()


def unpack(packed: bytes) -> bytes:
    """The document in what was stored."""
    if packed[:1] in (b"{", b"["):
        return packed
    has_dictionary = packed[1] & 0x20
    if not has_dictionary:
        return zlib.decompress(packed)
    unpacker = zlib.decompressobj(zdict=_BY_NUMBER[int.from_bytes(packed[2:6], "big")])
    return unpacker.decompress(packed) + unpacker.flush()
