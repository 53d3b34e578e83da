/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simulated.h - put in front of an example when it is compiled for simulation, so that the example itself says nothing of it
 *
 * Agreement. The example's main is called once for each seed, in one process; so nothing of a run may survive in it but
 * what the system's free has released. What starts a system starts a simulated one with the seed of the run. What the
 * simulation cannot see is replaced by what it can: a thread of the program's own runs to its end where it is created,
 * and a poll lets the other systems of the program run.
 */
#ifndef TESTS_SIMULATED_H
#define TESTS_SIMULATED_H

#include <odeon.h>
#include <poll.h>
#include <pthread.h>

int example_main(void);
int simulated_start(const odeon_options *options, odeon_system **system);
int simulated_free(odeon_system *system);
int simulated_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int simulated_join(pthread_t thread, void **result);
int simulated_poll(struct pollfd *fds, nfds_t count, int milliseconds);

#define main example_main
#define odeon_system_start(options, system) simulated_start(options, system)
#define odeon_system_free(system) simulated_free(system)
#define pthread_create(thread, attributes, run, argument) simulated_thread(thread, attributes, run, argument)
#define pthread_join(thread, result) simulated_join(thread, result)
#define poll(fds, count, milliseconds) simulated_poll(fds, count, milliseconds)

#endif
