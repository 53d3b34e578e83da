/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two types that shared.c defines and others may use.
 */
#ifndef SHARED_H
#define SHARED_H

#include <odeon.h>

struct line { int number; };
ODEON_MESSAGE_DECLARE(line);

struct page { char *text; };
ODEON_MESSAGE_DECLARE(page);

#endif
