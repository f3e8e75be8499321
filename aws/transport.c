/* Carries requests over HTTP with libcurl: one thread, many at a time, connections and handles used again. */

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/client.h"

#define BODY_CAP (64u << 20)
#define HEADER_CAP (64u << 10)
#define HOST_CONNECTIONS 16
#define KEPT_CONNECTIONS 96
#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS 60000

struct transfer {
	CURL *easy;
	struct curl_slist *lines;
	struct transport *transport;
	struct reply reply;
	void *arg;
	char error[CURL_ERROR_SIZE];
	struct transfer *next, *previous; /* of those in flight, or of the free ones */
	bool is_running;
};

struct transport {
	CURLM *multi;
	CURLSH *share; /* TLS sessions, so that a second connection to a host is cheap */
	struct transport_options options;
	struct trust trust;
	struct transfer *running, *idle;
	bool is_fresh; /* something was started since libcurl last looked */
};

/* What went wrong below HTTP, as we name it, and what the user can do. */
static const struct fault {
	CURLcode curl;
	const char *code, *advice; /* advice NULL: trust_advice() */
} faults[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, "CouldNotResolveHost", "check https_proxy and HTTP_PROXY" },
	{ CURLE_COULDNT_RESOLVE_HOST, "CouldNotResolveHost", "check the region's name, DNS and --endpoint-url" },
	{ CURLE_COULDNT_CONNECT, "ConnectionRefused", "check the network, the proxy and --endpoint-url" },
	{ CURLE_OPERATION_TIMEDOUT, "Timeout", "check the network and the proxy" },
	{ CURLE_GOT_NOTHING, "ConnectionClosed", "the server closed the connection; scan again" },
	{ CURLE_SEND_ERROR, "ConnectionClosed", "the connection broke; scan again" },
	{ CURLE_RECV_ERROR, "ConnectionClosed", "the connection broke; scan again" },
	{ CURLE_PARTIAL_FILE, "Truncated", "the answer ended early; scan again" },
	{ CURLE_PEER_FAILED_VERIFICATION, "TlsError", NULL },
	{ CURLE_SSL_CACERT_BADFILE, "TlsError", "the certificates to trust must be in PEM form; check --ca-bundle, AWS_CA_BUNDLE and SSL_CERT_FILE" },
	{ CURLE_SSL_CONNECT_ERROR, "TlsError", "the server must speak TLS 1.2 or later; check the proxy" },
	{ CURLE_WEIRD_SERVER_REPLY, "NotHttp", "what answers is no HTTP server; check --endpoint-url" },
	{ CURLE_UNSUPPORTED_PROTOCOL, "NotHttp", "what answers is no HTTP server; check --endpoint-url" },
	{ CURLE_URL_MALFORMAT, "BadUrl", "check --endpoint-url" },
};

/* Headers that decoding, retries and messages need; the rest is dropped as it comes. */
static bool
is_kept(const char *name, size_t len)
{
	static const char *const kept[] = { "content-length", "content-type", "date", "etag", "location", "retry-after" };

	if (len > 6 && !strncasecmp(name, "x-amz", 5))
		return true;
	for (size_t i = 0; i < COUNT(kept); i++)
		if (strlen(kept[i]) == len && !strncasecmp(kept[i], name, len))
			return true;
	return false;
}

const char *
reply_header(const struct reply *reply, const char *name)
{
	const char *at = reply->headers.data, *end;

	if (!at)
		return NULL;
	end = at + reply->headers.len;
	while (at < end) {
		const char *value = at + strlen(at) + 1;

		if (!strcasecmp(at, name))
			return value;
		at = value + strlen(value) + 1;
	}
	return NULL;
}

void
reply_clear(struct reply *reply)
{
	buf_free(&reply->body);
	buf_free(&reply->headers);
	free(reply->message);
	memset(reply, 0, sizeof(*reply));
}

static size_t
take_header(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	struct buf *headers = &transfer->reply.headers;
	size_t len = size * count, all = len, name_len;
	char *colon = memchr(data, ':', len), *value;

	/* A new status line: what came before was "100 Continue" or a proxy's. */
	if (len > 5 && !memcmp(data, "HTTP/", 5))
		headers->len = 0;
	if (!colon || !is_kept(data, (size_t)(colon - data)) || memchr(data, '\0', len))
		return all;
	name_len = (size_t)(colon - data);
	value = colon + 1;
	len -= name_len + 1;
	while (len > 0 && isspace((unsigned char)*value))
		value++, len--;
	while (len > 0 && isspace((unsigned char)value[len - 1]))
		len--;
	for (size_t i = 0; i < name_len; i++)
		data[i] = (char)tolower((unsigned char)data[i]);
	if (headers->len + name_len + len + 2 > HEADER_CAP)
		return all;
	buf_add(headers, data, name_len);
	buf_char(headers, '\0');
	buf_add(headers, value, len);
	buf_char(headers, '\0');
	return all;
}

