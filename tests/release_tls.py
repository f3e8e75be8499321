"""TLS, proxies and name resolution of a static file: certificates good and bad, named in each way and found in each system's place."""
import base64
import contextlib
import datetime
import http.server
import ipaddress
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from released import KEYS, Bare, run, say

CALLER = ("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn><UserId>u</UserId>"
          "<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>").encode()
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
# A name that no machine resolves (RFC 6761) but the proxies and the name server here.
ELSEWHERE = "sts.test"


# ---- Certificates

class Authority:
    def __init__(self, name):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = certificate(self.key.public_key(), name, self.key, name, authority=True)

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, names, **more):
        """(certificate and key) as a PEM for Python's server."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        made = certificate(key.public_key(), names[0], self.key, name, names=names, **more)
        return made.public_bytes(serialization.Encoding.PEM) + private(key)


def private(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def certificate(public, subject, signer, issuer, names=(), authority=False, start=NOW - DAY, end=NOW + DAY):
    builder = (x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
               .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])).public_key(public)
               .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
               .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
    if names:
        kinds = [x509.IPAddress(ipaddress.ip_address(n)) if n[0].isdigit() or ":" in n else x509.DNSName(n) for n in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(kinds), critical=False)
    return builder.sign(signer, hashes.SHA256())


def self_signed(names):
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate(key.public_key(), names[0], key, names[0], names=names)
    return made.public_bytes(serialization.Encoding.PEM) + private(key)


# ---- Servers

class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked.append(self.headers.get("host"))
        self.send_response(200)
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", str(len(CALLER)))
        self.end_headers()
        self.wfile.write(CALLER)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context, address="127.0.0.1"):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.asked, self.met = [], 0
        self.context = context
        super().__init__((address, 0), Answer)
        self.url = "https://localhost:%d" % self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def get_request(self):
        connection, where = super().get_request()
        self.met += 1
        connection.settimeout(20)
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), where

    def handle_error(self, *_):
        pass  # who asked did not like the certificate

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def context_of(pem, most=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    if most:
        limit(context, most)
    return context


def limit(context, most):
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that these are old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = most


def speaks_old(server):
    """Whether a client that allows TLS 1.1 is served: else its refusal by ours would show nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    limit(context, ssl.TLSVersion.TLSv1_1)
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
        with context.wrap_socket(connection) as wrapped:
            return wrapped.version() == "TLSv1.1"


