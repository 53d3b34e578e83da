/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_parts.h - what guest.c hands to its parts: TLS below a protocol, and the protocols of the chat
 */
#ifndef SERVERS_GUEST_PARTS_H
#define SERVERS_GUEST_PARTS_H

#include "guest.h"
#include <sys/types.h>

/* ---- TLS, where it was built: the handshake is at the first word ------------------------------------------------------------- */

bool guest_tls_has(const struct guest *guest);         /* talks by TLS */
bool guest_tls_come(struct guest *guest);              /* after it has connected */
ssize_t guest_tls_send(struct guest *guest, const char *bytes, size_t length);         /* as send() answers, and as read() */
ssize_t guest_tls_receive(struct guest *guest, char *bytes, size_t room);
bool guest_tls_pending(const struct guest *guest);
void guest_tls_hello(struct guest *guest);             /* the first flight of the handshake, and no more */
bool guest_tls_end(struct guest *guest);               /* says no more */
void guest_tls_go(struct guest *guest);

/* ---- the chat: lines by a plain socket, or by a websocket -------------------------------------------------------------------- */

size_t guest_chat_ask(const struct guest *guest, char *room, uint64_t number, const char *words);
size_t guest_chat_name(const struct guest *guest, char *room);
size_t guest_chat_upgrade(char *room);                 /* the request for a websocket */
size_t guest_chat_end(const struct guest *guest, char *room);

/* What a line means to who has asked that; the line ends in a newline. */
enum meaning { MEANS_NOTHING, MEANS_REPLY, MEANS_WRONG };
enum meaning guest_chat_hear(const struct guest *guest, uint64_t number, const char *line, size_t length);
bool guest_chat_is_in(const char *line, size_t length);        /* it is how one is let in */

/* What the frames among so many bytes carry is moved together at their front: so many. *used: the bytes of the frames that were whole. */
size_t guest_chat_unframe(char *bytes, size_t length, size_t *used);

#endif
