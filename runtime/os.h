/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * os - what the runtime asks of Linux: address space, threads, descriptors, how many processors it may use
 *
 * Agreement. Any thread. Each function answers 0 (or its result), or the named error, and leaves nothing behind when
 * it fails.
 */
#ifndef OS_H
#define OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reserves `bytes` of address space at a multiple of `alignment` (a power of two, at least `bytes`); nothing of it can
 * be touched yet. NULL: none to be had. */
void *os_reserve(size_t bytes, size_t alignment);
void os_release(void *address, size_t bytes);

/* Makes part of a reservation usable, zeroed; false: out of memory. Both multiples of the page size. */
bool os_commit(void *address, size_t bytes);

/* What is there is forgotten and the memory goes back; it is zeroed when it is touched again. */
void os_discard(void *address, size_t bytes);

/* One page that a forked child sees zeroed; NULL: none to be had. */
void *os_fork_page(void);
void os_fork_page_free(void *page);

size_t os_page_bytes(void);

/* A thread with all signals blocked, but those that it brings on itself by a fault, and a name of at most 15 bytes. ODEON_ESYSTEM */
int os_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);

/* Calls it as the calling thread ends, before its other thread-local data go. False: it will not. */
bool os_at_thread_end(void (*run)(void *argument), void *argument);

/* What the affinity mask and the cgroup's quota allow; at least 1. */
int os_processors(void);

/* The only processor that the affinity mask of the calling thread allows; one system call. OS_ANY_CORE: it allows several. */
#define OS_ANY_CORE (-1)
int16_t os_core_here(void);

/* An eventfd for waking a poll loop; -1: none to be had. */
int os_event_open(void);
void os_event_raise(int fd);
void os_event_clear(int fd);
void os_event_close(int fd);

/* A descriptor of the user's. */
void os_close(int fd);

/* A descriptor that is readable from a moment of the monotonic clock on (0: at once; INT64_MAX: never), until it is set again;
 * -1: none to be had. Closed with os_event_close. errno is left as it was by os_timer_set. */
int os_timer_open(void);
void os_timer_set(int fd, int64_t at);

/* A futex, private to the process. Sleeps while the word has the value, until woken, at most until the moment on the
 * monotonic clock (NULL: for ever); may return for no reason. Waking wakes all who sleep there, or one, and does not touch the
 * word: it may be gone by then. errno is left as it was. */
struct timespec;
void os_word_sleep(const uint32_t *word, uint32_t value, const struct timespec *until);
void os_word_wake(const uint32_t *word);
void os_word_wake_one(const uint32_t *word);

/* Asymmetric fence: after os_barrier every thread of the process has passed a full barrier. False: not to be had; asked again it
 * costs 0.2 us, the first time 5 ms and more if there are other threads. errno is left as it was. */
bool os_barrier_init(void);
void os_barrier(void);

void os_yield(void);
void os_sleep_ns(int64_t ns);
uint64_t os_entropy(void);

#endif
