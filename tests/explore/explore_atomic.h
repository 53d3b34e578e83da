/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explore_atomic - each atomic operation of Concurrency Kit as a place where another thread may go on
 *
 * runtime/atomic.h includes this after <ck_pr.h>, when ODEON_EXPLORE is defined. Arguments are evaluated before the
 * place, so that an operation within an argument has a place of its own. Fences that order nothing on x86 do nothing;
 * a full fence empties the thread's buffer of late stores (explore.h).
 */
#ifndef EXPLORE_ATOMIC_H
#define EXPLORE_ATOMIC_H

#include "explore.h"

#define EXPLORE_TOUCH(node) (explore_on_touch != NULL ? explore_on_touch(node) : (void)0)
#define EXPLORE_ENTERED(mailbox, node) (explore_on_entered != NULL ? explore_on_entered((mailbox), (node)) : (void)0)
#define EXPLORE_LEFT(mailbox) (explore_on_left != NULL ? explore_on_left(mailbox) : (void)0)
#define EXPLORE_FEWER(times) 1
#define EXPLORE_SOONER(times) 4u

/* Around Concurrency Kit's ring, which reads its own counter plainly. */
#define RING_BEGIN() explore_empty()
#define RING_END() ((void)0)

/* Where the sanitizer is told something by hand, an operation that is not one of the macros below follows. */
#define TSAN_RELEASE(p) (explore_at("release " #p), explore_empty())
#define TSAN_ACQUIRE(p) ((void)0)

#define EXPLORE_TEXT_OF(x) #x
#define EXPLORE_TEXT(x) EXPLORE_TEXT_OF(x)
#define EXPLORE_WHERE(operation, P) (operation " " #P "   " __FILE__ ":" EXPLORE_TEXT(__LINE__))

static inline void *explore_load_ptr(const char *where, const void *p)
{
	uint64_t late;

	explore_at(where);
	if (explore_pending != 0 && explore_held(p, &late))
		return (void *)(uintptr_t)late;
	return ck_pr_md_load_ptr(p);
}

static inline void explore_store_ptr(const char *where, void *p, const void *value)
{
	explore_at(where);
	if (!explore_buffers || !explore_hold(p, sizeof value, (uintptr_t)value))
		ck_pr_md_store_ptr(p, value);
}

static inline void *explore_fas_ptr(const char *where, void *p, void *value)
{
	explore_at(where);
	explore_empty();
	return ck_pr_fas_ptr(p, value);
}

static inline bool explore_cas_ptr(const char *where, void *p, void *compare, void *set)
{
	explore_at(where);
	explore_empty();
	return ck_pr_cas_ptr(p, compare, set);
}

static inline bool explore_cas_ptr_value(const char *where, void *p, void *compare, void *set, void *was)
{
	explore_at(where);
	explore_empty();
	return ck_pr_cas_ptr_value(p, compare, set, was);
}

#if defined(CK_F_PR_CAS_PTR_2_VALUE)
static inline bool explore_cas_ptr_2(const char *where, void *p, void *compare, void *set)
{
	explore_at(where);
	explore_empty();
	return ck_pr_cas_ptr_2(p, compare, set);
}

static inline bool explore_cas_ptr_2_value(const char *where, void *p, void *compare, void *set, void *was)
{
	explore_at(where);
	explore_empty();
	return ck_pr_cas_ptr_2_value(p, compare, set, was);
}
#endif

