/* SPDX-License-Identifier: BSD-2-Clause */
/* crash - notes, and the report */
#include "crash.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "alloc.h"

#define NOTES 16                                /* what was handled last; a power of two */
#define STACK_BYTES 65536                       /* for the handler */
#define OVERFLOW_BYTES (1 << 20)                /* a fault so far below the end of the stack is an overflow */

struct note { odeon_ref who; const odeon_kind *kind; const odeon_type *type; const odeon_site *site; };

struct crash {
	struct note notes[NOTES];
	uint32_t noted;
	pthread_t thread;                       /* whose stack that is */
	uintptr_t stack_end;                    /* its lowest address; 0: unknown */
	bool has_stack;                         /* `stack` is the thread's for signals */
	unsigned char stack[STACK_BYTES];
};

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
static const char *const names[] = { "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL" };
#define SIGNALS (sizeof signals / sizeof signals[0])

/* ---- notes ----------------------------------------------------------------------------------------------------------- */

bool crash_make(const odeon_system *system, struct crash **crash)
{
	*crash = NULL;
	if (system->options.crash_report)
		*crash = alloc_zeroed(sizeof **crash);
	return *crash != NULL || !system->options.crash_report;
}

void crash_free(struct crash *crash)
{
	alloc_free(crash, sizeof *crash);
}

void crash_note(struct odeon_self *self)
{
	struct crash *crash = self->worker->crash;

	crash->notes[crash->noted++ % NOTES] = (struct note){ self->me, self->slot->kind, self->type, self->site };
}

/* ---- text: snprintf takes no lock and no memory for what is printed here ---------------------------------------------------- */

static int print_note(const struct note *note, char *text, size_t bytes)
{
	char who[ODEON_REF_TEXT];

	odeon_ref_print(note->who, who, sizeof who);
	return snprintf(text, bytes, "\n  before: %s (%s), message struct %s sent at %s:%u", who, note->kind->name, note->type->name,
	                note->site != NULL ? note->site->file : "?", note->site != NULL ? note->site->line : 0);
}

/* Newest first, without the one that is being handled. */
static int print_notes(const struct crash *crash, char *text, size_t bytes)
{
	uint32_t count = crash->noted < NOTES ? crash->noted : NOTES;
	int length = 0;

	for (uint32_t i = 1; i < count; i++) {
		size_t at = (size_t)length < bytes ? (size_t)length : bytes;

		length += print_note(&crash->notes[(crash->noted - 1 - i) % NOTES], text + at, bytes - at);
	}
	return length;
}

static struct worker *worker_of(const struct context *context)
{
	return (struct worker *)(void *)((char *)(uintptr_t)context - offsetof(struct worker, context));
}

int odeon_thread_print(char *text, size_t bytes)
{
	const struct context *context = context_here;
	int length;
	size_t at;

	if (bytes > 0)
		text[0] = '\0';
	if (!context_runs_actors() || context->describe == NULL)
		return 0;
	length = context->describe(context, text, bytes);
	at = (size_t)length < bytes ? (size_t)length : bytes;
	if (worker_of(context)->crash != NULL)
		length += print_notes(worker_of(context)->crash, text + at, bytes - at);
	return length;
}

/* ---- the signals ------------------------------------------------------------------------------------------------------ */

static bool is_overflow(uintptr_t address)
{
	const struct crash *crash = context_runs_actors() ? worker_of(context_here)->crash : NULL;

	return crash != NULL && crash->stack_end != 0 && address < crash->stack_end + 4096
	    && address >= crash->stack_end - OVERFLOW_BYTES;
}

static const char *name_of(int signal)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i] == signal)
			return names[i];
	return "?";
}

static void report(int signal, const siginfo_t *info)
{
	char doing[2048], text[2304];
	int length;

	if (odeon_thread_print(doing, sizeof doing) == 0)
		return;
	length = snprintf(text, sizeof text, "odeon: %s at address %p%s; %s\n", name_of(signal), info->si_addr,
	                  signal == SIGSEGV && is_overflow((uintptr_t)info->si_addr) ? " (stack overflow)" : "", doing);
	if (length >= (int)sizeof text)
		length = (int)sizeof text - 1;
	if (write(STDERR_FILENO, text, (size_t)length) < 0)
		return;                         /* nobody to tell */
}

static void on_fault(int signal, siginfo_t *info, void *unused)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	int before = errno;

	(void)unused;
	report(signal, info);
	sigemptyset(&plain.sa_mask);
	sigaction(signal, &plain, NULL);
	if (info->si_code <= 0)                 /* sent by somebody: it would not happen again by itself */
		raise(signal);
	errno = before;
}

static bool is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) != 0 && action->sa_sigaction == on_fault;
}

static bool is_free(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0
	    && (is_ours(&action) || ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL));
}

int crash_begin(const odeon_system *system)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

	if (!system->options.crash_report)
		return 0;
	for (size_t i = 0; i < SIGNALS; i++)
		if (!is_free(signals[i]))
			return ODEON_EBUSY;
	action.sa_sigaction = on_fault;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &action, NULL);
	return 0;
}

/* ---- the stack for signals ----------------------------------------------------------------------------------------------- */

static uintptr_t stack_end(void)
{
	pthread_attr_t attributes;
	void *address = NULL;
	size_t bytes;

	if (pthread_getattr_np(pthread_self(), &attributes) != 0)
		return 0;
	if (pthread_attr_getstack(&attributes, &address, &bytes) != 0)
		address = NULL;
	pthread_attr_destroy(&attributes);
	return (uintptr_t)address;
}

void crash_enter(struct worker *worker)
{
	struct crash *crash = worker->crash;
	stack_t ours = { .ss_size = STACK_BYTES }, theirs;

	if (crash == NULL || sigaltstack(NULL, &theirs) != 0)
		return;
	if (crash->stack_end == 0 || !pthread_equal(crash->thread, pthread_self())) {
		crash->thread = pthread_self();
		crash->stack_end = stack_end();
	}
	ours.ss_sp = crash->stack;
	if ((theirs.ss_flags & SS_DISABLE) != 0)        /* a thread of the host's may have one */
		crash->has_stack = sigaltstack(&ours, NULL) == 0;
}

void crash_leave(struct worker *worker)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	if (worker->crash == NULL || !worker->crash->has_stack)
		return;
	sigaltstack(&none, NULL);
	worker->crash->has_stack = false;
}
