/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/request.h - asking another actor, and what becomes of the answer
 *
 *   struct miss { struct get *asked; };                                what the answer will need
 *   ODEON_ANSWER(cache, miss, value) {...}                             gets (self, cache, miss, value, error)
 *
 *   odeon_request(self, store, odeon_new(get, .key = key), odeon_deadline(self, ODEON_MS(50)),
 *                 ODEON_THEN(self, cache, miss, value, .asked = asked));
 *
 * A continuation runs exactly once, like a handler: one turn of its actor, nothing else at the same time. The answer is
 * in hand and dropped at its end like any message; odeon_from says who answered. When the actor ends or is started
 * anew first, its continuations run with ODEON_ESTOPPING before its stop, so that what their state owns is released; what
 * they send still goes out. odeon_request and odeon_gather_request are in send.h, with all that takes messages.
 *
 * The duty to answer travels with the request: odeon_keep and odeon_reply_to answer it later, odeon_forward hands it on
 * with its duty, odeon_duty detaches it, and whatever drops it tells the asker at once.
 */
#ifndef ODEON_REQUEST_H
#define ODEON_REQUEST_H

#include <odeon/actor.h>

typedef struct odeon_answers odeon_answers;            /* of a gather; valid inside its continuation */

/* Filled by ODEON_ANSWER and ODEON_GATHERED. */
typedef struct odeon_continuation {
	const char *actor;                             /* name and size of the actor's state, as a handler has them */
	size_t actor_bytes;
	size_t bytes;                                  /* of its own state */
	const odeon_type *answer;                      /* NULL: a gather */
	void (*run)(odeon_self *self, void *state, void *mine, void *answer, int error);
} odeon_continuation;

/*
 * ODEON_ANSWER(S, C, T) {...}        gets (odeon_self *self, struct S *S, struct C *C, struct T *T, int error); T is NULL
 *                                    and error is below 0 when there is no answer; C goes when it returns
 * ODEON_THEN(self, S, C, T, .x = 1)  names it in odeon_request and says what struct C begins with; it is copied
 * ODEON_GATHERED(S, C) {...}         gets (odeon_self *self, struct S *S, struct C *C, odeon_answers *answers)
 * ODEON_THEN_GATHERED(self, S, C, .x = 1)   names that in odeon_gather_open
 *
 * In C++ the initialisers are positional.
 */
