/* SPDX-License-Identifier: BSD-2-Clause */
/* datagrams - sockets opened, datagrams received and sent, groups joined */
#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "address.h"
#include "errors.h"

#define BUFFERS_MOST 16                         /* pieces of one datagram */

/* ---- opened ------------------------------------------------------------------------------------------------------------------ */

static int set(int descriptor, int level, int option, int value)
{
	return setsockopt(descriptor, level, option, &value, sizeof value);
}

/* What cannot be set, and was asked for, is an error. */
static int set_options(int descriptor, const odeon_udp_options *options, bool is_six)
{
	int failed = 0;

	if (options->may_broadcast)
		failed |= set(descriptor, SOL_SOCKET, SO_BROADCAST, 1);
	if (options->may_share)
		failed |= set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) | set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
	if (options->receive_buffer > 0)
		failed |= set(descriptor, SOL_SOCKET, SO_RCVBUF, options->receive_buffer);
	if (options->send_buffer > 0)
		failed |= set(descriptor, SOL_SOCKET, SO_SNDBUF, options->send_buffer);
	if (options->hops > 0 && is_six)
		failed |= set(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, (int)options->hops)
		       | set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, (int)options->hops);
	else if (options->hops > 0)
		failed |= set(descriptor, IPPROTO_IP, IP_TTL, (int)options->hops)
		       | set(descriptor, IPPROTO_IP, IP_MULTICAST_TTL, (int)options->hops);
	if (options->is_deaf_to_itself)
		failed |= is_six ? set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) : set(descriptor, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
	(void)set(descriptor, SOL_SOCKET, SO_RXQ_OVFL, 1);
	(void)set(descriptor, IPPROTO_IP, IP_MULTICAST_ALL, 0);        /* groups that others joined are not ours */
	(void)set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	return failed;
}

/* Any port of the protocol, for who says nothing. */
static void be_any(struct address *address, sa_family_t family)
{
	memset(address, 0, sizeof *address);
	address->of.any.sa_family = family;
	address->length = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static bool read_addresses(const odeon_udp_options *options, struct address *here, struct address *there)
{
	if (options->there != NULL && (!address_read(there, options->there, false) || address_is_local(there)))
		return false;
	if (options->here == NULL)
		be_any(here, options->there != NULL ? there->of.any.sa_family : AF_INET);
	else if (!address_read(here, options->here, true) || address_is_local(here))
		return false;
	return options->there == NULL || there->of.any.sa_family == here->of.any.sa_family;
}

int datagrams_open(const odeon_udp_options *options, char bound[ODEON_ADDRESS_BYTES], sa_family_t *family)
{
	struct address here, there;
	int descriptor, failed;

	if (!read_addresses(options, &here, &there))
		return ODEON_EINVAL;
	*family = here.of.any.sa_family;
	descriptor = socket(*family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return error_of(-errno);
	failed = set_options(descriptor, options, *family == AF_INET6) != 0 || bind(descriptor, &here.of.any, here.length) != 0
	      || (options->there != NULL && connect(descriptor, &there.of.any, there.length) != 0);
	if (failed) {
		int error = errno == EADDRINUSE ? ODEON_EBUSY : error_of(-errno);

		(void)close(descriptor);
		return error;
	}
	if (bound != NULL)
		address_of_here(descriptor, bound);
	return descriptor;
}

/* ---- received ------------------------------------------------------------------------------------------------------------------- */

static uint32_t dropped_of(struct msghdr *header)
{
	uint32_t dropped = 0;

	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_RXQ_OVFL)
			memcpy(&dropped, CMSG_DATA(part), sizeof dropped);
	return dropped;
}

int datagrams_receive(int descriptor, void *room, size_t most, struct odeon_datagram **datagram)
{
	union { struct cmsghdr first; char room[CMSG_SPACE(sizeof(uint32_t))]; } parts;
	struct address from = { .length = 0 };
	struct iovec buffer = { .iov_base = room, .iov_len = most };
	struct msghdr header = {
		.msg_name = &from.of, .msg_namelen = sizeof from.of, .msg_iov = &buffer, .msg_iovlen = 1,
		.msg_control = &parts, .msg_controllen = sizeof parts,
	};
	struct odeon_bytes *bytes;
	ssize_t length;

	do
		length = recvmsg(descriptor, &header, 0);
	while (length < 0 && errno == EINTR);
	*datagram = NULL;
	if (length < 0)
		return errno;
	bytes = odeon_bytes_copy(room, (size_t)length);
	if (bytes != NULL)
		*datagram = odeon_datagram_new(NULL, bytes);
	if (*datagram == NULL)
		return 0;
	from.length = header.msg_namelen;
	address_print(&from, (*datagram)->address);
	(*datagram)->is_truncated = (header.msg_flags & MSG_TRUNC) != 0;
	(*datagram)->dropped = dropped_of(&header);
	return 0;
}

/* ---- sent ----------------------------------------------------------------------------------------------------------------------- */

/* To a socket of the newer protocol, an older address is one of its own. */
static void map(struct address *address, sa_family_t family)
{
	struct sockaddr_in four = *(struct sockaddr_in *)(void *)&address->of.room;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = four.sin_port };

	if (family != AF_INET6 || four.sin_family != AF_INET)
		return;
	six.sin6_addr.s6_addr[10] = six.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&six.sin6_addr.s6_addr[12], &four.sin_addr, 4);
	*(struct sockaddr_in6 *)(void *)&address->of.room = six;
	address->length = sizeof six;
}