class Proxy:
    """Tunnels each CONNECT to one port here, and keeps what was asked for. refuse: it says 403. context: itself spoken to over TLS."""

    def __init__(self, port, context=None, refuse=False):
        self.port, self.context, self.refuse = port, context, refuse
        self.asked, self.authorizations = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.at = "%s:%d" % ("localhost", self.listener.getsockname()[1])
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(20)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(1) or (_ for _ in ()).throw(OSError())
            lines = head.decode().split("\r\n")
            self.asked.append(lines[0].split()[1])
            self.authorizations += [line.split(": ", 1)[1] for line in lines if line.lower().startswith("proxy-authorization:")]
            if self.refuse:
                connection.sendall(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as server:
                connection.sendall(b"HTTP/1.1 200 Here you are\r\n\r\n")
                back = threading.Thread(target=self.pump, args=(server, connection), daemon=True)
                back.start()
                self.pump(connection, server)
                back.join(20)

    @staticmethod
    def pump(one, other):
        with contextlib.suppress(OSError):
            while part := one.recv(65536):
                other.sendall(part)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


class Names(threading.Thread):
    """A name server for one name, ELSEWHERE, at 127.0.0.1; what it was asked is kept."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                query, who = self.socket.recvfrom(2048)
                labels, at = [], 12
                while query[at]:
                    labels.append(query[at + 1:at + 1 + query[at]].decode())
                    at += query[at] + 1
                question = query[12:at + 5]
                kind, = struct.unpack_from(">H", query, at + 1)
                self.asked.append(".".join(labels))
                has = ".".join(labels) == ELSEWHERE and kind == 1
                answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton("127.0.0.1") if has else b""
                known = 0x8180 if ".".join(labels) == ELSEWHERE else 0x8183
                self.socket.sendto(query[:2] + struct.pack(">HHHHH", known, 1, int(has), 0, 0) + question + answer, who)


# ---- The tests

def caller(where, url, env=None, words=(), binary=None):
    """GetCallerIdentity of that server, in a root or by a binary."""
    env = dict(KEYS, AWS_ENDPOINT_URL=url, **(env or {}))
    words = ("call", "sts", "GetCallerIdentity", *words)
    return run(binary, *words, env=env) if binary else where.run(*words, env=env)


def expect(name, done, *texts):
    """Without texts: it must succeed. Else it must fail and say each of them."""
    if not texts:
        say(done.returncode == 0 and "111122223333" in done.stdout, name, "exit %d: %s" % (done.returncode, done.stderr))
        return
    missing = [text for text in texts if text not in done.stderr]
    say(done.returncode == 1 and not missing and "111122223333" not in done.stdout, name,
        "exit %d, missing %s in: %s" % (done.returncode, missing, done.stderr))


def hashed(pem):
    """The name that OpenSSL looks for in a folder."""
    done = subprocess.run(["openssl", "x509", "-hash", "-noout"], input=pem, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().strip() + ".0"


def test_ways(binary, root, server):
    """Every way to say which certificates are trusted, in order."""
    good, other = root.pem(), Authority("another").pem()
    files = {"/good.pem": good, "/other.pem": other, "/folder/" + hashed(good): good, "/others/" + hashed(other): other,
             "/config": b"[default]\nca_bundle = /good.pem\n", "/bad-config": b"[default]\nca_bundle = /other.pem\n"}
    cases = [
        ("SSL_CERT_FILE", {"SSL_CERT_FILE": "/good.pem"}, (), ()),
        ("SSL_CERT_DIR", {"SSL_CERT_DIR": "/folder"}, (), ()),
        ("SSL_CERT_DIR of two folders", {"SSL_CERT_DIR": "/others:/folder"}, (), ()),
        ("SSL_CERT_FILE and SSL_CERT_DIR together", {"SSL_CERT_FILE": "/other.pem", "SSL_CERT_DIR": "/folder"}, (), ()),
        ("AWS_CA_BUNDLE", {"AWS_CA_BUNDLE": "/good.pem"}, (), ()),
        ("AWS_CA_BUNDLE naming a folder", {"AWS_CA_BUNDLE": "/folder"}, (), ()),
        ("REQUESTS_CA_BUNDLE", {"REQUESTS_CA_BUNDLE": "/good.pem"}, (), ()),
        ("ca_bundle of the profile", {"AWS_CONFIG_FILE": "/config"}, (), ()),
        ("--ca-bundle", {}, ("--ca-bundle", "/good.pem"), ()),
        ("--ca-bundle before AWS_CA_BUNDLE", {"AWS_CA_BUNDLE": "/other.pem"}, ("--ca-bundle", "/good.pem"), ()),
        ("AWS_CA_BUNDLE before the profile", {"AWS_CA_BUNDLE": "/good.pem", "AWS_CONFIG_FILE": "/bad-config"}, (), ()),
        ("the profile before SSL_CERT_FILE", {"AWS_CONFIG_FILE": "/config", "SSL_CERT_FILE": "/other.pem"}, (), ()),
        ("AWS_CA_BUNDLE before SSL_CERT_FILE, though it is wrong", {"AWS_CA_BUNDLE": "/other.pem", "SSL_CERT_FILE": "/good.pem"}, (),
         ("TlsError", "/other.pem (from AWS_CA_BUNDLE)")),
        ("another authority", {"SSL_CERT_FILE": "/other.pem"}, (), ("TlsError", "/other.pem (from SSL_CERT_FILE)")),
        ("a folder of another authority", {"SSL_CERT_DIR": "/others"}, (), ("TlsError", "/others (from SSL_CERT_DIR)")),
        ("none at all", {}, (), ("TlsError", "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "AWS_CA_BUNDLE")),
    ]
    unreadable = [
        ("SSL_CERT_FILE that is not there", {"SSL_CERT_FILE": "/gone"}, (), ("SSL_CERT_FILE", "/gone")),
        ("SSL_CERT_DIR that is not there", {"SSL_CERT_DIR": "/gone"}, (), ("SSL_CERT_DIR", "/gone")),
        ("AWS_CA_BUNDLE that is no certificate", {"AWS_CA_BUNDLE": "/config", "SSL_CERT_FILE": "/good.pem"}, (), ("AWS_CA_BUNDLE", "PEM")),
        ("--ca-bundle that is not there", {"SSL_CERT_FILE": "/good.pem"}, ("--ca-bundle", "/gone"), ("--ca-bundle", "/gone")),
    ]
    with Bare(binary, files) as bare:
        for name, env, words, texts in cases:
            expect("trust by %s" % name, caller(bare, server.url, env, words), *texts)
        for name, env, words, texts in unreadable:
            before = server.met
            expect("trust by %s: an error" % name, caller(bare, server.url, env, words), *texts)
            say(server.met == before, "trust by %s: before anything is sent" % name, "%d connections" % (server.met - before))


def test_places(binary, root, server):
    """Nothing is said; the system's place must be found."""
    good = root.pem()
    layouts = {
        "Debian": {"/etc/ssl/certs/ca-certificates.crt": good},
        "Red Hat": {"/etc/pki/tls/certs/ca-bundle.crt": good, "/etc/pki/tls/openssl.cnf": b"garbage ] [ \n"},
        "Red Hat, extracted only": {"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem": good},
        "Alpine": {"/etc/ssl/cert.pem": good, "/etc/ssl/openssl.cnf": b"garbage ] [ \n"},
        "SUSE": {"/etc/ssl/ca-bundle.pem": good},
        "SUSE without links": {"/var/lib/ca-certificates/ca-bundle.pem": good},
        "a folder of hashed names": {"/etc/ssl/certs/" + hashed(good): good},
        "an empty Debian bundle beside Alpine's": {"/etc/ssl/certs/ca-certificates.crt": b"", "/etc/ssl/cert.pem": good},
    }
    for name, files in layouts.items():
        with Bare(binary, files) as bare:
            expect("certificates as on %s" % name, caller(bare, server.url))


def test_certificates(binary, root):
    """A server with each kind of certificate, trusted by its authority."""
    here = ["localhost", "127.0.0.1", "::1", ELSEWHERE]
    cases = [
        ("a good one", root.issue(here), None, ()),
        ("one that expired", root.issue(here, start=NOW - 9 * DAY, end=NOW - DAY), None, ("TlsError", "expired", "clock")),
        ("one of tomorrow", root.issue(here, start=NOW + DAY, end=NOW + 9 * DAY), None, ("TlsError", "not yet valid", "clock")),
        ("another host's", root.issue(["sts.amazonaws.com"]), None, ("TlsError", "localhost", "another host's")),
        ("a self-signed one", self_signed(here), None, ("TlsError", "self-signed", "/good.pem")),
        ("one of an unknown authority", Authority("another").issue(here), None, ("TlsError", "/good.pem")),
        ("a good one, TLS 1.2", root.issue(here), ssl.TLSVersion.TLSv1_2, ()),
        ("a good one, but TLS 1.1", root.issue(here), ssl.TLSVersion.TLSv1_1, ("TlsError", "TLS 1.2")),
    ]
    with Bare(binary, {"/good.pem": root.pem()}) as bare:
        for name, pem, most, texts in cases:
            with Server(context_of(pem, most)) as server:
                if most == ssl.TLSVersion.TLSv1_1:
                    say(speaks_old(server), "a server's certificate: %s: the server speaks it" % name)
                expect("a server's certificate: %s" % name, caller(bare, server.url, {"SSL_CERT_FILE": "/good.pem"}), *texts)
                say(bool(server.asked) == (not texts), "a server's certificate: %s: %s" % (name, "nothing was sent" if texts else "it was asked"),
                    server.asked)


def test_addresses(binary, root):
    here = root.issue(["localhost", "127.0.0.1", "::1"])
    trusted = {"SSL_CERT_FILE": "/good.pem"}
    with Bare(binary, {"/good.pem": root.pem()}) as bare:
        for address, url in (("127.0.0.1", "https://127.0.0.1:%d"), ("127.0.0.1", "https://localhost:%d"), ("::1", "https://[::1]:%d"),
                             ("::1", "https://localhost:%d")):
            with Server(context_of(here), address) as server:
                expect("%s by %s" % (address, url % 0), caller(bare, url % server.server_port, trusted))
    with Server(context_of(root.issue([ELSEWHERE]))) as server:
        url = "https://%s:%d" % (ELSEWHERE, server.server_port)
        with Bare(binary, {"/good.pem": root.pem(), "/etc/hosts": b"127.0.0.1 localhost\n127.0.0.1 %s\n" % ELSEWHERE.encode()}) as bare:
            expect("a name of /etc/hosts", caller(bare, url, trusted))
        test_name_server(binary, root, url, trusted)


def test_name_server(binary, root, url, trusted):
    address = "127.0.0.77"  # not where this machine may have its own
    try:
        names = Names(address)
    except OSError as error:
        say(False, "a name server of /etc/resolv.conf", "could not listen on %s port 53: %s; run as root" % (address, error))
        return
    with Bare(binary, {"/good.pem": root.pem(), "/etc/resolv.conf": b"nameserver %s\n" % address.encode()}) as bare:
        expect("a name server of /etc/resolv.conf", caller(bare, url, trusted))
        say(ELSEWHERE in names.asked, "a name server of /etc/resolv.conf: it was asked", names.asked)
        expect("a name that it does not know", caller(bare, "https://nowhere.test", trusted), "CouldNotResolveHost", "nowhere.test")
    names.socket.close()


def test_proxies(binary, root):
    pem = root.issue(["localhost", ELSEWHERE])
    with Server(context_of(pem)) as server, Bare(binary, {"/good.pem": root.pem()}) as bare:
        far = "https://%s:%d" % (ELSEWHERE, server.server_port)
        target = "%s:%d" % (ELSEWHERE, server.server_port)
        trusted = {"SSL_CERT_FILE": "/good.pem"}

        def through(name, proxy, env, url, was_asked, *texts):
            expect("proxy: %s" % name, caller(bare, url, dict(trusted, **env)), *texts)
            say(bool(proxy.asked) == was_asked, "proxy: %s: it was %s" % (name, "asked" if was_asked else "left alone"), proxy.asked)

        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            with Proxy(server.server_port) as proxy:
                through(name, proxy, {name: "http://" + proxy.at}, far, True)
                say(proxy.asked[:1] == [target], "proxy: %s: a tunnel to the server by name" % name, proxy.asked)
        for name, value, is_asked in (("NO_PROXY", "localhost", False), ("no_proxy", "other.test,localhost", False), ("NO_PROXY", "*", False),
                                      ("NO_PROXY", "ocalhost", True)):
            with Proxy(server.server_port) as proxy:
                through("%s=%s" % (name, value), proxy, {"HTTPS_PROXY": "http://" + proxy.at, name: value}, server.url, is_asked)
        with Proxy(server.server_port) as proxy:
            through("user and password", proxy, {"HTTPS_PROXY": "http://me:my%20word@" + proxy.at}, far, True)
            say(proxy.authorizations == ["Basic " + base64.b64encode(b"me:my word").decode()], "proxy: user and password are sent", proxy.authorizations)
        with Proxy(server.server_port, refuse=True) as proxy:
            through("one that refuses", proxy, {"HTTPS_PROXY": "http://" + proxy.at}, far, True, "403")
        with Proxy(server.server_port, context_of(pem)) as proxy:
            through("one spoken to over TLS", proxy, {"HTTPS_PROXY": "https://" + proxy.at}, far, True)
        with Proxy(server.server_port, context_of(self_signed(["localhost"]))) as proxy:
            through("one over TLS that nobody vouches for", proxy, {"HTTPS_PROXY": "https://" + proxy.at}, far, False, "TlsError")
        expect("proxy: one that is not there", caller(bare, far, dict(trusted, HTTPS_PROXY="http://127.0.0.1:9")), "ConnectionRefused")


def test_all(binary):
    root = Authority("the tests' root")
    with Server(context_of(root.issue(["localhost"]))) as server:
        test_ways(binary, root, server)
        test_places(binary, root, server)
    test_certificates(binary, root)
    test_addresses(binary, root)
    test_proxies(binary, root)


if __name__ == "__main__":
    test_all(pathlib.Path(os.environ["PLUMBLINE"]))