static size_t
take_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;

	buf_add(&transfer->reply.body, data, size * count);
	return transfer->reply.body.over ? 0 : size * count;
}

static void
set_text(CURL *easy, CURLoption option, const char *text)
{
	if (curl_easy_setopt(easy, option, text) != CURLE_OK) {
		fprintf(stderr, "plumbline: out of memory\n");
		abort();
	}
}

static CURL *
easy_new(struct transport *transport)
{
	const struct transport_options *options = &transport->options;
	CURL *easy = curl_easy_init();

	if (!easy) {
		fprintf(stderr, "plumbline: out of memory\n");
		abort();
	}
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, options->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, options->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_SHARE, transport->share);
	set_text(easy, CURLOPT_USERAGENT, USER_AGENT);
	/* Also where NULL, which takes away what libcurl was built with. */
	set_text(easy, CURLOPT_CAINFO, transport->trust.file);
	set_text(easy, CURLOPT_CAPATH, transport->trust.folders);
	set_text(easy, CURLOPT_PROXY_CAINFO, transport->trust.file);
	set_text(easy, CURLOPT_PROXY_CAPATH, transport->trust.folders);
	if (options->no_proxy)
		set_text(easy, CURLOPT_NOPROXY, "*");
	return easy;
}

struct transport *
transport_new(const struct transport_options *options, struct err *err)
{
	struct transport *transport = mem_get(sizeof(*transport));

	transport->options = *options;
	if (!transport->options.body_cap)
		transport->options.body_cap = BODY_CAP;
	if (!transport->options.connect_timeout_ms)
		transport->options.connect_timeout_ms = CONNECT_TIMEOUT_MS;
	if (!transport->options.timeout_ms)
		transport->options.timeout_ms = TIMEOUT_MS;
	if (!options->is_plain && trust_find(options, "", &transport->trust, err)) {
		transport_free(transport);
		return NULL;
	}
	transport->share = curl_share_init();
	transport->multi = curl_multi_init();
	if (!transport->share || !transport->multi) {
		err_set(err, "libcurl cannot be started; is there memory left?");
		transport_free(transport);
		return NULL;
	}
	curl_share_setopt(transport->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	curl_multi_setopt(transport->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)HOST_CONNECTIONS);
	curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
	return transport;
}

static void
transfer_free(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->lines);
	reply_clear(&transfer->reply);
	free(transfer);
}

/* Puts a transfer away, to be used again. */
static void
transfer_rest(struct transfer *transfer)
{
	struct transport *transport = transfer->transport;

	if (transfer->is_running) {
		curl_multi_remove_handle(transport->multi, transfer->easy);
		if (transfer->previous)
			transfer->previous->next = transfer->next;
		else
			transport->running = transfer->next;
		if (transfer->next)
			transfer->next->previous = transfer->previous;
	}
	transfer->is_running = false;
	curl_slist_free_all(transfer->lines);
	transfer->lines = NULL;
	reply_clear(&transfer->reply);
	transfer->previous = NULL;
	transfer->next = transport->idle;
	transport->idle = transfer;
}

void
transport_drop(struct transport *transport)
{
	while (transport->running)
		transfer_rest(transport->running);
}

void
transport_free(struct transport *transport)
{
	if (!transport)
		return;
	transport_drop(transport);
	while (transport->idle) {
		struct transfer *transfer = transport->idle;

		transport->idle = transfer->next;
		transfer_free(transfer);
	}
	curl_multi_cleanup(transport->multi);
	curl_share_cleanup(transport->share);
	trust_free(&transport->trust);
	free(transport);
}

static void
add_line(struct transfer *transfer, const char *line)
{
	struct curl_slist *more = curl_slist_append(transfer->lines, line);

	if (!more) {
		fprintf(stderr, "plumbline: out of memory\n");
		abort();
	}
	transfer->lines = more;
}

static void
set_headers(struct transfer *transfer, const struct aws_wire *wire)
{
	for (size_t i = 0; i < wire->header_count; i++) {
		const struct aws_header *header = &wire->headers[i];
		/* libcurl drops "Name:"; an empty value is written "Name;". */
		char *line = *header->value ? mem_print("%s: %s", header->name, header->value) :
					      mem_print("%s;", header->name);

		add_line(transfer, line);
		text_wipe(line);
	}
	if (wire->body && !wire_header(wire, "content-type"))
		add_line(transfer, "Content-Type:");
	add_line(transfer, "Expect:");
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
}

static void
set_method(CURL *easy, const struct aws_wire *wire)
{
	bool has_body = wire->body != NULL || !strcmp(wire->method, "POST") || !strcmp(wire->method, "PUT");

	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
	if (!strcmp(wire->method, "HEAD")) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (has_body) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, wire->body ? wire->body : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(wire->body ? wire->body_len : 0));
	}
	if (strcmp(wire->method, has_body ? "POST" : "GET") != 0)
		set_text(easy, CURLOPT_CUSTOMREQUEST, wire->method);
}

