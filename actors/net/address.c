/* SPDX-License-Identifier: BSD-2-Clause */
/* address - read and printed */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL "unix:"

static bool read_local(struct address *address, const char *path)
{
	size_t length = strlen(path);

	if (length == 0 || length >= sizeof address->of.local.sun_path)
		return false;
	address->of.local.sun_family = AF_UNIX;
	memcpy(address->of.local.sun_path, path, length + 1);
	address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	return true;
}

static bool read_port(const char *text, uint16_t *port)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9' || strlen(text) > 5)
		return false;
	number = strtoul(text, &end, 10);
	*port = htons((uint16_t)number);
	return *end == '\0' && number <= UINT16_MAX;
}

static bool read_four(struct address *address, const char *host, uint16_t port)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)&address->of.room;

	four->sin_family = AF_INET;
	four->sin_port = port;
	address->length = sizeof *four;
	return inet_pton(AF_INET, host, &four->sin_addr) == 1;
}

static bool read_six(struct address *address, const char *host, uint16_t port)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&address->of.room;

	six->sin6_family = AF_INET6;
	six->sin6_port = port;
	address->length = sizeof *six;
	return inet_pton(AF_INET6, host, &six->sin6_addr) == 1;
}

bool address_read(struct address *address, const char *text, bool may_be_any)
{
	const char *colon = text != NULL ? strrchr(text, ':') : NULL;
	char host[INET6_ADDRSTRLEN + 2];
	size_t length;
	uint16_t port;

	memset(address, 0, sizeof *address);
	if (colon != NULL && strncmp(text, LOCAL, strlen(LOCAL)) == 0)
		return read_local(address, text + strlen(LOCAL));
	if (colon == NULL || (size_t)(colon - text) >= sizeof host || !read_port(colon + 1, &port))
		return false;
	length = (size_t)(colon - text);
	memcpy(host, text, length);
	host[length] = '\0';
	if (length == 0)
		return may_be_any && read_six(address, "::", port);
	if (host[0] != '[' || host[length - 1] != ']')
		return read_four(address, host, port);
	host[length - 1] = '\0';
	return read_six(address, host + 1, port);
}

bool address_is_local(const struct address *address) { return address->of.any.sa_family == AF_UNIX; }

void address_print(const struct address *address, char text[ODEON_ADDRESS_BYTES])
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&address->of.room;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&address->of.room;
	char host[INET6_ADDRSTRLEN];

	text[0] = '\0';
	if (address->of.any.sa_family == AF_INET && inet_ntop(AF_INET, &four->sin_addr, host, sizeof host) != NULL)
		snprintf(text, ODEON_ADDRESS_BYTES, "%s:%u", host, ntohs(four->sin_port));
	else if (address->of.any.sa_family == AF_INET6 && inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host) != NULL)
		snprintf(text, ODEON_ADDRESS_BYTES, "[%s]:%u", host, ntohs(six->sin6_port));
	else if (address_is_local(address) && address->of.local.sun_path[0] != '\0')
		snprintf(text, ODEON_ADDRESS_BYTES, LOCAL "%.107s", address->of.local.sun_path);
}

void address_of_peer(int descriptor, char text[ODEON_ADDRESS_BYTES])
{
	struct address address = { .length = sizeof address.of };

	(void)getpeername(descriptor, &address.of.any, &address.length);
	address_print(&address, text);
}

void address_of_here(int descriptor, char text[ODEON_ADDRESS_BYTES])
{
	struct address address = { .length = sizeof address.of };

	(void)getsockname(descriptor, &address.of.any, &address.length);
	address_print(&address, text);
}
