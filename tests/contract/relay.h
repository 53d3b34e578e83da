/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relay.h - lets a plain socket speak TLS, so that the questions for connections can be asked by plain sockets, whatever the kind
 *
 * A thread carries what a test says on a plain socket to another one by TLS, and back. It adds nothing: the end of one side is said
 * on the other (close_notify by TLS), a reset is passed on as one, and an end by TLS that was not said is a reset.
 */
#ifndef TESTS_RELAY_H
#define TESTS_RELAY_H

#include <odeon/net.h>

void relay_open(void);
void relay_close(void);
void relay_add(int plain, int secret);                 /* both connected, and the relay's from now on */

/* The contexts that fit; the relay's. The server is server.example at 127.0.0.1, and, to who asks for that one, second.example. */
odeon_tls *relay_server(void);
odeon_tls *relay_client(void);

#endif
