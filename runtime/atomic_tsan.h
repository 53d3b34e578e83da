/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * atomic_tsan - what each atomic operation hands over, told to ThreadSanitizer
 *
 * Every store and read-modify-write releases its address, every load and read-modify-write acquires it; Concurrency
 * Kit's own instructions stay. A missing synchronisation is reported; a missing or too weak fence is not (the
 * sanitizer models none), that is what the explorer and the models are for. Only atomic.h includes this.
 */
#ifndef ATOMIC_TSAN_H
#define ATOMIC_TSAN_H

#include <sched.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define TSAN_ACQUIRE(p) __tsan_acquire((void *)(uintptr_t)(p))
#define TSAN_RELEASE(p) __tsan_release((void *)(uintptr_t)(p))

static inline void *tsan_load_ptr(const void *p)
{
	void *value = ck_pr_md_load_ptr(p);

	TSAN_ACQUIRE(p);
	return value;
}

static inline void tsan_store_ptr(void *p, const void *value)
{
	TSAN_RELEASE(p);
	ck_pr_md_store_ptr(p, value);
}

static inline void *tsan_fas_ptr(void *p, void *value)
{
	TSAN_RELEASE(p);
	value = ck_pr_fas_ptr(p, value);
	TSAN_ACQUIRE(p);
	return value;
}

static inline bool tsan_cas_ptr(void *p, void *compare, void *set)
{
	TSAN_RELEASE(p);
	bool done = ck_pr_cas_ptr(p, compare, set);

	TSAN_ACQUIRE(p);
	return done;
}

static inline bool tsan_cas_ptr_value(void *p, void *compare, void *set, void *was)
{
	TSAN_RELEASE(p);
	bool done = ck_pr_cas_ptr_value(p, compare, set, was);

	TSAN_ACQUIRE(p);
	return done;
}

