/* A server on loopback that answers what a test wrote down, in a thread of its own. */

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "tests/answering.h"

#define MOST_REQUESTS 64
#define MOST_CONNECTIONS 32
#define REQUEST_ROOM 16384

struct answering {
	const struct answering_step *steps;
	size_t step_count;
	int listener, port, wake[2];
	pthread_t thread;
	pthread_mutex_t lock;
	char *requests[MOST_REQUESTS];
	size_t count;
	int connections[MOST_CONNECTIONS];
	size_t connection_count;
};

static void
put(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t done = send(fd, text, len, MSG_NOSIGNAL);

		if (done <= 0)
			return;
		text += done;
		len -= (size_t)done;
	}
}

/* Reads one request; false where the client has gone. */
static bool
read_request(int fd, char room[REQUEST_ROOM])
{
	size_t len = 0, wanted = REQUEST_ROOM;

	while (len < wanted && len < REQUEST_ROOM - 1) {
		ssize_t got = recv(fd, room + len, REQUEST_ROOM - 1 - len, 0);
		char *end, *length;

		if (got <= 0)
			return false;
		len += (size_t)got;
		room[len] = '\0';
		end = strstr(room, "\r\n\r\n");
		length = strcasestr(room, "content-length:");
		if (end)
			wanted = (size_t)(end + 4 - room) + (length && length < end ? (size_t)strtoul(length + 15, NULL, 10) : 0);
	}
	return true;
}

/* False where the connection ends with this. */
static bool
answer(int fd, const struct answering_step *step)
{
	size_t body_len = step->body ? strlen(step->body) : 0, said = body_len + step->pad;
	struct buf text = { 0 };

	if (step->fault == CLOSES)
		return false;
	if (step->fault == STAYS_SILENT)
		return true;
	said = step->fault == ENDS_EARLY ? said + 50 : step->fault == CLAIMS_LITTLE ? said - 10 : said;
	if (step->fault == IS_NO_HTTP)
		buf_text(&text, "220 mail.example.com ESMTP\r\n");
	else
		buf_print(&text, "HTTP/1.1 %s\r\n%s", step->status, step->headers ? step->headers : "");
	if (step->fault == NO_FAULT || step->fault == ENDS_EARLY || step->fault == CLAIMS_LITTLE)
		buf_print(&text, "Content-Length: %zu\r\n", said);
	buf_text(&text, "\r\n");
	buf_add(&text, step->body ? step->body : "", body_len);
	for (size_t i = 0; i < step->pad; i++)
		buf_char(&text, ' ');
	put(fd, text.data, text.len);
	buf_free(&text);
	return step->fault == NO_FAULT;
}

static bool
serve(struct answering *server, int fd)
{
	char *room = mem_get(REQUEST_ROOM);
	const struct answering_step *step = NULL;

	if (read_request(fd, room)) {
		pthread_mutex_lock(&server->lock);
		step = &server->steps[server->count < server->step_count ? server->count : server->step_count - 1];
		if (server->count < MOST_REQUESTS)
			server->requests[server->count++] = mem_text(room);
		pthread_mutex_unlock(&server->lock);
	}
	free(room);
	return step && answer(fd, step);
}

static void *
run(void *arg)
{
	struct answering *server = arg;

	for (;;) {
		struct pollfd polls[MOST_CONNECTIONS + 2] = { { .fd = server->wake[0], .events = POLLIN },
							      { .fd = server->listener, .events = POLLIN } };
		size_t count = server->connection_count, kept = 0;

		for (size_t i = 0; i < count; i++)
			polls[i + 2] = (struct pollfd){ .fd = server->connections[i], .events = POLLIN };
		if (poll(polls, count + 2, -1) < 0 || polls[0].revents)
			return NULL;
		for (size_t i = 0; i < count; i++) {
			int fd = polls[i + 2].fd;

			if (!polls[i + 2].revents || serve(server, fd))
				server->connections[kept++] = fd;
			else
				close(fd);
		}
		server->connection_count = kept;
		if (polls[1].revents && kept < MOST_CONNECTIONS)
			server->connections[server->connection_count++] = accept(server->listener, NULL, NULL);
	}
}

struct answering *
answering_start(const struct answering_step *steps, size_t count)
{
	struct answering *server = mem_get(sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	server->steps = steps;
	server->step_count = count;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&address, len) ||
	    listen(server->listener, 64) || getsockname(server->listener, (struct sockaddr *)&address, &len) ||
	    pipe(server->wake)) {
		perror("a server on loopback");
		abort();
	}
	server->port = ntohs(address.sin_port);
	pthread_mutex_init(&server->lock, NULL);
	if (pthread_create(&server->thread, NULL, run, server))
		abort();
	return server;
}

int
answering_port(const struct answering *server)
{
	return server->port;
}

const char *
answering_request(const struct answering *server, size_t index)
{
	struct answering *mine = (struct answering *)server;
	const char *text;

	pthread_mutex_lock(&mine->lock);
	text = index < server->count ? server->requests[index] : "";
	pthread_mutex_unlock(&mine->lock);
	return text;
}

size_t
answering_count(const struct answering *server)
{
	struct answering *mine = (struct answering *)server;
	size_t count;

	pthread_mutex_lock(&mine->lock);
	count = server->count;
	pthread_mutex_unlock(&mine->lock);
	return count;
}

void
answering_stop(struct answering *server)
{
	if (write(server->wake[1], "x", 1) != 1)
		abort();
	pthread_join(server->thread, NULL);
	for (size_t i = 0; i < server->connection_count; i++)
		close(server->connections[i]);
	for (size_t i = 0; i < server->count; i++)
		free(server->requests[i]);
	close(server->listener);
	close(server->wake[0]);
	close(server->wake[1]);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
