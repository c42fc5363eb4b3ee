"""
What gateways accept, by implementations that are not this program's: the signers of AWS (botocore), Tencent Cloud and Volcengine,
PyJWT, and Python's hmac by what Kong, APISIX and iFlytek publish.

  pip install PyJWT cryptography botocore tencentcloud-sdk-python-common volcengine
  python test/support/gateways.py vectors   writes test/fixtures/gateways/signatures.json
  python test/support/gateways.py serve     checks requests to http://127.0.0.1:PORT/<provider of docs/gateways.md>/...
"""

import base64
import datetime
import email.utils
import hashlib
import hmac
import json
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRETS = {
    "key": "idOf0123456789.zhipuSecret0123456789",
    "access_key": "AKgateway0123456789",
    "app_key": "app-0123456789abcdef",
    "key_id": "apisix-key-0123456789",
    "id": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
    "api_key": "addd2272b6d8b7c8abdd79531420ca3b",
    "secret": "gateway-secret-9f8e7d6c5b4a",
    "access_key_id": "AKIDEXAMPLE0123456789",
    "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "session_token": "session-token-0123456789",
}
SECRET = SECRETS["secret"]
NOW = 1795792419
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "你好, gateway"}], "stream": True}, ensure_ascii=False, separators=(",", ":"))


def mac(key, text, algorithm="sha256"):
    key, text = (x.encode() if isinstance(x, str) else x for x in (key, text))
    return hmac.new(key, text, algorithm).digest()


def target(url):
    return url.path + ("?" + url.query if url.query else "")


def b64(data):
    return base64.b64encode(data).decode()


def digest(body):
    return hashlib.sha256(body).digest()


def http_date(now):
    return email.utils.formatdate(now, usegmt=True)


def iso(now):
    return datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


# Each makes what a request must carry: headers, and parameters or a body where these change.


def dsk(method, url, body, now, headers):
    signed = mac(SECRET, f"{method}\n{url.path}\n{now}\n".encode() + body)
    return {"authorization": f"DSK {SECRETS['access_key']}:{b64(signed)}", "x-timestamp": str(now)}


def in_body(method, url, body, now, headers):
    fields = json.loads(body)
    sign = mac(SECRET, f"{SECRETS['app_key']}{now}").hex()
    fields["header"] = {"app_key": SECRETS["app_key"], "timestamp": str(now), "sign": sign}
    return {"body": fields}


def kong(method, url, body, now, headers):
    # developer.konghq.com/plugins/hmac-auth: the headers in their order, each `name: value`, request-line as it is
    date, hashed = http_date(now), "SHA-256=" + b64(digest(body))
    signed = mac(SECRET, f"x-date: {date}\n{method} {target(url)} HTTP/1.1\ndigest: {hashed}")
    return {
        "x-date": date,
        "digest": hashed,
        "authorization": f'hmac username="alice", algorithm="hmac-sha256", headers="x-date request-line digest", signature="{b64(signed)}"',
    }


def apisix_2(method, url, body, now, headers):
    # apisix.apache.org, docs of 2.15: hmac-auth
    date = http_date(now)
    query = urllib.parse.urlencode(sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True)), quote_via=urllib.parse.quote)
    text = "\n".join([method, url.path, query, SECRETS["access_key"], date]) + "\n" + "x-custom:deepseek-chat\n"
    return {
        "date": date,
        "x-custom": "deepseek-chat",
        "x-hmac-access-key": SECRETS["access_key"],
        "x-hmac-algorithm": "hmac-sha256",
        "x-hmac-signed-headers": "x-custom",
        "x-hmac-digest": b64(mac(SECRET, body)),
        "x-hmac-signature": b64(mac(SECRET, text)),
    }


def apisix_3(method, url, body, now, headers):
    # apisix.apache.org, docs of 3.11: hmac-auth
    date, hashed = http_date(now), "SHA-256=" + b64(digest(body))
    text = f"{SECRETS['key_id']}\n{method} {target(url)}\ndate: {date}\ndigest: {hashed}\n"
    return {
        "date": date,
        "digest": hashed,
        "authorization": f'Signature keyId="{SECRETS["key_id"]}",algorithm="hmac-sha256",headers="@request-target date digest",signature="{b64(mac(SECRET, text))}"',
    }


