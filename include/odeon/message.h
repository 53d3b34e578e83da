/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/message.h - which structs may travel
 *
 *   ODEON_MESSAGE(T);             struct T may travel; for a type that one source file uses
 *   ODEON_MESSAGE_DROP(T) {...}   the same for a type that owns more: the body gets (struct T *T) and releases it
 *
 * For a type that several files use, in a header:
 *   ODEON_MESSAGE_DECLARE(T);
 * and in one source file:
 *   ODEON_MESSAGE_DEFINE(T);      or   ODEON_MESSAGE_DEFINE_DROP(T) {...}
 *   ODEON_MESSAGE_DEFINE_LATE(T); or   ODEON_MESSAGE_DEFINE_LATE_DROP(T) {...}
 *
 * A type that *may be late* is one of messages to receivers who end in the ordinary course of things, as a connection does when its
 * client goes: one that comes after that is a dead letter as any other, counted and told to the host, but no line in the log.
 *
 * Types are equal when their addresses are: two files that both say ODEON_MESSAGE(line) have two types.
 *
 * A drop runs exactly once for every message ever made, on whatever thread let go of it. It may free what the
 * message owns. It has no context, so it cannot send, ask or spawn, and it must not wait.
 */
#ifndef ODEON_MESSAGE_H
#define ODEON_MESSAGE_H

#include <odeon/compiler.h>

/* What all messages of a sort share. One made at run time must outlive every message of it. */
typedef struct odeon_type {
	const char *name;
	size_t bytes;                                  /* of the struct; at most 1 GiB */
	void (*drop)(void *message);                   /* or NULL */
	int may_be_late;                               /* not 0: when the receiver has ended before, that is not logged */
} odeon_type;

#define ODEON_MESSAGE_BYTES_MOST (1u << 30)

#define ODEON_CHECK_(T) \
	ODEON_ASSERT_(sizeof(struct T) <= ODEON_MESSAGE_BYTES_MOST, "struct " #T " is too large for a message")
#ifdef __cplusplus
# define ODEON_SHARED_ extern const
# define ODEON_ALIAS_(T) typedef struct T ODEON_STRUCT_##T;            /* a handler's parameter hides the bare name T */
#else
# define ODEON_SHARED_ const
# define ODEON_ALIAS_(T)
#endif

#define ODEON_MESSAGE(T) \
	ODEON_ALIAS_(T) ODEON_UNUSED_ static const odeon_type ODEON_MESSAGE_##T = { #T, sizeof(struct T), NULL, 0 }; \
	ODEON_CHECK_(T)
#define ODEON_MESSAGE_DECLARE(T) \
	ODEON_ALIAS_(T) extern const odeon_type ODEON_MESSAGE_##T
#define ODEON_DEFINE_(T, IS_LATE) \
	ODEON_ALIAS_(T) ODEON_SHARED_ odeon_type ODEON_MESSAGE_##T = { #T, sizeof(struct T), NULL, IS_LATE }; \
	ODEON_CHECK_(T)
#define ODEON_MESSAGE_DEFINE(T) ODEON_DEFINE_(T, 0)
#define ODEON_MESSAGE_DEFINE_LATE(T) ODEON_DEFINE_(T, 1)
#define ODEON_DROPPER_(T, LINKAGE, IS_LATE) \
	ODEON_ALIAS_(T) static void T##_drop(struct T *T); \
	static void odeon_drop_##T(void *message) { T##_drop((struct T *)message); } \
	LINKAGE odeon_type ODEON_MESSAGE_##T = { #T, sizeof(struct T), odeon_drop_##T, IS_LATE }; \
	ODEON_CHECK_(T); \
	static void T##_drop(ODEON_UNUSED_ struct T *T)
#define ODEON_MESSAGE_DROP(T) ODEON_DROPPER_(T, ODEON_UNUSED_ static const, 0)
#define ODEON_MESSAGE_DEFINE_DROP(T) ODEON_DROPPER_(T, ODEON_SHARED_, 0)
#define ODEON_MESSAGE_DEFINE_LATE_DROP(T) ODEON_DROPPER_(T, ODEON_SHARED_, 1)

/* The type of struct T, as a value: compare it in a receive function, name it in a table. */
#define ODEON_TYPE(T) (&ODEON_MESSAGE_##T)

#endif
