"""OCSP over HTTP for the lab's CA: openssl answers each request; its own server would listen everywhere and hang."""

import base64
import subprocess
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = [
    "openssl", "ocsp", "-index", "/srv/pki-private/index.txt", "-CA", "/srv/pki/inter.crt", "-ndays", "7",
    "-rsigner", "/srv/pki-private/ocsp.crt", "-rkey", "/srv/pki-private/ocsp.key",
    "-reqin", "/dev/stdin", "-respout", "/dev/stdout",
]  # fmt: skip


class Ocsp(BaseHTTPRequestHandler):
    def do_POST(self):
        self.answer(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 10_000)))

    def do_GET(self):
        self.answer(base64.b64decode(urllib.parse.unquote(self.path.partition("/ocsp/")[2])))

    def answer(self, request):
        done = subprocess.run(ANSWER, input=request, capture_output=True, timeout=10, check=False)
        self.send_response(200 if done.returncode == 0 else 500)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(done.stdout)))
        self.end_headers()
        self.wfile.write(done.stdout)


ThreadingHTTPServer(("127.0.0.1", 8888), Ocsp).serve_forever()
