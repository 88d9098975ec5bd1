#!/usr/bin/python3
"""Verifies OAuth 1.0a signatures as servers do, independently of the connector.

Reads requests as JSON lines {"method", "url", "authorization", "consumerSecret", "tokenSecret", "isGenuine"} from
standard input and prints one JSON object that says how each verifier took them.

Three verifiers: oauthlib's server side (Debian: python3-oauthlib), and models of the two generations of Adobe
Commerce's own (reference Adobe 1.1): laminas-oauth, which sorts encoded names in natural order, and the native code of
2.4.9, which sorts decoded names as PHP's ksort does.
"""
import base64
import functools
import hashlib
import hmac
import json
import sys
from urllib.parse import quote, unquote, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature


def oauthlib_accepts(request):
    parts = urlsplit(request["url"])
    headers = {"Authorization": request["authorization"]}
    sent = signature.collect_parameters(parts.query, headers=headers, exclude_oauth_signature=False)
    given = [value for name, value in sent if name == "oauth_signature"]
    seen = Request(request["url"], request["method"], headers=headers)
    seen.params = [(name, value) for name, value in sent if name != "oauth_signature"]
    seen.signature = given[0]
    return signature.verify_hmac_sha256(seen, request["consumerSecret"], request["tokenSecret"])


def encode(text):
    return quote(text, safe="-._~")


def oauth_parameters(authorization):
    items = parse_keqv_list(parse_http_list(authorization.removeprefix("OAuth ")))
    return {name: unquote(value) for name, value in items.items() if name.startswith("oauth_")}


def query_parameters(query):
    """Of a pair without exactly one `=` nothing is taken; a plus sign stays one; of a repeated name the last counts."""
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    return {unquote(pair[0]): unquote(pair[1]) for pair in pairs if len(pair) == 2}


def digits(text, start):
    end = start
    while end < len(text) and text[end].isdigit():
        end += 1
    return text[start:end]


def natural(left, right):
    """PHP's strnatcmp, for texts without white space."""
    a = b = 0
    while a < len(left) and b < len(right):
        if left[a].isdigit() and right[b].isdigit():
            one, other = digits(left, a), digits(right, b)
            is_fraction = one[0] == "0" or other[0] == "0"
            if not is_fraction and len(one) != len(other):
                return -1 if len(one) < len(other) else 1
            if one != other:
                return -1 if one < other else 1
            a, b = a + len(one), b + len(other)
        elif left[a] != right[b]:
            return -1 if left[a] < right[b] else 1
        else:
            a, b = a + 1, b + 1
    return (a < len(left)) - (b < len(right))


def model_accepts(request, order):
    parts = urlsplit(request["url"])
    oauth = oauth_parameters(request["authorization"])
    given = oauth.pop("oauth_signature", "")
    parameters = {**query_parameters(parts.query), **oauth}
    joined = "&".join(f"{encode(name)}={encode(parameters[name])}" for name in order(parameters))
    url = f"{parts.scheme}://{parts.netloc}{parts.path}"
    base = "&".join([request["method"], encode(url), encode(joined)])
    key = f"{encode(request['consumerSecret'])}&{encode(request['tokenSecret'])}"
    code = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(code).decode() == given


def laminas_accepts(request):
    key = functools.cmp_to_key(natural)
    return model_accepts(request, lambda parameters: sorted(parameters, key=lambda name: key(encode(name))))


def native_accepts(request):
    return model_accepts(request, lambda parameters: sorted(parameters, key=lambda name: name.encode()))


def main():
    verifiers = {"oauthlib": oauthlib_accepts, "laminas": laminas_accepts, "native": native_accepts}
    result = {name: {"genuine": 0, "refused": [], "changed": 0, "accepted": []} for name in verifiers}
    for line in sys.stdin.buffer:
        request = json.loads(line)
        for name, accepts in verifiers.items():
            count = result[name]
            is_genuine = request["isGenuine"]
            count["genuine" if is_genuine else "changed"] += 1
            if accepts(request) != is_genuine:
                wrong = count["refused" if is_genuine else "accepted"]
                if len(wrong) < 5:
                    wrong.append(request["url"])
    print(json.dumps(result))


main()
