/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handle - an open descriptor of a file, and the one thing that may be under way with it
 *
 * Agreement. The file's actor fills an operation in and submits it (handle_submit); a thread of a pool runs it (handle_run), and the
 * actor reads what came of it when it is told so. In between the operation is the thread's. When the actor ends meanwhile, it takes
 * the operation back, or waits for its end, or leaves it to the thread; whoever lets go of the handle last closes it.
 */
#ifndef NET_HANDLE_H
#define NET_HANDLE_H

#include <odeon/net/file.h>
#include <pthread.h>
#include <stdbool.h>
#include "chain.h"

enum operation { OPERATION_NONE, OPERATION_OPEN, OPERATION_READ, OPERATION_WRITE, OPERATION_SYNC, OPERATION_SYNC_DATA,
                 OPERATION_LOOK, OPERATION_CLOSE };

struct handle {
	pthread_mutex_t lock;                   /* of users and progress */
	pthread_cond_t is_done;
	unsigned users;
	enum { AT_REST, SUBMITTED, RUNNING } progress;
	bool has_run;                           /* since it was submitted */
	int descriptor;                         /* -1: none */
	/* The operation. */
	enum operation what;
	char *path;                             /* to open; the handle's */
	int flags;
	unsigned mode;
	uint64_t offset;
	struct odeon_bytes *bytes;              /* to be read into: its room is how much */
	struct chain chain;                     /* to be written */
	/* What came of it. */
	int system_error;
	size_t done;                            /* bytes read or written, also when it failed then */
	struct odeon_file_facts facts;          /* of open, look, sync, and write */
};

/* NULL: no memory. One user. */
struct handle *handle_new(const char *path, const odeon_file_options *options);
struct handle *handle_share(struct handle *handle);
void handle_drop(struct handle *handle);

void handle_submit(struct handle *handle);

/* By a thread: whatever was submitted. */
void handle_run(struct handle *handle);

/* True: nothing is under way any more; has_run says whether it ran. False: it is, and we do not wait. */
bool handle_take_back(struct handle *handle, bool waits);

/* The operation, at once: it waits. */
void handle_perform(struct handle *handle);

#endif
