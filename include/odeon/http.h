/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/http.h - HTTP and WebSocket; the whole public surface of libodeon-http, in reading order
 *
 * A library of its own, on top of libodeon-net: link it with what `pkg-config odeon-http` says.
 */
#ifndef ODEON_HTTP_H
#define ODEON_HTTP_H

#include <odeon/net.h>
#include <odeon/http/message.h>
#include <odeon/http/websocket.h>
#include <odeon/http/server.h>
#include <odeon/http/client.h>

#endif