def tencent(method, url, body, now, headers):
    from tencentcloud.common.abstract_client import AbstractClient
    from tencentcloud.common.credential import Credential
    from tencentcloud.common.http.request import RequestInternal
    from tencentcloud.common.profile.client_profile import ClientProfile

    client = AbstractClient(Credential(SECRETS["id"], SECRET), "", ClientProfile())
    client._service = "hunyuan"
    request = RequestInternal(url.netloc, method, url.path)
    request.header.update({"Content-Type": headers["content-type"], "Host": url.netloc, "X-TC-Timestamp": str(now)})
    request.data = body.decode()
    day = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime("%Y-%m-%d")
    # The client itself signs the path `/` alone, which is all that the service has.
    signature = client._get_tc3_signature({}, request, day, "hunyuan", SECRET)
    return {
        "x-tc-timestamp": str(now),
        "x-tc-action": "ChatCompletions",
        "x-tc-version": "2023-09-01",
        "authorization": f"TC3-HMAC-SHA256 Credential={SECRETS['id']}/{day}/hunyuan/tc3_request, SignedHeaders=content-type;host, Signature={signature}",
    }


def volcengine(method, url, body, now, headers):
    from volcengine.auth.SignerV4 import SignerV4
    from volcengine.base.Request import Request
    from volcengine.Credentials import Credentials

    request = Request()
    request.method, request.path, request.body = method, url.path, body.decode()
    request.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    request.headers = {"Content-Type": headers["content-type"], "Host": url.netloc}
    SignerV4.get_current_format_date = staticmethod(lambda: iso(now))
    SignerV4.sign(request, Credentials(SECRETS["id"], SECRET, "ark", "cn-north-1"))
    return {name.lower(): request.headers[name] for name in ("X-Date", "X-Content-Sha256", "Authorization")}


def iflytek(method, url, body, now, headers):
    # www.xfyun.cn/doc/spark/general_url_authentication.html
    date = http_date(now)
    signed = mac(SECRET, f"host: {url.netloc}\ndate: {date}\n{method} {url.path} HTTP/1.1")
    proof = f'api_key="{SECRETS["api_key"]}", algorithm="hmac-sha256", headers="host date request-line", signature="{b64(signed)}"'
    return {"query": {"authorization": b64(proof.encode()), "date": date, "host": url.netloc}}


def bedrock(method, url, body, now, headers):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    import botocore.auth

    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime.utcfromtimestamp(now)

    moment = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda remove_tzinfo=True: moment.replace(tzinfo=None) if remove_tzinfo else moment
    request = AWSRequest(method=method, url=url.geturl(), data=body, headers={"content-type": headers["content-type"], "x-amz-content-sha256": digest(body).hex()})
    SigV4Auth(Credentials(SECRETS["access_key_id"], SECRETS["secret_access_key"], SECRETS["session_token"]), "bedrock", "us-east-1").add_auth(request)
    names = ("X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256", "Authorization")
    return {name.lower(): request.headers[name] for name in names}


def jwt_hs256(method, url, body, now, headers):
    import jwt

    claims = {"iat": now, "exp": now + 300, "iss": "my-client", "aud": "https://llm.example.com"}
    return {"authorization": "Bearer " + jwt.encode(claims, SECRET, algorithm="HS256", sort_headers=False)}


def zhipu(method, url, body, now, headers):
    import jwt

    # docs.bigmodel.cn: the id and the secret of the key, milliseconds, and a header of its own
    key_id, secret = SECRETS["key"].split(".")
    claims = {"exp": now * 1000 + 300_000, "api_key": key_id, "timestamp": now * 1000}
    return {"authorization": "Bearer " + jwt.encode(claims, secret, algorithm="HS256", headers={"sign_type": "SIGN"}, sort_headers=False)}


FORMS = {
    "dsk": (dsk, "/v1/chat/completions?b=2&a=1%202"),
    "in-body": (in_body, "/v1/chat/completions"),
    "kong": (kong, "/v1/chat/completions?b=2&a=1%202"),
    "apisix-2": (apisix_2, "/v1/chat/completions?b=2&a=1%202&c="),
    "apisix-3": (apisix_3, "/v1/chat/completions?b=2&a=1%202"),
    "tencent": (tencent, "/"),
    "volcengine": (volcengine, "/api/v3/chat/completions?b=2&a=1%202"),
    "iflytek": (iflytek, "/v3.5/chat/completions"),
    "bedrock": (bedrock, "/openai/v1/chat/completions?b=2&a=1%202"),
    "jwt": (jwt_hs256, "/v1/chat/completions"),
    "zhipu": (zhipu, "/api/paas/v4/chat/completions"),
}