/* The operations on an integer type T that Concurrency Kit calls S. */
#define EXPLORE_INTEGER(S, T) \
static inline T explore_load_##S(const char *where, const T *p) \
{ \
	uint64_t late; \
	explore_at(where); \
	return explore_pending != 0 && explore_held(p, &late) ? (T)late : ck_pr_md_load_##S(p); \
} \
static inline void explore_store_##S(const char *where, T *p, T v) \
{ \
	explore_at(where); \
	if (!explore_buffers || !explore_hold(p, sizeof v, (uint64_t)v)) \
		ck_pr_md_store_##S(p, v); \
} \
static inline T explore_fas_##S(const char *where, T *p, T v) \
{ explore_at(where); explore_empty(); return ck_pr_fas_##S(p, v); } \
static inline T explore_faa_##S(const char *where, T *p, T v) \
{ explore_at(where); explore_empty(); return ck_pr_faa_##S(p, v); } \
static inline bool explore_cas_##S(const char *where, T *p, T c, T s) \
{ explore_at(where); explore_empty(); return ck_pr_cas_##S(p, c, s); } \
static inline bool explore_cas_##S##_value(const char *where, T *p, T c, T s, T *o) \
{ explore_at(where); explore_empty(); return ck_pr_cas_##S##_value(p, c, s, o); } \
static inline void explore_add_##S(const char *where, T *p, T v) { explore_at(where); explore_empty(); ck_pr_add_##S(p, v); } \
static inline void explore_or_##S(const char *where, T *p, T v) { explore_at(where); explore_empty(); ck_pr_or_##S(p, v); } \
static inline void explore_and_##S(const char *where, T *p, T v) { explore_at(where); explore_empty(); ck_pr_and_##S(p, v); }
EXPLORE_INTEGER(8, uint8_t)
EXPLORE_INTEGER(32, uint32_t)
EXPLORE_INTEGER(64, uint64_t)
EXPLORE_INTEGER(uint, unsigned int)
EXPLORE_INTEGER(int, int)
#undef EXPLORE_INTEGER

#undef ck_pr_load_ptr
#undef ck_pr_store_ptr
#undef ck_pr_store_ptr_unsafe
#define ck_pr_load_ptr(P) ((CK_CC_TYPEOF(*(P), (void *)))explore_load_ptr(EXPLORE_WHERE("load", P), (P)))
#define ck_pr_store_ptr(P, V) explore_store_ptr(EXPLORE_WHERE("store", P), ((void)sizeof(*(P) = (V)), (P)), (V))
#define ck_pr_store_ptr_unsafe(P, V) explore_store_ptr(EXPLORE_WHERE("store", P), (P), (V))
#define ck_pr_fas_ptr(P, V) explore_fas_ptr(EXPLORE_WHERE("exchange", P), (P), (V))
#define ck_pr_cas_ptr(P, C, S) explore_cas_ptr(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
#define ck_pr_cas_ptr_value(P, C, S, O) explore_cas_ptr_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#if defined(CK_F_PR_CAS_PTR_2_VALUE)
# define ck_pr_cas_ptr_2(P, C, S) explore_cas_ptr_2(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
# define ck_pr_cas_ptr_2_value(P, C, S, O) \
	explore_cas_ptr_2_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#endif

#undef ck_pr_load_8
#undef ck_pr_store_8
#define ck_pr_load_8(P) explore_load_8(EXPLORE_WHERE("load", P), (P))
#define ck_pr_store_8(P, V) explore_store_8(EXPLORE_WHERE("store", P), (P), (V))
#define ck_pr_fas_8(P, V) explore_fas_8(EXPLORE_WHERE("exchange", P), (P), (V))
#define ck_pr_faa_8(P, V) explore_faa_8(EXPLORE_WHERE("fetch-and-add", P), (P), (V))
#define ck_pr_cas_8(P, C, S) explore_cas_8(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
#define ck_pr_cas_8_value(P, C, S, O) explore_cas_8_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#define ck_pr_add_8(P, V) explore_add_8(EXPLORE_WHERE("add", P), (P), (V))
#define ck_pr_or_8(P, V) explore_or_8(EXPLORE_WHERE("or", P), (P), (V))
#define ck_pr_and_8(P, V) explore_and_8(EXPLORE_WHERE("and", P), (P), (V))

#undef ck_pr_load_32
#undef ck_pr_store_32
#define ck_pr_load_32(P) explore_load_32(EXPLORE_WHERE("load", P), (P))
#define ck_pr_store_32(P, V) explore_store_32(EXPLORE_WHERE("store", P), (P), (V))
#define ck_pr_fas_32(P, V) explore_fas_32(EXPLORE_WHERE("exchange", P), (P), (V))
#define ck_pr_faa_32(P, V) explore_faa_32(EXPLORE_WHERE("fetch-and-add", P), (P), (V))
#define ck_pr_cas_32(P, C, S) explore_cas_32(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
#define ck_pr_cas_32_value(P, C, S, O) explore_cas_32_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#define ck_pr_add_32(P, V) explore_add_32(EXPLORE_WHERE("add", P), (P), (V))
#define ck_pr_or_32(P, V) explore_or_32(EXPLORE_WHERE("or", P), (P), (V))
#define ck_pr_and_32(P, V) explore_and_32(EXPLORE_WHERE("and", P), (P), (V))

#undef ck_pr_load_64
#undef ck_pr_store_64
#define ck_pr_load_64(P) explore_load_64(EXPLORE_WHERE("load", P), (P))
#define ck_pr_store_64(P, V) explore_store_64(EXPLORE_WHERE("store", P), (P), (V))
#define ck_pr_fas_64(P, V) explore_fas_64(EXPLORE_WHERE("exchange", P), (P), (V))
#define ck_pr_faa_64(P, V) explore_faa_64(EXPLORE_WHERE("fetch-and-add", P), (P), (V))
#define ck_pr_cas_64(P, C, S) explore_cas_64(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
#define ck_pr_cas_64_value(P, C, S, O) explore_cas_64_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#define ck_pr_add_64(P, V) explore_add_64(EXPLORE_WHERE("add", P), (P), (V))
#define ck_pr_or_64(P, V) explore_or_64(EXPLORE_WHERE("or", P), (P), (V))
#define ck_pr_and_64(P, V) explore_and_64(EXPLORE_WHERE("and", P), (P), (V))

#undef ck_pr_load_uint
#undef ck_pr_store_uint
#define ck_pr_load_uint(P) explore_load_uint(EXPLORE_WHERE("load", P), (P))
#define ck_pr_store_uint(P, V) explore_store_uint(EXPLORE_WHERE("store", P), (P), (V))
#define ck_pr_fas_uint(P, V) explore_fas_uint(EXPLORE_WHERE("exchange", P), (P), (V))
#define ck_pr_faa_uint(P, V) explore_faa_uint(EXPLORE_WHERE("fetch-and-add", P), (P), (V))
#define ck_pr_cas_uint(P, C, S) explore_cas_uint(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
#define ck_pr_cas_uint_value(P, C, S, O) explore_cas_uint_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#define ck_pr_add_uint(P, V) explore_add_uint(EXPLORE_WHERE("add", P), (P), (V))
#define ck_pr_or_uint(P, V) explore_or_uint(EXPLORE_WHERE("or", P), (P), (V))
#define ck_pr_and_uint(P, V) explore_and_uint(EXPLORE_WHERE("and", P), (P), (V))

#undef ck_pr_load_int
#undef ck_pr_store_int
#define ck_pr_load_int(P) explore_load_int(EXPLORE_WHERE("load", P), (P))
#define ck_pr_store_int(P, V) explore_store_int(EXPLORE_WHERE("store", P), (P), (V))
#define ck_pr_fas_int(P, V) explore_fas_int(EXPLORE_WHERE("exchange", P), (P), (V))
#define ck_pr_faa_int(P, V) explore_faa_int(EXPLORE_WHERE("fetch-and-add", P), (P), (V))
#define ck_pr_cas_int(P, C, S) explore_cas_int(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S))
#define ck_pr_cas_int_value(P, C, S, O) explore_cas_int_value(EXPLORE_WHERE("compare-and-swap", P), (P), (C), (S), (O))
#define ck_pr_add_int(P, V) explore_add_int(EXPLORE_WHERE("add", P), (P), (V))
#define ck_pr_or_int(P, V) explore_or_int(EXPLORE_WHERE("or", P), (P), (V))
#define ck_pr_and_int(P, V) explore_and_int(EXPLORE_WHERE("and", P), (P), (V))

#undef ck_pr_fence_memory
#undef ck_pr_fence_store_load
#define ck_pr_fence_memory() (explore_at("fence   " __FILE__ ":" EXPLORE_TEXT(__LINE__)), MUTANT(NO_FENCE) ? (void)0 : explore_empty())
#define ck_pr_fence_store_load() ck_pr_fence_memory()

#undef ck_pr_stall
#define ck_pr_stall() explore_stall("stall   " __FILE__ ":" EXPLORE_TEXT(__LINE__))

#endif
