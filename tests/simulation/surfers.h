/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * surfers.h - clients of the HTTP server in a simulated network, and what each must hear
 *
 * A surfer says its requests one behind the other, as they fit, and remembers the answer that each must have. What comes is
 * those, whole and in order. When the connection breaks, what came is a beginning of that. After a request that is wrong comes its error, and the end.
 */
#ifndef TESTS_SURFERS_H
#define TESTS_SURFERS_H

#include "scene.h"
#include <odeon/http.h>

struct asked { int status; char *body; size_t length; };       /* what it must be answered */

enum { ASKED_MOST = 64 };
struct surfer {
	odeon_ref connection;
	struct asked asked[ASKED_MOST];
	unsigned count, heard;
	char *said, *came;                             /* what is to be sent; what came and is not yet a whole answer */
	size_t said_length, came_length, came_room;
	unsigned requests;                             /* still to be said */
	bool is_connected, has_ended, is_wrong, has_heard_end, is_over;
	int error;
};

extern struct surfed { uint64_t answers, whole, mistakes, broken; } surfed;

unsigned char surfed_byte(uint64_t at);                /* of all bodies that are long */
void surfer_open(struct surfer *surfer, const char *address);
void surfer_close(struct surfer *surfer);              /* and what must hold at the end */

#endif