def vectors():
    rows = []
    for form, (sign, path) in FORMS.items():
        url = urllib.parse.urlsplit("https://llm.example.com" + path)
        headers = {"content-type": "application/json"}
        made = sign("POST", url, BODY.encode(), NOW, headers)
        expected = {
            "headers": {name: value for name, value in made.items() if name not in ("body", "query")},
            "query": made.get("query"),
            "body": made.get("body"),
        }
        rows.append({"form": form, "url": url.geturl(), "expected": expected})
    out = {"now": NOW * 1000, "secrets": SECRETS, "body": BODY, "headers": {"content-type": "application/json"}, "rows": rows}
    path = Path(__file__).parent.parent / "fixtures" / "gateways" / "signatures.json"
    path.write_text(json.dumps(out, ensure_ascii=False, indent=2) + "\n")


def answer(text):
    chunk = lambda delta, reason: "data: " + json.dumps({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}) + "\n\n"
    return chunk({"content": text}, None) + chunk({}, "stop") + "data: [DONE]\n\n"


class Gateway(BaseHTTPRequestHandler):
    """Checks by making the same proof for the time that the request names, and refuses what is older than five minutes."""

    protocol_version = "HTTP/1.1"
    #: Seconds by which this gateway's clock is ahead.
    ahead = 0
    seen = set()

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return http_date(time.time() + self.ahead)

    def reply(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        print(status, self.path.split("?")[0], body[:120].strip() if status != 200 else "", flush=True)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        form = self.path.split("/")[1]
        try:
            self.check(form, body)
        except Exception as error:
            return self.reply(401, json.dumps({"error": {"message": f"{type(error).__name__}: {error}"}}))
        self.reply(200, answer(f"{form} ok"), "text/event-stream")

    do_GET = do_POST

    def check(self, form, body):
        now = time.time() + self.ahead
        got = {name.lower(): value for name, value in self.headers.items()}
        url = urllib.parse.urlsplit("http://" + got["host"] + self.path)
        if form.startswith("jwt") or form == "zhipu":
            return self.check_jwt(form, got, now)
        if form == "in-body":
            fields = json.loads(body)
            sent = fields.pop("header")
            assert abs(int(sent["timestamp"]) - now) < 300, "timestamp expired"
            made = in_body(self.command, url, json.dumps(fields).encode(), int(sent["timestamp"]), got)["body"]["header"]
            assert hmac.compare_digest(made["sign"], sent["sign"]), "signature"
            return
        sign, _ = FORMS[form]
        query = dict(urllib.parse.parse_qsl(url.query))
        named = got.get("x-timestamp") or got.get("x-tc-timestamp") or got.get("x-date") or got.get("x-amz-date") or got.get("date") or query.get("date")
        moment = self.moment(named)
        assert abs(moment - now) < 300, "timestamp expired"
        if form == "iflytek":
            bare = url._replace(query="")
            made = sign(self.command, bare, body, moment, got)["query"]
            assert all(query[name] == value for name, value in made.items()), "signature"
            return
        made = sign(self.command, url, body, moment, got)
        wrong = [name for name, value in made.items() if got.get(name) != value]
        assert not wrong, f"signature: {wrong}"

    @staticmethod
    def moment(named):
        if named.isdigit():
            return int(named)
        if "," in named:
            return int(email.utils.parsedate_to_datetime(named).timestamp())
        return int(datetime.datetime.strptime(named, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp())

    def check_jwt(self, form, got, now):
        import jwt
        import jwt.api_jwt

        token = got["authorization"].removeprefix("Bearer ")
        if form == "zhipu":
            claims = jwt.decode(token, SECRETS["key"].split(".")[1], algorithms=["HS256"], options={"verify_exp": False})
            assert jwt.get_unverified_header(token)["sign_type"] == "SIGN"
            assert claims["exp"] > now * 1000 and abs(claims["timestamp"] - now * 1000) < 300_000, "expired"
            return
        algorithm = {"jwt": "HS256", "jwt-rs256": "RS256", "jwt-es256": "ES256"}[form]
        key = SECRET if form == "jwt" else Path(f"/tmp/auth-{form}.pub.pem").read_text()
        options = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]}
        claims = jwt.decode(token, key, algorithms=[algorithm], options=options, audience="https://llm.example.com" if form == "jwt" else None)
        if claims["exp"] < now:
            raise jwt.ExpiredSignatureError("Signature has expired")
        if claims["iat"] > now + 1:
            raise jwt.ImmatureSignatureError("The token is not yet valid (iat)")
        if "jti" in claims:
            assert claims["jti"] not in self.seen, "replayed nonce"
            self.seen.add(claims["jti"])


if __name__ == "__main__":
    if sys.argv[1] == "vectors":
        vectors()
    else:
        Gateway.ahead = int(sys.argv[3]) if len(sys.argv) > 3 else 0
        ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Gateway).serve_forever()
