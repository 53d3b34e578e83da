/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.h - lets the nth thing that a program asks of the allocator or of the kernel fail
 *
 * The program is linked with -Wl,--wrap for each function that faults.c wraps, so its objects, the runtime's among them,
 * come by here. What is asked for and given back is counted too: when a system has gone, nothing may be left.
 *
 * Agreement. faults_arm and faults_disarm from one thread; the wrapped functions from any.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>

/* Number `nth` of the calls from now on fails, alone or with all that come after it. */
void faults_arm(unsigned long nth, bool for_ever);

/* Nothing fails any more; answers how many calls were made to fail. */
unsigned long faults_disarm(void);

/*
 * Plays with one failure after the other. In a play number `nth` fails, in the way that `how` says; it answers whether so
 * many were asked for. In the first play nothing fails, and what is kept for the life of the process is got.
 *
 * Answers which was the first that nobody asked for; 0: there is no end, or the first play failed.
 */
enum { FAULTS_MOST = 3000 };                            /* far more than are asked for in any play */
typedef bool faults_play(unsigned long nth, int how);
unsigned long faults_sweep(faults_play *play, int how);

/* The failure to play after number `nth` in a sweep of one's own: the next, or one further on where each play takes long. */
unsigned long faults_next(unsigned long nth);

/* Blocks and mappings that were got and not given back. */
long faults_blocks(void);
long faults_mappings(void);

#endif
