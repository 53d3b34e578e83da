/* SPDX-License-Identifier: BSD-2-Clause */
/* fiber - the contexts of the C library, and what sanitizers must know of them */
#include "fiber.h"

#include <ucontext.h>
#include "alloc.h"
#include "os.h"
#include "sanitizer.h"

#define STACK_BYTES ((size_t)1 << 20)           /* touched page by page; sanitizers make frames several times larger */

enum progress { FIBER_NEW, FIBER_BEGUN, FIBER_OVER };

/* What the sanitizers keep of a stack that is left, and of the one that it was left for. */
struct trail { void *fake, *tsan; const void *low; size_t bytes; };

struct fiber {
	ucontext_t own, resumer;
	void (*run)(void *argument);
	void *argument;
	char *stack;                            /* its lowest page is a guard */
	struct trail own_trail, resumer_trail;
	enum progress progress;
	bool is_ending;
};

/* ---- sanitizers ---------------------------------------------------------------------------------------------------------- */

#if defined(ODEON_ASAN)
void __sanitizer_start_switch_fiber(void **fake, const void *low, size_t bytes);
void __sanitizer_finish_switch_fiber(void *fake, const void **low, size_t *bytes);
void __asan_unpoison_memory_region(const volatile void *address, size_t bytes);

/* From the stack of one trail, which is over for good when NULL, to that of the other. */
static void leave_stack(struct trail *from, struct trail *to)
{
	__sanitizer_start_switch_fiber(from != NULL ? &from->fake : NULL, to->low, to->bytes);
}

/* Arrived on a stack, having left another, of which we learn where it lies. */
static void enter_stack(struct trail *here, struct trail *there)
{
	__sanitizer_finish_switch_fiber(here->fake, &there->low, &there->bytes);
}

static void clear_stack(char *stack, size_t bytes) { __asan_unpoison_memory_region(stack, bytes); }
static void make_trail(struct trail *trail) { (void)trail; }
static void free_trail(struct trail *trail) { (void)trail; }
static void note_resumer(struct trail *trail) { (void)trail; }
#elif defined(ODEON_TSAN)
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);

static void leave_stack(struct trail *from, struct trail *to)
{
	(void)from;
	__tsan_switch_to_fiber(to->tsan, 0);
}

static void enter_stack(struct trail *here, struct trail *there) { (void)here, (void)there; }
static void clear_stack(char *stack, size_t bytes) { (void)stack, (void)bytes; }
static void make_trail(struct trail *trail) { trail->tsan = __tsan_create_fiber(0); }
static void free_trail(struct trail *trail) { __tsan_destroy_fiber(trail->tsan); }
static void note_resumer(struct trail *trail) { trail->tsan = __tsan_get_current_fiber(); }
#else
static void leave_stack(struct trail *from, struct trail *to) { (void)from, (void)to; }
static void enter_stack(struct trail *here, struct trail *there) { (void)here, (void)there; }
static void clear_stack(char *stack, size_t bytes) { (void)stack, (void)bytes; }
static void make_trail(struct trail *trail) { (void)trail; }
static void free_trail(struct trail *trail) { (void)trail; }
static void note_resumer(struct trail *trail) { (void)trail; }
#endif

/* ---- the change of stacks ------------------------------------------------------------------------------------------------- */

/* makecontext passes ints only: the pointer comes in two halves. */
static void begin(unsigned high, unsigned low)
{
	struct fiber *fiber = (struct fiber *)((uintptr_t)high << 32 | (uintptr_t)low);

	enter_stack(&fiber->own_trail, &fiber->resumer_trail);
	fiber->run(fiber->argument);
	fiber->progress = FIBER_OVER;
	leave_stack(NULL, &fiber->resumer_trail);
	setcontext(&fiber->resumer);
}

void fiber_resume(struct fiber *fiber)
{
	if (fiber->progress == FIBER_OVER)
		return;
	fiber->progress = FIBER_BEGUN;
	note_resumer(&fiber->resumer_trail);    /* it may be another one each time */
	leave_stack(&fiber->resumer_trail, &fiber->own_trail);
	swapcontext(&fiber->resumer, &fiber->own);
	enter_stack(&fiber->resumer_trail, &fiber->own_trail);
}

bool fiber_rest(struct fiber *fiber)
{
	leave_stack(&fiber->own_trail, &fiber->resumer_trail);
	swapcontext(&fiber->own, &fiber->resumer);
	enter_stack(&fiber->own_trail, &fiber->resumer_trail);
	return !fiber->is_ending;
}

/* ---- made, freed ----------------------------------------------------------------------------------------------------------- */

/* A function of its own: compilers take it for one that may return twice. */
static bool get_context(ucontext_t *context)
{
	return getcontext(context) == 0;
}

struct fiber *fiber_make(void (*run)(void *argument), void *argument)
{
	struct fiber *fiber = alloc_zeroed(sizeof *fiber);
	size_t page = os_page_bytes();

	if (fiber == NULL)
		return NULL;
	fiber->stack = os_reserve(STACK_BYTES, STACK_BYTES);
	if (fiber->stack == NULL || !os_commit(fiber->stack + page, STACK_BYTES - page) || !get_context(&fiber->own)) {
		if (fiber->stack != NULL)
			os_release(fiber->stack, STACK_BYTES);
		alloc_free(fiber, sizeof *fiber);
		return NULL;
	}
	fiber->run = run;
	fiber->argument = argument;
	fiber->own.uc_stack.ss_sp = fiber->stack + page;
	fiber->own.uc_stack.ss_size = STACK_BYTES - page;
	fiber->own_trail = (struct trail){ .low = fiber->stack + page, .bytes = STACK_BYTES - page };
	make_trail(&fiber->own_trail);
	makecontext(&fiber->own, (void (*)(void))begin, 2, (unsigned)((uintptr_t)fiber >> 32), (unsigned)(uintptr_t)fiber);
	return fiber;
}

void fiber_free(struct fiber *fiber)
{
	if (fiber == NULL)
		return;
	fiber->is_ending = true;
	if (fiber->progress == FIBER_BEGUN)
		fiber_resume(fiber);
	free_trail(&fiber->own_trail);
	clear_stack(fiber->stack, STACK_BYTES);
	os_release(fiber->stack, STACK_BYTES);
	alloc_free(fiber, sizeof *fiber);
}
