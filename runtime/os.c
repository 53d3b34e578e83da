/* SPDX-License-Identifier: BSD-2-Clause */
/* os - Linux */
#include "os.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <odeon/error.h>
#include "invariant.h"

#define HUGE_FROM (2u << 20)                    /* bytes committed at once */
#define RESERVE_RANGE 32                        /* alignments; some sanitizers allow little more around the hint */
#define RESERVE_PATIENCE 64                     /* tries before the range is doubled */
#define RESERVE_TRIES 512

/* Of the C library, for thread-local objects of C++; no key of the process is spent, and a library that is being unloaded
 * waits for it. */
extern int __cxa_thread_atexit_impl(void (*run)(void *), void *argument, void *library) __attribute__((weak));
extern void *__dso_handle __attribute__((visibility("hidden")));

bool os_at_thread_end(void (*run)(void *argument), void *argument)
{
	return __cxa_thread_atexit_impl != NULL && __cxa_thread_atexit_impl(run, argument, &__dso_handle) == 0;
}

/* Asks the kernel where it would put a mapping, and wishes for an aligned place at random near there; farther, when those are
 * taken. So no more address space than needed is taken at any time, which matters under a limit, and the place of a
 * reservation that was released is hardly ever used again. A wish and no order: a sanitizer may know better. */
void *os_reserve(size_t bytes, size_t alignment)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	char *hint = mmap(NULL, bytes, PROT_NONE, flags, -1, 0), *place;
	uint64_t range = RESERVE_RANGE;

	if (hint == MAP_FAILED)
		return NULL;
	munmap(hint, bytes);
	for (int i = 0; i < RESERVE_TRIES; i++, range = i % RESERVE_PATIENCE == 0 ? range * 2 : range) {
		size_t away = (size_t)(os_entropy() % range + 1) * alignment;
		bool above = (uintptr_t)hint < away + alignment;        /* as under a memory checker, which puts things low */
		void *got;

		place = (char *)((uintptr_t)(above ? hint + away : hint - away) & ~(alignment - 1));
		got = mmap(place, bytes, PROT_NONE, flags, -1, 0);
		if (got == place)
			return got;
		if (got == MAP_FAILED)
			return NULL;
		munmap(got, bytes);
	}
	return NULL;
}

void os_release(void *address, size_t bytes)
{
	munmap(address, bytes);
}

bool os_commit(void *address, size_t bytes)
{
	if (mprotect(address, bytes, PROT_READ | PROT_WRITE) != 0)
		return false;
	if (bytes >= HUGE_FROM)
		(void)madvise(address, bytes, MADV_HUGEPAGE);   /* a wish: the first touch of a small page costs more than its use */
	return true;
}

void os_discard(void *address, size_t bytes)
{
	(void)madvise(address, bytes, MADV_DONTNEED);
}

void *os_fork_page(void)
{
	size_t bytes = os_page_bytes();
	void *page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	if (madvise(page, bytes, MADV_WIPEONFORK) != 0) {
		munmap(page, bytes);
		return NULL;
	}
	return page;
}

void os_fork_page_free(void *page)
{
	munmap(page, os_page_bytes());
}

size_t os_page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int os_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	sigset_t all, before;
	char shortened[16];
	int failed;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		sigdelset(&all, faults[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(thread, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return ODEON_ESYSTEM;
	snprintf(shortened, sizeof shortened, "%s", name);
	pthread_setname_np(*thread, shortened);
	return 0;
}

/* cgroup v2: "max 100000" or "50000 100000"; v1 keeps the two numbers in two files. 0: no quota to be found. */
static int quota_processors(void)
{
	long long quota = -1, period = 0;
	FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");

	if (file != NULL) {
		if (fscanf(file, "%lld %lld", &quota, &period) != 2)
			quota = -1;
		fclose(file);
	} else if ((file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "re")) != NULL) {
		if (fscanf(file, "%lld", &quota) != 1)
			quota = -1;
		fclose(file);
		if ((file = fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "re")) != NULL) {
			if (fscanf(file, "%lld", &period) != 1)
				period = 0;
			fclose(file);
		}
	}
	if (quota <= 0 || period <= 0)
		return 0;
	return (int)((quota + period - 1) / period);
}

/* False: there are more processors than the set has bits. */
static bool allowed_here(cpu_set_t *set) { return sched_getaffinity(0, sizeof *set, set) == 0; }

int16_t os_core_here(void)
{
	cpu_set_t set;
	int16_t core = 0;

	if (!allowed_here(&set) || CPU_COUNT(&set) != 1)
		return OS_ANY_CORE;
	while (!CPU_ISSET(core, &set))
		core++;
	return core;
}

int os_processors(void)
{
	cpu_set_t set;
	int allowed = allowed_here(&set) ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN), quota = quota_processors();

	if (quota > 0 && quota < allowed)
		allowed = quota;
	return allowed < 1 ? 1 : allowed;
}

int os_event_open(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void os_event_raise(int fd)
{
	const uint64_t one = 1;
	int before = errno;

	while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
		;                                               /* EAGAIN: it is raised as high as can be */
	errno = before;
}

void os_event_clear(int fd)
{
	uint64_t value;
	int before = errno;

	while (read(fd, &value, sizeof value) < 0 && errno == EINTR)
		;
	errno = before;
}

void os_event_close(int fd)
{
	close(fd);
}

void os_close(int fd)
{
	close(fd);
}

int os_timer_open(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

void os_timer_set(int fd, int64_t at)
{
	struct itimerspec when = { .it_value = { .tv_nsec = 0 } };      /* never */
	int before = errno;

	if (at != INT64_MAX) {
		at = at > 0 ? at : 1;
		when.it_value = (struct timespec){ .tv_sec = at / 1000000000, .tv_nsec = at % 1000000000 };
	}
	(void)timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL);
	errno = before;
}

void os_word_sleep(const uint32_t *word, uint32_t value, const struct timespec *until)
{
	int before = errno;

	syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, until, NULL, FUTEX_BITSET_MATCH_ANY);
	errno = before;
}

static void word_wake(const uint32_t *word, int most)
{
	int before = errno;

	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, most, NULL, NULL, 0);
	errno = before;
}

void os_word_wake(const uint32_t *word)
{
	word_wake(word, INT32_MAX);
}

void os_word_wake_one(const uint32_t *word)
{
	word_wake(word, 1);
}

bool os_barrier_init(void)
{
	int before = errno;
	bool is_there = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;

	errno = before;
	return is_there;
}

void os_barrier(void)
{
	int before = errno;

	while (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
		invariant(errno == ENOMEM, "membarrier is refused, which was allowed before");
	errno = before;
}

void os_yield(void)
{
	sched_yield();
}

void os_sleep_ns(int64_t ns)
{
	struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	nanosleep(&time, NULL);
}

uint64_t os_entropy(void)
{
	uint64_t value;
	struct timespec now;

	if (getrandom(&value, sizeof value, GRND_NONBLOCK) == (ssize_t)sizeof value)
		return value;
	clock_gettime(CLOCK_MONOTONIC, &now);                   /* too early after boot */
	return (uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid();
}
