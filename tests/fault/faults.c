/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.c - what faults.h says
 */
#include "faults.h"
#include "../harness/kit.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

static atomic_bool is_armed, is_for_ever;
static atomic_ulong seen, wanted, failed;
static atomic_long blocks, mappings;

void faults_arm(unsigned long nth, bool for_ever)
{
	atomic_store(&seen, 0);
	atomic_store(&failed, 0);
	atomic_store(&wanted, nth);
	atomic_store(&is_for_ever, for_ever);
	atomic_store(&is_armed, true);
}

unsigned long faults_disarm(void)
{
	atomic_store(&is_armed, false);
	return atomic_load(&failed);
}

/* Of many failures only some where each play takes ten times as long. */
#ifdef KIT_THREAD_SANITIZER
# define STRIDE(nth) (1 + (nth) / 8)
#else
# define STRIDE(nth) 1
#endif

unsigned long faults_next(unsigned long nth)
{
	return nth + STRIDE(nth);
}

unsigned long faults_sweep(faults_play *play, int how)
{
	unsigned long nth = 1;

	if (play(FAULTS_MOST, how))
		return 0;
	while (nth < FAULTS_MOST && play(nth, how))
		nth = faults_next(nth);
	return nth < FAULTS_MOST ? nth : 0;
}

long faults_blocks(void)
{
	return atomic_load(&blocks);
}

long faults_mappings(void)
{
	return atomic_load(&mappings);
}

static bool fails(void)
{
	unsigned long number;

	if (!atomic_load(&is_armed))
		return false;
	number = atomic_fetch_add(&seen, 1) + 1;
	if (number != atomic_load(&wanted) && !(atomic_load(&is_for_ever) && number > atomic_load(&wanted)))
		return false;
	atomic_fetch_add(&failed, 1);
	return true;
}

static void *counted(void *block)
{
	if (block)
		atomic_fetch_add(&blocks, 1);
	else
		errno = ENOMEM;
	return block;
}

/* ---- memory ------------------------------------------------------------------------------------------------------------- */

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
	return counted(fails() ? NULL : __real_malloc(bytes));
}

void *__real_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes)
{
	return counted(fails() ? NULL : __real_calloc(count, bytes));
}

void *__real_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
	return counted(fails() ? NULL : __real_aligned_alloc(alignment, bytes));
}

void *__real_realloc(void *block, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes)
{
	void *result = fails() ? NULL : __real_realloc(block, bytes);

	if (result && !block)
		atomic_fetch_add(&blocks, 1);
	return result;
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
	if (block)
		atomic_fetch_sub(&blocks, 1);
	__real_free(block);
}

/* Weak: a build without jemalloc has no such functions, and nobody calls them. */
void *__real_mallocx(size_t bytes, int flags) __attribute__((weak));
void *__wrap_mallocx(size_t bytes, int flags);
void *__wrap_mallocx(size_t bytes, int flags)
{
	return counted(fails() ? NULL : __real_mallocx(bytes, flags));
}

void __real_sdallocx(void *block, size_t bytes, int flags) __attribute__((weak));
void __wrap_sdallocx(void *block, size_t bytes, int flags);
void __wrap_sdallocx(void *block, size_t bytes, int flags)
{
	atomic_fetch_sub(&blocks, 1);
	__real_sdallocx(block, bytes, flags);
}

/* ---- the kernel ----------------------------------------------------------------------------------------------------------- */

void *__real_mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	void *place;

	if (fails()) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	place = __real_mmap(address, bytes, protection, flags, fd, offset);
	if (place != MAP_FAILED)
		atomic_fetch_add(&mappings, 1);
	return place;
}

int __real_munmap(void *address, size_t bytes);
int __wrap_munmap(void *address, size_t bytes);
int __wrap_munmap(void *address, size_t bytes)
{
	atomic_fetch_sub(&mappings, 1);
	return __real_munmap(address, bytes);
}

int __real_mprotect(void *address, size_t bytes, int protection);
int __wrap_mprotect(void *address, size_t bytes, int protection);
int __wrap_mprotect(void *address, size_t bytes, int protection)
{
	if (fails()) {
		errno = ENOMEM;
		return -1;
	}
	return __real_mprotect(address, bytes, protection);
}

int __real_eventfd(unsigned count, int flags);
int __wrap_eventfd(unsigned count, int flags);
int __wrap_eventfd(unsigned count, int flags)
{
	if (fails()) {
		errno = EMFILE;
		return -1;
	}
	return __real_eventfd(count, flags);
}

int __real_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags)
{
	if (fails()) {
		errno = EMFILE;
		return -1;
	}
	return __real_timerfd_create(clock, flags);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	return fails() ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}
