/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net.h - servers and clients; the whole public surface of libodeon-net, in reading order
 *
 * A library of its own, beside libodeon: link it with what `pkg-config odeon-net` says.
 */
#ifndef ODEON_NET_H
#define ODEON_NET_H

#include <odeon/net/loop.h>
#include <odeon/net/bytes.h>
#include <odeon/net/connection.h>
#include <odeon/net/listener.h>
#include <odeon/net/framing.h>
#include <odeon/net/file.h>
#include <odeon/net/names.h>
#include <odeon/net/network.h>
#include <odeon/net/program.h>
#include <odeon/net/signals.h>
#include <odeon/net/tls.h>
#include <odeon/net/udp.h>

#endif
