/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names - what is a name
 */
#ifndef NET_NAMES_H
#define NET_NAMES_H

#include <odeon/net/names.h>
#include <stdbool.h>

/* A host and a port, and not an address. */
bool names_are(const char *text);

#endif