#define ODEON_ANSWER(S, C, T) \
	ODEON_ALIAS_(C) \
	static void S##_after_##C##_##T(odeon_self *self, struct S *S, struct C *C, struct T *T, int error); \
	static void odeon_after_##S##_##C##_##T(odeon_self *self, void *state, void *mine, void *answer, int error) \
	{ S##_after_##C##_##T(self, (struct S *)state, (struct C *)mine, (struct T *)answer, error); } \
	static const odeon_continuation ODEON_ANSWER_##S##_##C##_##T = \
		{ #S, sizeof(struct S), sizeof(struct C), ODEON_TYPE(T), odeon_after_##S##_##C##_##T }; \
	static void S##_after_##C##_##T(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, ODEON_UNUSED_ struct C *C, \
	                                ODEON_UNUSED_ struct T *T, ODEON_UNUSED_ int error)
#define ODEON_GATHERED(S, C) \
	ODEON_ALIAS_(C) \
	static void S##_gathered_##C(odeon_self *self, struct S *S, struct C *C, odeon_answers *answers); \
	static void odeon_gathered_##S##_##C(odeon_self *self, void *state, void *mine, void *answers, ODEON_UNUSED_ int error) \
	{ S##_gathered_##C(self, (struct S *)state, (struct C *)mine, (odeon_answers *)answers); } \
	static const odeon_continuation ODEON_GATHERED_##S##_##C = \
		{ #S, sizeof(struct S), sizeof(struct C), NULL, odeon_gathered_##S##_##C }; \
	static void S##_gathered_##C(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, ODEON_UNUSED_ struct C *C, \
	                             ODEON_UNUSED_ odeon_answers *answers)

#define ODEON_THEN(self, S, C, ...) ODEON_THEN_(self, S, C, __VA_ARGS__, )
#define ODEON_THEN_(self, S, C, T, ...) odeon_then_make(self, &ODEON_ANSWER_##S##_##C##_##T, ODEON_STATE_(C, __VA_ARGS__))
#define ODEON_THEN_GATHERED(self, S, ...) ODEON_THEN_GATHERED_(self, S, __VA_ARGS__, )
#define ODEON_THEN_GATHERED_(self, S, C, ...) \
	odeon_then_make(self, &ODEON_GATHERED_##S##_##C, ODEON_STATE_(C, __VA_ARGS__))
#ifndef __cplusplus
# define ODEON_STATE_(C, ...) (__extension__ &(const struct C){ __VA_ARGS__ })
#else
template <class C> inline const void *odeon_state_cxx_(const C &state)
{
	static_assert(__is_trivially_copyable(C), "a continuation's state must be trivially copyable: it is moved as bytes");
	return &state;
}
# define ODEON_STATE_(C, ...) odeon_state_cxx_(ODEON_STRUCT_##C{ __VA_ARGS__ })
#endif

ODEON_BEGIN_

/**
 * odeon_then_make - a continuation with its state; what ODEON_THEN calls
 * @self:         the asker
 * @continuation: must live for ever
 * @state:        continuation->bytes bytes to copy; NULL fills with zero
 *
 * Whatever it is given to consumes it. One that was given to nothing runs with ODEON_ESTOPPING when the actor ends.
 *
 * Returns:  the continuation; NULL when out of memory, and in stop: odeon_request and odeon_gather_open say so
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API odeon_then *odeon_then_make(odeon_self *self, const odeon_continuation *continuation, const void *state);

/**
 * odeon_gather_open - begin several requests whose answers come to one continuation
 * @self:   the asker
 * @wanted: so many answers, errors not counted, are enough: 1 is the first of several; 0 is all that were asked
 * @until:  with the answers that have come by then it runs in any case
 * @then:   ODEON_THEN_GATHERED(...); consumed
 *
 * It runs once: when enough have answered; when the gather is closed and everybody has answered or failed; at the
 * deadline; when the actor ends. Answers that come later are dropped and counted as dropped.
 *
 * Returns:  the gather, for odeon_gather_request; {0}, and then the continuation does not run, when @then is NULL or
 *           was used before, when out of memory, or in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_gather odeon_gather_open(odeon_self *self, unsigned wanted, odeon_time until, odeon_then *then);

/**
 * odeon_gather_close - nobody more will be asked
 * @gather: from odeon_gather_open
 *
 * A gather that is left open runs at its deadline, or when enough have answered, at the latest.
 *
 * Returns:  0, or
 *   ODEON_EINVAL  no such gather, or closed before
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_gather_close(odeon_self *self, odeon_gather gather);

/**
 * odeon_answers_count - how many were asked; their answers are numbered in the order of asking
 * Context:  own handler, in the continuation of the gather
 * Since:    0.1
 */
ODEON_API size_t odeon_answers_count(const odeon_answers *answers);

/**
 * odeon_answers_from - whom number @index was asked of
 *
 * Returns:  the ref it was asked of; nobody when there is no such number
 * Context:  own handler, in the continuation of the gather
 * Since:    0.1
 */
ODEON_API odeon_ref odeon_answers_from(const odeon_answers *answers, size_t index);

/**
 * odeon_answer - take one answer of a gather out
 * @T:       the type of the answer
 * @answers: what the continuation was given
 * @index:   0 to odeon_answers_count - 1
 * @why:     0 or the error, as odeon_request has them; may be NULL; and
 *   ODEON_EEMPTY  it has not answered: others did first
 *   ODEON_ETYPE   the answer is of another type; it stays
 *   ODEON_EINVAL  no such number, or it was taken before
 *
 * What nobody takes is dropped when the continuation returns.
 *
 * Returns:  the answer, yours; NULL on failure
 * Context:  own handler, in the continuation of the gather
 * Since:    0.1
 */
#define odeon_answer(T, answers, index, why) \
	((struct T *)odeon_answer_at(answers, index, ODEON_TYPE(T), odeon_out_(why)))
ODEON_API void *odeon_answer_at(odeon_answers *answers, size_t index, const odeon_type *type, int *why)
	ODEON_MESSAGE_GIVEN_;

ODEON_END_
#endif