struct outgoing { struct address to; struct iovec buffers[BUFFERS_MOST]; };

/* 0, or errno. */
static int fill(const struct odeon_datagram *datagram, sa_family_t family, struct outgoing *outgoing, struct msghdr *header)
{
	unsigned count = 0;

	*header = (struct msghdr){ .msg_iov = outgoing->buffers };
	if (datagram->address[0] != '\0') {
		if (!address_read(&outgoing->to, datagram->address, false) || address_is_local(&outgoing->to))
			return EINVAL;
		map(&outgoing->to, family);
		header->msg_name = &outgoing->to.of;
		header->msg_namelen = outgoing->to.length;
	}
	for (const struct odeon_bytes *bytes = datagram->bytes; bytes != NULL; bytes = bytes->next) {
		if (count == BUFFERS_MOST)
			return EMSGSIZE;
		outgoing->buffers[count++] = (struct iovec){ .iov_base = bytes->data, .iov_len = bytes->length };
	}
	header->msg_iovlen = count;
	return 0;
}

int datagrams_send(int descriptor, sa_family_t family, const struct odeon_datagram *first)
{
	struct outgoing outgoing[DATAGRAMS_MOST];
	struct mmsghdr headers[DATAGRAMS_MOST];
	unsigned count = 0;
	int error = 0, sent;

	for (; first != NULL && count < DATAGRAMS_MOST; first = first->next, count++)
		if ((error = fill(first, family, &outgoing[count], &headers[count].msg_hdr)) != 0)
			break;
	if (count == 0)
		return -error;
	do
		sent = sendmmsg(descriptor, headers, count, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent >= 0 ? sent : -errno;
}

/* ---- groups ----------------------------------------------------------------------------------------------------------------------- */

static int join_six(int descriptor, const struct odeon_udp_join *join, const struct in6_addr *group, unsigned interface)
{
	struct ipv6_mreq wanted = { .ipv6mr_multiaddr = *group, .ipv6mr_interface = interface };

	return setsockopt(descriptor, IPPROTO_IPV6, join->leaves ? IPV6_LEAVE_GROUP : IPV6_JOIN_GROUP, &wanted, sizeof wanted);
}

static int join_four(int descriptor, const struct odeon_udp_join *join, const struct in_addr *group, unsigned interface)
{
	struct ip_mreqn wanted = { .imr_multiaddr = *group, .imr_ifindex = (int)interface };

	return setsockopt(descriptor, IPPROTO_IP, join->leaves ? IP_DROP_MEMBERSHIP : IP_ADD_MEMBERSHIP, &wanted, sizeof wanted);
}

/* What is sent to groups goes out by that interface, too. */
static void send_by(int descriptor, bool is_six, unsigned interface)
{
	struct ip_mreqn by = { .imr_ifindex = (int)interface };

	if (is_six)
		(void)set(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface);
	else
		(void)setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
}

void datagrams_join(int descriptor, sa_family_t family, const struct odeon_udp_join *join, struct odeon_udp_joined *joined)
{
	char group[ODEON_ADDRESS_BYTES], name[ODEON_INTERFACE_BYTES];
	struct in6_addr six;
	struct in_addr four;
	unsigned interface;
	int failed;

	memcpy(group, join->group, sizeof group);
	memcpy(name, join->interface_name, sizeof name);
	group[sizeof group - 1] = name[sizeof name - 1] = '\0';
	interface = name[0] != '\0' ? if_nametoindex(name) : 0;
	joined->error = ODEON_EINVAL;
	if (name[0] != '\0' && interface == 0)
		return;
	if (family == AF_INET6 && inet_pton(AF_INET6, group, &six) == 1)
		failed = join_six(descriptor, join, &six, interface);
	else if (family == AF_INET && inet_pton(AF_INET, group, &four) == 1)
		failed = join_four(descriptor, join, &four, interface);
	else
		return;
	joined->error = failed ? error_of(-errno) : 0;
	joined->system_error = failed ? errno : 0;
	if (!failed && interface != 0 && !join->leaves)
		send_by(descriptor, family == AF_INET6, interface);
}
