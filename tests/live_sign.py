#!/usr/bin/env python3
"""Lets botocore verify the signature of each request that `plumbline call` sends to a server on loopback.

    PLUMBLINE=zig-out/bin/plumbline live_sign.py

SigV4Auth signs for all services but S3 and S3 Control, S3SigV4Auth for those.
Prints "ok NAME" and "not ok NAME: why".
"""

import hashlib
import http.server
import os
import subprocess
import sys
import tempfile
import threading

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjE//////////wEaCXVz+LXdlc3QtMi==/tok"

# Name, service, operation, inputs.
CASES = [
    ("query", "sts", "GetCallerIdentity", []),
    ("unicode-in-form", "iam", "GetUser", ["UserName=Grüße+☃ &=%"]),
    ("json", "dynamodb", "DescribeTable", ["TableName=a/b c"]),
    ("ec2-list", "ec2", "DescribeInstances", ['InstanceIds=["i-1","i-2"]']),
    ("arn-in-path", "lambda", "ListTags", ["Resource=arn:aws:lambda:eu-west-1:111122223333:function:f"]),
    ("arn-with-slash-in-path", "kafka", "DescribeClusterV2",
     ["ClusterArn=arn:aws:kafka:eu-west-1:111122223333:cluster/a b/c-1"]),
    ("dots-in-path", "lambda", "GetPolicy", ["FunctionName=../.././x"]),
    ("odd-path", "eks", "DescribeCluster", ["name=a*(b)'c!~"]),
    ("percent-in-path", "eks", "DescribeCluster", ["name=a%2Fb%"]),
    ("query-unsorted", "lambda", "ListFunctions", ["MaxItems=7", "FunctionVersion=ALL", "MasterRegion=b=c&d", "Marker=z+/= ☃"]),
    ("s3-bucket", "s3", "GetBucketPolicy", ["Bucket=my-bucket"]),
    ("s3-list", "s3", "ListObjectsV2", ["Bucket=my-bucket", "Prefix=a/b c+d/é", "MaxKeys=5", "StartAfter=z=&%"]),
    ("s3-key", "s3", "HeadObject", ["Bucket=my-bucket", "Key=a b//c/../d+e=é%2F~*'()!"]),
    ("s3-key-of-dots", "s3", "HeadObject", ["Bucket=my-bucket", "Key=./../."]),
    ("s3-root", "s3", "ListBuckets", ["MaxBuckets=10"]),
    ("s3control", "s3control", "GetPublicAccessBlock", ["AccountId=111122223333"]),
    ("cloudfront", "cloudfront", "ListDistributions", ["MaxItems=3", "Marker=a/b"]),
    ("route53", "route53", "ListResourceRecordSets",
     ["HostedZoneId=Z1", "StartRecordName=\\052.example.com.", "StartRecordType=A"]),
]
S3 = ("s3", "s3control")
MUST_BE_SIGNED = ("host", "x-amz-date", "content-type", "x-amz-target", "x-amz-security-token", "x-amz-content-sha256",
                  "x-amz-account-id")


class Verifier(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.verdicts.append(verify(self.command, self.path, self.headers, body, self.server.port, self.server.is_s3))
        # What comes back is refused by design: only the request matters here.
        self.send_response(418)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_HEAD = answer


def verify(method, target, headers, body, port, is_s3):
    """None, or why the signature is not botocore's."""
    authorization = headers.get("Authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        return f"Authorization is {authorization!r}"
    parts = dict(part.strip().split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
    _, _, region, service, _ = parts["Credential"].split("/")
    signed = parts["SignedHeaders"].split(";")
    for name in MUST_BE_SIGNED:
        if name in headers and name not in signed:
            return f"{name} is not signed"
    if signed != sorted(signed):
        return f"signed headers are not sorted: {signed}"
    hashed = hashlib.sha256(body).hexdigest()
    if is_s3 and headers.get("X-Amz-Content-Sha256") != hashed:
        return f"x-amz-content-sha256 is {headers.get('X-Amz-Content-Sha256')}, the body's is {hashed}"
    request = AWSRequest(method=method, url=f"http://127.0.0.1:{port}{target}", data=body)
    for name in signed:
        request.headers[name] = headers[name]
    request.context["timestamp"] = headers["X-Amz-Date"]
    auth = (S3SigV4Auth if is_s3 else SigV4Auth)(Credentials(KEY, SECRET, headers.get("X-Amz-Security-Token")), service, region)
    canonical = auth.canonical_request(request)
    wanted = auth.signature(auth.string_to_sign(request, canonical), request)
    if wanted != parts["Signature"]:
        return f"the signature is another than botocore's for {canonical!r}"
    return None


def call(binary, server, case, token, folder):
    _, service, operation, inputs = case
    server.is_s3 = service in S3
    server.verdicts.clear()
    environment = {
        "PATH": os.environ.get("PATH", ""), "HOME": folder, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
    }
    if token:
        environment["AWS_SESSION_TOKEN"] = TOKEN
    done = subprocess.run([binary, "call", service, operation, *inputs], env=environment, capture_output=True, text=True, timeout=60)
    if not server.verdicts:
        return f"nothing was sent: {done.stderr.strip() or done.returncode}"
    if SECRET in done.stderr + done.stdout or TOKEN in done.stderr + done.stdout:
        return "a secret was printed"
    return server.verdicts[0]


def main():
    binary = os.environ.get("PLUMBLINE")
    if not binary:
        sys.exit("live_sign.py: set PLUMBLINE to the binary")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Verifier)
    server.port = server.server_address[1]
    server.verdicts = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            for token in (False, True):
                name = f"live_sign/{case[0]}{'-with-token' if token else ''}"
                why = call(binary, server, case, token, folder)
                failed += why is not None
                print(f"not ok {name}: {why}" if why else f"ok {name}", flush=True)
    server.shutdown()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