void
transport_start(struct transport *transport, const char *url, const struct aws_wire *wire, void *arg)
{
	struct transfer *transfer = transport->idle;

	if (transfer) {
		transport->idle = transfer->next;
	} else {
		transfer = mem_get(sizeof(*transfer));
		transfer->transport = transport;
		transfer->easy = easy_new(transport);
		curl_easy_setopt(transfer->easy, CURLOPT_HEADERDATA, transfer);
		curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
		curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, transfer->error);
		curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
	}
	transfer->arg = arg;
	transfer->error[0] = '\0';
	transfer->reply.body.cap = transport->options.body_cap;
	set_text(transfer->easy, CURLOPT_URL, url);
	set_method(transfer->easy, wire);
	set_headers(transfer, wire);
	transfer->is_running = true;
	transfer->previous = NULL;
	transfer->next = transport->running;
	if (transfer->next)
		transfer->next->previous = transfer;
	transport->running = transfer;
	transport->is_fresh = true;
	curl_multi_add_handle(transport->multi, transfer->easy);
}

static char *
certificate_advice(const struct transfer *transfer)
{
	long server = 0, proxy = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &server);
	curl_easy_getinfo(transfer->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy);
	return trust_advice(&transfer->transport->trust, proxy ? proxy : server);
}

static void
set_failure(struct transfer *transfer, CURLcode result)
{
	struct reply *reply = &transfer->reply;
	const char *what = transfer->error[0] ? transfer->error : curl_easy_strerror(result);
	double connect_time = 0;

	reply->failure = "TransferFailed";
	if (reply->body.over) {
		reply->failure = "TooLarge";
		reply->message = mem_print("the answer is larger than %zu bytes; it was dropped", reply->body.cap);
		return;
	}
	for (size_t i = 0; i < COUNT(faults); i++) {
		char *advice;

		if (faults[i].curl != result)
			continue;
		advice = faults[i].advice ? mem_text(faults[i].advice) : certificate_advice(transfer);
		reply->failure = faults[i].code;
		reply->message = mem_print("%s; %s", what, advice);
		free(advice);
	}
	curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME, &connect_time);
	if (result == CURLE_OPERATION_TIMEDOUT && connect_time <= 0)
		reply->failure = "ConnectTimeout";
	if (!reply->message)
		reply->message = mem_print("%s; check the network", what);
}

static void
finish(struct transport *transport, CURLMsg *message, void (*done)(void *self, void *arg, struct reply *reply), void *self)
{
	struct transfer *transfer;
	struct reply reply;
	long status = 0;
	CURLcode result = message->data.result;

	(void)transport;
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
	curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
	if (result == CURLE_OK)
		transfer->reply.status = (int)status;
	else
		set_failure(transfer, result);
	reply = transfer->reply;
	memset(&transfer->reply, 0, sizeof(transfer->reply));
	void *arg = transfer->arg;

	/* First put away: done() may start another one. */
	transfer_rest(transfer);
	done(self, arg, &reply);
}

int
transport_poll(struct transport *transport, int wait_ms, void (*done)(void *self, void *arg, struct reply *reply), void *self,
	       struct err *err)
{
	CURLMsg *message;
	CURLMcode code = CURLM_OK;
	int running, left;

	if (transport->is_fresh)
		code = curl_multi_perform(transport->multi, &running);
	transport->is_fresh = false;
	message = curl_multi_info_read(transport->multi, &left);
	if (!message && code == CURLM_OK) {
		code = curl_multi_poll(transport->multi, NULL, 0, wait_ms, NULL);
		if (code == CURLM_OK)
			code = curl_multi_perform(transport->multi, &running);
		message = curl_multi_info_read(transport->multi, &left);
	}
	if (code != CURLM_OK)
		return err_set(err, "sending requests: libcurl says: %s", curl_multi_strerror(code));
	for (; message; message = curl_multi_info_read(transport->multi, &left))
		if (message->msg == CURLMSG_DONE)
			finish(transport, message, done, self);
	return 0;
}

struct fetched {
	struct reply *out;
	bool is_done;
};

static void
take_fetched(void *self, void *arg, struct reply *reply)
{
	struct fetched *fetched = self;

	(void)arg;
	*fetched->out = *reply;
	fetched->is_done = true;
}

int
transport_fetch(const struct transport_options *options, const char *url, const struct aws_wire *wire, struct reply *out,
		struct err *err)
{
	struct transport *transport = transport_new(options, err);
	struct fetched fetched = { .out = out };
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (!transport)
		return -1;
	transport_start(transport, url, wire, NULL);
	while (!rc && !fetched.is_done)
		rc = transport_poll(transport, 1000, take_fetched, &fetched, err);
	transport_free(transport);
	return rc;
}
