/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/framing.h - frames out of a stream: lines, lengths before contents, or by a rule of one's own
 *
 * What is read comes in pieces of any size. A framing takes them, and gives whole frames: plain memory, in an actor's
 * state. A piece that is one frame is moved, not copied; others are copied once. It holds no more than the longest frame and
 * one piece: what is longer is an error as soon as that is known, and nothing is set aside on the word of the other side.
 *
 *   struct odeon_framing framing;
 *   odeon_framing_init(&framing, &(odeon_framing_options)ODEON_FRAMING_OPTIONS(.most = 8192));     lines
 *
 *   ODEON_HANDLER(session, odeon_bytes)
 *   {
 *           struct odeon_bytes *line;
 *           int why;
 *
 *           odeon_framing_add(self, &session->framing, odeon_bytes);
 *           while ((line = odeon_framing_next(&session->framing, &why)) != NULL)
 *                   ...
 *           if (why != ODEON_EEMPTY)
 *                   odeon_send(self, session->connection, odeon_new(odeon_close));
 *   }
 *
 * After an error it gives nothing more: where a next frame would begin is not known.
 */
#ifndef ODEON_NET_FRAMING_H
#define ODEON_NET_FRAMING_H

#include <odeon/net/bytes.h>

#define ODEON_FRAMING_LOOK 64                          /* how much of a frame `measure` is shown at most */

enum odeon_frames {
	ODEON_FRAMES_LINES = 0,                        /* end with \n, or \r\n, which is not part of the frame */
	ODEON_FRAMES_PREFIXED,                         /* begin with their length, which is not part of the frame */
	ODEON_FRAMES_MEASURED                          /* `measure` says how long */
};

/* Zero is always the default. */
typedef struct odeon_framing_options {
	size_t bytes;
	enum odeon_frames frames;
	size_t most;                                   /* of a frame, without its prefix or line's end; default 1 MiB */
	unsigned prefix_bytes;                         /* 1 to 8; default 4 */
	int is_little;                                 /* the prefix's last byte counts most; default: its first one does */
	/* The length of the frame that begins there, all of it, at least 1; 0: too little is there to say; below 0: this is no
	 * frame. Shown the whole beginning, up to ODEON_FRAMING_LOOK bytes, by which it must be able to say. */
	int64_t (*measure)(void *data, const unsigned char *start, size_t length);
	void *data;                                    /* for measure */
} odeon_framing_options;
#define ODEON_FRAMING_OPTIONS(...) { .bytes = sizeof(odeon_framing_options), __VA_ARGS__ }

/* Its fields are its own. */
struct odeon_framing {
	odeon_framing_options options;
	struct odeon_bytes *first, *last;
	size_t length;                                 /* bytes that are there */
	size_t searched;                               /* of these: no line ends there */
	int error;
};

ODEON_BEGIN_

/**
 * odeon_framing_init - with nothing in it
 * @framing: to be filled in
 * @options: copied; NULL: lines of at most 1 MiB
 *
 * Returns:  0, or
 *   ODEON_EINVAL    a prefix of more than 8 bytes, frames by measure without one, or @framing is NULL
 *   ODEON_EVERSION  options of an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_framing_init(struct odeon_framing *framing, const odeon_framing_options *options);

/**
 * odeon_framing_add - one more piece of the stream
 * @self:  the running actor, whose framing it is
 * @bytes: taken; NULL is fine. May be the message in hand
 *
 * Context:  own handler; one at a time with the others
 * Since:    0.1
 */
ODEON_API void odeon_framing_add(odeon_self *self, struct odeon_framing *framing, struct odeon_bytes *bytes)
	ODEON_TAKES_(3);

/**
 * odeon_framing_next - the next frame
 * @why: 0 or the error; may be NULL:
 *   ODEON_EEMPTY  it has not come yet
 *   ODEON_EFULL   it is longer than `most`; and so for ever
 *   ODEON_EINVAL  measure says that it is none, or cannot say; and so for ever
 *   ODEON_ENOMEM  no memory; the frame is still there
 *
 * Returns:  the frame, yours, with its bytes in one piece; NULL on failure
 * Context:  any thread, any handler; one at a time with the others
 * Since:    0.1
 */
ODEON_API struct odeon_bytes *odeon_framing_next(struct odeon_framing *framing, int *why) ODEON_MESSAGE_GIVEN_;

/**
 * odeon_framing_rest - what is there and is no whole frame, when no more comes: a last line without an end, for one
 *
 * Returns:  how many bytes
 * Context:  any thread, any handler; one at a time with the others
 * Since:    0.1
 */
ODEON_API size_t odeon_framing_rest(const struct odeon_framing *framing);

/**
 * odeon_framing_clear - let go of all that is in it; it may be used again, also after an error
 *
 * Context:  any thread, any handler, also in stop; one at a time with the others
 * Since:    0.1
 */
ODEON_API void odeon_framing_clear(struct odeon_framing *framing);

ODEON_END_
#endif
