/* SPDX-License-Identifier: BSD-2-Clause */
/* names - looked up, on a thread that may wait */
#include "names.h"

#include <netdb.h>
#include <odeon/actors/offload.h>
#include <string.h>
#include "address.h"

ODEON_MESSAGE_DEFINE(odeon_addresses);

struct name { char text[ODEON_HOST_BYTES]; };
ODEON_MESSAGE(name);

/* ---- what is a name ------------------------------------------------------------------------------------------------------------- */

static bool is_port(const char *text)
{
	size_t length = strlen(text);

	return length >= 1 && length <= 5 && strspn(text, "0123456789") == length && (length < 5 || strcmp(text, "65535") <= 0);
}

/* Four numbers are an address, or none. */
bool names_are(const char *text)
{
	const char *colon = text != NULL ? strchr(text, ':') : NULL;
	size_t length = colon != NULL ? (size_t)(colon - text) : 0;

	return length > 0 && strlen(text) < ODEON_HOST_BYTES && is_port(colon + 1)
	    && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == length
	    && strspn(text, "0123456789.") < length;
}

/* ---- on a thread ------------------------------------------------------------------------------------------------------------------ */

static int error_of_lookup(int answered)
{
	switch (answered) {
	case EAI_NONAME: case EAI_NODATA: case EAI_ADDRFAMILY:
		return ODEON_EEMPTY;
	case EAI_MEMORY:
		return ODEON_ENOMEM;
	default:
		return ODEON_ESYSTEM;
	}
}

static void add_all(struct odeon_addresses *addresses, const struct addrinfo *found)
{
	struct address address;

	for (; found != NULL && addresses->count < ODEON_ADDRESSES_MOST; found = found->ai_next) {
		if (found->ai_addrlen > sizeof address.of)
			continue;
		address.length = found->ai_addrlen;
		memcpy(&address.of, found->ai_addr, found->ai_addrlen);
		address_print(&address, addresses->texts[addresses->count]);
		addresses->count += addresses->texts[addresses->count][0] != '\0';
	}
}

static void look_up(struct odeon_addresses *addresses, char *host)
{
	const struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	char *colon = strrchr(host, ':');
	struct addrinfo *found = NULL;
	int answered;

	*colon = '\0';
	answered = getaddrinfo(host, colon + 1, &wanted, &found);
	if (answered == 0) {
		add_all(addresses, found);
		freeaddrinfo(found);
	}
	if (answered != 0 || addresses->count == 0) {
		addresses->error = error_of_lookup(answered != 0 ? answered : EAI_NONAME);
		addresses->text = gai_strerror(answered != 0 ? answered : EAI_NONAME);
	}
}

ODEON_BLOCKING(find_addresses, name, odeon_addresses)
{
	struct odeon_addresses *addresses = odeon_new(odeon_addresses, .text = "");
	struct address known;

	(void)error;
	if (addresses == NULL)
		return NULL;
	if (address_read(&known, name->text, false))
		address_print(&known, addresses->texts[addresses->count++]);
	else
		look_up(addresses, name->text);
	return addresses;
}

/* ---- what users call --------------------------------------------------------------------------------------------------------------- */

int odeon_names_find(odeon_self *self, const char *text, odeon_time until, odeon_then *then)
{
	struct address known;
	struct name *name;

	if (!names_are(text) && !address_read(&known, text, false))
		return ODEON_EINVAL;
	name = odeon_new(name);
	if (name != NULL)
		memcpy(name->text, text, strlen(text) + 1);
	return odeon_offload(self, ODEON_NOBODY, find_addresses, name, until, then);
}