/* The operations on an integer type T that Concurrency Kit calls S. */
#define TSAN_INTEGER(S, T) \
static inline T tsan_load_##S(const T *p) { T r = ck_pr_md_load_##S(p); TSAN_ACQUIRE(p); return r; } \
static inline void tsan_store_##S(T *p, T v) { TSAN_RELEASE(p); ck_pr_md_store_##S(p, v); } \
static inline T tsan_fas_##S(T *p, T v) { TSAN_RELEASE(p); v = ck_pr_fas_##S(p, v); TSAN_ACQUIRE(p); return v; } \
static inline T tsan_faa_##S(T *p, T v) { TSAN_RELEASE(p); v = ck_pr_faa_##S(p, v); TSAN_ACQUIRE(p); return v; } \
static inline bool tsan_cas_##S(T *p, T c, T s) \
{ TSAN_RELEASE(p); bool r = ck_pr_cas_##S(p, c, s); TSAN_ACQUIRE(p); return r; } \
static inline bool tsan_cas_##S##_value(T *p, T c, T s, T *o) \
{ TSAN_RELEASE(p); bool r = ck_pr_cas_##S##_value(p, c, s, o); TSAN_ACQUIRE(p); return r; } \
static inline void tsan_add_##S(T *p, T v) { TSAN_RELEASE(p); ck_pr_add_##S(p, v); TSAN_ACQUIRE(p); } \
static inline void tsan_or_##S(T *p, T v) { TSAN_RELEASE(p); ck_pr_or_##S(p, v); TSAN_ACQUIRE(p); } \
static inline void tsan_and_##S(T *p, T v) { TSAN_RELEASE(p); ck_pr_and_##S(p, v); TSAN_ACQUIRE(p); }
TSAN_INTEGER(8, uint8_t)
TSAN_INTEGER(32, uint32_t)
TSAN_INTEGER(64, uint64_t)
TSAN_INTEGER(uint, unsigned int)
TSAN_INTEGER(int, int)
#undef TSAN_INTEGER

#undef ck_pr_load_ptr
#undef ck_pr_store_ptr
#undef ck_pr_store_ptr_unsafe
#define ck_pr_load_ptr(P) ((CK_CC_TYPEOF(*(P), (void *)))tsan_load_ptr((P)))
#define ck_pr_store_ptr(P, V) tsan_store_ptr(((void)sizeof(*(P) = (V)), (P)), (V))
#define ck_pr_store_ptr_unsafe(P, V) tsan_store_ptr((P), (V))
#define ck_pr_fas_ptr(P, V) tsan_fas_ptr((P), (V))
#define ck_pr_cas_ptr(P, C, S) tsan_cas_ptr((P), (C), (S))
#define ck_pr_cas_ptr_value(P, C, S, O) tsan_cas_ptr_value((P), (C), (S), (O))

#undef ck_pr_load_8
#undef ck_pr_store_8
#define ck_pr_load_8(P) tsan_load_8((P))
#define ck_pr_store_8(P, V) tsan_store_8((P), (V))
#define ck_pr_fas_8(P, V) tsan_fas_8((P), (V))
#define ck_pr_faa_8(P, V) tsan_faa_8((P), (V))
#define ck_pr_cas_8(P, C, S) tsan_cas_8((P), (C), (S))
#define ck_pr_add_8(P, V) tsan_add_8((P), (V))
#define ck_pr_or_8(P, V) tsan_or_8((P), (V))
#define ck_pr_and_8(P, V) tsan_and_8((P), (V))
#define ck_pr_cas_8_value(P, C, S, O) tsan_cas_8_value((P), (C), (S), (O))
#undef ck_pr_load_32
#undef ck_pr_store_32
#define ck_pr_load_32(P) tsan_load_32((P))
#define ck_pr_store_32(P, V) tsan_store_32((P), (V))
#define ck_pr_fas_32(P, V) tsan_fas_32((P), (V))
#define ck_pr_faa_32(P, V) tsan_faa_32((P), (V))
#define ck_pr_cas_32(P, C, S) tsan_cas_32((P), (C), (S))
#define ck_pr_add_32(P, V) tsan_add_32((P), (V))
#define ck_pr_or_32(P, V) tsan_or_32((P), (V))
#define ck_pr_and_32(P, V) tsan_and_32((P), (V))
#define ck_pr_cas_32_value(P, C, S, O) tsan_cas_32_value((P), (C), (S), (O))
#undef ck_pr_load_64
#undef ck_pr_store_64
#define ck_pr_load_64(P) tsan_load_64((P))
#define ck_pr_store_64(P, V) tsan_store_64((P), (V))
#define ck_pr_fas_64(P, V) tsan_fas_64((P), (V))
#define ck_pr_faa_64(P, V) tsan_faa_64((P), (V))
#define ck_pr_cas_64(P, C, S) tsan_cas_64((P), (C), (S))
#define ck_pr_add_64(P, V) tsan_add_64((P), (V))
#define ck_pr_or_64(P, V) tsan_or_64((P), (V))
#define ck_pr_and_64(P, V) tsan_and_64((P), (V))
#define ck_pr_cas_64_value(P, C, S, O) tsan_cas_64_value((P), (C), (S), (O))
#undef ck_pr_load_uint
#undef ck_pr_store_uint
#define ck_pr_load_uint(P) tsan_load_uint((P))
#define ck_pr_store_uint(P, V) tsan_store_uint((P), (V))
#define ck_pr_fas_uint(P, V) tsan_fas_uint((P), (V))
#define ck_pr_faa_uint(P, V) tsan_faa_uint((P), (V))
#define ck_pr_cas_uint(P, C, S) tsan_cas_uint((P), (C), (S))
#define ck_pr_add_uint(P, V) tsan_add_uint((P), (V))
#define ck_pr_or_uint(P, V) tsan_or_uint((P), (V))
#define ck_pr_and_uint(P, V) tsan_and_uint((P), (V))
#define ck_pr_cas_uint_value(P, C, S, O) tsan_cas_uint_value((P), (C), (S), (O))
#undef ck_pr_load_int
#undef ck_pr_store_int
#define ck_pr_load_int(P) tsan_load_int((P))
#define ck_pr_store_int(P, V) tsan_store_int((P), (V))
#define ck_pr_fas_int(P, V) tsan_fas_int((P), (V))
#define ck_pr_faa_int(P, V) tsan_faa_int((P), (V))
#define ck_pr_cas_int(P, C, S) tsan_cas_int((P), (C), (S))
#define ck_pr_add_int(P, V) tsan_add_int((P), (V))
#define ck_pr_or_int(P, V) tsan_or_int((P), (V))
#define ck_pr_and_int(P, V) tsan_and_int((P), (V))
#define ck_pr_cas_int_value(P, C, S, O) tsan_cas_int_value((P), (C), (S), (O))

void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#define RING_BEGIN() (AnnotateIgnoreReadsBegin(__FILE__, __LINE__), AnnotateIgnoreWritesBegin(__FILE__, __LINE__))
#define RING_END() (AnnotateIgnoreWritesEnd(__FILE__, __LINE__), AnnotateIgnoreReadsEnd(__FILE__, __LINE__))

/* Concurrency Kit spins on a preempted peer; with more threads than cores, and these slow, that takes seconds. */
#define ck_pr_stall() ((void)sched_yield())

#endif
