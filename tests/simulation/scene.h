/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene.h - what tests in a simulated network share: a system with one, choices by the seed, and many seeds one after the other
 */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "../harness/kit.h"
#include <odeon/net.h>

/* The kit's, with the seed. */
#undef must
#define must(claim) do { if (!(claim)) { scenes_tell(); ck_abort_msg("it does not hold that %s", #claim); } } while (0)

struct scene {
	odeon_system *system;
	uint64_t seed, state, trace;
	void (*on_letter)(const odeon_dead_letter *letter);    /* or NULL */
	bool is_faulty, is_over;                       /* over: who is still there ends */
};
extern struct scene scene;

unsigned pick(unsigned limit);                         /* by chance, 0 to limit - 1 */
void note_down(uint64_t what);                         /* the same with the same seed */

/* Plays one of so many parts of these seeds, each twentieth twice: the same must come of it. With ODEON_SEED in the environment: that one,
 * and the answer is false. Whatever goes wrong, the seed is told. */
bool scenes_play(const char *name, uint64_t (*play)(uint64_t seed), unsigned seeds, int part, unsigned parts);
void scenes_tell(void);

void scene_open(uint64_t seed, const odeon_network_options *network, void (*on_dead)(const odeon_dead_letter *letter));
void scene_run(odeon_duration how_long);
/* Stops and frees, and checks that the system lost nothing. */
uint64_t scene_close(void);

#endif
