/* SPDX-License-Identifier: BSD-2-Clause */
/* line - two ends in the network of a simulated system: made, broken, lost, closed */
#include "network.h"

#include <stdlib.h>
#include <string.h>

#define CLOSE_NS 5000
#define WINDOW_LEAST 64u
#define WINDOW_STEPS 11u                        /* twice as large, so many times at most */
#define UNANSWERED ODEON_SECONDS(924)           /* what a system waits for who does not answer */
#define PROBES ODEON_SECONDS(675)               /* and for who does not answer to keep_alive */

struct end *line_other(struct end *end) { return &end->line->ends[end == &end->line->ends[0]]; }

static uint32_t choose_window(struct network *network)
{
	if (network->options.window > 0)
		return network->options.window;
	return WINDOW_LEAST << network_below(network, WINDOW_STEPS);
}

struct line *line_new(struct network *network)
{
	struct line *line = calloc(1, sizeof *line);

	if (line == NULL)
		return NULL;
	line->network = network;
	for (int i = 0; i < 2; i++) {
		line->ends[i].line = line;
		line->ends[i].number = -1;
		line->ends[i].window = choose_window(network);
	}
	return line;
}

struct end *end_open(struct network *network, int number, uv_handle_t *handle)
{
	struct end *end = network->numbers[number].end;

	end->handle = handle;
	return end;
}

void end_tell(struct end *end, const char *what, size_t bytes)
{
	struct network *network = end->line->network;
	char here[ODEON_ADDRESS_BYTES], there[ODEON_ADDRESS_BYTES];

	if (network->options.on_event == NULL)
		return;
	address_print(&end->address, here);
	address_print(&line_other(end)->address, there);
	if (bytes > 0)
		network_tell(network, "%s to %s: %s %zu", here, there, what, bytes);
	else
		network_tell(network, "%s to %s: %s", here, there, what);
}

/* ---- breaking ---------------------------------------------------------------------------------------------------- */

void end_drop_first(struct end *end)
{
	struct piece *piece = end->first;

	end->first = piece->next;
	if (end->first == NULL)
		end->last = NULL;
	end->held -= piece->length - piece->at;
	free(piece);
}

/* What has not come by now never will; and what has come is sometimes lost, too. The other side does not know yet that
 * nobody reads it: these bytes still are held. */
static void drop_pieces(struct end *end, bool all)
{
	int64_t now = network_now(end->line->network);
	struct piece **link = &end->first, *piece, *last = NULL;

	while ((piece = *link) != NULL)
		if (all || piece->due > now) {
			*link = piece->next;
			free(piece);
		} else {
			last = piece;
			link = &piece->next;
		}
	end->last = last;
}

static void happen_break(void *of)
{
	struct end *end = of;
	struct network *network = end->line->network;

	end->error = end->breaks_with;
	end_tell(end, uv_err_name(end->error), 0);
	drop_pieces(end, end->error != UV_ECONNRESET || network_below(network, 2) == 0);
	end_look_at_writes(end);
	network_cancel(network, &end->reads);
	end_look_at_reads(end);
}

/* The first of them counts, that is: the earliest. */
void end_break(struct end *end, int error, int64_t delay)
{
	struct network *network = end->line->network;

	if (end->is_closing || end->is_gone || end->error != 0)
		return;
	if (end->breaks.is_set && end->breaks.due <= network_now(network) + delay)
		return;
	end->breaks_with = error;
	network_after(network, &end->breaks, delay, happen_break, end);
}

/* Those who wait for an answer, and those who have asked the system to look after the other side. */
void end_lose_patience(struct end *end)
{
	if (end->keep_alive > 0)
		end_break(end, UV_ETIMEDOUT, ODEON_SECONDS(1) * end->keep_alive + PROBES);
	if (line_other(end)->first != NULL || line_other(end)->held > 0)
		end_break(end, UV_ETIMEDOUT, UNANSWERED);
}

static void lose(struct line *line)
{
	struct network *network = line->network;
	int64_t now = network_now(network);

	network->stats.losses++;
	line->is_lost = true;
	for (int i = 0; i < 2; i++) {
		struct end *end = &line->ends[i];

		for (struct piece *piece = end->first; piece != NULL; piece = piece->next)
			if (piece->due > now)
				piece->due = INT64_MAX;
		network_cancel(network, &end->reads);
		end_look_at_reads(end);
		end_lose_patience(&line->ends[!i]);
	}
}

/* Sometimes with a write. */
void end_go_wrong(struct end *end)
{
	struct network *network = end->line->network;
	const odeon_network_options *options = &network->options;

	if (end->line->is_lost)
		return;
	if (network_happens(network, options->resets)) {
		network->stats.resets++;
		end_tell(end, "will be reset", 0);
		end_break(end, UV_ECONNRESET, network_delay(network));
		end_break(line_other(end), UV_ECONNRESET, network_delay(network));
	} else if (network_happens(network, options->losses)) {
		end_tell(end, "is lost", 0);
		lose(end->line);
	}
}

/* ---- closing ----------------------------------------------------------------------------------------------------- */

static void cancel_requests(struct end *end)
{
	uv_connect_t *connect = end->connect;
	uv_shutdown_t *shutdown = end->shutdown;

	end->connect = NULL;
	end->shutdown = NULL;
	if (connect != NULL)
		end->on_connect(connect, UV_ECANCELED);
	while (end->write != NULL)
		end_finish_write(end, UV_ECANCELED);
	if (shutdown != NULL)
		end->on_shutdown(shutdown, UV_ECANCELED);
}

static void happen_close(void *of)
{
	struct end *end = of;
	struct line *line = end->line;

	cancel_requests(end);
	network_return(line->network, end->number);
	end->is_gone = true;
	if (end->on_close != NULL)
		end->on_close(end->handle);
	network_cancel(line->network, &end->times);
	if (line->ends[0].is_gone && line->ends[1].is_gone)
		free(line);
}

/* Whoever closes what he has not read resets the other side; else that hears of the end. */
static void let_know(struct end *end, bool resets)
{
	struct network *network = end->line->network;
	bool has_unread = end->held > 0;
	struct piece *piece = resets || has_unread || end->has_ended ? NULL : calloc(1, sizeof *piece);

	if (piece != NULL) {
		end_tell(end, "closes", 0);
		end_send(end, piece);
	} else if (resets || has_unread || !end->has_ended) {
		end_tell(end, "resets", 0);
		network->stats.unwanted++;
		if (!end->line->is_lost)
			end_break(line_other(end), UV_ECONNRESET, network_delay(network));
	}
}

void end_close(struct end *end, bool resets, uv_close_cb on_close)
{
	struct network *network = end->line->network;

	if (!end->is_connected)
		line_other(end)->is_gone = true;        /* there was none */
	else if (end->error == 0)
		let_know(end, resets);
	end->is_closing = true;
	end->on_read = NULL;
	end->on_close = on_close;
	drop_pieces(end, true);
	network_cancel(network, &end->reads);
	network_cancel(network, &end->writes);
	network_cancel(network, &end->connects);
	network_cancel(network, &end->breaks);
	network_after(network, &end->closes, 1 + (int64_t)network_below(network, CLOSE_NS), happen_close, end);
}

/* ---- a timer for what is closed later ---------------------------------------------------------------------------- */

static void happen_timer(void *of)
{
	struct end *end = of;

	end->on_timer(end->timer);
}

void end_timer(struct end *end, uv_timer_t *timer, uv_timer_cb on_timer, uint64_t milliseconds)
{
	end->timer = timer;
	end->on_timer = on_timer;
	network_after(end->line->network, &end->times, (int64_t)milliseconds * 1000000, happen_timer, end);
}

void end_timer_close(struct end *end) { network_cancel(end->line->network, &end->times); }
